"""What finance decides: the policies of the books (`policy`), vouchers whose documents were changed (`amend`)."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from schedules.cli.screen import console, say, tell
from schedules.settings import SHANGHAI
from schedules.signing import signer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.erp.finance.amended import Amended

Who = Annotated[str, typer.Option(help="谁（默认登录这台电脑的人） / who, default: who is logged in here")]
Json = Annotated[bool, typer.Option("--json", help="给机器看 / for machines")]


policies = typer.Typer(
    help="会计政策：收入什么时候确认、存货怎么计价、税率、月末要不要估计退货；谁、为什么、从哪天起，账里都记着\n\n"
    "The books' policies: when revenue counts, how stock is valued, tax, whether months end with expected returns; who "
    "decided, why, from which day on is kept.\n\n"
    "例 / examples: `yeban policy show` · `yeban policy set --recognise ship --why 发货即控制权转移` · "
    "`yeban policy returns on --from 2026-11-01 --why 执行企业会计准则`",
    no_args_is_help=True,
)
NAMES = {
    "recognise": ("收入确认", "revenue counts"), "window_days": ("几天内算数", "days that count"),
    "look_back_days": ("看几天历史", "days of history"), "least_orders": ("至少几单", "least orders"),
    "costing": ("存货计价", "costing"), "vat_bp": ("税率（万分之几）", "tax, hundredths of a percent"),
    "from_day": ("从哪天起", "from"), "state": ("月末预计退货", "expected returns"),
}  # fmt: skip
VALUES = {
    ("recognise", "ship"): ("发货时（ship）", "when shipped (ship)"),
    ("recognise", "finish"): ("交易完成时（finish）", "when the trade is finished (finish)"),
    ("recognise", "window"): ("确认收货几天后（window）", "some days after receipt (window)"),
    ("recognise", "settle"): ("平台结算时（settle）", "when the platform settles (settle)"),
    ("costing", "fifo"): ("先进先出（fifo）", "first in, first out (fifo)"),
    ("costing", "average"): ("加权平均（average）", "weighted average (average)"),
    ("state", "on"): ("估计（on）", "estimated (on)"),
    ("state", "off"): ("不估计（off）", "not estimated (off)"),
}


@policies.command()
def show(json_: Json = False) -> None:
    """现在算数的会计政策，和每一次是谁、什么时候、为什么定的。

    The policies that count, and who decided each, when and why.

    例 / examples: `yeban policy show` · `yeban policy show --json`
    """
    from sqlalchemy import select

    from schedules.desk import open_desk
    from storage.database.tables.ledger import ledger_policy, returns_policy
    from storage.erp.finance.expected_returns import returns_policy_at
    from storage.erp.finance.policies import policy_of

    today = f"{datetime.now(SHANGHAI):%Y-%m-%d}"
    with open_desk() as desk, desk.database.read() as connection:
        counting = {
            "policy": policy_of(connection)._asdict(),
            "returns": returns_policy_at(connection, today)._asdict(),
        }
        decided = [
            {"what": what, **row._asdict()}
            for what, table in (("policy", ledger_policy), ("returns", returns_policy))
            for row in connection.execute(select(table).order_by(table.c.version))
        ]
    if json_:
        typer.echo(json.dumps({**counting, "decided": decided}, ensure_ascii=False, indent=2))
        return
    for one in counting.values():
        console.print(Text(say("；", "; ").join(_worded(name, value) for name, value in one.items() if value != "")))
    table = Table(title=say("谁定的", "who decided"), title_justify="left")
    for head in say("时间 谁 为什么 定了什么", "when who why what").split():
        table.add_column(head, overflow="fold")
    for row in decided:
        apart = ("what", "version", "author", "reason", "decided_at")
        said = say("，", ", ").join(_worded(name, value) for name, value in row.items() if name not in apart)
        table.add_row(str(row["decided_at"])[:16], str(row["author"]), str(row["reason"]), said)
    console.print(table)


def _worded(name: str, value: object) -> str:
    """A part of a policy with what it is, in words."""
    zh, en = VALUES.get((name, str(value)), (str(value), str(value)))
    return f"{say(*NAMES.get(name, (name, name)))} {say(zh, en)}"


@policies.command("set")
def set_(
    why: Annotated[str, typer.Option(help="为什么 / why")],
    recognise: Annotated[str, typer.Option(help="收入确认：ship、finish、window、settle / when revenue counts")] = "",
    window_days: Annotated[int, typer.Option(help="window：确认收货后几天 / days after the buyer confirmed")] = -1,
    costing: Annotated[str, typer.Option(help="存货计价：fifo、average / costing")] = "",
    vat_bp: Annotated[int, typer.Option(help="价内增值税，万分之几，免税写 0 / tax in prices, 0 when exempt")] = -1,
    who: Who = "",
) -> None:
    """定会计政策，没写的照旧；有了第一张凭证就不能再换（会计政策不得随意变更）。

    Decides the books' policy; what is not given stays. Not after the first voucher was written.

    例 / example: `yeban policy set --recognise finish --vat-bp 100 --why 小规模纳税人`
    """
    from schedules.desk import open_desk
    from storage.erp.audit.recording import recording
    from storage.erp.finance.policies import checked, decide, policy_of

    said = {"recognise": recognise, "costing": costing}
    numbers = {"window_days": window_days, "vat_bp": vat_bp}
    given = {name: value for name, value in said.items() if value}
    given |= {name: value for name, value in numbers.items() if value >= 0}  # type: ignore[misc]
    person = signer(who)
    with open_desk() as desk, recording(desk.database, person, why) as connection:
        now = policy_of(connection)
        policy = checked(type(now)(**{**now._asdict(), **given}))
        done = decide(connection, policy, person, why)
    _said(done)


@policies.command()
def returns(
    state: Annotated[str, typer.Argument(help="on 或 off / on or off")],
    why: Annotated[str, typer.Option(help="为什么 / why")],
    first: Annotated[str, typer.Option("--from", help="从哪天起（这天以后的月末） / months that end on or after")] = "",
    window_days: Annotated[
        int, typer.Option(help="收入确认后多少天内算可能退 / days in which goods may come back")
    ] = 15,
    look_back: Annotated[int, typer.Option("--look-back", help="看多少天的历史 / days of history")] = 90,
    least_orders: Annotated[int, typer.Option(help="少于几单的历史不作数 / fewer orders say nothing")] = 30,
    who: Who = "",
) -> None:
    """月末要不要按退货率估计退货（预计负债、应收退货成本，CAS 14），下月初自动冲回、月末重估；不定就不估。

    Whether months end with what is expected to come back; taken back on the next day, estimated anew at the next end.

    例 / example: `yeban policy returns on --from 2026-11-01 --why 执行企业会计准则`
    """
    from schedules.desk import open_desk
    from storage.erp.audit.recording import recording
    from storage.erp.finance.expected_returns import ReturnsPolicy, decide_returns

    person = signer(who)
    day = first or f"{datetime.now(SHANGHAI):%Y-%m-%d}"
    policy = ReturnsPolicy(day, state, window_days, look_back, least_orders)
    with open_desk() as desk, recording(desk.database, person, why) as connection:
        done = decide_returns(connection, policy, person, why)
    _said(done)


@policies.command("close-month")
def close_month(
    month: Annotated[str, typer.Argument(help="哪个月 / which month, YYYY-MM")],
    why: Annotated[str, typer.Option(help="为什么 / why")],
    who: Who = "",
) -> None:
    """总账关账：结转这个月的损益，关了就不再变；晚到的单据记进下一个没关的月，注明是哪个月的。

    Closes a month of the ledger for good: its income and expense are carried over, what is late goes to the next one.

    例 / example: `yeban policy close-month 2026-10 --why 月结`
    """
    from schedules.desk import open_desk
    from storage.erp.audit.recording import recording
    from storage.erp.finance.periods import close

    try:
        datetime.strptime(month, "%Y-%m").replace(tzinfo=SHANGHAI)
    except ValueError:
        raise typer.BadParameter(say("写成 2026-10 这样", "write it like 2026-10"), param_hint="MONTH") from None
    person = signer(who)
    with open_desk() as desk, recording(desk.database, person, why) as connection:
        no = close(connection, month, person, why)
    tell(f"{month} 关账了，结转凭证 {no or '没有损益要结转'}。", f"{month} is closed; closing voucher {no or 'none'}.",
         "green")  # fmt: skip


def _said(done: bool) -> None:
    if done:
        tell("定了，记在账里。", "decided, and kept in the books.", "green")
    else:
        tell("早就是这样了。", "it was so already.")


def amend(
    why: Annotated[str, typer.Option(help="为什么；写了才真的更正 / why: only with it anything is written")] = "",
    day: Annotated[str, typer.Option(help="红字记在哪天（默认今天，要在没关的月份） / day of the red vouchers")] = "",
    who: Who = "",
    json_: Json = False,
) -> None:
    """凭证入账以后单据又变了的（平台改了订单、退款、账单，或一单被记为补单）：列出来；写明原因才红字冲销、按现在的重记。

    Vouchers whose documents say something else now: listed, and with --why reversed and booked anew; nothing is
    overwritten.

    例 / examples: `yeban amend` · `yeban amend --why 平台更正了账单 --day 2026-11-22`
    """
    from schedules.desk import open_desk
    from storage.erp.audit.recording import recording
    from storage.erp.finance.amended import amended, mend
    from storage.erp.finance.policies import policy_of

    with open_desk() as desk:
        if why:
            person, on = signer(who), day or f"{datetime.now(SHANGHAI):%Y-%m-%d}"
            with recording(desk.database, person, why) as connection:
                count = mend(connection, on, person, why, policy_of(connection))
            tell(f"更正了 {count} 张凭证。", f"{count} vouchers mended.", "green")
            return
        with desk.database.read() as connection:
            found = amended(connection, policy_of(connection))
    if json_:
        rows = [{"voucher": one.no, "document": f"{one.source_type}/{one.source_id}",
                 "now": one.now.words if one.now else ""} for one in found]  # fmt: skip
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif found:
        _show(found)
    else:
        tell("每张凭证和它的单据说的一样。", "every voucher says what its document says.")


def _show(found: "Sequence[Amended]") -> None:
    table = Table(title=say("单据变了的凭证", "vouchers whose documents changed"), title_justify="left")
    for head in say("凭证 单据 现在该记", "voucher document now").split():
        table.add_column(head, overflow="fold")
    for one in found:
        now = one.now.words if one.now else say("没有了，只冲销", "nothing: only reversed")
        table.add_row(one.no, f"{one.source_type}/{one.source_id}", now)
    console.print(table)
    tell("更正：yeban amend --why 原因", "to mend them: yeban amend --why REASON")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(amend)
    app.add_typer(policies, name="policy")
