"""The browser: a narrow driver, elements and healing, widgets, sessions."""
