"""The hands: flows are read here and played on a browser; nothing here knows the books."""
