"""`yeban aftersales`: what buyers ask for and where it stands; written down, agreed or refused under a name."""

import json
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from schedules.cli.from_books import from_books
from schedules.cli.order_commands import order_of
from schedules.cli.screen import console, noted, say, tell
from schedules.settings import SHANGHAI
from schedules.signing import signed, signer

KINDS = ("return", "exchange", "refund_only", "resend")
app = typer.Typer(
    help="售后：记一张（退货退款、换货、仅退款、补发），同意或拒绝；同意以后夜里自己列退款、写补发单\n\n"
    "After-sales: written down, agreed or refused; what follows (refunds asked, goods sent again) the night does.\n\n"
    "例 / examples: `yeban aftersales new 4021 --kind resend --line 4021-1=1 --why 少发一件 --by 漏发` · "
    "`yeban aftersales agree SH-1`",
    no_args_is_help=True,
)
Number = Annotated[str, typer.Argument(help="售后单号，见 yeban aftersales list / its number")]
Who = Annotated[str, typer.Option(help="谁（默认登录这台电脑的人） / who, default: who is logged in here")]


@app.command("list")
def list_(json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False) -> None:
    """每张售后单：哪个订单、要什么、走到哪一步；平台导出里找不到订单的也列出来。

    Every after-sale: its order, what is asked for, where it stands; and requests whose order nobody knows.

    例 / example: `yeban aftersales list --json`
    """
    from sqlalchemy import select

    from schedules.desk import open_desk
    from storage.database.tables.purchasing import rma
    from storage.erp.aftersales.counted import expected_lines
    from storage.erp.aftersales.intake import unclear, unlinked
    from storage.erp.aftersales.refunds import stages

    with open_desk() as desk, desk.database.read() as connection:
        heads = connection.execute(select(rma).order_by(rma.c.requested_at.desc(), rma.c.rma_id)).all()
        where, lost, vague = stages(connection), unlinked(connection), unclear(connection)
        coming = {one.rma_id: expected_lines(connection, one.rma_id) for one in heads if one.decision == "approved"}
    rows = [
        {"number": one.rma_id, "shop": one.shop, "order": one.order_no, "asked": one.words,
         "stage": where[one.rma_id].stage, "words": where[one.rma_id].words, "coming": coming.get(one.rma_id, {})}
        for one in heads
    ]  # fmt: skip
    if json_:
        told = {"aftersales": rows, "without_order": [list(one) for one in lost],
                "pieces_unknown": [list(one) for one in vague]}  # fmt: skip
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    table = Table(title=say("售后", "after-sales"), title_justify="left")
    for head in say("单号 店铺 订单 要什么 走到哪", "number shop order asked stage").split():
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(row["number"], row["shop"], row["order"], from_books(row["asked"]), from_books(row["words"]))
    console.print(table)
    for shop, number, why in lost:
        tell(f"找不到订单：{shop} {number}，{why}", f"without an order: {shop} {number}, {from_books(why)}", "yellow")
    for shop, number, why in vague:
        tell(f"退几件不知道：{shop} {number}，{why}", f"pieces unknown: {shop} {number}, {from_books(why)}", "yellow")


@app.command()
def new(
    order: Annotated[str, typer.Argument(help="订单号 / order number")],
    kind: Annotated[str, typer.Option(help="return 退货退款、exchange 换货、refund_only 仅退款、resend 补发 / kind")],
    line: Annotated[list[str], typer.Option(help="子订单号=件数，可写多个 / SUB=PIECES, may be repeated")],
    why: Annotated[str, typer.Option(help="原因 / reason")],
    by: Annotated[str, typer.Option("--by", help="责任：错发、漏发、质量、运输、买家 / who is responsible")],
    number: Annotated[str, typer.Option(help="售后单号（不写就编一个） / its number")] = "",
    shop: Annotated[str, typer.Option(help="哪个店（订单号不止一家有时写） / shop")] = "",
    at_once: Annotated[bool, typer.Option("--at-once", help="不等货回来 / without waiting for the goods")] = False,
    who: Who = "",
) -> None:
    """记一张售后单；和账上对过：发了几件、退过几件、付了多少。还要 agree 才会办。

    Writes an after-sale down, checked against what was shipped and paid; nothing is done before it is agreed.

    例 / example: `yeban aftersales new 4021 --kind resend --line 4021-1=1 --why 少发一件 --by 漏发`
    """
    from storage.erp.aftersales.requests import Request, request
    from storage.erp.aftersales.rules import AFTER_RECEIPT, AT_ONCE

    if kind not in KINDS:
        raise typer.BadParameter(say(f"只能是 {'、'.join(KINDS)}", f"one of {', '.join(KINDS)}"), param_hint="--kind")
    lines = _pieces(line)
    now = _now()
    number = number or f"SH-{order}-{datetime.now(SHANGHAI):%m%d%H%M%S}"
    with signed(who, why) as (connection, _):
        policy = AT_ONCE if at_once else AFTER_RECEIPT
        asked = Request(number, order_of(connection, order, shop), kind, lines, why, by, now, policy)
        fresh = request(connection, asked)
    if fresh:
        tell(f"记下了售后单 {number}；同意：yeban aftersales agree {number}",
             f"after-sale {number} is written down; to agree: yeban aftersales agree {number}", "green")  # fmt: skip
    else:
        tell(f"{number} 早就记过了。", f"{number} was written down before.")


def _pieces(told: list[str], option: str = "--line") -> dict[str, int]:
    found = {}
    for one in told:
        sub_no, equals, qty = one.rpartition("=")
        if not equals or not sub_no or not qty.isdigit() or int(qty) < 1:
            raise typer.BadParameter(
                say(f"「{one}」要写成 子订单号=件数", f"{one}: write SUB=PIECES"), param_hint=option
            )
        found[sub_no] = int(qty)
    return found


@app.command()
def agree(number: Number, who: Who = "") -> None:
    """同意：退货的等货回来，仅退款的列给机器人或人去退，补发的写成新订单今晚配货。

    Agrees: returns wait for their goods, refunds are asked for, what is sent again becomes an order.

    例 / example: `yeban aftersales agree SH-4021-1`
    """
    from storage.erp.aftersales.requests import approve

    with signed(who, "同意售后") as (connection, person):
        done = approve(connection, number, person, _now())
    noted(number, done)


@app.command()
def receive(
    number: Number,
    good: Annotated[list[str] | None, typer.Option(help="好货：子订单号=件数，可写多个 / sound: SUB=PIECES")] = None,
    bad: Annotated[list[str] | None, typer.Option(help="坏货：子订单号=件数，可写多个 / damaged: SUB=PIECES")] = None,
    receipt: Annotated[str, typer.Option(help="收货单号；同一天又来同样一批时写 / its number, for a second lot")] = "",
    who: Who = "",
) -> None:
    """退货到了，点过了：好货回库存，坏货放一边，到齐了就列退款；谁点的、几件，和文件一样留底。

    Goods of a return came and were counted: sound ones are stock again at the cost they left with, damaged ones lie
    apart, what is owed is asked for. The count is kept like any document.

    例 / example: `yeban aftersales receive SH-4021-1 --good 4021-1=1 --bad 4021-1=1`
    """
    from schedules.desk import open_desk
    from storage.erp.aftersales.counted import Count, count_return
    from storage.erp.audit.recording import recording

    person = signer(who)
    told = Count(number, _pieces(good or [], "--good"), _pieces(bad or [], "--bad"), person, _now(), receipt)
    with open_desk() as desk, recording(desk.database, person, "退货收货") as connection:
        found = count_return(connection, desk.archive, told)
    if found.new:
        tell(found.words, f"received as {found.receipt_id}; what follows: yeban aftersales list", "green")
    else:
        tell(found.words, f"{found.receipt_id} was received before.")


@app.command()
def refuse(number: Number, why: Annotated[str, typer.Option(help="为什么 / why")], who: Who = "") -> None:
    """拒绝，写明原因。

    Refuses, with a reason. 例 / example: `yeban aftersales refuse SH-4021-1 --why 超过七天`
    """
    from storage.erp.aftersales.requests import refuse as say_no

    with signed(who, why) as (connection, person):
        done = say_no(connection, number, person, why)
    noted(number, done)


def _now() -> str:
    return datetime.now(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def register(main: typer.Typer) -> None:
    """Put these commands on the command line."""
    main.add_typer(app, name="aftersales")
