"""Statements against orders, wallets against the bank: every line in exactly one of fifteen outcomes."""
