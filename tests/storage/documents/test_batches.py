"""Reading by columns gives what reading row by row gives, and long files are read like short ones."""

from random import Random

import pytest

from storage.archive import Facts
from storage.documents import csv_text, numbers
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS
from storage.documents.layout import Layout, Maker
from storage.documents.rows import DataRow
from storage.documents.spool import KEPT_ROWS, Spool
from storage.documents.table import find_table
from storage.errors import FileError
from tests.storage.documents.formats.dress import made, truths
from tests.storage.documents.formats.dresses import DRESSES
from tests.storage.documents.test_fuzz import odd

FACTS = Facts(name="x", shop="shop_a")
LAYOUTS = {name: kind for name in sorted(DRESSES) if isinstance(kind := KINDS[name], Layout) and not kind.beside}


def row_by_row(layout: Layout, name: str, content: bytes) -> list[DataRow]:
    """The rows of the first table as the reader of single records makes them, all numbered 1."""
    file = SourceFile(name, content)
    part = next((one for one in file.parts() if layout.identify(one)), file.parts()[0])
    table = find_table(part, layout.required, layout.others())
    said = next((days for days in (part.period(), file.period()) if all(days)), ("", ""))
    make = Maker(layout, FACTS.shop, said if layout.undated else ("", ""), table)
    if layout.day_order:
        texts = (record.plain(layout.day_order) for record in find_table(part, layout.required).records())
        make.day_formats = numbers.day_order(layout.day_order, texts)
    rows: list[DataRow] = []
    for record in table.records():
        if layout.ends is not None and layout.ends(record):
            break
        try:
            rows.extend(make.rows(record))
        except FileError:
            continue
    return rows


@pytest.mark.parametrize("kind", LAYOUTS)
def test_columns_give_what_rows_give(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every format, and of files of it with odd cells: the same rows, whichever way a batch was read.

    Pieces are so short that most lines of a text are blocks, as those of a long file are.
    """
    monkeypatch.setattr(csv_text, "FIRST_BYTES", 1)
    monkeypatch.setattr(csv_text, "PIECE_BYTES", 300)
    layout, dress, dice = LAYOUTS[kind], DRESSES[kind], Random(kind)
    whole = made(dress, truths(dress, 31, 40))
    for content in (whole, *(odd(whole, dice) for _ in range(6))):
        try:
            document = layout.read(SourceFile(dress.name, content), FACTS)
        except FileError:
            continue
        if layout.shop is None and layout.covers is None:
            read = [row._replace(n=1) for row in document.rows if isinstance(row, DataRow)]
            assert read == row_by_row(layout, dress.name, content)


def test_a_long_file_is_read_like_a_short_one() -> None:
    """More rows than memory is given: rows, raw rows and numbers of equal keys are those of the short file."""
    kind = KINDS["kuaishou_fund"]
    titles = "账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注\r\n"
    count = KEPT_ROWS + 7_000
    text = "".join(
        f"{9 * 10**17 + number % (count - 5)}\t,,2026-09-0{1 + number % 9} 08:00:00,收,{number}.01,,付款,,\r\n"
        for number in range(count)
    )
    document = kind.read(SourceFile("x.csv", (titles + text).encode("gb18030")), FACTS)
    assert isinstance(document.rows, Spool)
    assert (len(document.rows), len(document.raw), len(document.quarantine)) == (count, count, 0)
    again = [row for row in document.rows if isinstance(row, DataRow)]
    assert again == list(document.rows)
    assert [row.n for row in again] == [1] * (count - 5) + [2] * 5
    assert document.rows[-1].row_no == count + 1
    assert document.raw[3].payload["发生额（元）"] == "3.01"
    assert document.period == ("2026-09-01", "2026-09-09")
