"""The pool: orders of every platform's own file beside those of the bots, counted against the files they came from."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from storage.ahead import ahead
from storage.database.behind import Behind
from storage.database.bulk import Counts, add_missing, planned_anew, upsert
from storage.database.collector import collector_at_rest
from storage.database.tables import document_row, order_event, order_line, platform_order
from storage.database.tables.review import order_detail
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.mappers import MAPPERS, Data, Mapper, line_refund, pay_state, refund_state, ship_state
from storage.erp.orders.rows import rows_of
from storage.erp.orders.shares import largest_remainder

PIECE_ORDERS = 5_000
_DIGITS = re.compile(r"\d{7,}")
_FROM = ("exported_at", "file_sha", "row_no")
_EVENT = (*OrderKey._fields, "type", "at", "actor", "cause", "data")
_read = json.JSONDecoder().raw_decode


@collector_at_rest()
def collect(connection: Connection, kinds: Iterable[str] | None = None) -> Counts:
    """Bring the orders of every collected platform file into the pool; the counts are orders. Again changes nothing.

    Whatever the order in which files arrive the pool ends the same: of two exports of an order the later one counts.
    """
    counts = Counts()
    for kind in sorted(kinds or MAPPERS):
        r = document_row.c
        shops = select(r.platform, r.shop).where(r.kind == kind, r.order_no != "").distinct()
        for platform, shop in connection.execute(shops.order_by(r.platform, r.shop)).all():
            told = _told(connection, kind, platform, shop)
            fresh = _fresh(connection, told)
            with (
                ahead(partial(_in_pieces, MAPPERS[kind], fresh), len(fresh)) as pieces,
                Behind[Counts](connection) as behind,
            ):
                for taken in pieces:
                    behind.do(partial(_write, connection, taken))
            counts = counts.plus(Counts(same=len(told) - len(fresh)))
            for written in behind.done:
                counts = counts.plus(written)
    planned_anew(connection, (platform_order, order_line, order_detail), counts.created)
    return counts


class _Row(NamedTuple):
    """A row of a file: its number among rows with the same key, what it says, and where that stands."""

    n: int
    data: str
    exported_at: str
    file_sha: str
    row_no: int


class _Told(NamedTuple):
    """All rows that files have of one order; the newest of them speaks for it."""

    key: OrderKey
    rows: list[_Row]
    content_hash: str

    @property
    def newest(self) -> int:
        """Which row was exported last; of one file the first one."""
        if len(self.rows) == 1:
            return 0
        return max(range(len(self.rows)), key=lambda n: (self.rows[n].exported_at, -self.rows[n].row_no))


def _said(rows: Sequence[_Row]) -> str:
    """All that is said of an order, as JSON."""
    return f"[{', '.join([row.data for row in rows])}]"


def _told(connection: Connection, kind: str, platform: str, shop: str) -> list[_Told]:
    """What the files of a kind say of each order of a shop, in the order of its numbers."""
    r = document_row.c
    query = (
        select(r.order_no, r.n, r.data, r.exported_at, r.file_sha, r.row_no)
        .where(r.kind == kind, r.platform == platform, r.shop == shop, r.order_no != "")
        .order_by(r.row_key, r.n)
    )
    by_order: dict[str, list[_Row]] = defaultdict(list)
    for row in connection.execute(query).all():
        by_order[row[0]].append(_Row._make(row[1:]))
    return [
        _Told(OrderKey(platform, shop, order_no), rows, hashlib.sha256(_said(rows).encode()).hexdigest())
        for order_no, rows in sorted(by_order.items())
    ]


def _fresh(connection: Connection, told: Sequence[_Told]) -> list[_Told]:
    """The orders of which the pool does not say yet what their files say, or says it from other rows."""
    keys = [one.key for one in told]
    heads = {key: tuple(said) for key, *said in rows_of(connection, platform_order, keys, ("content_hash", *_FROM))}
    lines: dict[OrderKey, set[tuple[str, str, int]]] = defaultdict(set)
    for key, *said in rows_of(connection, order_line, keys, ("platform_modified_at", "file_sha", "row_no")):
        lines[key].add((said[0], said[1], said[2]))

    def is_known(one: _Told) -> bool:
        known = heads.get(one.key)
        if known is None or known != (one.content_hash, *one.rows[one.newest][2:]):
            return False
        return one.key not in lines or lines[one.key] == {row[2:] for row in one.rows}

    return [one for one in told if not is_known(one)]


_Taken = tuple[dict[str, object], list[dict[str, object]], dict[str, object]]
"""One order as it goes into the books: its head, its lines, its details."""


def _in_pieces(mapper: Mapper, fresh: Sequence[_Told]) -> Iterator[list[_Taken]]:
    for begin in range(0, len(fresh), PIECE_ORDERS):
        yield [_order(mapper, one) for one in fresh[begin : begin + PIECE_ORDERS]]


def _order(mapper: Mapper, told: _Told) -> _Taken:
    key, rows, newest = told.key, told.rows, told.newest
    data: list[Data] = _read(_said(rows))[0]
    said, number = partial(mapper.text, data[newest]), mapper.number
    lines = [_line(mapper, key, row, one) for row, one in zip(rows, data, strict=True)] if mapper.lines else []
    _tell_apart(lines)
    shares = [int(str(line["paid_share_fen"])) for line in lines]
    paid = number(data[newest], mapper.order_paid) if mapper.order_paid else sum(shares)
    if lines and sum(shares) != paid:
        for line, share in zip(lines, largest_remainder(paid, shares), strict=True):
            line["paid_share_fen"] = share
    freight = [number(one, mapper.freight) for one in data]
    refunded = sum([number(one, mapper.refunded) for one in data])
    words = [mapper.text(one, mapper.refund) for one in data]
    status, paid_at = said(mapper.status), said(mapper.paid_at)
    pay = pay_state(status, paid_at, paid, refunded, words[newest])
    waybills = sum(bool(line["waybill_no"]) for line in lines)
    shipped_at = max([mapper.text(one, mapper.shipped) for one in data])
    head = {
        "platform": key.platform, "shop": key.shop, "order_no": key.order_no,
        "content_hash": told.content_hash, "pay_state": pay,
        "ship_state": ship_state(status, shipped_at, waybills, len(lines)),
        "refund_state": refund_state(words, pay), "platform_status": status,
        "goods_fen": sum([number(one, mapper.price) * number(one, mapper.qty) for one in data]),
        "paid_fen": paid, "seller_discount_fen": sum([number(one, mapper.seller_discount) for one in data]),
        "platform_discount_fen": sum([number(one, mapper.platform_discount) for one in data]),
        "freight_fen": max(freight) if mapper.order_freight else sum(freight),
        "refunded_fen": min(refunded, paid), "priority": 0, "province": said(mapper.province),
        "city": said(mapper.city), "created_at": said(mapper.created), "paid_at": paid_at,
        "shipped_at": shipped_at, "finished_at": said(mapper.finished), "latest_ship_at": said(mapper.due),
        "platform_modified_at": "", "exported_at": rows[newest].exported_at, "file_sha": rows[newest].file_sha,
        "row_no": rows[newest].row_no,
    }  # fmt: skip
    detail: dict[str, object] = {
        "platform": key.platform, "shop": key.shop, "order_no": key.order_no, "district": said(mapper.district),
        "buyer_memo": _veiled(said(mapper.buyer_memo)), "seller_memo": _veiled(said(mapper.seller_memo)),
        "flag": said(mapper.flag), "told_at": rows[newest].exported_at,
    }  # fmt: skip
    return head, lines, detail


def _line(mapper: Mapper, key: OrderKey, row: _Row, data: Data) -> dict[str, object]:
    text, number = mapper.text, mapper.number
    own = [text(data, column) for column in mapper.sub]
    qty, price = number(data, mapper.qty), number(data, mapper.price)
    sub_no = own[0] if len(own) == 1 and own[0].isdigit() and len(own[0]) > 12 else "-".join([key.order_no, *own])
    return {
        "platform": key.platform, "shop": key.shop, "order_no": key.order_no,
        "sub_no": sub_no if row.n == 1 else f"{sub_no}-{row.n}",
        "product_id": text(data, mapper.product), "platform_sku": text(data, mapper.sku),
        "code": text(data, mapper.code), "title": text(data, mapper.title), "qty": qty, "price_fen": price,
        "discount_share_fen": 0, "paid_share_fen": number(data, mapper.paid) if mapper.paid else price * qty,
        "refunded_fen": number(data, mapper.refunded), "refund_status": line_refund(text(data, mapper.refund)),
        "carrier": text(data, mapper.carrier), "waybill_no": text(data, mapper.waybill),
        "platform_modified_at": row.exported_at, "file_sha": row.file_sha, "row_no": row.row_no,
    }  # fmt: skip


def _tell_apart(lines: Sequence[dict[str, object]]) -> None:
    """Number lines that the platform itself gives no number apart: two colours of one product are two lines."""
    taken = {line["sub_no"] for line in lines}
    if len(taken) == len(lines):
        return
    seen: set[object] = set()
    for line in lines:
        own = line["sub_no"]
        if own in seen:
            line["sub_no"] = next(name for n in count(2) if (name := f"{own}-{n}") not in taken)
            taken.add(line["sub_no"])
        seen.add(own)


def _veiled(memo: str) -> str:
    """A memo without the long numbers that people write into it: the books keep nothing personal in plain."""
    return _DIGITS.sub(lambda found: found[0][:3] + "*" * (len(found[0]) - 3), memo)


def _write(connection: Connection, taken: Sequence[_Taken]) -> Counts:
    """The orders as they are now. Of two exports `document_row` has chosen already; what an order was said to be while
    one of its rows was missing is not to win against it.
    """
    counts = upsert(connection, platform_order, (head for head, _, _ in taken))
    upsert(connection, order_line, (line for _, lines, _ in taken for line in lines))
    upsert(connection, order_detail, (detail for _, _, detail in taken))
    add_missing(connection, order_event, _EVENT, (
        (head["platform"], head["shop"], head["order_no"], kind, head[column], "",
         f"{head['file_sha']}:{head['row_no']}", "")
        for head, _, _ in taken
        for kind, column in (("created", "created_at"), ("paid", "paid_at"), ("finished", "finished_at"))
        if head[column]
    ))  # fmt: skip
    return counts


class DayCount(NamedTuple):
    """Orders of one shop's day: in the platform's files, and in the pool."""

    platform: str
    shop: str
    day: str
    told: int
    pooled: int


def day_counts(connection: Connection) -> list[DayCount]:
    """For every collected shop and day, how many orders the platform's files tell of and how many the pool holds."""
    r, o = document_row.c, platform_order.c
    per_order = (
        select(r.platform, r.shop, r.order_no, func.min(r.at).label("at"))
        .where(r.kind.in_(sorted(MAPPERS)), r.order_no != "")
        .group_by(r.platform, r.shop, r.order_no)
        .subquery()
    )
    day = func.substr(per_order.c.at, 1, 10)
    told = {
        (str(row[0]), str(row[1]), str(row[2])): int(row[3])
        for row in connection.execute(
            select(per_order.c.platform, per_order.c.shop, day, func.count()).group_by(
                per_order.c.platform, per_order.c.shop, day
            )
        )
    }
    shops = {key[:2] for key in told}
    made = func.substr(o.created_at, 1, 10)
    query = select(o.platform, o.shop, made, func.count()).group_by(o.platform, o.shop, made)
    rows = [(str(row[0]), str(row[1]), str(row[2]), int(row[3])) for row in connection.execute(query)]
    pooled = {row[:3]: row[3] for row in rows if row[:2] in shops}
    return [DayCount(*key, told.get(key, 0), pooled.get(key, 0)) for key in sorted(told.keys() | pooled.keys())]


class Excluded(NamedTuple):
    """An order that counts for no figure, with what was paid for it."""

    key: OrderKey
    order_type: str
    paid_fen: int


class Figures(NamedTuple):
    """A day's paid orders; what is left out of them stands beside them."""

    orders: int
    paid_fen: int
    excluded: tuple[Excluded, ...]


SPECIAL = ("brushing", "test")


def figures(connection: Connection, day: str) -> Figures:
    """Paid orders created on `day` and what was paid for them, without brushing and test orders, which are listed."""
    o, d = platform_order.c, order_detail.c
    query = (
        select(o.platform, o.shop, o.order_no, o.paid_fen, func.coalesce(d.order_type, "normal").label("kind"))
        .outerjoin_from(platform_order, order_detail,
                        and_(d.platform == o.platform, d.shop == o.shop, d.order_no == o.order_no))
        .where(func.substr(o.created_at, 1, 10) == day, o.pay_state.not_in(("unpaid", "closed")))
        .order_by(o.platform, o.shop, o.order_no)
    )  # fmt: skip
    rows = connection.execute(query).all()
    left_out = tuple(Excluded(OrderKey(*row[:3]), row.kind, row.paid_fen) for row in rows if row.kind in SPECIAL)
    counted = [row for row in rows if row.kind not in SPECIAL]
    return Figures(len(counted), sum(row.paid_fen for row in counted), left_out)
