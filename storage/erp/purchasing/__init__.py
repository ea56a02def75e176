"""What to buy, when and why; purchase orders; what is on its way; and what the warehouse says has come."""
