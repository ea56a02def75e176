"""What the books want shipped now, as rows of a sheet: nobody copies numbers by hand.

Only read: an order is shipped in the books when the platform's own export, or a bot's result row, says so.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import command, order_line
from storage.erp.allocation.read import NO_REFUND
from storage.erp.commands import worklists as commands
from storage.erp.commands.wanted import SHIP, shipments
from storage.errors import UploadWrong
from storage.uploads.sheet import Refusal, platform_of
from storage.uploads.ship import SHIP_SHEETS, Shipment

Row = Mapping[str, str]

_STALE = (
    "已经不用发了：退款了、已发货，或换了运单号；重新分货（night）会撤回它",
    "no longer to ship: refunded, shipped meanwhile, or under another number",
)
_PARTED = (
    "这一单分成了几个包裹，发货表里一单只能填一个运单号，请在后台分开发",
    "this order goes in several parcels and the sheet takes one number: ship it on the page",
)


class Wanted(NamedTuple):
    """Rows to ship and rows that stay out of the sheet; a refusal's number counts `rows` and `refused` together."""

    rows: list[tuple[int, Shipment]]
    refused: list[tuple[Refusal, Shipment]]


def wanted_shipments(connection: Connection, platform: str, shop: str, night: str, worklists: Sequence[str]) -> Wanted:
    """Every published parcel of the shop that is still to ship, in the way that the platform ships.

    Where whole orders are shipped, an order is left out that has two parcels, or a line that is not in the parcel yet:
    its page would call all of it shipped. What is no longer wanted (refunded, shipped meanwhile), and what a person has
    to look at first, is left out with the reason. Raises UploadWrong for a platform without a sheet.
    """
    by = platform_of(platform, SHIP_SHEETS, "发货表", "ship sheet").by
    rows: list[Row] = [row for worklist in worklists for row in commands.rows(connection, worklist, shop, night)]
    still = {frozenset(one.data.items()) for _, one in shipments(connection).get(shop, ())}
    reasons: list[UploadWrong | None] = []
    for number, row in enumerate(rows, 1):
        fresh = frozenset((name, cell) for name, cell in row.items() if not name.startswith("_")) in still
        reasons.append(None if fresh else UploadWrong(platform, number, *_STALE))
    if by == "order":
        open_lines = _open_lines(connection, shop, {row["主订单编号"] for row in rows})
        return _whole_orders(platform, rows, reasons, open_lines)
    parcels = [_shipment(row, row["子订单编号"]) for row in rows]
    return _parted(parcels, reasons)


def waits_for_person(connection: Connection, shop: str) -> int:
    """How many ship commands of the shop a bot began and could not tell the end of; they may have been shipped."""
    c = command.c
    query = select(c.command_id).where(c.worklist.in_(SHIP), c.shop == shop, c.state == "person")
    return len(connection.execute(query).all())


def _shipment(row: Row, sub_no: str) -> Shipment:
    return Shipment(row["主订单编号"], row["快递公司"], row["运单号"], sub_no)


def _parted(parcels: Sequence[Shipment], reasons: Sequence[UploadWrong | None]) -> Wanted:
    result = Wanted([], [])
    for number, (parcel, reason) in enumerate(zip(parcels, reasons, strict=True), 1):
        if reason is None:
            result.rows.append((number, parcel))
        else:
            result.refused.append((Refusal(number, reason), parcel))
    return result


def _whole_orders(
    platform: str, rows: Sequence[Row], reasons: Sequence[UploadWrong | None], open_lines: Mapping[str, set[str]]
) -> Wanted:
    """One row per order, refused where one of its rows is, or where not all of it goes in this one parcel."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        groups[row["主订单编号"]].append(place)
    parcels, said = [], []
    for number, (order_no, places) in enumerate(groups.items(), 1):
        mine = [rows[place] for place in places]
        reason = next((reasons[place] for place in places if reasons[place]), None)
        left = sorted(open_lines.get(order_no, set()) - {row["子订单编号"] for row in mine})
        if reason is None and len({(row["快递公司"], row["运单号"]) for row in mine}) > 1:
            reason = UploadWrong(platform, number, *_PARTED)
        elif reason is None and left:
            zh = f"这一单还有没配货的：{'、'.join(left)}；按整单发会变成全部已发货"
            en = f"lines {', '.join(left)} are not in the parcel; shipped so, all of it would count as sent"
            reason = UploadWrong(platform, number, zh, en)
        parcels.append(_shipment(mine[0], ""))
        said.append(reason)
    return _parted(parcels, said)


def _open_lines(connection: Connection, shop: str, order_nos: set[str]) -> dict[str, set[str]]:
    """Sub-orders that are neither shipped nor refunded, by order."""
    line = order_line.c
    query = select(line.order_no, line.sub_no).where(
        line.shop == shop, line.waybill_no == "", line.refund_status.in_(NO_REFUND)
    )
    found: dict[str, set[str]] = defaultdict(set)
    for order_no, sub_no in connection.execute(query):
        if order_no in order_nos:
            found[order_no].add(sub_no)
    return found
