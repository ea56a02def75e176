"""`yeban purchases`: how codes are bought (a sheet), what the night drafts, approving, sending, cancelling."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from schedules.cli.product_commands import _rows as rows_of_sheet
from schedules.cli.screen import console, noted, say, tell
from schedules.signing import signed

if TYPE_CHECKING:
    from storage.erp.purchasing.supply import SupplyRule

CODE, PLACE, FROM = "商家编码", "仓库", "供应商"
WHOLE = {"交期(天)": "lead_days", "复核(天)": "review_days", "起订量": "moq", "箱规": "pack"}
PRICE, SERVICE, NAME, PAY_DAYS = "采购价(元)", "服务水平(%)", "供应商名称", "账期(天)"

app = typer.Typer(
    help="采购：补货规则（一张表）、夜里算出来的采购单草稿；批准、记下已下单、作废\n\n"
    "Purchases: rules of supply from a sheet, the drafts of the night; approve, say that it was sent, cancel.\n\n"
    "例 / examples: `yeban purchases rules 补货规则.xlsx` · `yeban purchases list` · `yeban purchases approve PO-…`",
    no_args_is_help=True,
)
Order = Annotated[str, typer.Argument(help="采购单号，见 yeban purchases list / number of the order")]
Who = Annotated[str, typer.Option(help="谁（默认登录这台电脑的人） / who, default: who is logged in here")]


@app.command()
def rules(
    file: Annotated[Path, typer.Argument(help="表格 / sheet", exists=True, dir_okay=False)], who: Who = ""
) -> None:
    """定补货规则：一行一个编码和仓库，列是商家编码、仓库、供应商、交期(天)，还可以有复核(天)、起订量、箱规、采购价(元)、
    服务水平(%)、供应商名称、账期(天)。有一行不对就整张不收。夜里的「采购」只算有规则的编码。

    Rules of supply, one row per code and warehouse; all or none. The night plans only what has a rule.

    例 / example: `yeban purchases rules 补货规则.xlsx --who 王芳`
    """
    from storage.erp.purchasing.supply import set_rules, set_suppliers

    found = rows_of_sheet(file, CODE, PLACE, FROM, "交期(天)")
    named = {row[FROM]: (row[FROM], row.get(NAME) or row[FROM], _whole(PAY_DAYS, row, 30)) for _, row in found}
    wanted = [_rule(row) for _, row in found if row.get(CODE)]
    with signed(who, f"补货规则 {file.name}") as (connection, _):
        set_suppliers(connection, named.values())
        counts = set_rules(connection, wanted)
    tell(f"{len(wanted)} 条规则：新 {counts.created}，改 {counts.changed}。",
         f"{len(wanted)} rules: {counts.created} new, {counts.changed} changed.", "green")  # fmt: skip


def _rule(row: dict[str, str]) -> "SupplyRule":
    from storage.documents.cells import fen
    from storage.erp.purchasing.supply import SupplyRule

    given = {field: _whole(title, row, 0) for title, field in WHOLE.items() if row.get(title)}
    if row.get(SERVICE):
        given["service_bp"] = 100 * _whole(SERVICE, row, 95)
    if row.get(PRICE):
        given["price_fen"] = fen(PRICE, row[PRICE])
    return SupplyRule(row[CODE], row[PLACE], row[FROM], **given)


def _whole(title: str, row: dict[str, str], missing: int) -> int:
    from storage.documents.cells import whole

    return whole(title, row[title]) if row.get(title) else missing


@app.command("list")
def list_(
    state: Annotated[str, typer.Option(help="只看这种状态：draft、approved、sent、part … / only this state")] = "",
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """采购单：草稿、批准的、已下单没到齐的；哪天下单、哪天到、多少钱。

    Purchase orders that are open: drafts, approved, sent; when to order, when goods come, how much.

    例 / examples: `yeban purchases list` · `yeban purchases list --state draft --json`
    """
    from sqlalchemy import select

    from schedules.desk import open_desk
    from storage.database.tables.purchasing import purchase_order
    from storage.erp.allocation.words import yuan
    from storage.erp.purchasing.orders import WORDS

    p = purchase_order.c
    wanted = (state,) if state else ("draft", "approved", "sent", "part")
    query = select(purchase_order).where(p.state.in_(wanted)).order_by(p.order_on, p.po_id)
    with open_desk() as desk, desk.database.read() as connection:
        found = [dict(row) for row in connection.execute(query).mappings()]
    if json_:
        import json

        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    if not found:
        tell("没有这样的采购单。", "No such purchase order.", "green")
        return
    table = Table(title=say("采购单", "purchase orders"), title_justify="left")
    zh, en = "单号 供应商 仓库 状态 下单日 到货日 付款日 金额", "number supplier warehouse state order come pay yuan"
    for head in say(zh, en).split():
        table.add_column(head, overflow="fold")
    for row in found:
        words = WORDS[row["state"]] if say("zh", "en") == "zh" else row["state"]
        table.add_row(row["po_id"], row["supplier"], row["warehouse"], words, row["order_on"], row["expected_on"],
                      row["pay_on"], yuan(row["amount_fen"]))  # fmt: skip
    console.print(table)


@app.command()
def approve(number: Order, who: Who = "") -> None:
    """批准一张草稿；批准的算在途，下一夜的建议会扣掉它。

    Approves a draft; from then on it counts as coming.

    例 / example: `yeban purchases approve "PO-2026-11-22#1-S1-H-2026-11-22"`
    """
    from storage.erp.purchasing.orders import approve as let_go

    with signed(who, "批准采购单") as (connection, person):
        done = let_go(connection, number, person)
    noted(number, done)


@app.command()
def sent(
    number: Order, who: Who = "", day: Annotated[str, typer.Option(help="哪天下的单（默认今天） / when")] = ""
) -> None:
    """记下供应商已经收到这张单。

    Says that the supplier has the order. 例 / example: `yeban purchases sent PO-… --day 2026-11-22`
    """
    from schedules.settings import today_in_shanghai
    from storage.erp.purchasing.orders import record_sent

    on = day or today_in_shanghai().isoformat()
    with signed(who, "记录已下单") as (connection, person):
        done = record_sent(connection, number, on, person)
    noted(number, done)


@app.command()
def cancel(number: Order, why: Annotated[str, typer.Option(help="为什么 / why")], who: Who = "") -> None:
    """作废一张还没下的单。

    Calls off an order that was not sent. 例 / example: `yeban purchases cancel PO-… --why 换供应商`
    """
    from storage.erp.purchasing.orders import cancel as call_off

    with signed(who, why) as (connection, _):
        done = call_off(connection, number, why)
    noted(number, done)


def register(main: typer.Typer) -> None:
    """Put these commands on the command line."""
    main.add_typer(app, name="purchases")
