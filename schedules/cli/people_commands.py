"""Who may do what, whom orders go to, and what was changed: `people`, `address`, `log`."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.screen import console, listed, say, tell
from schedules.settings import SHANGHAI
from schedules.signing import signer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from storage.erp.privacy.address_book import Masked, OrderKey

ROWS_SHOWN = 200
ROLES = {
    "owner": ("负责人", "owner"), "finance": ("财务", "finance"), "support": ("客服", "support"),
    "warehouse": ("仓库", "warehouse"), "products": ("商品", "products"), "auditor": ("审计", "auditor"),
    "reader": ("只读", "reader"), "bot": ("机器人", "bot"),
}  # fmt: skip
SCOPES = {"org": ("公司", "company"), "shop": ("店铺", "shop"), "warehouse": ("仓库", "warehouse")}
Who = Annotated[str, typer.Option("--who", help="谁（默认登录这台电脑的人） / who, default: who is logged in here")]
Why = Annotated[str, typer.Option("--why", help="为什么 / why")]
Order = Annotated[str, typer.Argument(help="订单号 / order number")]
Shop = Annotated[str, typer.Option("--shop", help="哪个店（订单号不止一家有时写） / shop, if several have the number")]

people_app = typer.Typer(
    help="谁在账里做事、各有什么权限、能看哪些店：登记、授权、停用。\n\n"
    "People and bots, what their roles may do and which shops they see: known, granted, closed.\n\n"
    "例 / examples: `yeban people` · `yeban people add 王芳 --role support` · `yeban people grant 王芳 --shop 旗舰店`",
    invoke_without_command=True,
)
address_app = typer.Typer(
    help="收货信息：账里只有密文和打码的样子；查、看、导出都要权限，看一次记一次。\n\n"
    "Addresses lie sealed in the books: searched, shown one at a time with a reason, exported by role, forgotten.\n\n"
    "例 / examples: `yeban address find --phone 13812345678` · `yeban address show 订单号 --why 退货上门`",
    no_args_is_help=True,
)


@people_app.callback()
def people(ctx: typer.Context) -> None:
    """登记过的人和机器人、权限、能看哪里，各看过几次收货信息。

    Everybody known, their roles, what they may read, and how many addresses each has looked at.
    """
    if ctx.invoked_subcommand:
        return
    from sqlalchemy import select

    from schedules.desk import open_desk
    from storage.database.tables.privacy import actor, reading_grant
    from storage.erp.privacy.address_book import looks

    with open_desk() as desk, desk.database.read() as connection:
        known = connection.execute(select(actor).order_by(actor.c.who)).all()
        grants = connection.execute(select(reading_grant).order_by(*reading_grant.c)).all()
        seen = looks(connection)
    if not known:
        tell("还没有登记任何人。第一个登记的是负责人：yeban people add 名字 --role owner",
             "Nobody is known yet. The first is an owner: yeban people add NAME --role owner", "yellow")  # fmt: skip
        return
    table = Shown()
    for zh, en in (("名字", "name"), ("是", "is"), ("角色", "role"), ("能看", "may read"), ("看过收货信息", "looks")):
        table.add_column(say(zh, en), overflow="fold")
    for one in known:
        kind = say("人", "a person") if one.kind == "person" else say("机器人", "a bot")
        state = "" if one.state == "active" else say("（已停用）", " (closed)")
        granted = (
            f"{say(*SCOPES.get(row.scope, (row.scope,) * 2))} {row.name}" for row in grants if row.who == one.who
        )
        role = say(*ROLES.get(one.role, (one.role, one.role)))
        table.add_row(one.who, f"{kind}{state}", role, say("、", ", ").join(granted), str(seen.get(one.who, 0)))
    console.print(table)


@people_app.command("add")
def people_add(
    name: Annotated[str, typer.Argument(help="名字 / name")],
    role: Annotated[
        str,
        typer.Option(
            help="角色：owner 负责人、finance 财务、support 客服、warehouse 仓库、products 商品、auditor 审计、"
            "reader 只看 / role: owner, finance, support, warehouse, products, auditor, reader"
        ),
    ],
    who: Who = "",
    why: Why = "",
) -> None:
    """登记一个人，或改他的角色；第一个登记的是负责人（owner），以后只有负责人能登记。

    Makes somebody known or changes the role; the first one is an owner, and only owners register others.

    例 / examples: `yeban people add 老板 --role owner --who 老板` · `yeban people add 王芳 --role support --who 老板`
    """
    from storage.erp.audit.actors import ROLES, Actor, register

    if role not in ROLES or role == "bot":
        raise typer.BadParameter(say(f"没有 {role} 这个角色", f"there is no role {role}"), param_hint="--role")
    _changed(lambda connection: register(connection, Actor(name, "person", role, "", ""), by=signer(who), why=why))


@people_app.command("grant")
def people_grant(
    name: Annotated[str, typer.Argument(help="名字 / name")],
    shop: Annotated[str, typer.Option(help="能看这个店，* 是所有店 / this shop, * for all")] = "",
    warehouse: Annotated[str, typer.Option(help="能看这个仓，* 是所有仓 / this warehouse, * for all")] = "",
    who: Who = "",
    why: Why = "",
) -> None:
    """让一个人看某个店或某个仓的数据。

    Lets somebody read a shop or a warehouse. 例 / example: `yeban people grant 王芳 --shop 旗舰店 --who 老板`
    """
    from storage.erp.audit.actors import grant

    if bool(shop) == bool(warehouse):
        raise typer.BadParameter(say("--shop 和 --warehouse 写一个", "write one of --shop and --warehouse"))
    scope = "shop" if shop else "warehouse"
    _changed(lambda connection: grant(connection, name, scope, shop or warehouse, by=signer(who), why=why))


@people_app.command("close")
def people_close(name: Annotated[str, typer.Argument(help="名字 / name")], why: Why, who: Who = "") -> None:
    """停用一个名字：以后不能用它做事，做过的事都留着。

    Nobody acts under this name any more; what was done stays. 例 / example: `yeban people close 王芳 --why 离职`
    """
    from storage.erp.audit.actors import close

    _changed(lambda connection: close(connection, name, by=signer(who), why=why))


@address_app.command("find")
def address_find(
    phone: Annotated[str, typer.Option(help="电话 / phone")] = "",
    name: Annotated[str, typer.Option(help="收件人 / name")] = "",
    address: Annotated[str, typer.Option(help="地址（原样） / address, as it was written")] = "",
    who: Who = "",
) -> None:
    """按电话、姓名、地址找订单：只显示打了码的，只找你能看的店。

    Orders of a phone, name or address, masked, in the shops that you may read.

    例 / examples: `yeban address find --phone 13812345678` · `yeban address find --name 张三 --phone 138-1234-5678`
    """
    from schedules.book_keys import book_keys
    from schedules.desk import open_desk
    from storage.erp.audit.scope import reader_of, reading
    from storage.erp.privacy.address_book import find

    with open_desk() as desk:
        with desk.database.read() as connection:
            reader = reader_of(connection, signer(who))
        with reading(desk.database, reader) as connection:
            rows = find(connection, book_keys(desk.vault), name=name, phone=phone, address=address)
    _show(rows)
    if reader.shops is not None and not reader.shops:
        me = signer(who)
        tell(f"「{me}」还没有哪个店能看：yeban people grant {me} --shop 店",
             f"{me} may not read any shop yet: yeban people grant {me} --shop SHOP", "yellow")  # fmt: skip


@address_app.command("show")
def address_show(order_no: Order, why: Why, shop: Shop = "", who: Who = "") -> None:
    """看一个订单的收货信息（明文）：要有权限，要写为什么，谁看的、为什么看都记在日志里。

    One address in plain, to who may see it; the look is logged with its reason.

    例 / example: `yeban address show 6920001 --why 客户来电改地址`
    """
    from schedules.book_keys import book_keys
    from schedules.desk import open_desk
    from storage.erp.privacy.address_book import reveal

    with open_desk() as desk, desk.database.write() as connection:
        key = _order(connection, order_no, shop)
        found = reveal(connection, book_keys(desk.vault), key, who=signer(who), why=why)
    place = "".join((found.province, found.city, found.district))
    console.print(Text(f"{found.name}  {found.phone}\n{place} {found.address}"))
    tell("看过一次，已记下。", "Looked at once; it is noted.", "dim")


@address_app.command("export")
def address_export(
    output: Annotated[Path, typer.Argument(help="写成工作簿 / workbook to write", dir_okay=False)],
    why: Why,
    who: Who = "",
) -> None:
    """把能看的店的收货信息写成工作簿：能批量看的角色是明文，每行算看一次；别的角色是打了码的。

    Addresses of the shops that you may read: in plain for roles that print labels, each a look; masked for others.

    例 / example: `yeban address export 面单.xlsx --why 打印面单 --who 仓库小李`
    """
    from schedules.book_keys import book_keys
    from schedules.desk import open_desk
    from storage.erp.privacy.address_book import export_rows, shown
    from storage.reports.export import write_file
    from storage.uploads.sheet import workbook

    with open_desk() as desk, desk.database.write() as connection:
        orders = [row.order for row in shown(connection)]
        rows = export_rows(connection, book_keys(desk.vault), orders, who=signer(who), why=why)
        write_file(output, workbook([list(row) for row in rows]))
    tell(f"{len(rows) - 1} 行写好了：{output}", f"{len(rows) - 1} rows written: {output}", "green")


@address_app.command("forget")
def address_forget(
    before: Annotated[str, typer.Option(help="这天以前的订单 / orders of before this day, YYYY-MM-DD")],
    why: Why,
    who: Who = "",
) -> None:
    """到期删除：这天以前的订单的姓名、电话、地址从账里删掉，省市区留着算数；归档的原文件另外处理。

    Deletes who the orders of before a day went to, for good; the archived files are yours to delete.

    例 / example: `yeban address forget --before 2025-11-01 --why 保存期满`
    """
    from schedules.desk import open_desk
    from storage.erp.privacy.address_book import forget

    with open_desk() as desk, desk.database.write() as connection:
        count = forget(connection, before, who=signer(who), why=why)
    tell(f"删了 {count} 个订单的收货信息。", f"{count} addresses were deleted.", "green")


@address_app.command("seal")
def address_seal(who: Who = "") -> None:
    """补做：以前收进来、还没加密的文件，从归档里再读一遍，收货信息加密进账；旧账里的明文打码。做几次都一样。

    Seals what files told before there was a key, and masks what older versions left in plain; again changes nothing.

    例 / example: `yeban address seal`
    """
    from schedules.book_keys import key_ring
    from schedules.desk import open_desk
    from storage.erp.privacy.raw_rows import mask_files
    from storage.receivers import seal_waiting

    with open_desk() as desk:
        sealed = seal_waiting(desk.database, desk.archive, key_ring(desk.vault))
        masked = mask_files(desk.database, who=signer(who))
    tell(
        f"加密了 {sealed} 个收货地址，打码 {masked} 行。", f"{sealed} addresses sealed, {masked} rows masked.", "green"
    )


def log(
    subject: Annotated[str, typer.Argument(help="哪样东西（默认最近的） / which thing, default: the newest")] = "",
    by: Annotated[str, typer.Option("--by", help="只看这个人做的 / only what this one did")] = "",
    rows: Annotated[int, typer.Option(help="最多几行 / rows at most", min=1, max=100_000)] = 50,
    check: Annotated[bool, typer.Option("--check", help="查有没有被改过 / look whether it was tampered with")] = False,
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """谁在什么时候改了什么、从什么改成什么、为什么：只能加不能改，改过查得出来（--check，有问题以 4 退出）。

    Who changed what and when, from what to what, and why; append-only, and --check finds every edit (exit code 4).

    例 / examples: `yeban log` · `yeban log --by 王芳` · `yeban log "actor|王芳"` · `yeban log --check`
    """
    from schedules.desk import open_desk
    from storage.erp.audit.log import broken, head, recent

    with open_desk() as desk, desk.database.read() as connection:
        if check:
            found = broken(connection)
            length, seal = head(connection)
        else:
            entries = recent(connection, rows, subject=subject, who=by)
    if check:
        for finding in found:
            console.print(Text(f"{finding.where}  {finding.message}", style="red"))
        tell(
            f"{length} 条，末尾 {seal[:16]}，{len(found)} 处不对。",
            f"{length} rows, head {seal[:16]}, {len(found)} wrong.",
        )
        raise SystemExit(4 if found else 0)
    if json_:
        typer.echo(json.dumps([entry._asdict() for entry in entries], ensure_ascii=False, indent=1))
        return
    table = Shown()
    for zh, en in (
        ("时间", "when"),
        ("谁", "who"),
        ("做了", "did"),
        ("对", "to"),
        ("从", "from"),
        ("到", "into"),
        ("因为", "why"),
    ):
        table.add_column(say(zh, en), overflow="fold", no_wrap=zh == "做了")
    for one in entries:
        who, did, about = one[2:5]
        told = _ours(did), _SHA.sub(r"\1…", about), *map(_said, one[5:7]), _ours(one.why)
        cells = (_clock(one.recorded_at), who, *told)
        table.add_row(*map(Text, cells))
    console.print(table)


_SHA = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
"""A file's name in the books, shown as far as people need it."""


def _ours(text: str) -> str:
    """What Yeban itself writes into the log in Chinese, in the reader's language; people's own words stay theirs."""
    return say(text, {"个人信息不留明文": "no personal data stays readable", "送出文件": "file.send"}.get(text, text))


def _clock(recorded_at: str) -> str:
    """A moment of the log by Beijing's clock."""
    return datetime.fromisoformat(recorded_at).astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S")


def _said(content: str) -> str:
    """What a row of the log says, `name value`, empty values left out; a row that says nothing else is `—`."""
    told = json.loads(content) if content else None
    if not isinstance(told, dict):
        return "" if told is None else str(told)
    return say("，", ", ").join(f"{name} {value}" for name, value in told.items() if value not in ("", 0)) or "—"


def _changed(change: "Callable[[Connection], bool]") -> None:
    """Do it in one transaction and say whether anything is other than before."""
    from schedules.desk import open_desk

    with open_desk() as desk, desk.database.write() as connection:
        done = change(connection)
    if done:
        tell("记下了。", "Noted.", "green")
    else:
        tell("本来就是这样。", "It was so already.")


def _order(connection: "Connection", order_no: str, shop: str) -> "OrderKey":
    """The order of this number that the address book has. Raises AddressMissing; BadParameter for several."""
    from storage.erp.privacy.address_book import orders_of
    from storage.erp.privacy.errors import AddressMissing

    found = [key for key in orders_of(connection, order_no) if not shop or key.shop == shop]
    if not found:
        raise AddressMissing(order_no)
    if len(found) > 1:
        shops = listed(key.shop for key in found)
        raise typer.BadParameter(
            say(f"几个店都有这个订单号，写 --shop：{shops}", f"several shops have it, see --shop: {shops}")
        )
    return found[0]


def _show(rows: "list[Masked]") -> None:
    table = Shown()
    for zh, en in (("店铺", "shop"), ("订单", "order"), ("收件人", "name"), ("电话", "phone"), ("地址", "address")):
        table.add_column(say(zh, en), overflow="fold")
    for row in rows[:ROWS_SHOWN]:
        table.add_row(row.order.shop, row.order.order_no, row.name, row.phone, row.address)
    console.print(table)
    tell(f"{len(rows)} 个订单。", f"{len(rows)} orders.", "dim")


def register(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.add_typer(people_app, name="people")
    app.add_typer(address_app, name="address")
    app.command()(log)
