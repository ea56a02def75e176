"""Sheets that go the other way: from the books to a platform, as it wants them."""
