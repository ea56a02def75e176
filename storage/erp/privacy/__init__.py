"""Names, phone numbers and addresses: sealed in the books, found by a keyed hash, shown masked, every look logged."""
