"""What FUNCTIONS.md says is what the tests say."""

import os

from tests.functions.table import PAGE, claimed, names, page


def test_the_page_is_fresh() -> None:
    """The table names exactly the functions that tests name; `YEBAN_ACCEPT=1` writes it anew."""
    if os.environ.get("YEBAN_ACCEPT"):
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page()


def test_every_id_is_a_known_one() -> None:
    """A test cannot claim a function that nobody asked for, and all 524 are listed."""
    assert len(names()) == 524
    assert set(claimed()) <= set(names())
