"""Connection, tables, types, migrations."""
