"""Reports, one file each: build(book, period) -> Table."""
