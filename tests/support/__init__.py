"""Stand-ins that tests start: sites and nights."""
