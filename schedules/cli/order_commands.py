"""`yeban orders`: what the review holds and for whom, letting go of a hold, an order's whole story, cancelling it."""

import json
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from schedules.cli.from_books import from_books
from schedules.cli.screen import console, listed, say, tell
from schedules.problems import default_lang
from schedules.settings import SHANGHAI
from schedules.signing import signed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from storage.erp.allocation.model import OrderKey
    from storage.erp.orders.holds import Waiting
    from storage.erp.orders.transition import Cause

app = typer.Typer(
    help="订单：夜里拦下了哪些、为什么、等谁；放行、取消；一单从头到尾的经过\n\n"
    "Orders: what the night holds, why and for whom; release, cancel; everything that happened to one.\n\n"
    "例 / examples: `yeban orders held` · `yeban orders show 订单号` · "
    "`yeban orders release 订单号 --code BUYER_MEMO --why 已联系买家`",
    no_args_is_help=True,
)
Number = Annotated[str, typer.Argument(help="订单号 / order number")]
Shop = Annotated[str, typer.Option(help="哪个店（订单号不止一家有时写） / shop, if several have the number")]
Who = Annotated[str, typer.Option(help="谁（默认登录这台电脑的人） / who, default: who is logged in here")]
Why = Annotated[str, typer.Option(help="为什么 / why")]
Json = Annotated[bool, typer.Option("--json", help="给机器看 / for machines")]


@app.command()
def held(
    owner: Annotated[str, typer.Argument(help="只看这个人或岗位的 / only this owner's")] = "", json_: Json = False
) -> None:
    """拦下的订单：为什么、等谁、什么时候到期、可以怎么办；最急的在前。

    Orders that the review holds: why, whose, due when, and what can be done; the most urgent first.

    例 / examples: `yeban orders held` · `yeban orders held 客服 --json`
    """
    from schedules.desk import open_desk
    from storage.erp.orders.hold_names import hold_name
    from storage.erp.orders.holds import held_count, queue

    with open_desk() as desk, desk.database.read() as connection:
        found, counts = queue(connection, _now(), owner), held_count(connection)
    if json_:
        rows = [{**one._asdict(), "key": one.key._asdict()} for one in found]
        typer.echo(json.dumps({"waiting": rows, "counts": counts}, ensure_ascii=False, indent=2))
        return
    if found:
        _show_held(found)
    lang = default_lang()
    listed = say("、", ", ").join(f"{hold_name(code, lang)} {count}" for code, count in sorted(counts.items()))
    tell(f"拦着的共：{listed or '没有'}", f"held in all: {listed or 'none'}")


def _show_held(found: "Sequence[Waiting]") -> None:
    from storage.erp.orders.hold_names import hold_name

    table = Table(title=say("拦下的订单", "held orders"), title_justify="left", show_lines=True)
    for zh, en in (("等谁", "whose"), ("订单", "order"), ("为什么", "why"), ("可以怎么办", "what to do")):
        table.add_column(say(zh, en), overflow="fold", no_wrap=zh != "为什么")
    for one in found:
        due = one.due_at[5:16] + (say("\n已过期", "\nover") if one.late else "")
        why = f"{hold_name(one.code, default_lang())} {one.code}\n{from_books(one.words)}"
        whose, doing = from_books(one.owner), "\n".join(map(from_books, one.actions))
        table.add_row(f"{whose}\n{due}", f"{one.key.shop}\n{one.key.order_no}", why, doing)
    console.print(table)


@app.command()
def release(
    number: Number,
    code: Annotated[str, typer.Option(help="放行哪一种，见 orders held 的代码 / which hold: its code")],
    why: Why,
    shop: Shop = "",
    who: Who = "",
) -> None:
    """放行一种拦截：写明原因，记下是谁；最后一种放行后订单就通过，今晚配货。

    Lets go of one hold of an order, under a name and with a reason; with the last one the order is approved.

    例 / example: `yeban orders release 4021 --code BUYER_MEMO --why 已和买家确认颜色`
    """
    from storage.erp.orders.hold_names import hold_name
    from storage.erp.orders.holds import release as let_go

    with _changing(number, shop, who, why, "release") as (connection, key, cause):
        done = let_go(connection, key, code, cause)
    if done:
        tell(f"放行了 {number} 的「{hold_name(code)}」。", f"{code} of {number} is released.", "green")
    else:
        tell(f"{number} 的「{hold_name(code)}」早就放行了。", f"{code} of {number} was released before.")


@app.command()
def cancel(number: Number, why: Why, shop: Shop = "", who: Who = "") -> None:
    """取消还没交给快递的订单：包裹、占用、拦截一起结束；已经发出的会说明白。

    Cancels an order before a carrier has it: parcels, reservations and holds end with it.

    例 / example: `yeban orders cancel 4021 --why 买家不要了`
    """
    from storage.erp.orders.cancel import ask_interception
    from storage.erp.orders.cancel import cancel as call_off
    from storage.erp.orders.errors import GoneAlready

    try:
        with _changing(number, shop, who, why, "cancel") as (connection, key, cause):
            done = call_off(connection, key, cause)
    except GoneAlready:
        with _changing(number, shop, who, why, "cancel") as (connection, key, cause):
            ask_interception(connection, key, cause)
        raise
    if done:
        tell(f"取消了 {number}。", f"{number} is cancelled.", "green")
    else:
        tell(f"{number} 已经是取消的。", f"{number} was cancelled before.")


@app.command()
def show(number: Number, shop: Shop = "", json_: Json = False) -> None:
    """一单从下单到现在的经过：谁、什么时候、做了什么、凭什么。

    Everything that happened to an order: when, what, who, and where that is written.

    例 / example: `yeban orders show 4021`
    """
    from schedules.desk import open_desk
    from storage.erp.orders.timeline import timeline

    with open_desk() as desk, desk.database.read() as connection:
        found = timeline(connection, order_of(connection, number, shop))
    if json_:
        typer.echo(json.dumps([one._asdict() for one in found], ensure_ascii=False, indent=2))
        return
    table = Table(title=number, title_justify="left")
    for head in say("时间 经过 谁 凭据", "when what who source").split():
        table.add_column(head, overflow="fold")
    for one in found:
        table.add_row(one.at, from_books(one.words), one.actor, one.source)
    console.print(table)


TYPES = ("brushing", "test", "normal")


@app.command()
def mark(
    number: Number,
    type_: Annotated[
        str, typer.Option("--as", help="brushing 补单（刷单）、test 测试单、normal 普通订单 / what it is")
    ],
    why: Why,
    shop: Shop = "",
    who: Who = "",
) -> None:
    """说一单是补单（刷单）或测试单：留在账上、和到账的钱照样核对，但不算收入、不算税、不算利润，也不发货。

    Says that an order is a brushing or a test order: kept and reconciled, but no revenue, no tax, no profit, no parcel.

    例 / examples: `yeban orders mark 4021 --as test --why 上新前试拍` · `… --as normal`
    """
    from storage.erp.orders.special import mark as say_so

    if type_ not in TYPES:
        raise typer.BadParameter(say(f"只能是 {'、'.join(TYPES)}", f"one of {', '.join(TYPES)}"), param_hint="--as")
    with _changing(number, shop, who, why, "mark") as (connection, key, cause):
        done = say_so(connection, key, type_, cause)
    if done:
        tell(f"{number} 记为 {type_}；已经写了凭证的，用 yeban amend 看要更正哪些。",
             f"{number} is {type_} now; what was booked before is listed by yeban amend.", "green")  # fmt: skip
    else:
        tell(f"{number} 早就是 {type_}。", f"{number} was {type_} before.")


@contextmanager
def _changing(number: str, shop: str, who: str, why: str, what: str) -> "Iterator[tuple[Connection, OrderKey, Cause]]":
    """A logged transaction about one order, under the person's name."""
    from storage.erp.orders.transition import Cause

    with signed(who, why) as (connection, person):
        yield connection, order_of(connection, number, shop), Cause(_now(), person, f"orders.{what}", why)


def order_of(connection: "Connection", number: str, shop: str) -> "OrderKey":
    """The order of this number. Raises OrderUnknown, BadParameter when several shops have it."""
    from sqlalchemy import select

    from storage.database.tables import platform_order
    from storage.erp.allocation.model import OrderKey
    from storage.erp.orders.errors import OrderUnknown

    o = platform_order.c
    query = select(o.platform, o.shop, o.order_no).where(o.order_no == number).order_by(o.platform, o.shop)
    found = [OrderKey(*row) for row in connection.execute(query) if shop in ("", row.shop)]
    if not found:
        raise OrderUnknown(shop or say("任何店铺", "any shop"), number)
    if len(found) > 1:
        shops = listed(one.shop for one in found)
        raise typer.BadParameter(
            say(f"几个店都有这个号：{shops}", f"several shops have it: {shops}"), param_hint="--shop"
        )
    return found[0]


def _now() -> str:
    return datetime.now(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def register(main: typer.Typer) -> None:
    """Put these commands on the command line."""
    main.add_typer(app, name="orders")
