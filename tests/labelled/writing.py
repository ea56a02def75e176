"""Labelled books into the tables, as if their files had been read."""

from collections.abc import Iterable

from sqlalchemy import Connection

from storage.database.bulk import upsert
from storage.database.tables import (
    bank_line,
    bill_line,
    order_line,
    platform_order,
    raw_file,
    raw_receipt,
    refund,
)
from storage.database.tables.finance import payable
from tests.labelled.books import ACCOUNT, PLATFORM, BankLine, Books, Line, Order, Payable, Refund
from tests.labelled.clean import WALLETS

Row = dict[str, object]


def write(connection: Connection, books: Books) -> None:
    """Put everything into the tables; once is enough, twice is the same."""
    upsert(connection, platform_order, map(_order, books.orders))
    upsert(connection, order_line, (row for order in books.orders for row in _subs(order)))
    upsert(connection, refund, (_refund(refund, books) for refund in books.refunds))
    upsert(connection, bill_line, map(_line, books.lines))
    upsert(connection, bank_line, map(_bank_line, books.bank))
    upsert(connection, payable, map(_payable, books.payables))
    files = list(_files(books))
    upsert(connection, raw_file, (file for file, _ in files))
    upsert(connection, raw_receipt, (receipt for _, receipt in files))


def _order(order: Order) -> Row:
    return {
        "platform": PLATFORM,
        "shop": order.shop,
        "order_no": order.order_no,
        "platform_status": order.status,
        "paid_fen": order.paid_fen if order.paid_at else 0,
        "platform_discount_fen": order.discount_fen,
        "created_at": order.created_at,
        "paid_at": order.paid_at,
        "finished_at": order.finished_at,
        "file_sha": f"orders-{order.shop}",
    }


def _subs(order: Order) -> Iterable[Row]:
    for sub in range(order.subs):
        share = order.paid_fen // order.subs + (order.paid_fen % order.subs if sub == 0 else 0)
        yield {
            "platform": PLATFORM,
            "shop": order.shop,
            "order_no": order.order_no,
            "sub_no": f"{order.order_no}{sub}",
            "qty": 1,
            "paid_share_fen": share if order.paid_at else 0,
            "file_sha": f"orders-{order.shop}",
        }


def _refund(refund: Refund, books: Books) -> Row:
    return {
        "platform": PLATFORM,
        "shop": refund.shop,
        "refund_no": refund.refund_no,
        "order_no": refund.order_no,
        "amount_fen": refund.fen,
        "created_at": refund.done_at or f"{books.first_day} 00:00:00",
        "done_at": refund.done_at,
        "status": refund.status,
        "after_settlement": int(refund.after),
        "file_sha": f"refunds-{refund.shop}",
    }


def _line(line: Line) -> Row:
    fee = line.fee
    return {
        "platform": PLATFORM,
        "shop": line.shop,
        "wallet": line.wallet,
        "flow_no": line.flow_no,
        "fee_type": fee,
        "n": line.n,
        "order_no": line.order_no,
        "refund_no": line.refund_no,
        "amount_fen": line.fen,
        "at": line.at,
        "class_rule": "" if fee == "unclassified" else f"labelled.{fee}",
        "file_sha": f"{line.wallet}-{line.shop}",
    }


def _bank_line(line: BankLine) -> Row:
    return {
        "account": ACCOUNT,
        "line_key": f"{line.key}|{line.n}",
        "day": line.day,
        "summary": line.summary,
        "counterparty": line.name,
        "amount_fen": line.fen,
        "file_sha": "bank",
    }


def _payable(owed: Payable) -> Row:
    return {
        "payable_no": owed.payable_no,
        "kind": owed.kind,
        "payee": owed.payee,
        "reference": owed.reference,
        "amount_fen": owed.fen,
        "due_day": owed.due_day,
        "authorised_by": "王会计",
    }


def _files(books: Books) -> Iterable[tuple[Row, Row]]:
    """Every export and statement, each of which says that it speaks about all the days."""
    told = [("bank", "icbc_personal_debit", ACCOUNT, "bank")]
    for shop, wallet in WALLETS.items():
        kind = "alipay_fund_bill_csv" if wallet == "alipay" else "wxpay_trade_bill_all"
        told += [
            (f"orders-{shop}", "practice_orders", shop, ""),
            (f"refunds-{shop}", "practice_refunds", shop, ""),
            (f"{wallet}-{shop}", kind, shop, wallet),
        ]
        if wallet == "wxpay":
            told.append((f"withdrawals-{shop}", "practice_withdrawals", shop, ""))
    for sha, kind, owner, wallet in told:
        days = {"period_from": books.first_day, "period_to": books.last_day}
        platform = "bank" if wallet == "bank" else PLATFORM
        file = {"file_sha": sha, "kind": kind, "platform": platform, "wallet": wallet, "state": "read", "name": sha}
        yield {**file, **days}, {"file_sha": sha, "name": sha, "shop": owner, "owner": owner, **days}
