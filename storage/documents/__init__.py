"""Document kinds, one file each: identify a file, read its rows."""
