"""Everything that happened to an order, in the order in which it happened, readable by a person."""

import json
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import bot_result, command, fulfilment, order_event, platform_order
from storage.database.tables.review import order_hold, ship_instruction, track_event
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.hold_names import hold_name
from storage.erp.orders.states import WORDS

_KINDS = {
    "created": "买家下单", "paid": "买家付款", "shipped": "平台记为已发货", "finished": "交易完成",
    "closed": "订单关闭", "allocated": "配货", "short": "缺货", "refunded": "退款完成",
    "shipped_by_bot": "机器人在平台上发了货",
    "address_changed": "改地址", "contradiction": "平台的说法与账上不符",
}  # fmt: skip


class Moment(NamedTuple):
    """One thing that happened: when, what in words, who, and where that is written."""

    at: str
    words: str
    actor: str
    source: str


def timeline(connection: Connection, key: OrderKey) -> list[Moment]:
    """All moments of an order, the earliest first; every order in the pool has at least the one of its creation."""
    found = [*_platform(connection, key), *_events(connection, key), *_holds(connection, key)]
    found += [*_warehouse(connection, key), *_answers(connection, key), *_track(connection, key)]
    return sorted(set(found))


def _platform(connection: Connection, key: OrderKey) -> list[Moment]:
    """What the platform's own columns say; its files are the source."""
    o = platform_order.c
    mine = (o.platform == key.platform, o.shop == key.shop, o.order_no == key.order_no)
    row = connection.execute(select(platform_order).where(*mine)).first()
    if row is None:
        return []
    source = f"{row.file_sha}:{row.row_no}"
    at = {"created": row.created_at, "paid": row.paid_at, "shipped": row.shipped_at, "finished": row.finished_at}
    told = {
        row.type: row.at
        for row in connection.execute(
            select(order_event.c.type, order_event.c.at).where(
                order_event.c.platform == key.platform,
                order_event.c.shop == key.shop,
                order_event.c.order_no == key.order_no,
                order_event.c.type.in_(sorted(at)),
            )
        )
    }
    return [Moment(when, _KINDS[kind], key.platform, source) for kind, when in at.items() if when and kind not in told]


def _events(connection: Connection, key: OrderKey) -> list[Moment]:
    e = order_event.c
    mine = (e.platform == key.platform, e.shop == key.shop, e.order_no == key.order_no)
    found = []
    for row in connection.execute(select(e.type, e.at, e.actor, e.cause, e.data).where(*mine)):
        data = json.loads(row.data) if row.data.startswith("{") else {}
        kind, _, rest = row.type.partition(".")
        words = data.get("words") or _KINDS.get(row.type.partition(":")[0], row.type)
        if rest in WORDS:
            words = f"{WORDS[rest]}：{data.get('words', '')}".rstrip("：")
        found.append(Moment(row.at, words, row.actor or kind, row.cause))
    return found


def _holds(connection: Connection, key: OrderKey) -> list[Moment]:
    h = order_hold.c
    mine = (h.platform == key.platform, h.shop == key.shop, h.order_no == key.order_no)
    found = []
    for row in connection.execute(select(order_hold).where(*mine)):
        name = hold_name(row.code)
        found.append(Moment(row.held_at, f"拦截「{name}」：{row.words}", row.held_by, f"hold:{row.code}:{row.nth}"))
        if row.state == "released":
            words = f"放行「{name}」：{row.released_why}"
            found.append(Moment(row.released_at, words, row.released_by, f"hold:{row.code}:{row.nth}"))
    return found


def _warehouse(connection: Connection, key: OrderKey) -> list[Moment]:
    f, i = fulfilment.c, ship_instruction.c
    query = (
        select(i.fulfilment_id, i.warehouse, i.state, i.issued_at, i.answered_at, i.answered_by, i.note, i.cause)
        .join_from(ship_instruction, fulfilment, f.fulfilment_id == i.fulfilment_id)
        .where(f.platform == key.platform, f.shop == key.shop, f.order_no == key.order_no)
    )
    state = {"packed": "打包好了", "handed_over": "交给快递", "cancelled": "包裹取消", "pulled_back": "包裹拉回",
             "pull_back_asked": "请仓库拉回"}  # fmt: skip
    found = []
    for row in connection.execute(query):
        source = f"instruction:{row.fulfilment_id}"
        found.append(Moment(row.issued_at, f"通知 {row.warehouse} 备货 {row.fulfilment_id}", "core", row.cause))
        if row.answered_at:
            words = f"{state.get(row.state, row.state)} {row.fulfilment_id}" + (f"：{row.note}" if row.note else "")
            found.append(Moment(row.answered_at, words, row.answered_by, source))
    return found


def _answers(connection: Connection, key: OrderKey) -> list[Moment]:
    """What was asked of the bots for this order, and what they answered."""
    c, b = command.c, bot_result.c
    query = (
        select(c.command_id, c.worklist, c.data, b.at, b.outcome, b.reason, b.run_id)
        .outerjoin_from(command, bot_result, b.command_id == c.command_id)
        .where(c.shop == key.shop, c.worklist.like("to_ship%"), c.data.like(f'%"{key.order_no}"%'))
    )
    found = []
    for row in connection.execute(query):
        if json.loads(row.data).get("主订单编号") == key.order_no and row.at:
            words = f"{row.worklist}：{row.outcome}" + (f"（{row.reason}）" if row.reason else "")
            found.append(Moment(row.at, words, f"bot:{row.run_id}", row.command_id))
    return found


def _track(connection: Connection, key: OrderKey) -> list[Moment]:
    f, t = fulfilment.c, track_event.c
    query = (
        select(t.at, t.words, t.place, t.carrier, t.waybill_no)
        .join_from(track_event, fulfilment, (f.carrier == t.carrier) & (f.waybill_no == t.waybill_no))
        .where(f.platform == key.platform, f.shop == key.shop, f.order_no == key.order_no)
    )
    return [
        Moment(row.at, f"{row.place} {row.words}".strip(), row.carrier, f"track:{row.waybill_no}")
        for row in connection.execute(query)
    ]
