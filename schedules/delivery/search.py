"""Finding a document: by words of its name, shop, kind, days, beginning of its sha256, or an order that it tells of."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select, union_all

from schedules.delivery.receipts import DELIVERED
from storage.database.tables import bill_line, document_row, order_line, platform_order, raw_file, raw_receipt, raw_row
from storage.database.tables import refund as refund_line
from storage.database.tables.delivery import delivery, filed

TOLD_BY_ORDER = (bill_line, document_row, order_line, platform_order, refund_line)
AT_ONCE = 500


class Wanted(NamedTuple):
    """What is looked for; "" and () ask for nothing. Days are those that the document tells of."""

    text: str = ""
    shop: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    sha: str = ""
    order_no: str = ""
    thorough: bool = False
    """Look into every row as the files have it, not only into the rows that the books hold: slower, complete."""


class Found(NamedTuple):
    """One document of one occasion. `path`: where it is filed, "" if it is not; `rows`: those that name the order."""

    file_sha: str
    name: str
    shop: str
    kind: str
    period_from: str
    period_to: str
    size: int
    state: str
    received_at: str
    path: str
    rows: Sequence[int] = ()
    delivered: Sequence[str] = ()


def find(connection: Connection, wanted: Wanted, most: int = 100) -> list[Found]:
    """The documents that are all of that, the latest days first."""
    rows = rows_of_order(connection, wanted.order_no, thorough=wanted.thorough) if wanted.order_no else None
    r, f = raw_receipt.c, raw_file.c
    whose = func.coalesce(func.nullif(r.owner, ""), r.shop).label("whose")
    same = and_(filed.c.file_sha == r.file_sha, filed.c.name == r.name, filed.c.shop == r.shop)
    query = (
        select(r.file_sha, r.name, whose, f.kind, r.period_from, r.period_to, f.size, f.state, r.received_at)
        .add_columns(func.coalesce(filed.c.path, "").label("path"))
        .join_from(raw_receipt, raw_file, r.file_sha == f.file_sha)
        .outerjoin(filed, same)
        .where(*_conditions(wanted, whose))
        .order_by(r.period_to.desc(), r.received_at.desc(), r.file_sha, r.name, r.shop)
    )
    if rows is not None:
        query = query.where(r.file_sha.in_(sorted(rows)))
    found = []
    for row in connection.execute(query):
        if not wanted.kind or fnmatchcase(row.kind, wanted.kind):
            found.append(Found(*row)._replace(rows=(rows or {}).get(row.file_sha, ())))
        if len(found) == most:
            break
    return _with_receivers(connection, found)


def _conditions(wanted: Wanted, whose: Any) -> list[ColumnElement[bool]]:
    r = raw_receipt.c
    told: list[ColumnElement[bool]] = []
    for word in wanted.text.split():
        parts = [
            column.contains(word, autoescape=True)
            for column in (r.name, filed.c.path, r.owner, r.shop, raw_file.c.kind)
        ]
        told.append(or_(*parts))
    if wanted.shop:
        told.append(whose == wanted.shop)
    if wanted.sha:
        told.append(r.file_sha.startswith(wanted.sha.lower(), autoescape=True))
    if wanted.since:
        told.append(r.period_to >= wanted.since)
    if wanted.until:
        told.append(and_(r.period_from != "", r.period_from <= wanted.until))
    return told


def rows_of_order(connection: Connection, order_no: str, *, thorough: bool = False) -> dict[str, list[int]]:
    """sha256 → the rows of that document that tell of the order, as the books hold them; `thorough`: as files do."""
    told = [select(t.c.file_sha, t.c.row_no).where(t.c.order_no == order_no) for t in TOLD_BY_ORDER]
    if thorough:
        contained = raw_row.c.payload.contains(order_no, autoescape=True)
        told.append(select(raw_row.c.file_sha, raw_row.c.row_no).where(contained))
    found: dict[str, list[int]] = {}
    for sha, row_no in sorted({(sha, row_no) for sha, row_no in connection.execute(union_all(*told))}):
        found.setdefault(sha, []).append(row_no)
    return found


def _with_receivers(connection: Connection, found: list[Found]) -> list[Found]:
    """To whom each went."""
    to: dict[str, list[str]] = {}
    paths = sorted({one.path for one in found if one.path})
    for begin in range(0, len(paths), AT_ONCE):
        some = select(delivery.c.path, delivery.c.rule).where(
            delivery.c.path.in_(paths[begin : begin + AT_ONCE]), delivery.c.state == literal(DELIVERED)
        )
        for path, rule in connection.execute(some.order_by(delivery.c.rule)):
            to.setdefault(path, []).append(rule)
    return [one._replace(delivered=tuple(to.get(one.path, ()))) for one in found]
