"""Where files lie that are made from the books, for whoever shows them and needs nothing of how they are made."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schedules.desk import Desk


def facts_path(desk: "Desk") -> Path:
    """Where the copy by column lies; it may be deleted at any time and is made anew."""
    return desk.home / "facts.duckdb"


def report_path(desk: "Desk", night: date) -> Path:
    """Where the morning report of the night lies."""
    return desk.home / "reports" / f"{'morning' if desk.settings.lang == 'en' else '早报'}-{night}.xlsx"
