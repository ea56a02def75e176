"""Who did what, who may do what, and who may see what."""
