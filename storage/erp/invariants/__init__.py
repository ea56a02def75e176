"""What must hold of the books whatever happened; each check returns every place where it does not."""
