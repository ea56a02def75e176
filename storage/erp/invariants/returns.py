"""What must hold of returns, refunds and purchase documents."""

from collections import Counter, defaultdict

from sqlalchemy import Connection, func, select

from storage.database.tables import command, move, platform_order
from storage.database.tables.purchasing import (
    inbound,
    inbound_line,
    purchase_line,
    receipt,
    receipt_line,
    rma,
    rma_line,
)
from storage.erp.aftersales.facts import IN_FORCE, promised_fen, sub_orders_of
from storage.erp.aftersales.refunds import DUE_WHEN, STANDS, WORKLIST, amount_of
from storage.erp.aftersales.rules import AT_ONCE, COMES_BACK, EXCHANGE
from storage.erp.allocation.model import OrderKey
from storage.erp.catalog.components import components, needs
from storage.erp.catalog.sets import read_sets
from storage.erp.invariants.findings import Finding, Invariant
from storage.erp.purchasing.inbound import GOOD


def returns_within_shipped(connection: Connection) -> list[Finding]:
    """R-1: no more of a sub-order is coming back, or came back, than was shipped."""
    return [
        Finding(f"{key.shop}/{line.sub_no}", f"发出 {line.shipped} 件，退货单合计 {line.returned} 件")
        for key, lines in sub_orders_of(connection, _orders(connection)).items()
        for line in lines.values()
        if line.returned > line.shipped
    ]


def promises_within_paid(connection: Connection) -> list[Finding]:
    """R-2: what after-sales in force promise is never more than the sub-order's paid share, nor than the order paid."""
    keys = _orders(connection)
    books, paid, findings = sub_orders_of(connection, keys), _paid(connection, keys), []
    total: Counter[OrderKey] = Counter()
    for (key, sub_no), fen in promised_fen(connection, keys).items():
        line = books.get(key, {}).get(sub_no)
        share = line.paid_fen if line else 0
        total[key] += fen
        if fen > share:
            findings.append(Finding(f"{key.shop}/{sub_no}", f"实付分摊 {share} 分，售后承诺合计 {fen} 分"))
    return findings + [
        Finding(f"{key.shop}/{key.order_no}", f"实付 {paid.get(key, 0)} 分，售后承诺 {fen} 分")
        for key, fen in sorted(total.items())
        if fen > paid.get(key, 0)
    ]


def one_inbound_per_return(connection: Connection) -> list[Finding]:
    """R-3: an agreed return is expected once, under its own number, with its own goods; nothing else is."""
    agreed = {
        row.rma_id
        for row in connection.execute(
            select(rma.c.rma_id).where(rma.c.decision == "approved", rma.c.kind.in_(COMES_BACK))
        )
    }
    known = {row.rma_id for row in connection.execute(select(rma.c.rma_id))}
    i = inbound.c
    expected: dict[str, list[str]] = defaultdict(list)
    for inbound_id, source_id in connection.execute(select(i.inbound_id, i.source_id).where(i.kind == "return")):
        expected[source_id].append(inbound_id)
    findings = [
        Finding(rma_id, f"已同意的退货应有一张同号的退货入库单，现有 {expected.get(rma_id, [])}")
        for rma_id in sorted(agreed)
        if expected.get(rma_id) != [rma_id]
    ]
    findings += [Finding(one, "退货入库单没有售后单") for one in sorted(expected.keys() - known)]
    goods = _expected_goods(connection)
    for rma_id, wanted in _returned_goods(connection, agreed).items():
        if goods.get(rma_id, {}) != wanted:
            findings.append(Finding(rma_id, f"退货单要退 {wanted}，入库单写的是 {goods.get(rma_id, {})}"))
    return findings


def receipts_within_expected(connection: Connection) -> list[Finding]:
    """R-4: no more came than was expected or ordered, and every piece that came is in the stock moves."""
    return [*_too_much(connection), *_announced_too_much(connection), *_not_in_stock(connection)]


def refunds_after_receipt(connection: Connection) -> list[Finding]:
    """R-5: a refund is asked for only of what was agreed, once the goods are here (or at once, if so agreed)."""
    states = {row.inbound_id: row.state for row in connection.execute(select(inbound.c.inbound_id, inbound.c.state))}
    part = rma_line.c
    query = select(part.rma_id, func.sum(part.refund_fen)).group_by(part.rma_id)
    promised = {rma_id: int(fen) for rma_id, fen in connection.execute(query)}
    heads = {row.rma_id: row for row in connection.execute(select(rma))}
    c, findings, sums = command.c, [], defaultdict[str, int](int)
    asked = select(c.command_id, c.subject, c.data).where(c.worklist == WORKLIST, c.state.in_(STANDS))
    for command_id, subject, data in connection.execute(asked):
        head = heads.get(subject)
        if head is None:  # another package's refund, with its own number
            continue
        waits = head.kind in COMES_BACK and head.policy != AT_ONCE
        limit = max(-head.difference_fen, 0) if head.kind == EXCHANGE else promised.get(subject, 0)
        if head.decision != "approved" or (waits and states.get(subject) not in DUE_WHEN[head.kind]):
            findings.append(Finding(command_id, "没有同意或还没收到货，就要退款"))
        sums[subject] += amount_of(data)
        if sums[subject] > limit:
            findings.append(Finding(command_id, f"售后单只应退 {limit} 分，要退的合计 {sums[subject]} 分"))
    return findings


def _orders(connection: Connection) -> list[OrderKey]:
    query = select(rma.c.platform, rma.c.shop, rma.c.order_no).where(rma.c.decision.in_(IN_FORCE)).distinct()
    return sorted(OrderKey(*row) for row in connection.execute(query))


def _paid(connection: Connection, keys: list[OrderKey]) -> dict[OrderKey, int]:
    o = platform_order.c
    asked = select(rma.c.order_no).where(rma.c.decision.in_(IN_FORCE))
    query = select(o.platform, o.shop, o.order_no, o.paid_fen).where(o.order_no.in_(asked))
    found = {OrderKey(*row[:3]): int(row[3]) for row in connection.execute(query)}
    return {key: found[key] for key in keys if key in found}


def _expected_goods(connection: Connection) -> dict[str, dict[str, int]]:
    i, line = inbound.c, inbound_line.c
    query = (
        select(i.inbound_id, line.code, func.sum(line.qty))
        .join_from(inbound, inbound_line, i.inbound_id == line.inbound_id)
        .where(i.kind == "return")
        .group_by(i.inbound_id, line.code)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for inbound_id, code, qty in connection.execute(query):
        found[inbound_id][code] = int(qty)
    return found


def _returned_goods(connection: Connection, agreed: set[str]) -> dict[str, dict[str, int]]:
    """What agreed returns bring back, by base code; not those with a bundle or set: its parts may have changed."""
    made_of: dict[str, dict[str, int]] = {**components(connection), **{code: {} for code in read_sets(connection)}}
    line = rma_line.c
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for rma_id, code, qty in connection.execute(select(line.rma_id, line.code, line.qty)):
        if rma_id in agreed and code not in made_of:
            for base, pieces in needs(code, qty, made_of).items():
                found[rma_id][base] += pieces
    bundled = {row.rma_id for row in connection.execute(select(line.rma_id, line.code)) if row.code in made_of}
    return {rma_id: dict(goods) for rma_id, goods in found.items() if rma_id not in bundled}


def _too_much(connection: Connection) -> list[Finding]:
    """A purchase counts what it accepted, a return everything."""
    i, line, r, came = inbound.c, inbound_line.c, receipt.c, receipt_line.c
    counted = (i.kind == "return") | (came.condition == GOOD)
    query = (
        select(i.inbound_id, line.line_no, line.qty, func.sum(came.qty).label("came"))
        .join_from(inbound, inbound_line, i.inbound_id == line.inbound_id)
        .join(receipt, r.inbound_id == i.inbound_id)
        .join(receipt_line, (came.receipt_id == r.receipt_id) & (came.line_no == line.line_no))
        .where(counted)
        .group_by(i.inbound_id, line.line_no, line.qty)
        .having(func.sum(came.qty) > line.qty)
    )
    return [
        Finding(f"{row.inbound_id}/{row.line_no}", f"预期 {row.qty} 件，收了 {row.came} 件")
        for row in connection.execute(query)
    ]


def _announced_too_much(connection: Connection) -> list[Finding]:
    i, line, ordered = inbound.c, inbound_line.c, purchase_line.c
    query = (
        select(i.source_id, line.code, ordered.qty, func.sum(line.qty).label("told"))
        .join_from(inbound, inbound_line, i.inbound_id == line.inbound_id)
        .join(purchase_line, (ordered.po_id == i.source_id) & (ordered.code == line.code))
        .where(i.kind == "purchase")
        .group_by(i.source_id, line.code, ordered.qty)
        .having(func.sum(line.qty) > ordered.qty)
    )
    return [
        Finding(f"{row.source_id}/{row.code}", f"订购 {row.qty} 件，到货通知合计 {row.told} 件")
        for row in connection.execute(query)
    ]


def _not_in_stock(connection: Connection) -> list[Finding]:
    """Receipts whose pieces are not in the moves: a purchase's by receipt, a return's by sub-order."""
    m, i, r, came = move.c, inbound.c, receipt.c, receipt_line.c
    moved: dict[tuple[str, str, str], int] = defaultdict(int)
    moves = select(m.doc_type, m.doc_id, m.doc_line, m.code, m.qty).where(m.doc_type.in_(("receipt", "return")))
    for doc_type, doc_id, doc_line, code, qty in connection.execute(moves):
        moved[doc_type, doc_id if doc_type == "receipt" else doc_line, code] += qty
    told: dict[tuple[str, str, str], int] = defaultdict(int)
    query = (
        select(i.kind, r.receipt_id, came.line_no, came.code, came.qty)
        .join_from(receipt, receipt_line, r.receipt_id == came.receipt_id)
        .join(inbound, i.inbound_id == r.inbound_id)
        .where((i.kind == "return") | (came.condition == GOOD))
    )
    for kind, receipt_id, line_no, code, qty in connection.execute(query):
        key = ("receipt", receipt_id) if kind == "purchase" else ("return", line_no.partition("|")[0])
        told[*key, code] += qty
    return [
        Finding("/".join(key), f"收货单收了 {qty} 件，库存流水只有 {moved.get(key, 0)} 件")
        for key, qty in sorted(told.items())
        if moved.get(key, 0) < qty
    ]


CHECKS: dict[str, Invariant] = {
    "R-1": returns_within_shipped,
    "R-2": promises_within_paid,
    "R-3": one_inbound_per_return,
    "R-4": receipts_within_expected,
    "R-5": refunds_after_receipt,
}
