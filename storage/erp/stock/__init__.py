"""Goods: append-only two-ended moves, the balance beside them, reservations."""
