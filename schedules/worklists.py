"""The rows that a job works on: taken from the core once, kept in the run folder, given as rows or as a sheet."""

import json
from pathlib import Path

from bots.flow.flow import Flow
from schedules.desk import Desk
from schedules.plan import Job

Row = dict[str, str]


def worklist_rows(desk: Desk, job: Job, shop: str, folder: Path) -> list[Row]:
    """The published rows of the worklist for the shop, fixed at the first attempt: a resume sees the same.

    But for those that a person has settled meanwhile, or the core has taken back: they are not to be done any more.
    Where another machine has made the first attempt, the books say what it had.
    """
    if not job.worklist:
        return []
    from storage.erp.commands import worklists as commands

    with desk.database.read() as connection:
        rows = commands.rows(connection, job.worklist, shop, job.night.isoformat(), job.run_id)
    kept = rows_path(folder)
    if kept.exists():
        still = {row["_id"] for row in rows}
        found: list[Row] = json.loads(kept.read_text("utf-8"))
        return [row for row in found if row["_id"] in still]
    if rows:
        kept.parent.mkdir(parents=True, exist_ok=True)
        temporary = kept.with_suffix(".new")
        temporary.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
        temporary.replace(kept)
    return rows


def rows_path(folder: Path) -> Path:
    """Where a run keeps the rows that it works on."""
    return folder / "inputs" / "worklist.json"


def sheet_inputs(flow: Flow, job: Job, shop: str, rows: list[Row], folder: Path) -> dict[str, object]:
    """Inputs `sheet` and `batch` for a flow that uploads the whole worklist at once; empty for a flow of items.

    The file's name is the batch's name: by it the site's list of batches tells whether it was uploaded before.
    """
    if flow.items is not None or not rows or "sheet" not in flow.inputs:
        return {}
    name = f"发货-{shop}-{job.night}.xlsx"
    path = folder / "inputs" / name
    if not path.exists():
        write_sheet(path, rows)
    return {"sheet": str(path), "batch": name}


def write_sheet(path: Path, rows: list[Row]) -> None:
    """The rows as a workbook of text cells, whole or not at all; columns that begin with `_` are ours and stay out."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("发货")
    columns = [name for name in rows[0] if not name.startswith("_")]
    sheet.append(columns)
    for row in rows:
        cells = []
        for name in columns:
            cell = WriteOnlyCell(sheet, value=row[name])
            cell.data_type = "s"  # never a formula, whatever the text begins with
            cells.append(cell)
        sheet.append(cells)
    temporary = path.with_suffix(".new")
    book.save(temporary)
    temporary.replace(path)
