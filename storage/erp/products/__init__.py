"""The product library: codes, variants, attributes, categories, prices, and how platforms are to show them."""
