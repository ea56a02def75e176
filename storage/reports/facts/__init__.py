"""The books by column: what reports add up, in DuckDB, fed by day from the books."""
