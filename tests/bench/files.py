"""Whole order exports into typed, keyed rows, against the fastest plain read of the same file.

CSV: the standard library's reader over decoded text, which keeps nothing (pandas' C reader takes longer). XLSX:
python-calamine's rows of cells. Ours tells the kind by content, reads, and goes once over every row.
"""

import csv
import tempfile
from pathlib import Path

from storage.archive import Facts
from storage.documents.file import SourceFile
from storage.documents.kinds import identify
from tests.bench.measure import Measured, compare
from tests.bench.order_files import CSV_KIND, XLSX_KIND, write_csv, write_xlsx

GOAL = 3.0
CSV_ROWS = 1_000_000
XLSX_ROWS = 100_000


async def run(rounds: int) -> list[Measured]:
    """Both files at their full length."""
    return await compared_with(rounds, CSV_ROWS, XLSX_ROWS)


async def compared_with(rounds: int, csv_rows: int, xlsx_rows: int) -> list[Measured]:
    """The comparison on files of so many rows."""
    with tempfile.TemporaryDirectory() as folder:
        text, book = Path(folder) / "orders.csv", Path(folder) / "orders.xlsx"
        write_csv(text, csv_rows)
        write_xlsx(book, xlsx_rows)

        async def read_csv() -> None:
            plainly_csv(text, csv_rows)

        async def read_xlsx() -> None:
            plainly_xlsx(book, xlsx_rows)

        async def our_csv() -> None:
            typed(text, CSV_KIND, csv_rows)

        async def our_xlsx() -> None:
            typed(book, XLSX_KIND, xlsx_rows)

        return [
            await compare("files csv", our_csv, read_csv, rounds=rounds, goal=GOAL, against="csv.reader"),
            await compare("files xlsx", our_xlsx, read_xlsx, rounds=rounds, goal=GOAL, against="python-calamine"),
        ]


def typed(path: Path, kind: str, rows: int) -> None:
    """Every row typed and keyed; raises AssertionError where the file is not what it should be."""
    file = SourceFile(path.name, path)
    known = identify(file)
    document = known.read(file, Facts(name=path.name, shop="bench"))
    count = sum(1 for _ in document.rows)
    if (known.KIND, count, len(document.quarantine)) != (kind, rows, 0):
        raise AssertionError(f"{known.KIND}: {count} rows, {len(document.quarantine)} refused")


def plainly_csv(path: Path, rows: int) -> None:
    """Decoded and cut into cells, nothing else."""
    with path.open(encoding="gb18030", newline="") as stream:
        count = sum(1 for _ in csv.reader(stream))
    if count != rows + 1:
        raise AssertionError(f"{count} lines")


def plainly_xlsx(path: Path, rows: int) -> None:
    """Cells of the first sheet, nothing else."""
    from python_calamine import CalamineWorkbook

    count = len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False))
    if count != rows + 1:
        raise AssertionError(f"{count} lines")
