"""`yeban record`, `yeban pick`, `yeban elements test`: showing instead of writing. A few lines over the desk each."""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from schedules.cli.screen import console, say, tell
from schedules.settings import Settings, load_settings

if TYPE_CHECKING:
    from bots.recorder.pick import Picked
    from bots.recorder.session import Recording
    from schedules.authoring import Lesson, Written
    from schedules.examination import PageExamined


def record(
    where: Annotated[str, typer.Argument(help="站点名或网址 / a site or an address")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写到哪个文件 / file to write")] = None,
    title: Annotated[str, typer.Option(help="流程标题 / title of the flow")] = "录制的流程",
    account: Annotated[str, typer.Option("--account", "-a", help="用哪个账号的登录 / whose session")] = "",
    rows: Annotated[
        Path | None, typer.Option(help="照着做的表格，值会变成列名 / a sheet; values become columns")
    ] = None,
    into: Annotated[Path | None, typer.Option(help="插进已有的流程 / put the steps into this flow")] = None,
    at: Annotated[int, typer.Option(help="插在第几行前面 / before this line, with --into")] = 0,
    lang: Annotated[str, typer.Option(help="动词用中文还是英文 / language of the verbs, zh or en")] = "en",
) -> None:
    """打开浏览器窗口，把你做的事写成流程；密码不会被记下，关掉窗口就写好。

    Opens a browser window and writes what you do as a flow; passwords are never kept. Close the window to finish.

    例 / examples: `yeban record practice` · `yeban record practice --rows 下架清单.xlsx -o flows/practice/下架.yaml`
    """
    need_screen()
    from schedules.authoring import Author, keep_state, lesson, read_sheet

    settings = load_settings()
    about = lesson(settings, where, account)
    sheet = read_sheet(rows) if rows is not None else None
    tell("窗口开好了就照常做；做完把窗口关掉。", "Do the work in the window as usual; close it when done.", "cyan")
    recording = asyncio.run(_record(settings, about))
    keep_state(settings, account, recording.state)
    author = Author(settings.home)
    made = author.made(recording, about, sheet)
    if into is not None:
        written = author.into(made, about, into, at)
    else:
        written = author.new_flow(made, about, title, output, sheet.name if sheet is not None else "", lang)
    show_written(written, recording.dialogs)


def need_screen() -> None:
    """A person can see a window here. Raises NoScreen."""
    from bots.recorder.errors import NoScreen

    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise NoScreen


async def _record(settings: Settings, about: "Lesson") -> "Recording":
    from schedules.authoring import record as record_session
    from schedules.browsers import BrowserDoor

    async with BrowserDoor(settings.home, settings.browser, headless=False).lazily() as door:
        return await record_session(await door.get(), about, settings.home / "authoring" / "downloads")


def show_written(written: "Written", dialogs: Sequence[str]) -> None:
    """What was written where, and everything that a person has to look at."""
    from schedules.problems import default_lang
    from schedules.shelf import load_flow, shown_path

    path = written.path.resolve()
    console.print(Text(path.read_text("utf-8")))
    tell(f"写好了：{shown_path(path)}", f"Written: {shown_path(path)}", "green")
    for element in written.elements:
        tell(
            f"「{element.name}」没有自己的名字，找法写进了元素库，请改个好名字（两处一起改）。",
            f"{element.name} has no name of its own; it is in the element library: give it a good one in both places.",
        )
    if written.made.lost:
        tell(
            f"有 {len(written.made.lost)} 个动作没有一种找法能认出来，没有写进去，请对照着补。",
            f"{len(written.made.lost)} acts were on things that nothing finds again, and were left out.",
            "yellow",
        )
    for message in dict.fromkeys(dialogs):
        tell(
            f"网站弹过确认框「{message}」；流程运行时会一律选“取消”，请换一种做法。",
            f"The site asked “{message}” in a box of the browser's own; a flow always answers no.",
            "yellow",
        )
    loaded = load_flow(path)
    for text in loaded.rendered(list(loaded.problems), default_lang()):
        console.print(Text(text + "\n"))


def pick(
    where: Annotated[str, typer.Argument(help="页面名或网址 / a page of the site, or an address")] = "",
    site: Annotated[str, typer.Option(help="站点 / the site whose library it is for")] = "",
    name: Annotated[str, typer.Option(help="元素名 / the element's name")] = "",
    account: Annotated[str, typer.Option("--account", "-a", help="用哪个账号的登录 / whose session")] = "",
    write: Annotated[bool, typer.Option("--write", help="写进元素库 / write it into the library")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="撤回上一次写入 / take the last edit back")] = False,
) -> None:
    """在页面上点一下要用的东西，得到能刚好找到它的几种找法；--write 写进元素库，--undo 撤回。

    Click a thing on the page and get the ways that find exactly it; --write puts them into the library.

    例 / examples: `yeban pick 商品管理 --site practice --name 批量下架 --write` · `yeban pick --undo`
    """
    from schedules.authoring import Author, lesson
    from schedules.shelf import shown_path

    settings = load_settings()
    if undo:
        path = Author(settings.home).undo()
        tell(f"已撤回：{shown_path(path)}", f"Taken back: {shown_path(path)}", "green")
        return
    need_screen()
    url = where if where.startswith(("http://", "https://")) else ""
    about = lesson(settings, url or site, account, page="" if url else where)
    picked = asyncio.run(_pick(settings, about))
    called = name or picked.name
    for line in picked_lines(called, picked):
        console.print(Text(line))
    if write:
        owner = about.site.name if about.site is not None else site
        path = Author(settings.home).element(owner, page_of(about, picked), called, picked.ways)
        tell(f"写进了 {shown_path(path)}；yeban pick --undo 撤回。", f"Written to {shown_path(path)}.", "green")


async def _pick(settings: Settings, about: "Lesson") -> "Picked":
    from bots.recorder.pick import pick as pick_one
    from schedules.browsers import BrowserDoor

    async with BrowserDoor(settings.home, settings.browser, headless=False).lazily() as door:
        browser = await door.get()
        session = await browser.open_session(
            about.state, downloads=settings.home / "authoring" / "downloads", base=about.base
        )
        page = await session.new_page()
        await page.goto(about.start)
        return await pick_one(page)


def picked_lines(name: str, picked: "Picked") -> list[str]:
    """The element as the library writes it, one way a line, best first."""
    from bots.recorder.writing import flow_style, scalar, way_value

    ways = [flow_style(way_value(way)) for way in picked.ways]
    return [f"{scalar(name or '元素')}:", *(f"  - {way}" for way in ways)]


def page_of(about: "Lesson", picked: "Picked") -> str:
    """The library's page that was picked on; '' for every page."""
    from bots.recorder.session import places

    return places(about.site, about.values).owner(picked.url)


def elements_test(
    site: Annotated[str, typer.Argument(help="站点 / the site")],
    page: Annotated[str, typer.Option(help="只看这一页 / only this page")] = "",
    account: Annotated[str, typer.Option("--account", "-a", help="用哪个账号登录 / whose account signs in")] = "",
) -> None:
    """元素体检：打开每一页，数每种找法找到几个，圈在截图上，并说上次是什么时候找到的。

    Opens every page of a library, counts what each way finds, marks it on a picture, and says when it was last found.

    例 / examples: `yeban elements test practice -a seller_a` · `yeban elements test practice --page 商品管理`
    """
    settings = load_settings()
    path, pages = asyncio.run(_examine(settings, site, page, account))
    show_examined(pages)
    tell(f"带截图的一页：{path}", f"With pictures: {path}")
    if any(one.trouble or any(element.state == "several" for element in one.elements) for one in pages):
        raise SystemExit(3)


async def _examine(settings: Settings, site: str, page: str, account: str) -> tuple[Path, list["PageExamined"]]:
    from schedules.authoring import lesson
    from schedules.browsers import BrowserDoor
    from schedules.settings import SHANGHAI
    from schedules.visits import visit

    about = lesson(settings, site, account)
    now = datetime.now(SHANGHAI)
    folder = settings.home / "elements" / site / now.strftime("%Y%m%d-%H%M%S")
    async with BrowserDoor(settings.home, settings.browser).lazily() as door:
        return await visit(await door.get(), settings, about, folder, now, page)


def show_examined(pages: Sequence["PageExamined"]) -> None:
    """The counts on the terminal: one line per element that is not simply there, and a sum per page.

    An element of every page (the sign-in box) need not be on each: it is named once, at the end, if no page has it.
    """
    from schedules.examination import SAID

    for one in pages:
        listed = [element for element in one.elements if element.page or element.state in ("first", "several")]
        fine = sum(element.state == "first" for element in listed)
        console.print(Text(f"{one.name or one.url}  {fine}/{len(listed)}  {one.trouble}"))
        for element in listed:
            if element.state == "first":
                continue
            zh, en, _ = SAID[element.state]
            counts = " · ".join(
                f"{way} → {'?' if count is None else count}"
                for way, count in zip(element.ways, element.counts, strict=True)
            )
            last = element.last_at[:16].replace("T", " ") or say("从来没有", "never")
            console.print(Text(f"  {element.name}  {say(zh, en)}  {counts}  {say('上次', 'last')} {last}", style="dim"))

    everywhere = [element for one in pages for element in one.elements if not element.page]
    found = {element.name for element in everywhere if element.state == "first"}
    absent = say("、", ", ").join(dict.fromkeys(element.name for element in everywhere if element.name not in found))
    if absent:
        tell(f"哪一页都没有用第一种找法找到：{absent}", f"on no page found by their first way: {absent}", "dim")


def register(app: typer.Typer) -> None:
    """The commands stand in the command line."""
    app.command()(record)
    app.command()(pick)
