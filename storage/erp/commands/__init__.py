"""What the core wants done outside, and what the books make of the answers."""
