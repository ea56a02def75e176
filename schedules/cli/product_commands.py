"""Products for people who keep them: sheets looked at and taken back, prices with their reason, shelf, campaigns."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.screen import console, say, tell
from schedules.problems import EXIT_CODES
from schedules.settings import SHANGHAI
from schedules.signing import signer

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS_SHOWN = 200
OUTCOMES = {
    "new": ("新", "new", "green"),
    "change": ("改", "change", "yellow"),
    "same": ("同", "same", "dim"),
    "refused": ("不收", "refused", "red"),
    "ready": ("可报", "ready", "green"),
    "blocked": ("拦下", "blocked", "red"),
}
Who = Annotated[str, typer.Option("--who", help="谁（默认登录这台电脑的人） / who, default: who is logged in here")]
Why = Annotated[str, typer.Option("--why", help="为什么 / why")]
Code = Annotated[str, typer.Argument(help="商家编码 / code")]
File = Annotated[Path, typer.Argument(help="表格 / sheet", exists=True, dir_okay=False)]

products_app = typer.Typer(
    help="商品：批量导入、价格、上下架、报活动、缺什么。改之前先看，改了能整批撤回；谁改的都记着。\n\n"
    "Products: sheets, prices, the shelf, campaigns, what is missing. Looked at first, taken back as a whole.\n\n"
    "例 / examples: `yeban products sheet 商品.xlsx` · `yeban products price A01` · `yeban products shelf`",
    no_args_is_help=True,
)


@products_app.command("sheet")
def sheet(
    file: File,
    apply: Annotated[bool, typer.Option("--apply", help="照做 / do it")] = False,
    who: Who = "",
) -> None:
    """批量导入或修改：一行一个商家编码，列是商品名称、条码、重量g、长mm、宽mm、高mm、箱规、属性:名字；空着的不动。

    先逐行说会怎样；加 --apply 才改；有一行不收就整张不改（以 5 退出）。

    Many SKUs from a sheet: what each row would do is shown; --apply does it, all rows or none (exit code 5).

    例 / examples: `yeban products sheet 商品.xlsx` · `yeban products sheet 商品.xlsx --apply --who 王芳`
    """
    from schedules.desk import open_desk
    from storage.archive import Facts
    from storage.erp.products.sheets import CODE, preview
    from storage.erp.products.sheets import apply as apply_lines

    rows = _rows(file, CODE)
    with open_desk() as desk, desk.database.write() as connection:
        lines = preview(connection, rows)
        refused = any(line.outcome == "refused" for line in lines)
        batch = ""
        if apply and not refused:
            kept = desk.archive.put(file, Facts(name=file.name, kind="product_sheet"))
            batch = kept.sha256[:12]
            apply_lines(connection, batch, file.name, lines, who=signer(who))
    _lines([(line.row_no, line.code, line.outcome, "；".join(line.changes)) for line in lines])
    if refused:
        tell("有不收的行，整张没有动。", "Some rows are refused; nothing was changed.", "red")
        raise SystemExit(EXIT_CODES["person"])
    if batch:
        tell(f"改好了。整批撤回：yeban products undo {batch} --why …",
             f"Done. To take all of it back: yeban products undo {batch} --why …", "green")  # fmt: skip
    else:
        tell("只看了看，没有改；照做加 --apply。", "Only looked at; --apply does it.", "yellow")


@products_app.command("undo")
def undo(batch: Annotated[str, typer.Argument(help="批号 / batch")], why: Why, who: Who = "") -> None:
    """整批撤回一张导入的表：每一行回到导入前；之后又改过的不撤，会说是哪几行。

    Takes a whole sheet back. 例 / example: `yeban products undo 3fa91c0b7d2e --why 导错了`
    """
    from schedules.desk import open_desk
    from storage.erp.products.sheets import roll_back

    with open_desk() as desk, desk.database.write() as connection:
        count = roll_back(connection, batch, who=signer(who), why=why)
    tell(f"撤回了 {count} 行。", f"{count} rows are as they were.", "green")


@products_app.command("price")
def price(
    code: Code,
    at: Annotated[str, typer.Option(help="哪一刻（默认现在） / when, YYYY-MM-DD HH:MM:SS")] = "",
    platform: Annotated[str, typer.Option(help="平台 / platform")] = "",
    shop: Annotated[str, typer.Option(help="店铺 / shop")] = "",
    level: Annotated[str, typer.Option(help="会员等级 / member level")] = "",
    qty: Annotated[int, typer.Option(help="买几件 / pieces", min=1)] = 1,
) -> None:
    """现在卖多少钱、为什么是这个价，还有这个编码的全部有效价格。

    The price that holds and why, and every price of the SKU. 例 / example: `yeban products price A01 --shop 旗舰店`
    """
    from schedules.desk import open_desk
    from storage.erp.allocation.words import yuan
    from storage.erp.products.prices import KINDS, Asked, price_of, rows_of

    moment = at or datetime.now(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    with open_desk() as desk, desk.database.read() as connection:
        found = price_of(connection, Asked(code, moment, platform, shop, level, qty))
        rows = rows_of(connection, [code])
    table = _table(("编号", "id"), ("种类", "kind"), ("价格", "price"), ("给谁", "for"), ("从", "from"), ("到", "to"))
    for row in rows[:ROWS_SHOWN]:
        scope = " ".join(
            filter(None, (row.platform, row.shop, row.level, f"≥{row.min_qty}" if row.min_qty > 1 else ""))
        )
        table.add_row(row.price_id, KINDS[row.kind], yuan(row.price_fen), scope, row.valid_from, row.valid_to)
    if rows:
        console.print(table)
    console.print(Text(found.words if found else say("没有有效的价格", "no price holds"), style="bold"))


@products_app.command("set-price")
def set_price(
    price_id: Annotated[str, typer.Argument(help="这条价格的编号 / id of this price")],
    code: Code,
    amount: Annotated[str, typer.Argument(help="多少元 / yuan, e.g. 19.90")],
    why: Why,
    kind: Annotated[
        str,
        typer.Option(
            help="retail 零售、channel 渠道、member 会员、activity 活动 / retail, channel, member or activity"
        ),
    ] = "retail",
    platform: Annotated[str, typer.Option(help="平台 / platform")] = "",
    shop: Annotated[str, typer.Option(help="店铺 / shop")] = "",
    level: Annotated[str, typer.Option(help="会员等级 / member level")] = "",
    min_qty: Annotated[int, typer.Option(help="满几件 / pieces at least", min=1)] = 1,
    since: Annotated[str, typer.Option("--from", help="从 / from, YYYY-MM-DD HH:MM:SS")] = "2000-01-01 00:00:00",
    until: Annotated[str, typer.Option("--to", help="到（不含） / to, not included")] = "",
    who: Who = "",
) -> None:
    """定一条价格：同样范围、同一时间不能有两条一样具体的，会说和哪一条撞了；改价就是另立一条。

    Saves a price; one that would be as right as another at the same time is refused, naming the other.

    例 / examples: `yeban products set-price P-1 A01 19.90 --why 上新` ·
    `yeban products set-price HD-1 A01 9.9 --kind activity --from "2026-11-11" --to "2026-11-12" --why 双十一`
    """
    from schedules.desk import open_desk
    from storage.documents.cells import fen
    from storage.erp.products.prices import Price, save

    row = Price(
        price_id, code, kind, fen(say("价格", "price"), amount), platform, shop, level, min_qty, since, until, why
    )
    with open_desk() as desk, desk.database.write() as connection:
        new = save(connection, row, who=signer(who))
    tell("记下了。" if new else "本来就是这样。", "Noted." if new else "It was so already.", "green")


@products_app.command("shelf")
def shelf() -> None:
    """想要的和平台显示的哪里不一样；哪里机器人说改好了、之后的导出却不是；哪些平台商品不知道是什么编码。

    Where platforms show something else than is wanted, contradict a bot, or sell what nobody knows the code of.

    例 / example: `yeban products shelf`
    """
    from schedules.desk import open_desk
    from storage.erp.products.codes import unmapped
    from storage.erp.products.listings import FIELDS, contradictions, differences

    with open_desk() as desk, desk.database.read() as connection:
        differ, untrue, strange = differences(connection), contradictions(connection), unmapped(connection)
    table = _table(
        ("店铺", "shop"), ("商品", "product"), ("什么", "what"), ("想要", "wanted"), ("现在", "shown"), ("谁", "who")
    )
    for one in differ[:ROWS_SHOWN]:
        place = one.where.platform_sku or one.where.product_id
        what = FIELDS.get(one.where.field, say("状态", "state"))
        table.add_row(one.where.shop, place, what, one.desired, one.reported, one.decided_by)
    console.print(table)
    for alert in untrue[:ROWS_SHOWN]:
        console.print(Text(f"{alert.where.shop} {alert.where.platform_sku}  {alert.message}", style="red"))
    for channel in strange[:ROWS_SHOWN]:
        console.print(Text(say("不知道编码：", "code not known: ") + " ".join(channel), style="yellow"))
    tell(f"{len(differ)} 处要改（夜里发给机器人），{len(untrue)} 处说好了却不是，{len(strange)} 个没有编码。",
         f"{len(differ)} to change tonight, {len(untrue)} contradicted, {len(strange)} without a code.")  # fmt: skip


@products_app.command("wish")
def wish(
    code: Code,
    field: Annotated[str, typer.Argument(help="title 名称、price 价格（元）、code 编码 / field")],
    value: Annotated[str, typer.Argument(help="改成什么 / its value")],
    why: Why,
    who: Who = "",
) -> None:
    """改一次，所有平台和店铺都改：夜里只把不一样的发给机器人，结果回来才算改好。

    Edits a SKU once for every platform and shop that has it; only differences are sent, and only results count.

    例 / example: `yeban products wish A01 title 棉麻连衣裙 --why 换季`
    """
    from schedules.desk import open_desk
    from storage.documents.cells import fen
    from storage.erp.products.listings import wish_everywhere

    told = {"price_fen": str(fen("价格", value))} if field == "price" else {field: value}
    with open_desk() as desk, desk.database.write() as connection:
        count = wish_everywhere(connection, code, told, who=signer(who), why=why)
    tell(f"{count} 处要改，夜里发给机器人。", f"{count} places to change, sent to the bots tonight.", "green")


@products_app.command("missing")
def missing(platform: Annotated[str, typer.Option(help="按哪个平台的要求 / what this platform requires")] = "") -> None:
    """哪些商品没有量过重量、尺寸、箱规；写了平台的，还有缺哪些必填属性。

    What nobody measured, and with --platform which required attributes are missing.

    例 / example: `yeban products missing --platform practice`
    """
    from schedules.desk import open_desk
    from storage.erp.products.attributes import completeness
    from storage.erp.products.measures import missing as unmeasured

    with open_desk() as desk, desk.database.read() as connection:
        lacking = {code: list(names) for code, names in unmeasured(connection)}
        for one in completeness(connection, platform) if platform else ():
            if one.missing:
                lacking.setdefault(one.code, []).extend(one.missing)
    table = _table(("编码", "code"), ("缺", "missing"))
    for code in sorted(lacking)[:ROWS_SHOWN]:
        table.add_row(code, "、".join(lacking[code]))
    console.print(table)
    tell(f"{len(lacking)} 个编码缺东西。", f"{len(lacking)} SKUs lack something.")


@products_app.command("campaign")
def campaign(
    activity: Annotated[str, typer.Argument(help="活动编号 / campaign")],
    file: File,
    margin: Annotated[float, typer.Option(help="毛利底线 % / margin at least, percent", min=0, max=100)] = 5,
    fee: Annotated[float, typer.Option(help="平台费 % / platform's fee, percent", min=0, max=100)] = 5,
    who: Who = "",
) -> None:
    """报活动的表：列是平台、店铺、SKU ID、活动价、活动库存、每人限购。低于毛利底线的拦下，说为什么；其余夜里去报。

    A campaign's sheet: rows below the margin are blocked with every reason, the others are enrolled tonight.

    例 / example: `yeban products campaign 双十一 报名.xlsx --margin 8`
    """
    from schedules.desk import open_desk
    from storage.documents.cells import fen
    from storage.erp.products.activities import Floor, SheetRow, take_sheet

    rows = [
        SheetRow(row["平台"], row["店铺"], row["SKU ID"], fen("活动价", row["活动价"]), _whole("活动库存", row),
                 _whole("每人限购", row))
        for _, row in _rows(file, "SKU ID", "平台", "店铺", "活动价", "活动库存")
    ]  # fmt: skip
    floor = Floor(round(margin * 100), round(fee * 100))
    with open_desk() as desk, desk.database.write() as connection:
        found = take_sheet(connection, activity, rows, floor, who=signer(who))
    _lines([(place, one.row.platform_sku, one.state, one.reason) for place, one in enumerate(found, 1)])
    blocked = sum(one.state == "blocked" for one in found)
    tell(f"{len(found) - blocked} 行夜里去报，{blocked} 行拦下。", f"{len(found) - blocked} ready, {blocked} blocked.")
    if blocked:
        raise SystemExit(EXIT_CODES["person"])


def _rows(file: Path, *needed: str) -> list[tuple[int, dict[str, str]]]:
    """The rows of the first table that has these columns, number and title → text; ids stay text. Raises FileError."""
    from storage.documents.cells import as_text
    from storage.documents.file import SourceFile
    from storage.errors import HeaderMissing

    for grid in SourceFile(file.name, file).grids():
        titles: list[str] = []
        found = []
        for line in grid:
            texts = [as_text(cell).strip() for cell in line.cells]
            if titles and any(texts):
                found.append((line.no, {title: text for title, text in zip(titles, texts, strict=False) if title}))
            elif not titles and set(needed) <= set(texts):
                titles = texts
        if titles:
            return found
    raise HeaderMissing(file.name, list(needed), [])


def _whole(column: str, row: "dict[str, str]") -> int:
    """A whole number, 0 where nothing stands. Raises CellInvalid."""
    from storage.errors import CellInvalid

    text = row.get(column, "")
    if text and not text.isdigit():
        raise CellInvalid(column, text, "应为整数")
    return int(text or 0)


def _lines(lines: "Sequence[tuple[int, str, str, str]]") -> None:
    table = _table(("行", "row"), ("编码", "code"), ("", ""), ("说明", "in words"))
    for row_no, code, outcome, words in lines[:ROWS_SHOWN]:
        zh, en, style = OUTCOMES[outcome]
        table.add_row(str(row_no), code, Text(say(zh, en), style=style), words)
    console.print(table)


def _table(*titles: "tuple[str, str]") -> Shown:
    table = Shown()
    for zh, en in titles:
        table.add_column(say(zh, en), overflow="fold")
    return table


def register(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.add_typer(products_app, name="products")
