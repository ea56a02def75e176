"""The desk: what starts work and shows it."""
