"""What a bot's result row changes in the books: the command's state, and the fact that it reports."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Row, select

from storage.database.bulk import Counts, insert_missing
from storage.database.tables import (
    bot_result,
    channel_sku,
    command,
    fulfilment,
    fulfilment_line,
    order_event,
    order_line,
    platform_order,
    reservation,
)
from storage.erp.allocation.model import OrderKey
from storage.erp.allocation.read import NO_REFUND
from storage.erp.stock.book import Issue, UnitCosts, consume, issue_released, unit_costs

DONE = ("done", "found_done")
SHELF = {"to_delist": "下架", "to_list": "上架"}


def apply_results(connection: Connection, run_id: str) -> Counts:
    """Let the books follow what this run's result rows say; `changed` counts commands, a second call changes none.

    Done once is done for good: a failure reported by another run, before or after, does not undo it. Without a done,
    the latest answer counts. Rows for commands that nobody published change nothing.
    """
    found = connection.execute(
        select(bot_result.c.command_id, command.c.worklist, command.c.shop, command.c.subject, command.c.data,
               command.c.state)
        .join(command, bot_result.c.command_id == command.c.command_id)
        .where(bot_result.c.run_id == run_id)
        .order_by(bot_result.c.command_id)
    ).all()  # fmt: skip
    answers = _answers(connection, run_id)
    shipped: dict[tuple[OrderKey | None, str], list[tuple[str, str]]] = defaultdict(list)
    changed, costs = 0, unit_costs(connection)
    for row in found:
        answer = answers[row.command_id]
        state = "done" if answer.outcome in DONE else answer.outcome
        if row.state == state:
            continue
        connection.execute(command.update().where(command.c.command_id == row.command_id).values(state=state))
        changed += 1
        if state == "done" and row.worklist in SHELF:
            _set_shelf(connection, row.shop, row.subject, SHELF[row.worklist])
        elif state == "done" and row.worklist.startswith("to_ship"):
            key = _ship(connection, row.shop, json.loads(row.data), answer, costs)
            shipped[key, answer.at].append((row.subject, row.command_id))
    for key in sorted({key for key, _ in shipped if key is not None}):
        _bring_forward(connection, key)
    _write_shipped(connection, shipped)
    return Counts(created=0, changed=changed, same=len(found) - changed)


def _answers(connection: Connection, run_id: str) -> dict[str, Row[str, str, str, str, str]]:
    """The answer that counts for each command that this run has answered: of all runs a done first, then the latest."""
    c, own = bot_result.c, bot_result.alias().c
    mine = c.command_id.in_(select(own.command_id).where(own.run_id == run_id))
    best: dict[str, Row[str, str, str, str, str]] = {}
    for row in connection.execute(select(c.command_id, c.outcome, c.at, c.run_id, c.file_sha).where(mine)):
        known = best.get(row.command_id)
        if known is None or _weight(row) > _weight(known):
            best[row.command_id] = row
    return best


def _weight(row: Row[str, str, str, str, str]) -> tuple[bool, str, str]:
    return row.outcome in DONE, row.at, row.run_id


def _set_shelf(connection: Connection, shop: str, product_id: str, status: str) -> None:
    mine = (channel_sku.c.shop == shop, channel_sku.c.product_id == product_id)
    connection.execute(channel_sku.update().where(*mine).values(status=status))


def _ship(
    connection: Connection,
    shop: str,
    data: Mapping[str, str],
    answer: Row[str, str, str, str, str],
    costs: UnitCosts,
) -> OrderKey | None:
    """Consume what the parcel holds for this sub-order, issue the goods, and bring the parcel forward."""
    f, part = fulfilment.c, fulfilment_line.c
    parcel = connection.execute(
        select(f.fulfilment_id, f.platform, f.shop, f.order_no, f.warehouse)
        .where(f.shop == shop, f.order_no == data["主订单编号"], f.carrier == data["快递公司"],
               f.waybill_no == data["运单号"])
    ).first()  # fmt: skip
    if parcel is None:
        return None
    key = OrderKey(parcel.platform, parcel.shop, parcel.order_no)
    sub_no = data["子订单编号"]
    issue = Issue(parcel.fulfilment_id, sub_no, answer.at, answer.file_sha)
    owner = "|".join((parcel.fulfilment_id, *key, sub_no))
    if _states(connection, [owner]).get(owner) in ("held", "consumed"):
        consume(connection, owner, issue, costs)
    else:
        issue_released(connection, owner, issue, costs)
    owners = ["|".join((parcel.fulfilment_id, *key, sub)) for sub in connection.execute(
        select(part.sub_no).where(part.fulfilment_id == parcel.fulfilment_id)).scalars()]  # fmt: skip
    if "held" not in _states(connection, owners).values():
        connection.execute(fulfilment.update().where(f.fulfilment_id == parcel.fulfilment_id).values(state="shipped"))
    return key


def _states(connection: Connection, owners: Iterable[str]) -> dict[str, str]:
    """The state of what each owner reserved; a reservation ends as a whole, so one state each."""
    c = reservation.c
    rows = connection.execute(select(c.owner, c.state).where(c.owner.in_(sorted(owners))))
    return {row.owner: row.state for row in rows}


def _bring_forward(connection: Connection, key: OrderKey) -> None:
    """ship_state from what is gone: by the platform's export, or by our own parcels."""
    line, f, part, o = order_line.c, fulfilment.c, fulfilment_line.c, platform_order.c
    ours = connection.execute(
        select(f.fulfilment_id, part.sub_no)
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == part.fulfilment_id)
        .where(f.platform == key.platform, f.shop == key.shop, f.order_no == key.order_no)
    ).all()
    states = _states(connection, ("|".join((row.fulfilment_id, *key, row.sub_no)) for row in ours))
    gone = {owner.rsplit("|", 1)[1] for owner, state in states.items() if state == "consumed"}
    mine = (line.platform == key.platform, line.shop == key.shop, line.order_no == key.order_no)
    lines = connection.execute(select(line.sub_no, line.waybill_no, line.refund_status).where(*mine)).all()
    waiting = [
        row.sub_no for row in lines if row.sub_no not in gone and not row.waybill_no and row.refund_status in NO_REFUND
    ]
    order = platform_order.update().where(o.platform == key.platform, o.shop == key.shop, o.order_no == key.order_no)
    connection.execute(order.values(ship_state="part" if waiting else "shipped"))


def _write_shipped(
    connection: Connection, shipped: Mapping[tuple[OrderKey | None, str], list[tuple[str, str]]]
) -> None:
    insert_missing(
        connection,
        order_event,
        [
            {
                **key._asdict(),
                "type": "shipped_by_bot",
                "at": at,
                "actor": "bot",
                "cause": done[0][1],
                "data": json.dumps({"sub_nos": [sub for sub, _ in done], "commands": [c for _, c in done]}),
            }
            for (key, at), done in shipped.items()
            if key is not None
        ],
    )
