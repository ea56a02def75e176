"""Finding documents, seeing which are missing, and how long they are kept: `documents`, `calendar`, `retention`."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.from_books import from_books
from schedules.cli.screen import console, say, tell
from schedules.problems import EXIT_CODES
from schedules.settings import today_in_shanghai

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schedules.delivery.calendar import Line
    from schedules.delivery.search import Found

COLOURS = {
    "in_time": "green",
    "late": "yellow",
    "waiting": "dim",
    "missing": "bold red",
    "parked": "red",
    "came": "green",
    "empty": "dim",
    "": "dim",
}
TITLE_CELLS = 30


def documents(
    text: Annotated[list[str] | None, typer.Argument(help="名字里的字，可以几个 / words of its name")] = None,
    shop: Annotated[str, typer.Option(help="店铺 / shop")] = "",
    kind: Annotated[str, typer.Option(help="种类，可以写 alipay_* / kind, or a pattern")] = "",
    since: Annotated[str, typer.Option(help="讲到这天或以后的 / of this day or later")] = "",
    until: Annotated[str, typer.Option(help="讲到这天或以前的 / of this day or earlier")] = "",
    order: Annotated[str, typer.Option(help="有这个订单的 / that tell of this order")] = "",
    thorough: Annotated[bool, typer.Option("--thorough", help="翻原文的每一行 / look into every row")] = False,
    sha: Annotated[str, typer.Option(help="sha256 的开头 / beginning of its sha256")] = "",
    open_: Annotated[bool, typer.Option("--open", help="打开找到的第一份 / open the first one")] = False,
    restore_: Annotated[
        bool, typer.Option("--restore", help="不在了的副本重新做出来 / make lost copies again")
    ] = False,
    most: Annotated[int, typer.Option(help="最多几份 / at most how many", min=1, max=10_000)] = 50,
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """找一份文件：按名字、店铺、种类、日期、订单号、sha256；说它整理在哪里、送给了谁。

    Finds documents by name, shop, kind, days, order number or sha256, and says where each is filed and who got it.

    例 / examples: `yeban documents 账务明细 天猫` · `yeban documents --order 3829 --open` · `yeban documents --since 2026-11-01 --json`
    """  # noqa: E501 - one line of examples
    from schedules.delivery.errors import DocumentElsewhere
    from schedules.delivery.filing import folder_of, restore
    from schedules.delivery.places import is_here, machines_of
    from schedules.delivery.rules import shop_named
    from schedules.delivery.search import Wanted, find
    from schedules.desk import open_desk

    if restore_:
        _restore()
        return
    wanted = Wanted(" ".join(text or []), shop, kind, _day(since), _day(until), sha.strip(), order.strip(), thorough)
    with open_desk() as desk:
        wanted = wanted._replace(shop=shop_named(desk.settings, shop))
        with desk.database.read() as connection:
            found = find(connection, wanted, most)
            places = machines_of(connection, {one.file_sha for one in found})
        away = {one.file_sha: places.get(one.file_sha, ()) for one in found if not is_here(desk, one.file_sha)}
        folder = folder_of(desk.home)
        if open_ and found:
            one = found[0]
            if one.file_sha in away:
                raise DocumentElsewhere(one.name, away[one.file_sha])
            path = (
                restore(folder, one.path, desk.archive, one.file_sha) if one.path else desk.archive.path(one.file_sha)
            )
            typer.launch(str(path))
    if json_:
        rows = [
            {**one._asdict(), "path": str(folder / one.path) if one.path else "", "here": one.file_sha not in away,
             "machines": places.get(one.file_sha, ())}
            for one in found
        ]  # fmt: skip
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif not found:
        tell("没有这样的文件。", "There is no such document.", "yellow")
    else:
        _show_found(found, away)
        tell(f"整理在 {folder}", f"filed below {folder}", "dim")


def _restore() -> None:
    """Copies that are lost, and not taken away by `retention`, come back."""
    from schedules.delivery.filing import restore_lost
    from schedules.delivery.keeping import is_due
    from schedules.delivery.rules import load_delivery
    from schedules.desk import open_desk

    with open_desk() as desk:
        rules, today = load_delivery(desk.home, desk.settings), today_in_shanghai()
        made = restore_lost(desk, lambda row: is_due(rules, row, today))
    tell(f"从存档重新做出 {made} 份副本。", f"{made} copies were made again from the archive.")


def _show_found(found: "Sequence[Found]", away: "Mapping[str, Sequence[str]]") -> None:
    table = Shown(show_edge=False, pad_edge=False)
    for zh, en in (
        ("编号", "sha256"),
        ("文件", "document"),
        ("大小", "size"),
        ("哪几行", "rows"),
        ("送给了", "went to"),
    ):
        table.add_column(say(zh, en), overflow="fold")
    for one in found:
        told = ", ".join(str(row) for row in one.rows[:8]) + ("…" if len(one.rows) > 8 else "")
        waits = "" if one.state == "read" else say(f"（{one.state}）", f" ({one.state})")
        there = "、".join(away.get(one.file_sha, ())) or say("别的机器", "another machine")
        where = say(f"（在 {there} 上）", f" (on {there})") if one.file_sha in away else ""
        named = (one.path or f"{one.name}  {one.shop}  {one.period_from}").strip() + waits + where
        table.add_row(one.file_sha[:8], named, f"{one.size:,}", told, "、".join(one.delivered))
    console.print(table)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise typer.BadParameter(say(f"日期写成 2026-11-01 这样，不是 {text}", "write a day like 2026-11-01")) from None


def calendar(
    month: Annotated[str, typer.Argument(help="哪个月（默认这个月） / which month, YYYY-MM")] = "",
    shop: Annotated[str, typer.Option(help="只看这个店 / only this shop")] = "",
    expected: Annotated[bool, typer.Option("--expected", help="只看该到的 / only what is expected")] = False,
    xlsx: Annotated[Path | None, typer.Option(help="写成 Excel / write a workbook", dir_okay=False)] = None,
    html: Annotated[Path | None, typer.Option(help="写成网页 / write a page", dir_okay=False)] = None,
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """哪个店哪天的哪种文件到了、晚了、缺了：一个月一张格子；缺的说为什么。有缺的就以 5 退出。

    Which shop's which day is there, late or missing: a month as a grid, with reasons for what is missing. What is
    expected stands in `feeds.yaml`; without it, what came for most of the last two weeks and what the nights' jobs were
    to fetch. Exit code 5 while one is missing.

    例 / examples: `yeban calendar` · `yeban calendar 2026-10 --shop 天猫旗舰店 --xlsx 到齐没有.xlsx`
    """
    from schedules.delivery.calendar import lines_of
    from schedules.delivery.calendar_files import as_json, write_html, write_xlsx
    from schedules.delivery.rules import shop_named
    from schedules.desk import open_desk
    from storage.feeds import ALARMS

    first, last = _month(month)
    with open_desk() as desk:
        whose = shop_named(desk.settings, shop)
        lines = [line for line in lines_of(desk, first, last, unexpected=not expected) if whose in ("", line.shop)]
        lang = desk.settings.lang
    for path in filter(None, (xlsx, html)):
        path.parent.mkdir(parents=True, exist_ok=True)
    if xlsx:
        write_xlsx(xlsx, lines, lang)
    if html:
        write_html(html, lines, lang)
    if json_:
        typer.echo(json.dumps(as_json(lines), ensure_ascii=False, indent=1))
    elif not lines:
        tell("这个月没有文件，也没有写该到哪些：feeds.yaml（yeban feeds --suggest）。",
             "There is nothing in this month, and feeds.yaml expects nothing.", "yellow")  # fmt: skip
    else:
        show_grid(lines, english=lang == "en")
    for path in filter(None, (xlsx, html)):
        tell(f"写好了：{path}", f"written: {path}", "green")
    if any(cell.state in ALARMS for line in lines for cell in line.cells):
        raise SystemExit(EXIT_CODES["person"])


def _month(text: str) -> tuple[date, date]:
    """The first and last day of a month."""
    try:
        first = date.fromisoformat(f"{text}-01") if text else today_in_shanghai().replace(day=1)
    except ValueError:
        raise typer.BadParameter(say(f"月份写成 2026-11 这样，不是 {text}", "write a month like 2026-11")) from None
    after = (first + timedelta(days=32)).replace(day=1)
    return first, after - timedelta(days=1)


def show_grid(lines: "Sequence[Line]", *, english: bool) -> None:
    """The grid, its legend, and in words what is missing or waits."""
    from rich.cells import set_cell_size

    from schedules.delivery.calendar import WORDS
    from storage.feeds import ALARMS

    days = [f"{cell.day:%d}" for cell in lines[0].cells]
    shop = None
    for line in lines:
        if line.shop != shop:
            shop = line.shop
            console.print(Text(shop or say("所有店", "any shop"), style="bold"), no_wrap=True, soft_wrap=True)
            for row in range(2):
                marks = "".join(f"{day[row]} " for day in days)
                console.print(Text(" " * (TITLE_CELLS + 1) + marks, style="dim"), soft_wrap=True)
        shown = Text(set_cell_size(("~" if line.by == "learned" else "") + from_books(line.title), TITLE_CELLS) + " ")
        for cell in line.cells:
            shown.append(set_cell_size(WORDS[cell.state][english], 2), style=COLOURS[cell.state])
        console.print(shown, soft_wrap=True)
    legend = "  ".join(f"{WORDS[state][english].strip()} {WORDS[state][2 + english]}" for state in COLOURS)
    learned = say("~ 没写进 feeds.yaml，照这两周推的", "~ not in feeds.yaml: learned from the last two weeks")
    console.print(Text(f"{legend}  {learned}", style="dim"))
    for line in lines:
        for cell in line.cells:
            if cell.state in ALARMS:
                words = " · ".join(filter(None, (cell.words, cell.why)))
                console.print(
                    Text(f"! {cell.day}  {line.shop}  {from_books(line.title)}{say('：', ': ')}{words}", style="red")
                )


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说会拿掉哪些 / only say what would go")] = False,
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """文件留多久：法律要留几年，整理出来的副本按 `delivery.yaml` 的 `keep` 拿掉哪些。存档里的原件永远不动。

    How long documents are kept: what the law asks, and which filed copies go by `keep` in `delivery.yaml`. Originals
    stay in the archive for ever. A copy that somebody is still owed, or that was changed by hand, stays, and it is said
    why. 例 / example: `yeban retention --dry-run`
    """
    from schedules.delivery.keeping import LAWS, old_copies, take_away
    from schedules.delivery.rules import bank_kinds, load_delivery
    from schedules.desk import open_desk
    from storage.shelves import shelf_of

    with open_desk() as desk:
        kinds = shelf_of(desk.database, desk.archive).kinds
        banks = bank_kinds({name: kind.PLATFORM for name, kind in kinds.items()})
        rules = load_delivery(desk.home, desk.settings)
        with desk.database.read() as connection:
            copies = old_copies(connection, desk.archive, rules, desk.home, banks, today_in_shanghai())
        if not dry_run:
            take_away(desk.home, copies)
        evidence_days = desk.settings.keep_evidence_days
    going = [one for one in copies if not one.why]
    if json_:
        laws = {name: law._asdict() for name, law in LAWS.items()}
        told = {"laws": laws, "removed": not dry_run, "copies": [one._asdict() for one in copies]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for law in LAWS.values():
        tell(
            f"{law.zh}：至少 {law.years} 年，{law.source}",
            f"{law.en}: {law.years} years at least, {from_books(law.source)}",
            "dim",
        )
    tell(f"截图、追踪等证据：{evidence_days or '一直'} 天（yeban tidy）",
         f"screenshots, traces and other evidence: {evidence_days or 'all'} days (yeban tidy)", "dim")  # fmt: skip
    for one in copies:
        console.print(
            Text(f"{'!' if one.why else '-'} {one.path}  {one.why}".rstrip(), style="yellow" if one.why else "")
        )
    size = sum(one.size for one in going) / 1_000_000
    if dry_run:
        tell(f"会拿掉 {len(going)} 份副本，{size:.1f} MB；存档里的原件不动。",
             f"Would take away {len(going)} copies, {size:.1f} MB; the archive keeps the originals.")  # fmt: skip
    else:
        tell(f"拿掉了 {len(going)} 份副本，{size:.1f} MB；存档里的原件不动。",
             f"Took away {len(going)} copies, {size:.1f} MB; the archive keeps the originals.")  # fmt: skip


def register(app: typer.Typer) -> None:
    """Put the commands on the command line."""
    app.command()(documents)
    app.command()(calendar)
    app.command()(retention)
