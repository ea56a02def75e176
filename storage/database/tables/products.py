"""The product library: what a product is, what it costs where, and how platforms see it."""
