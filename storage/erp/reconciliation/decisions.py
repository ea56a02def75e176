"""What people decide about items, and how it is taken back: every decision is logged, none is overwritten.

`unmatch` gives back the rows of items, groups and candidates just as they were before the decision.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Table, and_, delete, func, insert, select, update

from storage.database.tables import platform_order, recon_candidate, recon_decision, recon_group, recon_item
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.errors import (
    DecidedAlready,
    DecisionGone,
    ItemMissing,
    LinkWrong,
    MonthIsClosed,
    ReasonNeeded,
    WriteOffTooLarge,
)
from storage.erp.reconciliation.kept import closed_month
from storage.erp.reconciliation.outcomes import Outcome
from storage.erp.reconciliation.rows import group_kind
from storage.erp.reconciliation.words import yuan

Key = tuple[str, str, str]
Row = dict[str, Any]


class Choice(NamedTuple):
    """What a person says of an item: `match` it with `others`, `link` it to `order_no`, `accept` it as charged,
    `ignore` it, or `write_off` the difference.
    """

    kind: Literal["match", "link", "accept", "ignore", "write_off"]
    others: tuple[Key, ...] = ()
    order_no: str = ""


class _Said(NamedTuple):
    outcome: Outcome
    difference: str
    words: str


def decide(
    connection: Connection, item: Key, choice: Choice, who: str, why: str, at: datetime, *, contracts: Contracts
) -> int:
    """Put a person's decision into the books; its number, by which it is taken back.

    Raises ReasonNeeded, ItemMissing, DecidedAlready, MonthIsClosed, LinkWrong or WriteOffTooLarge; nothing is changed.
    """
    if not who.strip() or not why.strip():
        raise ReasonNeeded
    keys = list(dict.fromkeys([item, *choice.others]))
    rows = [_open_row(connection, key) for key in keys]
    serial = (connection.execute(select(func.max(recon_decision.c.serial))).scalar() or 0) + 1
    before = _before(connection, rows)
    said = _matched(rows) if choice.kind == "match" else _alone(connection, rows[0], choice, contracts)
    group_id = f"person|{serial}" if choice.kind == "match" else ""
    if group_id:
        _group(connection, group_id, rows)
    for row in rows:
        _answer(connection, row, said, group_id, choice, (who, f"{said.words}：{why}", at))
    connection.execute(
        insert(recon_decision).values(
            serial=serial,
            choice=choice.kind,
            subject=json.dumps(keys, ensure_ascii=False),
            who=who,
            why=why,
            before=json.dumps(before, ensure_ascii=False, sort_keys=True),
            decided_at=at.isoformat(),
        )
    )
    return serial


def unmatch(connection: Connection, serial: int, who: str, why: str) -> None:
    """Take a decision back: its items, groups and candidates are just what they were before it.

    Raises DecisionGone, ReasonNeeded, or MonthIsClosed when one of the items is closed by now.
    """
    if not who.strip() or not why.strip():
        raise ReasonNeeded
    d = recon_decision.c
    held = connection.execute(select(d.subject, d.before).where(d.serial == serial, d.undone_by == "")).first()
    if held is None:
        raise DecisionGone(serial)
    keys: list[Key] = [(job, side, ref) for job, side, ref in json.loads(held.subject)]
    for key in keys:
        _not_closed(connection, key)
    for table, rows in json.loads(held.before).items():
        _restore(connection, table, rows)
    connection.execute(delete(recon_group).where(recon_group.c.group_id == f"person|{serial}"))
    said = update(recon_decision).where(d.serial == serial)
    connection.execute(said.values(undone_by=who, undone_why=why))


def _open_row(connection: Connection, key: Key) -> Row:
    row = connection.execute(select(recon_item).where(_here(recon_item, key))).mappings().first()
    if row is None:
        raise ItemMissing("|".join(key))
    if row["decided_by"]:
        raise DecidedAlready("|".join(key), row["decided_by"])
    _not_closed(connection, key)
    return dict(row)


def _not_closed(connection: Connection, key: Key) -> None:
    month = closed_month(connection, key)
    if month:
        raise MonthIsClosed(month)


def _here(table: Table, key: Key) -> Any:
    return and_(table.c.job == key[0], table.c.side == key[1], table.c.ref == key[2])


def _before(connection: Connection, rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows that a decision on these items touches, as they are."""
    groups = sorted({row["group_id"] for row in rows} - {""})
    g = recon_group.c
    kept = connection.execute(select(recon_group).where(g.group_id.in_(groups))).mappings()
    candidates = [
        dict(found)
        for row in rows
        for found in connection.execute(select(recon_candidate).where(_here(recon_candidate, _key(row)))).mappings()
    ]
    return {"recon_item": list(rows), "recon_group": [dict(one) for one in kept], "recon_candidate": candidates}


def _key(row: Row) -> Key:
    return row["job"], row["side"], row["ref"]


def _residual(rows: Iterable[Row]) -> int:
    """What the lines leave open of what the books expect."""
    return sum(-row["amount_fen"] if row["side"] == "books" else row["amount_fen"] for row in rows)


def _matched(rows: Sequence[Row]) -> _Said:
    residual = _residual(rows)
    if residual == 0:
        return _Said(Outcome.MATCHED, "", f"人工确认 {len(rows)} 项为一笔")
    return _Said(Outcome.PARTIAL, "residual_open", f"人工确认 {len(rows)} 项为一笔，余 {yuan(residual)} 未清")


def _alone(connection: Connection, row: Row, choice: Choice, contracts: Contracts) -> _Said:
    if choice.kind == "link":
        o = platform_order.c
        known = select(o.order_no).where(o.shop == row["shop"], o.order_no == choice.order_no)
        if row["side"] != "statement" or connection.execute(known).first() is None:
            raise LinkWrong("|".join(_key(row)), choice.order_no)
        return _Said(Outcome.MATCHED, "", f"人工归到订单 {choice.order_no}")
    if choice.kind == "accept":
        return _Said(Outcome.FEES_EXPLAINED, "", "人工确认按实扣")
    if choice.kind == "ignore":
        return _Said(Outcome.IGNORED, "", "人工确认不核对")
    gap = row["expected_fen"] if row["side"] == "books" else row["amount_fen"] - row["expected_fen"]
    if abs(gap) > contracts.write_off_most_fen:
        raise WriteOffTooLarge(yuan(gap), yuan(contracts.write_off_most_fen))
    return _Said(Outcome.WITHIN_TOLERANCE, "written_off", f"人工核销 {yuan(gap)}")


def _group(connection: Connection, group_id: str, rows: Sequence[Row]) -> None:
    left = sum(row["side"] == rows[0]["side"] for row in rows)
    kind = group_kind(left, len(rows) - left or 1)
    connection.execute(insert(recon_group).values(group_id=group_id, kind=kind, residual_fen=_residual(rows)))


def _answer(
    connection: Connection, row: Row, said: _Said, group_id: str, choice: Choice, signed: tuple[str, str, datetime]
) -> None:
    who, words, at = signed
    exact = said.outcome is not Outcome.WITHIN_TOLERANCE
    connection.execute(
        update(recon_item)
        .where(_here(recon_item, _key(row)))
        .values(
            outcome=int(said.outcome),
            difference=said.difference,
            expected_fen=row["amount_fen"] if exact else row["expected_fen"],
            order_no=choice.order_no or row["order_no"],
            group_id=group_id or row["group_id"],
            rule_id=f"person.{choice.kind}",
            reason=words,
            decided_by=who,
            decided_at=at.isoformat(),
        )
    )


def _restore(connection: Connection, name: str, rows: Sequence[Row]) -> None:
    tables = {table.name: table for table in (recon_item, recon_group, recon_candidate)}
    table = tables[name]
    for row in rows:
        keys = [column == row[column.name] for column in table.primary_key.columns]
        connection.execute(delete(table).where(*keys))
        connection.execute(insert(table).values(**row))
