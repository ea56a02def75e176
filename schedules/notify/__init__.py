"""Messages to people: what happened is told once, where it belongs, when it may be, and it is known whether it came."""
