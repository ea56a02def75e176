"""The memory: archive, document kinds, database, books, reports; nothing here knows a browser."""
