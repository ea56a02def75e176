"""Every format: the file that a seed makes is known by its content and read back to the last cell."""

import csv
import json
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from storage.archive import Facts
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS, identify
from storage.documents.layout import Layout, short, sums
from tests.storage.documents.formats.dress import Dress, Truth, made, truths
from tests.storage.documents.formats.dresses import DRESSES

HEADERS = json.loads(Path(__file__).with_name("headers.json").read_text("utf-8"))
LAYOUTS = {name: kind for name, kind in KINDS.items() if isinstance(kind, Layout)}


def read(dress: Dress, rows: list[Truth], name: str = "") -> tuple[str, Document]:
    """The kind that the content was known as, and what it was read into."""
    file = SourceFile(name or dress.name, made(dress, rows))
    kind = identify(file)
    return kind.KIND, kind.read(file, Facts(name=file.name, shop="shop_a"))


def told(value: object, kind: str) -> str | int:
    """A truth as typed rows have it."""
    if isinstance(value, datetime):
        return value.isoformat(" ")[: 10 if kind == "day" else 19]
    if isinstance(value, str) and kind == "text":
        return value.strip()
    assert isinstance(value, str | int)
    return value.rstrip("0") if kind == "rate" and isinstance(value, str) else value


def spelled(name: str, truth: Truth) -> str:
    """The spelling of a column that the dress writes."""
    return next(one for one in name.split("|") if one in truth)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", sorted(DRESSES))
def test_what_was_written_is_read(kind: str, seed: int) -> None:
    """Every cell that the layout names, every amount with its sign, every order number; nothing in quarantine."""
    dress, layout = DRESSES[kind], LAYOUTS[kind]
    rows = truths(dress, seed)
    known, document = read(dress, rows)
    assert known == kind
    assert document.quarantine == []
    assert len(document.rows) == len(rows)
    said = dress.amount.write(rows[0], dress).keys() if dress.amount else ()
    for truth, row in zip(rows, document.rows, strict=True):
        for name in (name for name in dress.columns if name not in said):
            if truth[name] != "":
                column = next((short(one) for one in layout.typed if name in one.split("|")), name)
                typed = next(typed for one, typed in layout.typed.items() if short(one) == column)
                assert row.data.get(column, 0) == told(truth[name], typed), (name, truth[name])
        if layout.amount:
            assert row.amount_fen == truth["_amount"]
        if layout.order:
            assert row.order_no == truth[next(name for name in layout.order[0].split("|") if name in truth)]
        assert row.at == (told(truth[spelled(layout.at, truth)], layout.typed[layout.at]) if layout.at else dress.at)
    assert document.control.tie is not False, document.control.words


@pytest.mark.parametrize("kind", sorted(DRESSES))
def test_columns_in_another_order_are_the_same_rows(kind: str) -> None:
    """Columns are found by name: shuffled ones give the same rows with the same keys."""
    dress = DRESSES[kind]
    columns = dress.titles
    if len(set(columns)) < len(columns):
        return  # names that stand twice are told apart by their order
    rows = truths(dress, 3)
    Random(3).shuffle(columns)
    other = dress.__class__(
        **{**vars(dress), "header": ",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in columns)}
    )
    assert [row.row_key for row in read(dress, rows)[1].rows] == [row.row_key for row in read(other, rows)[1].rows]


@pytest.mark.parametrize("kind", sorted(DRESSES))
def test_amounts_of_an_order_are_counted_once(kind: str) -> None:
    """The sums of a file take a column that repeats over an order's rows once per order."""
    dress, layout = DRESSES[kind], LAYOUTS[kind]
    rows = truths(dress, 4, 30)
    document = read(dress, rows)[1]
    totals = sums(document.rows, layout)
    for name in dress.money_columns:
        once = (
            {row[dress.order]: row[name] for row in rows}
            if name in dress.per_order
            else dict(enumerate(row[name] for row in rows))
        )
        column = next((short(one) for one in layout.money if name in one.split("|")), name)
        assert totals[column] == sum(value for value in once.values() if value != ""), name


@pytest.mark.parametrize("kind", sorted(LAYOUTS))
def test_the_header_is_the_one_that_was_gathered(kind: str) -> None:
    """A layout's header is, name by name, the one of its format."""
    assert list(LAYOUTS[kind].columns) == HEADERS[kind]["columns"]


def test_formats_without_a_reader() -> None:
    """Which formats have no reader yet: the list only gets shorter."""
    listed = Path(__file__).with_name("not_yet.txt").read_text("utf-8").split()
    assert sorted(set(HEADERS) - set(KINDS)) == sorted(listed)


def test_every_layout_is_tried() -> None:
    """A layout without a dress would be a reader that nobody has tried."""
    assert sorted(set(LAYOUTS) - set(DRESSES)) == []
    assert all(csv.reader([layout.header]) for layout in LAYOUTS.values())
