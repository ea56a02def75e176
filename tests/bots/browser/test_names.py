"""Names that sites give are harmless on disk; addresses stay below their base; values are read as people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.browser.names import LONGEST_BYTES, free_path, join_url, safe_name
from bots.browser.widgets import moments
from bots.browser.widgets.values import as_list, as_path, as_range, as_switch, number, same_number, stars


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


def test_numbers_and_stars_however_they_are_spelt():
    """1,000.0 is 1000 and ￥ is no number; stars are counted in digits, in words and in halves."""
    assert same_number("1,000.0", "1000") and not same_number("1", "x") and not same_number("x", "x")
    assert str(number("1，234.50")) == "1234.50" and number("1 2") is None and number("NaN") is None
    assert [str(stars(one)) for one in ("4", "4 星", "四颗星", "3.5", "2 stars", "好")] == [
        "4",
        "4",
        "4",
        "3.5",
        "2",
        "None",
    ]


@pytest.mark.parametrize(
    ("shown", "written"),
    [
        ("2026/11/1", "2026-11-01"),
        ("2026年11月01日 08:30", "2026-11-01 08:30"),
        ("2026-11-01T08:30:05", "2026-11-01 08:30:05"),
        ("2026.10", "2026-10"),
        ("8:05", "08:05"),
        ("11/03/2026", "11/03/2026"),
        ("2026-45周", "2026-45周"),
        ("", ""),
    ],
)
def test_days_are_written_one_way(shown, written):
    """Whatever a field shows, `read` gives it as flows write it; what is not plainly a date stays as it is."""
    assert moments.iso(shown) == written


@pytest.mark.parametrize(
    ("shown", "wanted", "end", "same"),
    [
        ("2026/11/01", "2026-11-1", False, True),
        ("2026-11-01 00:00:00", "2026-11-01", False, True),
        ("2026-11-20 23:59:59", "2026-11-20", True, True),
        ("2026-11-20 23:59", "2026-11-20", True, True),
        ("2026-11-20 00:00:00", "2026-11-20", True, False),
        ("2026-11-01", "2026-11-01 08:00", False, False),
        ("12:30:16", "12:30", False, False),
        ("12:30", "12:30:00", False, True),
        ("2026-01-11", "2026-11-01", False, False),
        ("2026-45周", "2026-45周", False, True),
        ("", "", False, False),
    ],
)
def test_the_same_moment_and_no_other(shown, wanted, end, same):
    """A spelling may differ, a second may not: a completed time, a lost time and swapped months are not the same."""
    assert moments.same(shown, wanted, end=end) is same


@pytest.mark.parametrize(
    ("day", "end"), [("2026-11-01", False), ("2026-11-01", True), ("2026-11", False), ("8:05", False)]
)
def test_every_spelling_means_the_same(day, end):
    """Whichever spelling a field takes, it holds what was asked for."""
    assert all(moments.same(one, day, end=end) for one in moments.spellings(day, end=end))
