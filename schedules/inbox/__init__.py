"""The inbox: what only a person can answer waits here, and the run waits for it."""
