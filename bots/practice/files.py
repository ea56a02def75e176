"""Which of the world's exports each button of the sites gives."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from bots.practice.world import World
from bots.practice.world.exports import ExportRequest, export

# The seller centre's export tasks: kind → (name of the file, ending).
EXPORT_NAMES = {
    "practice_orders": ("订单", "xlsx"),
    "practice_products": ("商品", "xlsx"),
    "practice_refunds": ("售后", "xlsx"),
    "practice_stock": ("期初盘点", "xlsx"),
    "practice_waybills": ("面单号段", "csv"),
}
STATEMENTS = {"alipay": "alipay_fund_bill_csv", "wxpay": "wxpay_trade_bill_all"}
File = tuple[str, bytes]


def maker(world: World) -> Callable[[str, str, Mapping[str, str]], File]:
    """What an export task calls: kind, shop and the task's parameters → file."""
    return partial(_make, world)


def _make(world: World, kind: str, shop_id: str, params: Mapping[str, str]) -> File:
    since, until = (date.fromisoformat(params[name]) if name in params else None for name in ("from", "to"))
    return _file(world, kind, ExportRequest(shop_id, since, until, params.get("status", "")))


def statement(world: World, wallet: str, shop_id: str, first: date, last: date, period: str) -> File:
    """A statement in the wallet's own layout; `period` is month or day."""
    return _file(world, STATEMENTS[wallet], ExportRequest(shop_id, first, last, period=period))


def bank(world: World, first: date, last: date) -> File:
    """The bank statement of these days."""
    return _file(world, "icbc_personal_debit", ExportRequest(None, first, last))


def withdrawals(world: World, shop_id: str) -> File:
    """All withdrawals of a shop's wallet."""
    return _file(world, "practice_withdrawals", ExportRequest(shop_id))


def ads(world: World, first: date, last: date) -> File:
    """The ad report of all shops for these days."""
    return _file(world, "practice_ads", ExportRequest(None, first, last))


def _file(world: World, kind: str, request: ExportRequest) -> File:
    made = export(world, kind, request)
    return made.file_name, made.content
