"""What is sold: codes, what they are made of, and how they map to the platforms' own."""
