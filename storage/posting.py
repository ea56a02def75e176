"""Typed rows of documents into the books, inside the caller's transaction.

Whatever the order in which files arrive, the books end the same: every table takes the greater of two rows by the
moment that it was changed or exported, never by the moment that it was read (`bulk.merge`).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy import func as sql

from storage.database.bulk import Counts, looked_up, merge, upsert
from storage.database.tables import (
    ad_day,
    bundle,
    channel_sku,
    document_row,
    move,
    order_event,
    order_line,
    platform_order,
    refund,
    sku,
    warehouse,
    waybill,
)
from storage.documents.order_states import order_states
from storage.documents.rows import (
    AdRow,
    BankRow,
    BatchRow,
    BillRow,
    DataRow,
    OrderRow,
    ProductRow,
    RefundRow,
    ResultRow,
    Row,
    StockRow,
    SubOrderRow,
    WaybillRow,
)
from storage.erp.privacy.raw_rows import masked_row
from storage.erp.stock.book import MoveRow, record_moves
from storage.errors import StockOpened
from storage.posting_results import post_batch, post_results
from storage.posting_source import Source as Source
from storage.posting_statements import post_bank, post_bills
from storage.row_text import RowText

PLATFORM = "practice"
ORDER_TOLD = ("content_hash", "file_sha", "exported_at")
SETTLED_DAYS = 2
"""An export so long after the change that it tells of has all of it: later ones that say the same are no news."""
PIECE_ROWS = 20_000
_WHOSE = itemgetter(SubOrderRow._fields.index("shop"), SubOrderRow._fields.index("order_no"))
_BETWEEN = "\x1f"
_SHAPE = _BETWEEN.join(["%s"] * (len(SubOrderRow._fields) - 1))
Hashed = tuple[list[SubOrderRow], str]
"""The rows of one order and the hash of what they say."""
ORDER_VERSION = ("platform_modified_at", "exported_at", "content_hash")
LINE_VERSION = ("platform_modified_at", "exported_at")


# Rows without a modification time of their own: the same bytes exported again later are news (the shelf is again as it
# was last week), so they are posted again under the later moment.
EACH_ALONE = frozenset({AdRow, BankRow, BillRow, DataRow, RefundRow, WaybillRow})
"""Rows that nothing else in their file has a say about: posted some thousand at a time."""
TOLD_BY_EXPORT = (AdRow, DataRow, OrderRow, ProductRow, RefundRow, SubOrderRow)


def post(connection: Connection, source: Source, rows: Iterable[Row]) -> Counts:
    """Write all rows; the counts are those of the table that the kind is about.

    Raises StockOpened for a second opening count, StatementTwice for days of a wallet that another kind of statement
    has told of, StockError for moves that contradict the books; the caller's transaction must then be rolled back.
    """
    counts = Counts()
    for kind, group in groupby(rows, key=type):
        size = PIECE_ROWS if kind in EACH_ALONE else None
        for piece in _whole_orders(group) if kind is SubOrderRow else _pieces(group, size):
            counts = counts.plus(POSTINGS[kind](connection, source, piece))
    return counts


def _pieces(rows: Iterable[Any], size: int | None) -> Iterator[list[Any]]:
    """The rows so many at a time; all at once where there is no size."""
    rows = iter(rows)
    while piece := list(islice(rows, size)):
        yield piece


def _whole_orders(rows: Iterable[Any]) -> Iterator[list[SubOrderRow]]:
    """Pieces in which every order is whole: one whose rows stand in several places waits for the last piece.

    Orders are known by the hash of their key; two that share it only wait together.
    """
    rows = rows if isinstance(rows, Sequence) else list(rows)
    if len(rows) <= PIECE_ROWS:
        yield list(rows)
        return
    seen: set[int] = set()
    torn: set[int] = set()
    for piece in _pieces(rows, PIECE_ROWS):
        keys = set(map(hash, map(_WHOSE, piece)))
        torn |= keys & seen
        seen |= keys
    seen.clear()
    waiting: list[SubOrderRow] = []
    for piece in _pieces(rows, PIECE_ROWS):
        waiting += [row for row in piece if torn and hash(_WHOSE(row)) in torn]
        yield [row for row in piece if hash(_WHOSE(row)) not in torn] if torn else piece
    if waiting:
        yield waiting


def _post_sub_orders(connection: Connection, source: Source, rows: list[SubOrderRow]) -> Counts:
    hashed = [(lines, _hash(_said(lines))) for lines in _grouped(rows)]
    news, again = _news(connection, source, hashed)
    told = (_order(source, lines, content_hash) for lines, content_hash in news)
    counts = merge(connection, platform_order, told, version=ORDER_VERSION)
    upsert(connection, platform_order, (_order(source, lines, content_hash) for lines, content_hash in again))
    posted = (_line(source, row) for lines, _ in news for row in lines)
    merge(connection, order_line, posted, version=LINE_VERSION)
    _post_events(connection, (event for lines, _ in news for event in _events(source, lines)))
    return counts.plus(Counts(same=len(hashed) - len(news)))


def _said(lines: list[SubOrderRow]) -> str:
    """What the rows say, wherever in the file they stand."""
    texts = [_SHAPE % line[1:] for line in lines]
    if "".join(texts).count(_BETWEEN) != _SHAPE.count(_BETWEEN) * len(lines):
        return repr(sorted(line[1:] for line in lines))
    return "\n".join(sorted(texts))


def _news(connection: Connection, source: Source, orders: list[Hashed]) -> tuple[list[Hashed], list[Hashed]]:
    """The orders that posting could change something for; those of them of which the same file said less before, when
    rows of it were in quarantine: it is no rival of itself.

    Not those that stand in the books with this content from a smaller source and no earlier export: whatever told them
    posted their lines and events too, and of equal content and export the smaller source is kept.
    """
    by_shop: dict[str, list[Hashed]] = {}
    for order in orders:
        by_shop.setdefault(order[0][0].shop, []).append(order)
    news: list[Hashed] = []
    again: list[Hashed] = []
    for shop, mine in by_shop.items():
        numbers = [lines[0].order_no for lines, _ in mine]
        fixed = {"platform": PLATFORM, "shop": shop}
        known = list(looked_up(connection, platform_order, fixed, "order_no", numbers, ORDER_TOLD))
        before = {number: content for number, content, sha, _ in known if sha == source.file_sha}
        again += [one for one, number in zip(mine, numbers, strict=True) if before.get(number, one[1]) != one[1]]
        told = {(number, content): at for number, content, sha, at in known if sha < source.file_sha}
        news += [
            order
            for order, number in zip(mine, numbers, strict=True)
            if (at := told.get((number, order[1]))) is None or at < _told_at(source, _head(order[0]))
        ]
    return news, again


def _grouped(rows: Iterable[SubOrderRow]) -> list[list[SubOrderRow]]:
    orders: dict[tuple[str, str], list[SubOrderRow]] = {}
    for whose, lines in groupby(rows, key=_WHOSE):
        found = list(lines)
        if (known := orders.setdefault(whose, found)) is not found:
            known += found
    return list(orders.values())


def _head(lines: list[SubOrderRow]) -> SubOrderRow:
    """The latest row: order-level columns repeat, and it speaks for the order."""
    return max(lines, key=lambda row: (row.modified_at, row.sub_no)) if len(lines) > 1 else lines[0]


def _told_at(source: Source, row: SubOrderRow) -> str:
    """When the row was exported, by which of two states of the same second the later one is known.

    No later than some days after its change: what is exported then says all of that second, and an export of every old
    order that tells nothing new need not be written down.
    """
    return min(source.exported_at, _settled_day(row.modified_at[:10]) + row.modified_at[10:])


@lru_cache(maxsize=1 << 12)
def _settled_day(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=SETTLED_DAYS)).isoformat()


def _order(source: Source, lines: list[SubOrderRow], content_hash: str) -> dict[str, object]:
    """One order of its sub-order rows; order-level columns repeat, so the latest row speaks for the order."""
    head = _head(lines)
    states = order_states(lines)
    return {
        "platform": PLATFORM,
        "shop": head.shop,
        "order_no": head.order_no,
        "content_hash": content_hash,
        "pay_state": states.pay,
        "ship_state": states.ship,
        "refund_state": states.refund,
        "platform_status": head.status,
        "goods_fen": sum(line.price_fen * line.qty for line in lines),
        "paid_fen": head.paid_fen,
        "seller_discount_fen": head.seller_discount_fen,
        "platform_discount_fen": head.platform_discount_fen,
        "freight_fen": head.freight_fen,
        "refunded_fen": states.refunded_fen,
        "priority": head.priority,
        "province": head.province,
        "city": head.city,
        "created_at": head.created_at,
        "paid_at": head.paid_at,
        "shipped_at": max(line.shipped_at for line in lines),
        "finished_at": head.finished_at,
        "latest_ship_at": head.latest_ship_at,
        "platform_modified_at": head.modified_at,
        "exported_at": _told_at(source, head),
        "file_sha": source.file_sha,
        "row_no": min(line.row_no for line in lines),
    }


def _hash(said: str) -> str:
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _line(source: Source, row: SubOrderRow) -> dict[str, object]:
    return {
        "platform": PLATFORM,
        "shop": row.shop,
        "order_no": row.order_no,
        "sub_no": row.sub_no,
        "product_id": row.product_id,
        "platform_sku": row.platform_sku,
        "code": row.code,
        "title": row.title,
        "qty": row.qty,
        "price_fen": row.price_fen,
        "discount_share_fen": row.discount_share_fen,
        "paid_share_fen": row.paid_share_fen,
        "refunded_fen": row.refunded_fen,
        "refund_status": row.refund_status,
        "carrier": row.carrier,
        "waybill_no": row.waybill_no,
        "platform_modified_at": row.modified_at,
        "exported_at": _told_at(source, row),
        "file_sha": source.file_sha,
        "row_no": row.row_no,
    }


def _events(source: Source, lines: list[SubOrderRow]) -> Iterator[dict[str, object]]:
    head = _head(lines)
    row_no = min(line.row_no for line in lines)
    moments = {
        ("created", head.created_at),
        ("paid", head.paid_at),
        ("finished", head.finished_at),
        ("closed", head.modified_at if "关闭" in head.status else ""),
        *(("shipped", line.shipped_at) for line in lines),
    }
    for name, at in sorted(moments):
        if at:
            yield _event(PLATFORM, head.shop, head.order_no, name, at, f"{source.file_sha}:{row_no}")


def _event(
    platform: str, shop: str, order_no: str, name: str, at: str, cause: str, **data: object
) -> dict[str, object]:
    return {
        "platform": platform,
        "shop": shop,
        "order_no": order_no,
        "type": name,
        "at": at,
        "actor": "platform",
        "cause": cause,
        "data": json.dumps(data, ensure_ascii=False, sort_keys=True) if data else "",
    }


def _post_events(connection: Connection, events: Iterable[Mapping[str, object]]) -> None:
    """Facts: one per key; which file told it first does not matter, the smaller cause is kept."""
    merge(connection, order_event, events, source=["cause"])


def _post_orders(connection: Connection, source: Source, rows: list[OrderRow]) -> Counts:
    orders = [
        {
            "platform": row.platform,
            "shop": row.shop,
            "order_no": row.order_no,
            "content_hash": _hash(repr(row[1:])),
            "pay_state": "closed" if row.closed else "",
            "ship_state": "none",
            "refund_state": "none",
            "platform_status": row.status,
            "paid_fen": row.paid_fen,
            "created_at": row.created_at,
            "platform_modified_at": "",
            "exported_at": source.exported_at,
            "file_sha": source.file_sha,
            "row_no": row.row_no,
        }
        for row in rows
    ]
    cause = f"{source.file_sha}:"
    _post_events(
        connection,
        (_event(r.platform, r.shop, r.order_no, "created", r.created_at, f"{cause}{r.row_no}") for r in rows),
    )
    return merge(connection, platform_order, orders, version=ORDER_VERSION)


def _post_refunds(connection: Connection, source: Source, rows: list[RefundRow]) -> Counts:
    refunds = (
        {
            "platform": PLATFORM,
            **row._asdict(),
            "after_settlement": int(row.after_settlement),
            "exported_at": source.exported_at,
            "file_sha": source.file_sha,
        }
        for row in rows
    )
    done = (
        _event(
            PLATFORM,
            row.shop,
            row.order_no,
            "refunded",
            row.done_at,
            f"{source.file_sha}:{row.row_no}",
            refund_no=row.refund_no,
            amount_fen=row.amount_fen,
        )
        for row in rows
        if row.done_at
    )
    _post_events(connection, done)
    return merge(connection, refund, refunds, version=["done_at", "exported_at"])


def _post_products(connection: Connection, source: Source, rows: list[ProductRow]) -> Counts:
    listed = (
        {
            "platform": PLATFORM,
            **{name: value for name, value in row._asdict().items() if name != "components"},
            "exported_at": source.exported_at,
            "file_sha": source.file_sha,
        }
        for row in rows
    )
    counts = merge(connection, channel_sku, listed, version=["exported_at"])
    _post_codes(connection, source, ((row.row_no, row.code, row.title) for row in rows if row.code))
    parts = [(row.row_no, code, "") for row in rows for code, _ in row.components]
    _post_codes(connection, Source(source.file_sha, ""), parts)
    _post_bundles(connection, source, rows)
    return counts


def _post_codes(connection: Connection, source: Source, codes: Iterable[tuple[int, str, str]]) -> None:
    """Codes that warehouses know; one that comes without a title (exported_at "") never hides a title."""
    rows = (
        {
            "code": code,
            "title": title,
            "exported_at": source.exported_at if title else "",
            "file_sha": source.file_sha,
            "row_no": row_no,
        }
        for row_no, code, title in codes
    )
    merge(connection, sku, rows, version=["exported_at"])


def _post_bundles(connection: Connection, source: Source, rows: list[ProductRow]) -> None:
    """What bundles are made of: the newest export of a code speaks for all of it, parts it no longer names go."""
    parts = [
        {
            "code": row.code,
            "component": component,
            "qty": qty,
            "exported_at": source.exported_at,
            "file_sha": source.file_sha,
            "row_no": row.row_no,
        }
        for row in rows
        for component, qty in row.components
    ]
    if not parts:
        return
    merge(connection, bundle, parts, version=["exported_at"])
    other = bundle.alias("other")
    newest = select(sql.max(other.c.exported_at)).where(other.c.code == bundle.c.code).scalar_subquery()
    connection.execute(delete(bundle).where(bundle.c.exported_at < newest))


def _post_stock(connection: Connection, source: Source, rows: list[StockRow]) -> Counts:
    _refuse_second_opening(connection, rows)
    ranks = {code: rank for rank, code in enumerate(dict.fromkeys(row.warehouse for row in rows), 1)}
    places = (
        {"warehouse": r.warehouse, "name": r.warehouse_name, "province": r.province, "rank": ranks[r.warehouse]}
        for r in rows
    )
    merge(connection, warehouse, places, source=())
    _post_codes(connection, source, ((row.row_no, row.code, "") for row in rows))
    return record_moves(connection, [_opening(source, row) for row in rows if row.qty])


def _opening(source: Source, row: StockRow) -> MoveRow:
    return MoveRow(
        doc_type="opening",
        doc_id=row.document_no,
        doc_line=f"{row.warehouse}|{row.code}",
        leg=1,
        code=row.code,
        from_place="opening",
        to_place=row.warehouse,
        qty=row.qty,
        unit_cost_fen=row.unit_cost_fen,
        at=row.counted_at,
        file_sha=source.file_sha,
        row_no=row.row_no,
    )


def _refuse_second_opening(connection: Connection, rows: list[StockRow]) -> None:
    """A warehouse is opened once: a second count under another number would double its stock. Raises StockOpened."""
    places = sorted({row.warehouse for row in rows})
    query = (
        select(move.c.doc_id, move.c.to_place)
        .where(move.c.doc_type == "opening", move.c.to_place.in_(places))
        .distinct()
        .order_by(move.c.doc_id)
    )
    numbers = {row.document_no for row in rows}
    for doc_id, place in connection.execute(query):
        if doc_id not in numbers:
            raise StockOpened(place, doc_id, sorted(numbers))


def _post_waybills(connection: Connection, source: Source, rows: list[WaybillRow]) -> Counts:
    return merge(connection, waybill, ({**row._asdict(), "file_sha": source.file_sha} for row in rows))


def _post_ads(connection: Connection, source: Source, rows: list[AdRow]) -> Counts:
    spent = (
        {
            "platform": PLATFORM,
            **row._asdict(),
            "exported_at": source.exported_at,
            "file_sha": source.file_sha,
        }
        for row in rows
    )
    return merge(connection, ad_day, spent, version=["exported_at"])


def _post_data(connection: Connection, source: Source, rows: list[DataRow]) -> Counts:
    """What a later export says of a row holds, whichever was read first."""
    text = RowText(sort_keys=True)
    told = (
        {
            **row._asdict(),
            "data": text(masked_row(row.data, row.kind)),
            "exported_at": source.exported_at,
            "file_sha": source.file_sha,
        }
        for row in rows
    )
    return merge(connection, document_row, told, version=["exported_at"])


POSTINGS: dict[type[Any], Callable[[Connection, Source, list[Any]], Counts]] = {
    AdRow: _post_ads,
    BankRow: post_bank,
    BatchRow: post_batch,
    BillRow: post_bills,
    DataRow: _post_data,
    OrderRow: _post_orders,
    ProductRow: _post_products,
    RefundRow: _post_refunds,
    ResultRow: post_results,
    StockRow: _post_stock,
    SubOrderRow: _post_sub_orders,
    WaybillRow: _post_waybills,
}
