"""The world behind the practice mall: its database, its seeded history, the files it exports."""
