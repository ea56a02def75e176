"""Double entry: chart of accounts, periods, vouchers, cost layers, event rules, open items, statements, exports."""
