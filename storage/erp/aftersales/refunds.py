"""Money that goes back: asked of the bots when it is owed, given back only when a bot's result says so.

Owed is: a refund without goods, once agreed; a return, once the warehouse has what came (or at once, where that was
agreed: 极速退); an exchange whose goods cost less, by the difference.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, func, select

from storage.database.bulk import insert_missing
from storage.database.tables import bot_result, command, order_event
from storage.database.tables.purchasing import inbound, inbound_line, receipt, receipt_line, rma, rma_line
from storage.erp.aftersales.rules import (
    AT_ONCE,
    EXCHANGE,
    KIND_WORDS,
    REFUND_ONLY,
    RESEND,
    RETURN,
    Progress,
    RefundRule,
    progress,
)
from storage.erp.allocation.words import yuan
from storage.erp.catalog.components import components, needs
from storage.erp.catalog.sets import available, read_sets
from storage.erp.purchasing.inbound import BAD, GOOD

WORKLIST = "to_refund"
DONE = ("done", "found_done")
DUE_WHEN = {REFUND_ONLY: ("",), RETURN: ("received", "closed"), EXCHANGE: ("received",)}
STANDS = ("published", "person", "done", "rejected")

Came = Mapping[str, Mapping[tuple[str, str], int]]  # rma -> (line, condition) -> pieces


class Owed(NamedTuple):
    """What an after-sale owes its buyer now, in fen, and why."""

    rma_id: str
    amount_fen: int
    words: str


class _Asked(NamedTuple):
    """A refund command: of which night, in which state, about how much."""

    night: str
    state: str
    amount_fen: int


def owed(connection: Connection, rule: RefundRule | None = None, rma_id: str = "") -> list[Owed]:
    """What every agreed after-sale (or only `rma_id`) owes now, whether or not it was asked of the bots, by number."""
    came, states, pieces = _came(connection, rma_id), _inbound_states(connection, rma_id), _Pieces(connection, rma_id)
    lines: dict[str, list[Row[Any]]] = defaultdict(list)
    own = select(rma_line).where(*_only(rma_line.c.rma_id, rma_id))
    for row in connection.execute(own.order_by(rma_line.c.rma_id, rma_line.c.sub_no)):
        lines[row.rma_id].append(row)
    agreed = select(rma).where(rma.c.decision == "approved", rma.c.kind != RESEND, *_only(rma.c.rma_id, rma_id))
    found = [
        _owed(one, lines[one.rma_id], came.get(one.rma_id, {}), pieces, rule or RefundRule())
        for one in connection.execute(agreed.order_by(rma.c.rma_id))
        if one.policy == AT_ONCE or states.get(one.rma_id, "") in DUE_WHEN[one.kind]
    ]
    return [one for one in found if one.amount_fen > 0]


def _owed(
    one: Row[Any], lines: list[Row[Any]], came: Mapping[tuple[str, str], int], pieces: "_Pieces", rule: RefundRule
) -> Owed:
    whole = sum(line.refund_fen for line in lines)
    if one.kind == EXCHANGE:
        return Owed(one.rma_id, max(-one.difference_fen, 0), f"换出的货便宜 {yuan(-one.difference_fen)} 元")
    if one.kind == REFUND_ONLY:
        return Owed(one.rma_id, whole, f"仅退款 {yuan(whole)} 元")
    if one.policy == AT_ONCE:
        return Owed(one.rma_id, whole, f"极速退 {yuan(whole)} 元，不等收货")
    total, parts = 0, []
    for line in lines:
        good, bad = pieces.whole(line, came)
        fen = rule.owed_fen(line.refund_fen, line.qty, good, bad, one.responsible)
        total += fen
        parts.append(f"子订单 {line.sub_no} 退 {line.qty} 件，收到好货 {good}、坏货 {bad}，应退 {yuan(fen)} 元")
    return Owed(one.rma_id, total, "；".join(parts))


class _Pieces:
    """How many whole pieces of a sub-order came back, whatever they are made of."""

    def __init__(self, connection: Connection, rma_id: str) -> None:
        self._made_of, self._sets = components(connection), read_sets(connection)
        self._expected: dict[str, dict[str, str]] = defaultdict(dict)
        if self._sets:
            i, line = inbound.c, inbound_line.c
            query = select(i.source_id, line.line_no, line.code).join_from(
                inbound, inbound_line, i.inbound_id == line.inbound_id
            )
            for source, line_no, code in connection.execute(
                query.where(i.kind == "return", *_only(i.source_id, rma_id))
            ):
                self._expected[source][line_no] = code

    def whole(self, line: Row[Any], came: Mapping[tuple[str, str], int]) -> tuple[int, int]:
        """(good, bad) whole pieces of a sub-order; a set counts as often as it can be drawn from what came."""
        if line.code not in self._sets:
            return _sets(line.sub_no, needs(line.code, 1, self._made_of), came)
        names = {no: code for no, code in self._expected[line.rma_id].items() if no.partition("|")[0] == line.sub_no}
        sound, both = Counter[str](), Counter[str]()
        for no, code in names.items():
            sound[code] += came.get((no, GOOD), 0)
            both[code] += came.get((no, GOOD), 0) + came.get((no, BAD), 0)
        good = min(line.qty, available(self._sets[line.code], sound))
        return good, min(line.qty, available(self._sets[line.code], both)) - good


def _sets(sub_no: str, parts: Mapping[str, int], came: Mapping[tuple[str, str], int]) -> tuple[int, int]:
    """(good, bad) whole pieces of a sub-order; a bundle is good as far as all its components are."""
    names = {base: sub_no if len(parts) == 1 else f"{sub_no}|{base}" for base in parts}
    good = min(came.get((names[base], GOOD), 0) // count for base, count in parts.items())
    both = min(
        (came.get((names[base], GOOD), 0) + came.get((names[base], BAD), 0)) // count for base, count in parts.items()
    )
    return good, both - good


def publish_refunds(connection: Connection, night: str, rule: RefundRule | None = None, rma_id: str = "") -> int:
    """Ask the bots for every refund (or only of `rma_id`) that is owed and not asked for; a second call asks for none.

    Returns how many. One that the platform refused or that waits for a person is not asked for again; one that failed
    is, another night. Goods that come after a return was closed are refunded beside what was refunded then.
    """
    agreed = select(rma).where(rma.c.decision == "approved", *_only(rma.c.rma_id, rma_id))
    heads = {row.rma_id: row for row in connection.execute(agreed)}
    known = _commands(connection, rma_id)
    rows = []
    for one in owed(connection, rule, rma_id):
        head = heads[one.rma_id]
        before = known.get((head.shop, one.rma_id), [])
        rest = one.amount_fen - sum(asked.amount_fen for asked in before if asked.state in STANDS)
        if rest <= 0 or any((asked.night, asked.state) == (night, "failed") for asked in before):
            continue
        earlier = sum(asked.night == night for asked in before)
        rows.append(_command(head, one._replace(amount_fen=rest), night, earlier))
    insert_missing(connection, command, rows)
    return len(rows)


def _command(head: Row[Any], one: Owed, night: str, earlier: int) -> dict[str, object]:
    data = {
        "店铺": head.shop, "售后单号": one.rma_id, "主订单编号": head.order_no, "类型": KIND_WORDS[head.kind],
        "退款金额": yuan(one.amount_fen), "金额_分": str(one.amount_fen), "原因": head.reason,
    }  # fmt: skip
    return {
        "command_id": "|".join((WORKLIST, head.shop, one.rma_id, night)) + (f"#{earlier + 1}" if earlier else ""),
        "worklist": WORKLIST, "shop": head.shop, "subject": one.rma_id, "night": night, "state": "published",
        "data": json.dumps(data, ensure_ascii=False, sort_keys=True), "reason": one.words,
    }  # fmt: skip


def record_refunds(connection: Connection) -> int:
    """An event for every refund that a bot's result calls done; returns how many are new, a second call writes none."""
    c, r = command.c, bot_result.c
    query = (
        select(c.command_id, c.subject, c.data, func.min(r.at).label("at"))
        .join_from(command, bot_result, r.command_id == c.command_id)
        .where(c.worklist == WORKLIST, c.state == "done", r.outcome.in_(DONE))
        .group_by(c.command_id, c.subject, c.data)
    )
    heads = {row.rma_id: row for row in connection.execute(select(rma))}
    events = [
        {
            "platform": heads[row.subject].platform, "shop": heads[row.subject].shop,
            "order_no": heads[row.subject].order_no, "type": "refunded_by_bot", "at": f"{row.at}|{row.command_id}",
            "actor": "bot", "cause": row.command_id,
            "data": json.dumps({"rma": row.subject, "amount_fen": amount_of(row.data)}),
        }
        for row in connection.execute(query)
        if row.subject in heads
    ]  # fmt: skip
    return insert_missing(connection, order_event, events).created


def stages(connection: Connection) -> dict[str, Progress]:
    """Where every after-sale stands."""
    states, known = _inbound_states(connection), _commands(connection)
    return {
        row.rma_id: progress(
            row.kind, row.decision, states.get(row.rma_id, ""),
            Counter(asked.state for asked in known.get((row.shop, row.rma_id), ())), row.replacement_no,
        )
        for row in connection.execute(select(rma).order_by(rma.c.rma_id))
    }  # fmt: skip


def _commands(connection: Connection, rma_id: str = "") -> dict[tuple[str, str], list[_Asked]]:
    c = command.c
    found: dict[tuple[str, str], list[_Asked]] = defaultdict(list)
    query = select(c.shop, c.subject, c.night, c.state, c.data).where(c.worklist == WORKLIST, *_only(c.subject, rma_id))
    for shop, subject, night, state, data in connection.execute(query):
        found[shop, subject].append(_Asked(night, state, amount_of(data)))
    return found


def amount_of(data: str) -> int:
    """What a refund command asks for, in fen; 0 for another package's that says it otherwise."""
    return int(json.loads(data).get("金额_分", 0))


def _only(column: ColumnElement[str], rma_id: str) -> list[ColumnElement[bool]]:
    """The condition that it is about that after-sale, none for all of them."""
    return [column == rma_id] if rma_id else []


def _inbound_states(connection: Connection, rma_id: str = "") -> dict[str, str]:
    i = inbound.c
    query = select(i.inbound_id, i.state).where(i.kind == "return", *_only(i.inbound_id, rma_id))
    return {row.inbound_id: row.state for row in connection.execute(query)}


def _came(connection: Connection, rma_id: str = "") -> Came:
    i, r, line = inbound.c, receipt.c, receipt_line.c
    query = (
        select(i.source_id, line.line_no, line.condition, func.sum(line.qty))
        .join_from(receipt, receipt_line, r.receipt_id == line.receipt_id)
        .join(inbound, i.inbound_id == r.inbound_id)
        .where(i.kind == "return", *_only(i.source_id, rma_id))
        .group_by(i.source_id, line.line_no, line.condition)
    )
    found: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for rma_id, line_no, condition, qty in connection.execute(query):
        found[rma_id][line_no, condition] = int(qty)
    return found
