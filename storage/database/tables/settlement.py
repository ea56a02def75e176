"""What an order earned and cost: shares, settlement sheets, invoices, payees, treasury."""
