"""What an order earned and cost, and what is settled with whom: profit, settlement sheets, invoices, payees."""
