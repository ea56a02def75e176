"""Orders into SQLite: new ones, and an export that tells nothing new; and the memory that a long file takes.

The rates are of posting typed rows in one durable transaction, as every file is posted. The second export is one whose
checksum is greater: of equal content the books name the file with the smaller one, so that a smaller one is written.
"""

import gc
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from storage.archive import Facts
from storage.database.connection import Database, open_database
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS
from storage.documents.rows import Row
from storage.posting import Source, post
from tests.bench.measure import Measured, within
from tests.bench.order_files import MALL_KIND, mall_export, write_csv

ORDERS = 40_000
NEW_PER_SECOND = 10_000
SAME_PER_SECOND = 50_000
CSV_ROWS = 1_000_000
MEMORY_MB_MAX = 600
INGEST = """
from storage.archive import Archive
from storage.database.connection import open_database
from storage.ingest import ingest
database = open_database(path.parent / "books.sqlite")
taken = ingest(database, Archive(path.parent / "archive"), path, facts=Facts(name="o.csv", shop="bench"))
count = taken.created
"""
READ = """
from storage.documents.file import SourceFile
from storage.documents.kinds import identify
document = identify(SourceFile("o.csv", path)).read(SourceFile("o.csv", path), Facts(shop="bench"))
count = sum(1 for row in document.rows)
assert sum(1 for row in document.raw) == count
"""
_PROCESS = """
import resource, sys
from pathlib import Path
from storage.archive import Facts
path = Path(sys.argv[1])
{work}
assert count == int(sys.argv[2]), count
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sys.stdout.write(str(peak / (1 << 20) if sys.platform == "darwin" else peak / (1 << 10)))
"""


async def run(rounds: int) -> list[Measured]:
    """Rates and memory at their full size."""
    return await held_against(rounds, ORDERS, CSV_ROWS)


async def held_against(rounds: int, orders: int, csv_rows: int) -> list[Measured]:
    """New orders, the same ones again, and the peak of a process that ingests a CSV of so many rows."""
    rows = KINDS[MALL_KIND].read(SourceFile("o.csv", mall_export(orders)), Facts(name="o.csv")).rows
    new_s, same_s = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            database = open_database(Path(folder) / "books.sqlite")
            new_s.append(posting_s(database, "b" * 64, list(rows), created=orders))
            same_s.append(posting_s(database, "c" * 64, list(rows), created=0))
            database.close()
    new = f"{NEW_PER_SECOND:,} orders/s"
    same = f"{SAME_PER_SECOND:,} orders/s"
    memory = [peak_mb(csv_rows, INGEST)]
    return [
        within("ingest new", new_s, limit_s=orders / NEW_PER_SECOND, what=new),
        within("ingest same", same_s, limit_s=orders / SAME_PER_SECOND, what=same),
        within("ingest memory", memory, limit_s=MEMORY_MB_MAX, what=f"{csv_rows:,} rows", unit="MB"),
    ]


def posting_s(database: Database, file_sha: str, rows: list[Row], *, created: int) -> float:
    """Seconds from the first row to the end of the transaction."""
    gc.collect()
    started = time.perf_counter()
    with database.write() as connection:
        counts = post(connection, Source(file_sha, "2026-11-22T00:00:00+00:00"), rows)
    spent = time.perf_counter() - started
    if counts.created != created or counts.changed:
        raise AssertionError(str(counts))
    return spent


def peak_mb(rows: int, work: str) -> float:
    """Megabytes that a process took at most while it did the work with a GB18030 CSV of so many rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        write_csv(path, rows)
        command = [sys.executable, "-c", _PROCESS.format(work=work), str(path), str(rows)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)
