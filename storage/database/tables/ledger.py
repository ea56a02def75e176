"""The ledger: accounts, periods, vouchers, cost layers, open items."""
