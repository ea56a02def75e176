"""What order exports of 淘宝 write in their own way: the waybill is sometimes `No:` and the number."""

from storage.documents import cells
from storage.documents.cells import Cell


def waybill_no(column: str, cell: Cell) -> str:
    """The number without `No:`. Raises CellDestroyed."""
    return cells.identity(column, cell, required=False).removeprefix("No:").strip()
