"""A header that changed is asked about or read as what it is; never as a neighbour that would lose a part of it."""

import csv
import io
from itertools import combinations

import pytest

from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS
from storage.documents.layout import Layout
from storage.documents.shelf import Shelf
from storage.errors import FileError, HeaderDrift

LAYOUTS = {name: kind for name, kind in KINDS.items() if isinstance(kind, Layout)}


def _names(name: str) -> frozenset[str]:
    return frozenset().union(*LAYOUTS[name].spellings.values())


def _near(one: str, other: str) -> bool:
    """Whether half of the columns of one are columns of the other."""
    return len(_names(one) & _names(other)) * 2 >= min(len(_names(one)), len(_names(other)))


NEIGHBOURS = sorted({name for pair in combinations(sorted(LAYOUTS), 2) if _near(*pair) for name in pair})


def told(titles: list[str]) -> str:
    """What a file with this header is taken for: a kind, "drift of" a kind, or the code of its refusal."""
    out = io.StringIO()
    csv.writer(out).writerows([titles, ["1"] * len(titles)])
    try:
        return Shelf().find(SourceFile("导出.csv", out.getvalue().encode()), "", "")[0].KIND
    except HeaderDrift as drift:
        return f"drift of {drift.facts['kind']}"
    except FileError as refused:
        return refused.code


def changed(name: str) -> list[tuple[str, list[str]]]:
    """The header with one title renamed, or left out: every column of a kind with neighbours, else what tells it."""
    layout = LAYOUTS[name]
    telling = {spelling for one in (*layout.tells, *layout.required) for spelling in one.split("|")}
    found = []
    for place, title in enumerate(layout.columns):
        if name in NEIGHBOURS or title in telling:
            found.append((f"{title} renamed", [*layout.columns[:place], f"{title}新", *layout.columns[place + 1 :]]))
            if title in telling or place % 2:
                found.append((f"{title} left out", [*layout.columns[:place], *layout.columns[place + 1 :]]))
    return found


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_a_header_is_its_own_kind(name: str) -> None:
    """An unchanged header is of its kind, whatever older or newer layout shares its columns."""
    assert told(list(LAYOUTS[name].columns)) == name


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_one_changed_title_makes_no_other_kind(name: str) -> None:
    """With any one title renamed or left out the file is still its kind, or waits as that kind with a question."""
    wrong = {what: found for what, titles in changed(name) if (found := told(titles)) not in (name, f"drift of {name}")}
    assert wrong == {}


def test_a_renamed_column_of_the_newer_layout_is_asked_for() -> None:
    """39 columns of 抖店 of which one changed its name: it waits as that, and is not read as the 34 of before."""
    titles = [title.replace("达人ID", "达人编号") for title in LAYOUTS["douyin_fund_39"].columns]
    assert told(titles) == "drift of douyin_fund_39"
    assert told([title for title in titles if title != "达人编号"]) == "douyin_fund_39", "nothing is there to explain"
