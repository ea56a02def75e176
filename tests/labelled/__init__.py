"""Books with known faults, written without a look at the rules that are to find them; they import nothing of those."""
