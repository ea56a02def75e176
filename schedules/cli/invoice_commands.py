"""`yeban invoices`: blue invoices drafted for orders, red ones that the night drafts; asked for, dropped."""

import json
from typing import Annotated

import typer
from rich.table import Table

from schedules.cli.order_commands import order_of
from schedules.cli.screen import console, say, tell
from schedules.settings import today_in_shanghai
from schedules.signing import signed

COLOURS = {"blue": ("蓝字", "blue"), "red": ("红字", "red")}
STATES = {
    "draft": ("草稿", "draft"), "issued": ("已开", "issued"), "refused": ("没开成", "refused"),
    "requested": ("等开具", "asked for"), "void": ("作废", "dropped"),
}  # fmt: skip
app = typer.Typer(
    help="发票：给订单起草蓝字发票；退款后该冲回的红字由夜里起草；交去开具、作废草稿。机器人或人说开了才算开了\n\n"
    "Invoices: drafted for orders, red ones by the night; asked for; issued only when a bot or a person says so.\n\n"
    "例 / examples: `yeban invoices new 4021 --title 某某公司 --tax-no 9133…` · `yeban invoices list` · "
    "`yeban invoices ask FP-4021`",
    no_args_is_help=True,
)
Number = Annotated[str, typer.Argument(help="发票的编号，见 yeban invoices list / its number")]
Who = Annotated[str, typer.Option(help="谁（默认登录这台电脑的人） / who, default: who is logged in here")]


@app.command("list")
def list_(
    state: Annotated[
        str, typer.Option(help="只看这种：draft、requested、issued、refused、void / only this state")
    ] = "",
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """发票：蓝字红字、给谁、多少钱、走到哪一步、为什么开。

    Invoices: colour, to whom, how much, where each stands and why it was drafted.

    例 / example: `yeban invoices list --state draft`
    """
    from sqlalchemy import select

    from schedules.desk import open_desk
    from storage.database.tables.settlement import invoice
    from storage.erp.allocation.words import yuan

    query = select(invoice).order_by(invoice.c.recorded_at.desc(), invoice.c.invoice_id)
    with open_desk() as desk, desk.database.read() as connection:
        found = [dict(row) for row in connection.execute(query).mappings() if state in ("", row["state"])]
    if json_:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    table = Table(title=say("发票", "invoices"), title_justify="left")
    for head in say(
        "编号 票种 状态 店铺 抬头 价税合计 税额 为什么", "number colour state shop title gross tax why"
    ).split():
        table.add_column(head, overflow="fold")
    for row in found:
        table.add_row(row["invoice_id"], say(*COLOURS[row["color"]]), say(*STATES[row["state"]]), row["shop"],
                      row["title"], yuan(row["amount_fen"]), yuan(row["tax_fen"]), row["reason"])  # fmt: skip
    console.print(table)


@app.command()
def new(
    orders: Annotated[list[str], typer.Argument(help="订单号，可写几个（同一个店） / orders of one shop")],
    title: Annotated[str, typer.Option(help="抬头 / title")],
    tax_no: Annotated[str, typer.Option(help="税号（个人不写） / tax number, none for a person")] = "",
    rate: Annotated[int, typer.Option(help="税率（%） / tax rate in percent", min=0, max=17)] = 13,
    number: Annotated[str, typer.Option(help="编号（不写就编一个） / its number")] = "",
    shop: Annotated[str, typer.Option(help="哪个店（订单号不止一家有时写） / shop")] = "",
    who: Who = "",
) -> None:
    """起草一张蓝字发票：开到实付减退款、还没开过的为止；要 ask 才交去开具。

    Drafts a blue invoice for what was paid, not refunded and not invoiced yet; `ask` has it issued.

    例 / example: `yeban invoices new 4021 4022 --title 某某公司 --tax-no 91330100…`
    """
    from storage.erp.allocation.words import yuan
    from storage.erp.settlement.invoices import DRAFT, Buyer, draft_blue, free_id

    with signed(who, f"开票 {title}") as (connection, person):
        keys = [order_of(connection, one, shop) for one in orders]
        first = keys[0]
        number = number or free_id(connection, first.order_no)
        made = draft_blue(connection, number, (first.platform, first.shop), [key.order_no for key in keys],
                          Buyer(title, tax_no), rate * 100, person)  # fmt: skip
        amount = yuan(made.amount_fen)
    if made.state != DRAFT:
        zh, en = STATES[made.state]
        tell(f"{number} 早已起草，现在是{zh}：{amount} 元", f"{number} was drafted before: {en}, {amount} yuan")
        return
    tell(f"起草了 {number}：{amount} 元；交去开具：yeban invoices ask {number}",
         f"{number} is drafted: {amount} yuan; to have it issued: yeban invoices ask {number}", "green")  # fmt: skip


@app.command()
def ask(number: Number, who: Who = "") -> None:
    """把草稿交去开具：有开票流程就由机器人开，没有就在 yeban todo 里等人。

    Has a draft issued: by a bot where a flow does it, else it waits in `yeban todo`.

    例 / example: `yeban invoices ask FP-4021`
    """
    from storage.erp.settlement.invoices import ask_for

    with signed(who, "交去开票") as (connection, _):
        ask_for(connection, number, today_in_shanghai().isoformat())
    tell(f"{number} 交去开具了。", f"{number} is asked for.", "green")


@app.command()
def void(number: Number, why: Annotated[str, typer.Option(help="为什么 / why")], who: Who = "") -> None:
    """作废一张没开出去的草稿；开出去的只能红冲。

    Drops a draft; what was issued is taken back by a red one only.

    例 / example: `yeban invoices void FP-1 --why 抬头错`
    """
    from storage.erp.settlement.invoices import void as drop

    with signed(who, why) as (connection, _):
        drop(connection, number)
    tell(f"{number} 作废了。", f"{number} is dropped.", "green")


def register(main: typer.Typer) -> None:
    """Put these commands on the command line."""
    main.add_typer(app, name="invoices")
