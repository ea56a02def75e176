"""Whole nights for tests: played through, killed at any journal entry, compared."""
