"""Personal data under lock, who asked to see it, and the log of everything that was changed."""
