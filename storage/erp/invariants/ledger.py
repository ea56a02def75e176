"""What must hold of vouchers, cost layers and open items (I-10 to I-14, I-21)."""

from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select

from storage.database.tables import move
from storage.database.tables.ledger import (
    cost_layer,
    cost_move,
    jv,
    jv_line,
    layer_use,
    period,
    supplier_invoice,
)
from storage.erp.finance.chart import ACCRUED, CHART, PAYABLE, STOCK, control_accounts
from storage.erp.finance.numbering import CHAINED
from storage.erp.finance.vouchers import CHAIN_START, Draft, Line, chain_hash, content_hash
from storage.erp.invariants.findings import Finding, Invariant


def vouchers_balance(connection: Connection) -> list[Finding]:
    """I-10: every voucher has as much debit as credit, exactly, no line with both or below zero, known accounts."""
    line = jv_line.c
    dr, cr = func.sum(line.dr_fen), func.sum(line.cr_fen)
    query = select(line.no, dr, cr).group_by(line.no).having(dr != cr).order_by(line.no)
    findings = [Finding(no, f"借方 {one} 分，贷方 {other} 分") for no, one, other in connection.execute(query)]
    bad = or_(line.dr_fen < 0, line.cr_fen < 0, and_(line.dr_fen != 0, line.cr_fen != 0),
              line.account.not_in(sorted(CHART)))  # fmt: skip
    findings += [
        Finding(f"{row.no}/{row.n}", f"科目 {row.account} 借 {row.dr_fen} 分、贷 {row.cr_fen} 分的一行不成立")
        for row in connection.execute(select(jv_line).where(bad))
    ]
    empty = select(jv.c.no).where(jv.c.no.not_in(select(line.no)))
    return findings + [Finding(no, "凭证没有分录") for no in connection.execute(empty).scalars()]


def trial_balance_is_zero(connection: Connection) -> list[Finding]:
    """I-11: the trial balance of every month is zero, so that of any months together is; no line is without voucher."""
    line = jv_line.c
    off = func.sum(line.dr_fen) - func.sum(line.cr_fen)
    query = select(jv.c.period, off).join_from(jv_line, jv, jv.c.no == line.no).group_by(jv.c.period).having(off != 0)
    findings = [Finding(row[0], f"试算差 {row[1]} 分") for row in connection.execute(query)]
    orphans = select(line.no, line.n).where(line.no.not_in(select(jv.c.no)))
    return findings + [Finding(f"{row.no}/{row.n}", "分录没有凭证") for row in connection.execute(orphans)]


def _by_code(connection: Connection, query: Select[Any]) -> dict[str, int]:
    return {str(row[0]): int(row[1]) for row in connection.execute(query)}


def stock_is_its_layers(connection: Connection) -> list[Finding]:
    """I-12: per code, 库存商品 in the ledger is the value of the cost layers is the value of the moves, to the fen."""
    line, layer, moved = jv_line.c, cost_layer.c, cost_move.c
    ledger = _by_code(connection, select(line.sku, func.sum(line.dr_fen - line.cr_fen))
                      .where(line.account == STOCK).group_by(line.sku))  # fmt: skip
    layers = _by_code(connection, select(layer.code, func.sum(layer.value_left_fen)).group_by(layer.code))
    moves = _by_code(connection, select(moved.code, func.sum(moved.value_fen)).group_by(moved.code))
    return [
        Finding(code or "（没有商品编码）",
                f"总账 {ledger.get(code, 0)} 分，成本层 {layers.get(code, 0)} 分，流水 {moves.get(code, 0)} 分")
        for code in sorted(ledger.keys() | layers.keys() | moves.keys())
        if not ledger.get(code, 0) == layers.get(code, 0) == moves.get(code, 0)
    ]  # fmt: skip


def layers_are_the_goods(connection: Connection) -> list[Finding]:
    """I-13: per code, the layers hold as many pieces as the booked moves brought; what left a layer is what it lost;
    a move is booked with its own quantity."""
    layer, moved, use, m = cost_layer.c, cost_move.c, layer_use.c, move.c
    held = _by_code(connection, select(layer.code, func.sum(layer.qty_left)).group_by(layer.code))
    brought = _by_code(connection, select(moved.code, func.sum(moved.qty)).group_by(moved.code))
    findings = [
        Finding(code, f"成本层 {held.get(code, 0)} 件，已入账流水合计 {brought.get(code, 0)} 件")
        for code in sorted(held.keys() | brought.keys())
        if held.get(code, 0) != brought.get(code, 0)
    ]
    used = select(use.layer_id, func.sum(use.qty).label("qty"), func.sum(use.value_fen).label("fen"))
    taken = used.group_by(use.layer_id).subquery()
    qty, fen = func.coalesce(taken.c.qty, 0), func.coalesce(taken.c.fen, 0)
    query = (
        select(layer.layer_id, layer.qty_in - layer.qty_left - qty, layer.value_in_fen - layer.value_left_fen - fen)
        .select_from(cost_layer.outerjoin(taken, taken.c.layer_id == layer.layer_id))
        .where(or_(layer.qty_in - layer.qty_left != qty, layer.value_in_fen - layer.value_left_fen != fen))
    )
    findings += [
        Finding(name, f"成本层与领用差 {pieces} 件、{value} 分") for name, pieces, value in connection.execute(query)
    ]
    same = and_(*(moved[name] == m[name] for name in ("doc_type", "doc_id", "doc_line", "leg")))
    size = case((moved.qty < 0, -moved.qty), else_=moved.qty)
    other = select(moved.doc_type, moved.doc_id, moved.doc_line, moved.qty, m.qty).select_from(
        cost_move.outerjoin(move, same)
    )
    wrong = other.where(or_(m.qty.is_(None), m.qty != size, m.code != moved.code))
    return findings + [
        Finding("/".join(row[:3]), f"入账 {row[3]} 件，库存流水 {row[4] or 0} 件") for row in connection.execute(wrong)
    ]


def open_items_are_the_accounts(connection: Connection) -> list[Finding]:
    """I-14: control accounts are the sum of their open items on any day: every line belongs to one; what is accrued for
    a receipt, and owed for an invoice, is what its document says."""
    line = jv_line.c
    nobody = select(jv_line).where(line.account.in_(sorted(control_accounts())), or_(line.party == "", line.item == ""))
    findings = [
        Finding(f"{row.no}/{row.n}", f"科目 {row.account} 的 {row.dr_fen - row.cr_fen} 分不属于任何往来项目")
        for row in connection.execute(nobody)
    ]
    return findings + _accrued(connection) + _owed(connection)


def _accrued(connection: Connection) -> list[Finding]:
    """What receipts accrued: the value the goods came in with, as their layers were made."""
    line, moved = jv_line.c, cost_move.c
    booked = (
        select(line.no, func.sum(line.cr_fen - line.dr_fen).label("fen"))
        .join_from(jv_line, jv, jv.c.no == line.no)
        .where(line.account == ACCRUED, jv.c.kind == "receipt")
        .group_by(line.no)
    ).subquery()
    told = (
        select(moved.no, func.sum(move.c.qty * move.c.unit_cost_fen).label("fen"))
        .select_from(cost_move.join(move, and_(*(moved[name] == move.c[name]
                                                for name in ("doc_type", "doc_id", "doc_line", "leg")))))
        .where(move.c.from_place == "supplier")
        .group_by(moved.no)
    ).subquery()  # fmt: skip
    query = (
        select(booked.c.no, booked.c.fen, told.c.fen)
        .select_from(booked.outerjoin(told, told.c.no == booked.c.no))
        .where(or_(told.c.fen.is_(None), told.c.fen != booked.c.fen))
    )
    return [Finding(no, f"暂估 {fen} 分，入库单 {said} 分") for no, fen, said in connection.execute(query)]


def _owed(connection: Connection) -> list[Finding]:
    line, v = jv_line.c, supplier_invoice.c
    booked = (
        select(line.party, line.item, func.sum(line.cr_fen - line.dr_fen).label("fen"))
        .join_from(jv_line, jv, jv.c.no == line.no)
        .where(line.account == PAYABLE, jv.c.kind == "supplier_invoice")
        .group_by(line.party, line.item)
    ).subquery()
    query = (
        select(v.supplier, v.invoice_no, v.net_fen + v.tax_fen, booked.c.fen)
        .select_from(
            supplier_invoice.outerjoin(booked, and_(booked.c.party == v.supplier, booked.c.item == v.invoice_no))
        )
        .where(or_(booked.c.fen.is_(None), booked.c.fen != v.net_fen + v.tax_fen))
    )
    return [
        Finding(f"{row[0]}/{row[1]}", f"发票 {row[2]} 分，应付账款 {row[3] or 0} 分")
        for row in connection.execute(query)
    ]


def vouchers_stay_as_they_were(connection: Connection) -> list[Finding]:
    """I-21: numbers run without a gap, every hash follows from the one before and from what the voucher says, and a
    month ends with the hash that it was left with: nothing was changed, put in or taken out, in closed months too."""
    ends = {row.period: row for row in connection.execute(select(period))}
    lines = groupby(
        connection.execute(select(jv_line).order_by(jv_line.c.no, jv_line.c.n)), key=lambda row: str(row.no)
    )
    findings: list[Finding] = []
    seen: dict[str, tuple[int, str]] = {}
    no = ""
    content: tuple[Line, ...] = ()
    for row in connection.execute(select(jv).order_by(jv.c.no)):
        while no < row.no:
            no, found = next(lines, ("\uffff", iter(())))
            content = tuple(Line(*one[2:]) for one in found)
        findings += voucher_findings(row, content if no == row.no else (), *seen.get(row.period, (0, CHAIN_START)))
        seen[row.period] = (row.n, row.hash)
    for month, row in sorted(ends.items()):
        if (row.vouchers, row.hash_last) != seen.get(month, (0, CHAIN_START)):
            findings.append(Finding(month, f"{row.vouchers} 号凭证之后有增删，或最后一张被改动"))
    return findings + [Finding(month, "凭证所在的月份没有登记") for month in sorted(seen.keys() - ends.keys())]


def voucher_findings(row: Row[Any], lines: tuple[Line, ...], number: int, before: str) -> list[Finding]:
    """What is wrong with one voucher, told the number and the hash of the one before it in its month."""
    draft = Draft(row.kind, row.source_type, row.source_id, row.document_day, "", lines)
    if row.n != number + 1:
        return [Finding(row.no, f"凭证号不连续：{number} 之后是 {row.n}")]
    if content_hash(draft) != row.content_hash:
        return [Finding(row.no, "凭证内容与入账时不同")]
    if row.hash != chain_hash(before, [row._mapping[name] for name in CHAINED]) or row.hash_prev != before:
        return [Finding(row.no, "凭证的校验链断开")]
    return []


CHECKS: dict[str, Invariant] = {
    "I-10": vouchers_balance,
    "I-11": trial_balance_is_zero,
    "I-12": stock_is_its_layers,
    "I-13": layers_are_the_goods,
    "I-14": open_items_are_the_accounts,
    "I-21": vouchers_stay_as_they_were,
}
