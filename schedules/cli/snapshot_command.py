"""What a warehouse says it has, held against the books: `snapshot`."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown

from schedules.cli.screen import console, say, tell
from schedules.problems import EXIT_CODES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schedules.desk import Desk
    from storage.erp.stock.snapshots import SnapshotDifference, SnapshotRow

ROWS_SHOWN = 200


def snapshot(
    file: Annotated[
        Path, typer.Argument(help="仓库导出的库存 / the warehouse's own list", exists=True, dir_okay=False)
    ],
    warehouse: Annotated[
        str, typer.Option(help="哪个仓（文件里没写时） / warehouse, where the file does not say")
    ] = "",
    at: Annotated[str, typer.Option(help="哪一刻的（文件里没写时） / as of, YYYY-MM-DD [HH:MM:SS]")] = "",
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """仓库说有多少、账上那一刻有多少，差的一条条列出来；只看不改，有差以 5 退出。原文件进归档。

    A warehouse's own stock list beside the books of its moment: every difference, in words; nothing is changed. Exit
    code 5 where something differs. The file is kept in the archive.

    例 / examples: `yeban snapshot 库存.xlsx` · `yeban snapshot 库存.csv --warehouse HZ --at "2026-11-20 23:59:59"`
    """
    from schedules.desk import open_desk
    from storage.erp.stock.snapshots import snapshot_differences

    with open_desk() as desk:
        rows = _read(desk, file, warehouse, at)
        with desk.database.read() as connection:
            found = snapshot_differences(connection, rows)
    if json_:
        keys = ("warehouse", "code", "as_of", "snapshot_qty", "book_qty", "gap_qty", "row_no", "words")
        said = [{key: getattr(one, key) for key in keys} for one in found]
        typer.echo(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        _show(found)
        tell(f"比了 {len(rows)} 行，{len(found)} 处不一样。", f"{len(rows)} rows compared, {len(found)} differ.",
             "yellow" if found else "green")  # fmt: skip
    if found:
        raise SystemExit(EXIT_CODES["person"])


def _read(desk: "Desk", path: Path, warehouse: str, at: str) -> "list[SnapshotRow]":
    """The file's rows by the names of its columns. Raises FileError, SnapshotWrong."""
    from storage.archive import Facts
    from storage.documents.file import SourceFile
    from storage.documents.table import find_table
    from storage.erp.stock.snapshots import AT, CODE, PLACE, QTY, rows_of

    needed, more = ["|".join(CODE), "|".join(QTY)], ["|".join(PLACE), "|".join(AT)]
    table = find_table(SourceFile(path.name, path), needed, more)
    titles = [titles[0] for titles in (CODE, QTY, PLACE, AT)]
    told = [
        (record.no, {title: record.identity(title, required=False) for title in titles}) for record in table.records()
    ]
    kept = desk.archive.put(path, Facts(name=path.name, kind="stock_snapshot"))
    return rows_of(told, kept.sha256, as_of=at or _said_above(table.lead(), AT), warehouse=warehouse)


def _said_above(lead: "Iterable[str]", titles: "Iterable[str]") -> str:
    """The moment that the lines before the header say: `盘点时间：2026-11-21 00:30:00`; "" where they do not."""
    said = re.compile(rf"(?:{'|'.join(titles)})[:：]?\s*(\d{{4}}-\d{{2}}-\d{{2}}(?: \d{{2}}:\d{{2}}:\d{{2}})?)")
    return next((found[1] for line in lead if (found := said.search(line))), "")


def _show(found: "list[SnapshotDifference]") -> None:
    if not found:
        return
    table = Shown()
    for zh, en in (("仓", "warehouse"), ("编码", "code")):
        table.add_column(say(zh, en), overflow="fold")
    for zh, en in (("仓库说", "snapshot"), ("账上", "books"), ("差", "gap"), ("文件行", "row")):
        table.add_column(say(zh, en), justify="right")
    for one in found[:ROWS_SHOWN]:
        qty = (one.snapshot_qty, one.book_qty, f"{one.gap_qty:+d}", one.row_no or "—")
        table.add_row(one.warehouse, one.code, *map(str, qty))
    console.print(table)


def register(app: typer.Typer) -> None:
    """Put the command on the command line."""
    app.command()(snapshot)
