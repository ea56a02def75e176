"""django-oscar's report of orders: moments in the dashboard's language, the days in the file's name."""

import re

from storage.documents.cells import Cell, plain
from storage.documents.django_oscar_orders import placed_at
from storage.documents.file import SourceFile
from storage.documents.layout import Layout
from storage.documents.table import Table

_DAYS = re.compile(r"(20\d\d-\d\d-\d\d)-to-(20\d\d-\d\d-\d\d)")


def _placed_at(column: str, cell: Cell) -> str:
    return placed_at(column, plain(cell))


def _covers(_table: Table, file: SourceFile) -> tuple[str, str]:
    said = _DAYS.search(file.name)
    return (said[1], said[2]) if said else ("", "")


LAYOUT = Layout(
    "django_oscar_order_report",
    platform="oscar",
    title="django-oscar 订单报告",
    verified="described",
    header="Order number,Name,Email,Total incl. tax,Date placed",
    key=("Order number",),
    needed=("Order number", "Total incl. tax", "Date placed"),
    ids=("Order number",),
    moments=("Date placed",),
    reads={"Date placed": _placed_at},
    money=("Total incl. tax",),
    order=("Order number", "oscar.order_no"),
    at="Date placed",
    currency="",
    covers=_covers,
)
