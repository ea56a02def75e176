"""Whole nights for tests: played through, killed at any journal entry, compared with the mall's own books."""
