"""Names that sites give are harmless on disk; addresses stay below their base; values are read as people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.browser.names import LONGEST_BYTES, free_path, join_url, safe_name
from bots.browser.widgets.values import (
    as_list,
    as_path,
    as_range,
    as_switch,
    digits,
    same_number,
    spellings,
)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("订单.xlsx", "订单.xlsx"),
        ("../../etc/passwd", "passwd"),
        (r"C:\\Users\\a\\账单.csv", "账单.csv"),
        ("a\x00b:c?.csv", "a_b_c_.csv"),
        ("con.txt", "_con.txt"),
        ("...", "download"),
        ("", "download"),
        ("单\u202exslx.exe", "单_xslx.exe"),
    ],
)
def test_known_bad_names(given_name, kept):
    """Paths, control characters, reserved names and direction marks are gone; good names stay."""
    assert safe_name(given_name) == kept


@given(st.text(max_size=400))
def test_any_name_is_safe(name):
    """Whatever a site sends, the name is one path part, not empty, and short enough for every file system."""
    safe = safe_name(name)
    assert safe and safe not in {".", ".."}
    assert not set(safe) & set('/\\:*?"<>|\x00\n')
    assert len(safe.encode()) <= LONGEST_BYTES + 1


def test_the_same_name_twice_replaces_nothing(tmp_path):
    """The second file of a name gets a number."""
    free_path(tmp_path, "a.xlsx").write_bytes(b"1")
    free_path(tmp_path, "a.xlsx").write_bytes(b"2")
    assert free_path(tmp_path, "a.xlsx").name == "a (3).xlsx"
    assert (tmp_path / "a.xlsx").read_bytes() == b"1"


@pytest.mark.parametrize(
    ("base", "url", "joined"),
    [
        ("http://h/seller", "/orders", "http://h/seller/orders"),
        ("http://h/seller/", "orders", "http://h/seller/orders"),
        ("http://h/seller", "", "http://h/seller"),
        ("http://h/seller", "https://other/x", "https://other/x"),
        ("", "/orders", "/orders"),
    ],
)
def test_addresses_are_below_the_base(base, url, joined):
    """The base's own path is kept; an absolute address is itself."""
    assert join_url(base, url) == joined


@pytest.mark.parametrize(
    ("value", "ends"),
    [
        ("2026-11-01 ~ 2026-11-20", ("2026-11-01", "2026-11-20")),
        ("2026-11-01至2026-11-20", ("2026-11-01", "2026-11-20")),
        (["2026-11-01", "2026-11-20"], ("2026-11-01", "2026-11-20")),
        ("2026-11-01", None),
    ],
)
def test_ranges(value, ends):
    """A range has two ends, and a hyphen inside a date is none of its signs."""
    assert as_range(value) == ends


def test_lists_paths_and_switches():
    """Commas of both widths separate; a path's slashes do; words that say neither yes nor no are neither."""
    assert as_list("新品，爆款, 清仓、预售") == ["新品", "爆款", "清仓", "预售"]
    assert as_path("浙江 / 杭州/萧山 / 西湖") == ["浙江", "杭州/萧山", "西湖"]
    assert as_path("浙江/杭州") == ["浙江", "杭州"]
    assert [as_switch(word) for word in ("是", "关闭", "也许", True)] == [True, False, None, True]


def test_numbers_and_days_however_they_are_spelt():
    """1,000.0 is 1000; a day is the same day in three spellings; a moment's end is its last second."""
    assert same_number("1,000.0", "1000") and not same_number("1", "x")
    assert {digits(one) for one in spellings("2026-11-01", time=False, end=False)} == {"20261101"}
    assert spellings("2026-11-20", time=True, end=True)[0] == "2026-11-20 23:59:59"
    assert spellings("2026-11-20 08:00:00", time=True, end=True)[0] == "2026-11-20 08:00:00"
