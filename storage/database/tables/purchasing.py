"""What is bought and what comes back: suggestions, purchase orders, receipts, returns."""
