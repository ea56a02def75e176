"""Commands that write sheets for a platform: parcels to ship, products to change; from a file or from the books."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.screen import console, listed, say, tell
from schedules.problems import EXIT_CODES, default_lang

if TYPE_CHECKING:
    from storage.uploads.sheet import Refusal

REFUSED_SHOWN = 50

sheet_app = typer.Typer(
    help="给平台的表：批量发货、批量改商品；不带子命令时列出知道哪些平台的表、各凭什么知道。\n\n"
    "Sheets for a platform: parcels to ship, products to change. Alone it lists the sheets that are known.\n\n"
    "例 / examples: `yeban sheet` · `yeban sheet ship --platform taobao --from 发货.csv -o 淘宝发货.xlsx` · "
    "`yeban sheet ship --shop 旗舰店 -o 发货.xlsx` · `yeban sheet products -p 天猫 --from 改价.xlsx -o 天猫.xlsx`",
    invoke_without_command=True,
)

Platform = Annotated[str, typer.Option("--platform", "-p", help="平台，如 taobao、拼多多 / platform")]
Out = Annotated[Path, typer.Option("--out", "-o", help="写到哪里，.xlsx 或 .csv / where to write")]
Skip = Annotated[
    bool, typer.Option("--skip-refused", help="好的行照写，不行的写进另一张表 / write the good rows, the others apart")
]
Lang = Annotated[str, typer.Option("--lang", help="zh 或 en（默认看 YEBAN_LANG） / zh or en")]


class Asked(NamedTuple):
    """Rows for a sheet, those that cannot stand in it, and what each refused row said, under titles."""

    rows: list[list[str]]
    refused: "Sequence[Refusal]"
    titles: Sequence[str]
    cells: Mapping[int, Sequence[str]]


@sheet_app.callback()
def sheet(
    ctx: typer.Context,
    list_: Annotated[bool, typer.Option("--list", help="列出知道的表（不带子命令时就是它） / list them")] = False,
    platform: Annotated[str, typer.Option(help="列出这个平台的快递叫法 / its names of couriers")] = "",
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
    lang: Lang = "",
) -> None:
    """给平台的表：不带子命令时列出知道哪些平台的表、各凭什么知道。

    Sheets for a platform; alone it lists those that are known and by what.
    """
    _speak(lang)
    if ctx.invoked_subcommand is None or list_:
        _show_couriers(platform, json_=json_) if platform else _show_sheets(json_=json_)
        raise typer.Exit


def _speak(lang: str) -> None:
    """Let what follows be in this language."""
    if lang not in ("", "zh", "en"):
        raise typer.BadParameter(say(f"--lang 只有 zh、en，没有 {lang}", f"--lang is zh or en, not {lang}"))
    if lang:
        os.environ["YEBAN_LANG"] = lang


@sheet_app.command("ship")
def ship(
    out: Out,
    platform: Platform = "",
    source: Annotated[
        Path | None, typer.Option("--from", help="订单号、快递公司、运单号的表 / rows to ship", dir_okay=False)
    ] = None,
    shop: Annotated[str, typer.Option(help="哪个店：从账上取要发的货 / take what this shop is to ship")] = "",
    worklist: Annotated[
        list[str] | None, typer.Option(help="只要这个清单 / only this list: to_ship_batch, to_ship_form")
    ] = None,
    skip_refused: Skip = False,
    lang: Lang = "",
) -> None:
    """写一张批量发货表，快递公司用这个平台自己的叫法。有一行不行就一个字也不写（除非 --skip-refused）。

    货从哪来：`--from` 一张表；或 `--shop` 从账上取分好货、贴好单、等着发的。账不动：平台说发了才算发了。
    退出码：0 全写了；1 有行不行，写没写看屏幕。

    Writes a batch-ship sheet with the platform's own names of couriers; nothing at all while one row is refused,
    unless --skip-refused. Rows come from a file, or from what the books want shipped.

    例 / examples: `yeban sheet ship -p pdd --from 发货.csv -o 发货.xlsx` · `yeban sheet ship --shop 旗舰店 -o 发.xlsx`
    """
    from storage.uploads.ship import SHIP_SHEETS, write_ship_rows

    _speak(lang)
    if (source is None) == (not shop):
        raise typer.BadParameter(
            say("货从哪来：--from 表，或 --shop 店，写一个", "say one of --from FILE and --shop SHOP")
        )
    if source is not None:
        named = _platform(platform)
        asked = _from_file(_existing(source, out), named)
    else:
        named = _platform(platform or _platform_of_shop(shop))
        asked = _from_books(shop, named, worklist or [])

    def write(platform: str, rows: Sequence[Sequence[str]], path: Path) -> str:
        write_ship_rows(platform, rows, path)
        return SHIP_SHEETS[platform].verified

    raise SystemExit(_write(asked, named, out, write, skip_refused=skip_refused))


@sheet_app.command("products")
def products(
    out: Out,
    source: Annotated[
        Path,
        typer.Option("--from", help="商品ID、SKU ID 和要改的：价格、库存、标题、商家编码 / changes", dir_okay=False),
    ],
    platform: Platform = "",
    base: Annotated[
        Path | None,
        typer.Option("--base", help="平台自己导出的商品表，在它上面改 / the platform's own export", dir_okay=False),
    ] = None,
    skip_refused: Skip = False,
    lang: Lang = "",
) -> None:
    """写一张批量改商品的表：价格、库存、标题、商家编码；空着的格子不改。不知道样子的平台不编。

    最稳的是 `--base`：从后台导出的那张表，只改要改的格子，别的原样（所改商品的全部 SKU 都在）。不写它，别的格子是空的。

    上下架没有哪个平台的表是知道的：用流程一个一个做，如 `yeban run practice/delist`。

    Writes a sheet that changes prices, stock, titles and codes. A platform whose sheet is not known gets none.

    With --base it is the platform's own export in which only the changes differ; without, other cells are empty.

    例 / example: `yeban sheet products -p 天猫 --from 改价.xlsx --base 天猫导出.xlsx -o 天猫改价.xlsx`
    """
    from storage.uploads.base import based_rows, read_base, write_based_rows
    from storage.uploads.given import read_changes
    from storage.uploads.products import PRODUCT_SHEETS, product_rows, write_product_rows
    from storage.uploads.sheet import platform_of

    _speak(lang)
    named = _platform(platform)
    platform_of(named, PRODUCT_SHEETS, "商品表", "product sheet")
    given = read_changes(_existing(source, out), named)
    changes, numbers = [one for _, one in given.rows], [number for number, _ in given.rows]
    ground = read_base(named, _existing(base, out)) if base is not None else None
    rows, refused = based_rows(named, changes, ground, numbers) if ground else product_rows(named, changes, numbers)

    def write(platform: str, rows: Sequence[Sequence[str]], path: Path) -> str:
        if ground:
            write_based_rows(platform, rows, ground, path)
            return "template"
        write_product_rows(platform, rows, path)
        return PRODUCT_SHEETS[platform].verified

    asked = Asked(rows, in_order([*given.refused, *refused]), given.titles, given.cells)
    raise SystemExit(_write(asked, named, out, write, skip_refused=skip_refused))


def in_order(refused: "Sequence[Refusal]") -> "list[Refusal]":
    """By the number of the row."""
    return sorted(refused, key=lambda one: one.number)


def _platform(said: str) -> str:
    from storage.uploads.sheet import PLATFORMS, platform_id

    if not said:
        known = listed(PLATFORMS)
        raise typer.BadParameter(say(f"哪个平台：--platform {known}", f"say --platform: one of {known}"))
    return platform_id(said)


def _existing(source: Path, out: Path) -> Path:
    if not source.is_file():
        raise typer.BadParameter(say(f"没有这个文件：{source}", f"there is no such file: {source}"))
    if source.resolve() == out.resolve():
        raise typer.BadParameter(say("不能写回来源的那张表，换个名字", "write another file than the one that is read"))
    return source


def _platform_of_shop(shop: str) -> str:
    from schedules.settings import load_settings

    known = load_settings().shops
    if shop not in known:
        names = "、".join(known) or say("（没有）", "(none)")
        zh = f"设置里没有店「{shop}」，写上 --platform；有的店：{names}"
        raise typer.BadParameter(say(zh, f"no shop {shop} in the settings, say --platform; there are: {names}"))
    return known[shop].platform


def _from_file(source: Path, platform: str) -> Asked:
    from storage.uploads.given import read_shipments
    from storage.uploads.sheet import platform_of
    from storage.uploads.ship import SHIP_SHEETS, ship_rows

    by = platform_of(platform, SHIP_SHEETS, "发货表", "ship sheet").by
    given = read_shipments(source, platform, subs=by == "sub")
    rows, refused = ship_rows(platform, [one for _, one in given.rows], numbers=[number for number, _ in given.rows])
    return Asked(rows, in_order([*given.refused, *refused]), given.titles, given.cells)


def _from_books(shop: str, platform: str, worklists: Sequence[str]) -> Asked:
    """What the books want shipped tonight; our own names of couriers become the platform's."""
    from schedules.cli.books_commands import night_day
    from schedules.desk import open_desk
    from storage.erp.commands.wanted import SHIP
    from storage.uploads.from_books import waits_for_person, wanted_shipments
    from storage.uploads.ship import courier_of_ours, ship_rows

    if strange := sorted(set(worklists) - set(SHIP)):
        known = listed(SHIP)
        raise typer.BadParameter(say(f"没有清单 {strange[0]}，有：{known}", f"no list {strange[0]}; there are {known}"))
    with open_desk() as desk:
        night = night_day(desk, "").isoformat()
        with desk.database.read() as connection:
            wanted = wanted_shipments(connection, platform, shop, night, worklists or SHIP)
            unsure = waits_for_person(connection, shop)
    if unsure:
        zh = f"另有 {unsure} 件机器人动过、说不清发没发，不在表里：yeban waiting"
        en = f"{unsure} more were begun by a bot and may have been sent; not in the sheet: yeban waiting"
        tell(zh, en, "yellow")
    numbers = [number for number, _ in wanted.rows]
    rows, refused = ship_rows(platform, [one for _, one in wanted.rows], courier_of_ours, numbers)
    said = {number: list(one) for number, one in wanted.rows} | {
        refusal.number: list(one) for refusal, one in wanted.refused
    }
    titles = [
        say("订单号", "order"),
        say("快递公司", "courier"),
        say("运单号", "waybill"),
        say("子订单号", "sub-order"),
    ]
    return Asked(rows, in_order([*(refusal for refusal, _ in wanted.refused), *refused]), titles, said)


def _write(
    asked: Asked, platform: str, out: Path, write: Callable[[str, list[list[str]], Path], str], *, skip_refused: bool
) -> int:
    """Write the sheet, or show what is in the way; gives the exit code. `write` says how far the sheet is verified."""
    if asked.refused:
        _show_refused(asked)
    if asked.refused and not skip_refused:
        bad, good = len(asked.refused), len(asked.rows)
        zh = f"{bad} 行不行，什么都没有写。改好再来，或加 --skip-refused 先写好的 {good} 行。"
        en = f"{bad} rows are refused, nothing was written. Mend them, or --skip-refused writes the other {good}."
        tell(zh, en, "red")
        return EXIT_CODES["business"]
    if asked.rows or not asked.refused:
        verified = write(platform, asked.rows, out)
        tell(f"✓ {out}  {len(asked.rows)} 行", f"✓ {out}  {len(asked.rows)} rows", "green")
        _warn_unseen(verified)
    if not asked.refused:
        return 0
    apart = out.with_name(f"{out.stem}-{say('不行的', 'refused')}.xlsx")
    _write_refused(asked, platform, apart)
    tell(f"✗ {apart}  {len(asked.refused)} 行，最后一列是原因",
         f"✗ {apart}  {len(asked.refused)} rows, the reasons in the last column", "yellow")  # fmt: skip
    return EXIT_CODES["business"]


def _warn_unseen(verified: str) -> None:
    if verified == "described":
        tell("这张表的样子只有说明，没有见过平台自己的模板：先传一行试试。",
             "This sheet is known by description only: try it with one row first.", "yellow")  # fmt: skip


def _reason(refusal: "Refusal") -> str:
    from storage.errors import UploadWrong

    lang, error = default_lang(), refusal.error
    said = error.reason(lang) if isinstance(error, UploadWrong) else error.message(lang)
    return "；".join(filter(None, (said, error.hint(lang) if error.facts.get("nearest", True) else "")))


def _show_refused(asked: Asked) -> None:
    table = Shown()
    table.add_column(say("行", "row"), justify="right")
    table.add_column(say("写的是", "says"), overflow="fold")
    table.add_column(say("为什么不行", "why not"), overflow="fold")
    for refusal in asked.refused[:REFUSED_SHOWN]:
        said = " ".join(filter(None, asked.cells.get(refusal.number, ())))
        table.add_row(str(refusal.number), said, _reason(refusal))
    console.print(table)
    if (left := len(asked.refused) - REFUSED_SHOWN) > 0:
        tell(f"还有 {left} 行不行。", f"{left} more rows are refused.")


def _write_refused(asked: Asked, platform: str, path: Path) -> None:
    """The refused rows as they came, with their number and the reason: to be mended and given again."""
    from storage.uploads.sheet import CELL_CHARACTERS_MAX, write_rows

    width = max([len(asked.titles), *(len(asked.cells[one.number]) for one in asked.refused)])
    lines = [[*asked.titles, *[""] * (width - len(asked.titles)), say("行", "row"), say("为什么不行", "why not")]]
    for one in asked.refused:
        cells = [cell[:CELL_CHARACTERS_MAX] for cell in asked.cells[one.number]]
        lines.append([*cells, *[""] * (width - len(cells)), str(one.number), _reason(one)])
    write_rows(platform, path, lines, "gb18030")


def _show_sheets(*, json_: bool) -> None:
    from storage.uploads.products import PRODUCT_SHEETS
    from storage.uploads.sheet import PLATFORMS
    from storage.uploads.ship import SHIP_SHEETS

    rows: list[dict[str, Any]] = []
    for name, called in PLATFORMS.items():
        row: dict[str, Any] = {"platform": name, "called": list(called), "ship": None, "products": None, "shelf": None}
        if ship_sheet := SHIP_SHEETS.get(name):
            row["ship"] = {"columns": list(ship_sheet.columns), "verified": ship_sheet.verified}
        if product_sheet := PRODUCT_SHEETS.get(name):
            filled = [product_sheet.header[place] for place in product_sheet.places]
            row["products"] = {"columns": filled, "verified": product_sheet.verified}
        rows.append(row)
    if json_:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    words = {"described": say("只有说明", "described"), "template": say("原样", "as it is")}
    table = Shown()
    for zh, en in (
        ("平台", "platform"),
        ("批量发货", "ship"),
        ("改价格、库存", "prices, stock"),
        ("上下架", "on/off shelf"),
    ):
        table.add_column(say(zh, en), overflow="fold")
    none = say("不知道样子，不编", "not known, none invented")
    for row in rows:
        facts = [row["ship"], row["products"]]
        cells = [f"{', '.join(one['columns'])}（{words[one['verified']]}）" if one else none for one in facts]
        table.add_row(f"{row['platform']} {'、'.join(row['called'])}", *cells, none)
    console.print(table)
    tell(
        "某个平台的快递叫什么：yeban sheet --platform 拼多多",
        "A platform's names of couriers: yeban sheet --platform pdd",
    )


def _show_couriers(platform: str, *, json_: bool) -> None:
    from storage.uploads.couriers import COURIERS
    from storage.uploads.sheet import platform_of

    named = _platform(platform)
    table = platform_of(named, COURIERS, "快递表", "table of couriers")
    if json_:
        typer.echo(json.dumps(table, ensure_ascii=False, indent=2))
        return
    for code, name in table.items():
        console.print(Text(f"{name}  {code}"))


def register(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.add_typer(sheet_app, name="sheet")
