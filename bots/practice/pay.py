"""The payment centre's answers: statements per month and day, bank lines, withdrawals."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from starlette.responses import PlainTextResponse, Response

from bots.practice import files, listings
from bots.practice.listings import Paging
from bots.practice.site import Call, Handler, Refused, attachment

Answer = Mapping[str, Any] | Response


def home(call: Call) -> Answer:
    """The balances of the first page."""
    world, shop_id = call.parts.world, call.shop_id
    newest = "SELECT balance_fen FROM wallet_line WHERE shop_id = ? ORDER BY at DESC, id DESC LIMIT 1"
    last_day = world.setting("last_day")
    per_day = "SELECT total({}) FROM wallet_line WHERE shop_id = ? AND at >= ? AND amount_fen {} 0"
    row = world.row(newest, shop_id)
    return {
        "last_day": last_day,
        "balance_fen": row["balance_fen"] if row else 0,
        "in_fen": world.number(per_day.format("amount_fen", ">"), shop_id, last_day),
        "out_fen": world.number(per_day.format("amount_fen", "<"), shop_id, last_day),
        "withdrawals": world.number(
            "SELECT count(*) FROM wallet_line WHERE shop_id = ? AND kind = 'withdrawal'", shop_id
        ),
    }


def accounts(call: Call) -> Answer:
    """The wallets that this login may see."""
    with call.parts.world.reading() as db:
        found = db.execute("SELECT shop_id, name, wallet FROM shop WHERE shop_id = ?", (call.shop_id,))
        return {"rows": [dict(row) for row in found]}


def bills(call: Call) -> Answer:
    """A page of statement periods: `tab` month or day."""
    answer = listings.bills(call.parts.world, call.ask, Paging.of(call.ask))
    kind = "业务账单" if _wallet(call) == "wxpay" else "账务明细"
    for row in answer["rows"]:
        row.update(kind=kind, url=f"/api/pay/bills/{call.shop_id}/{row['period']}/file")
    return answer


def _wallet(call: Call) -> str:
    with call.parts.world.reading() as db:
        return str(db.execute("SELECT wallet FROM shop WHERE shop_id = ?", (call.shop_id,)).fetchone()["wallet"])


def bill_file(call: Call) -> Answer:
    """One period's statement in the wallet's own layout."""
    if call.text("shop_id") != call.shop_id:
        return PlainTextResponse("没有这个账户的权限", 404)
    first, last, mode = _span(call.text("period"))
    return attachment(*files.statement(call.parts.world, _wallet(call), call.shop_id, first, last, mode))


def _span(period: str) -> tuple[date, date, str]:
    try:
        if len(period) == len("2026-11-20"):
            day = date.fromisoformat(period)
            return day, day, "day"
        first = date.fromisoformat(f"{period}-01")
    except ValueError as error:
        raise Refused(f"没有 {period} 的账单") from error
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1), "month"


def bank(call: Call) -> Answer:
    """A page of bank lines; filters `from` and `to` (days)."""
    return listings.bank(call.parts.world, call.ask, Paging.of(call.ask))


def bank_file(call: Call) -> Answer:
    """The bank statement of a span of days."""
    return attachment(*files.bank(call.parts.world, *_days(call)))


def withdrawals(call: Call) -> Answer:
    """A page of withdrawals."""
    return listings.withdrawals(call.parts.world, call.shop_id, Paging.of(call.ask))


def withdrawals_file(call: Call) -> Answer:
    """All withdrawals of the shop."""
    return attachment(*files.withdrawals(call.parts.world, call.shop_id))


def _days(call: Call) -> tuple[date, date]:
    try:
        return date.fromisoformat(call.text("from")), date.fromisoformat(call.text("to"))
    except ValueError as error:
        raise Refused("请先选择日期") from error


TABLE: Mapping[tuple[str, str], Handler] = {
    ("GET", "/api/pay/accounts"): accounts,
    ("GET", "/api/pay/bank"): bank,
    ("GET", "/api/pay/bank/file"): bank_file,
    ("GET", "/api/pay/bills"): bills,
    ("GET", "/api/pay/bills/{shop_id}/{period}/file"): bill_file,
    ("GET", "/api/pay/home"): home,
    ("GET", "/api/pay/withdrawals"): withdrawals,
    ("GET", "/api/pay/withdrawals/file"): withdrawals_file,
}
