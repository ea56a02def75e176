"""Healing remembered: what an element was when it was last found, and its library file mended after a good run."""
