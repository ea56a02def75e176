"""A new flow from a few answers: the text that a person would write, in the site's own words. Pure but for the reading.

export   sign in, open a page, set the dates, start the export, wait for its file
rows     for each row of a sheet: find it, do one thing to it, exactly once
scrape   open a page and keep its table as a file
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bots.flow.language import nearest
from bots.flow.site import PageMap, Site
from bots.recorder.writing import scalar

What = Literal["export", "rows", "scrape"]
WHATS: tuple[What, ...] = ("export", "rows", "scrape")
DATE_WORDS = ("日期", "时间", "期间", "date")
SEARCH_WORDS = ("查询", "搜索", "search")
SURE_WORDS = ("确定", "确认", "ok")
NEXT_WORDS = ("下一页", "next")
UNSAFE = re.compile(r"[^\w一-鿿-]+")


@dataclass(frozen=True)
class Answers:
    """What somebody said about the flow; "" is "none" or "find it out from the element library".

    `button` starts the export or does the thing to a row; `columns` are the sheet's (the first one is the key, the
    others are typed into fields of the same name) or those of the table that are kept; `done` is what the page shows
    when a row is finished.
    """

    title: str
    site: str
    what: What
    page: str
    button: str = ""
    columns: Sequence[str] = field(default_factory=tuple)
    dates: str = ""
    search: str = ""
    confirm: str = ""
    done: str = ""
    schema: str = ""


def filled_in(answers: Answers, site: Site | None) -> Answers:
    """The answers with what the page's own elements tell: its date field, search button, export button, key field."""
    page = site.pages.get(answers.page) if site is not None else None
    if site is None or page is None:
        return answers
    names = [*page.elements, *site.elements]
    key = next(iter(answers.columns), "") or _row_key(page)
    found = {
        "button": answers.button or (_first(names, ("导出", "export")) if answers.what == "export" else ""),
        "dates": answers.dates or (_first(names, DATE_WORDS) if answers.what == "export" else ""),
        "search": answers.search or _first(names, SEARCH_WORDS),
        "confirm": answers.confirm or (_exactly(names, SURE_WORDS) if answers.what == "rows" else ""),
    }
    columns = answers.columns or ((key,) if answers.what == "rows" and key else ())
    return Answers(**{**answers.__dict__, **found, "columns": tuple(columns)})


def _first(names: Sequence[str], words: Sequence[str]) -> str:
    return next((name for name in names if any(word in name.lower() for word in words)), "")


def _exactly(names: Sequence[str], words: Sequence[str]) -> str:
    return next((name for name in names if name.lower() in words), "")


def _row_key(page: PageMap) -> str:
    """The column by which the page's rows are told apart in the library: `商品行: [{row: "${商品ID}"}]`."""
    for element in page.elements.values():
        for one in element.alternatives:
            if one.by == "row" and one.value.names:
                return next(iter(sorted(one.value.names)))
    return ""


def lacking(answers: Answers) -> list[str]:
    """What still has to be said before a flow can be written: names of `Answers`."""
    needed = {"export": ("button",), "rows": ("button", "columns", "done"), "scrape": ()}[answers.what]
    return [name for name in ("title", "site", "page", *needed) if not getattr(answers, name)]


def flow_text(answers: Answers, site: Site | None) -> str:
    """The flow, ready to be checked and read; every value is quoted where YAML would read it as something else."""
    head = [f"# yaml-language-server: $schema={answers.schema}"] if answers.schema else []
    head += [f"title: {scalar(answers.title)}", f"site: {scalar(answers.site)}"]
    signs_in = site is not None and site.login is not None
    body = {"export": _export, "rows": _rows, "scrape": _scrape}[answers.what](answers, site, signs_in)
    return "\n".join([*head, *body]) + "\n"


def _opening(answers: Answers, signs_in: bool) -> list[str]:
    login = ["  - login                          # 上次的登录还有效，就什么都不做"] if signs_in else []
    return [*login, f"  - open: {scalar(answers.page)}"]


def _searching(answers: Answers) -> list[str]:
    return [f"  - click: {scalar(answers.search)}"] if answers.search else []


def _export(answers: Answers, _site: Site | None, signs_in: bool) -> list[str]:
    dated = bool(answers.dates)
    lines = ["inputs:", "  day: {title: 日期, type: date, default: yesterday}", "steps:", *_opening(answers, signs_in)]
    if dated:
        lines += ["  - fill:", f"      {scalar(answers.dates)}: ${{day}} ~ ${{day}}"]
    return [
        *lines,
        *_searching(answers),
        "  - wait: loaded",
        "  - export:                        # 建任务，等任务列表里出现下载，再下载",
        f"      start: {scalar(answers.button)}",
        "      row: ${day}                  # 任务列表里这一行写着什么",
        "      within: 15m",
        f"    as: {scalar(answers.title + '-${day}.xlsx')}",
        '    expect: {rows: ">= 1"}         # 允许没有数据，就改成 ">= 0"',
    ]


def _rows(answers: Answers, site: Site | None, signs_in: bool) -> list[str]:
    key, *others = answers.columns
    found = _row_element(site, answers.page, key)
    verb = UNSAFE.sub("", answers.button) or "处理"
    opening = f"{{open: {scalar(answers.page, inside=True)}}}"
    return [
        "inputs:",
        f"  sheet: {{title: {scalar(answers.title + '清单', inside=True)}, type: file, accept: [xlsx, csv]}}",
        "items:",
        "  from: ${sheet}                   # 每一行一件事；做完的表会带着 结果、原因、时间 还给你",
        f"  key: {scalar(value_of(key))}",
        "  retries: 2                       # 只有网站出故障才重试",
        "  stop_after: 5                    # 连续这么多行故障就停下来",
        f"before: [{', '.join(['login', opening] if signs_in else [opening])}]",
        "steps:",
        f"  - fill: {{{scalar(key, inside=True)}: {scalar(value_of(key), inside=True)}}}",
        *_searching(answers),
        "  - wait: loaded",
        f"  - if: {{missing: {scalar(found or value_of(key), inside=True)}}}",
        "    then:",
        f"      - reject: {scalar('找不到 ' + value_of(key))}  # 这一行的问题：不重试，写明原因，做下一行",
        f"  - once: {scalar(verb + '-' + value_of(key))}  # 做之前、做之后都记账，绝不做两次",
        *_effect(answers, found, others),
    ]


def _effect(answers: Answers, found: str, others: Sequence[str]) -> list[str]:
    """What is done to a row: fields filled, the button clicked, inside the row where the library knows the row."""
    inside = f"in: {scalar(found, inside=True)}, name: " if found else ""
    shows = scalar(answers.done, inside=True)
    done = f"{{visible: {{{inside}{shows}}}}}" if inside and not others else f"{{visible: {shows}}}"
    button = scalar(answers.button, inside=True)
    return [
        f"    unless: {done}",
        "    do:",
        *(f"      - fill: {{{scalar(one, inside=True)}: {scalar(value_of(one), inside=True)}}}" for one in others),
        f"      - click: {{{inside}{button}}}" if inside and not others else f"      - click: {scalar(answers.button)}",
        *([f"      - click: {scalar(answers.confirm)}"] if answers.confirm else []),
        f"    verify: {done}",
    ]


def value_of(column: str) -> str:
    """How a flow writes the value of a column, whatever the column is called."""
    if column.isidentifier():
        return f"${{{column}}}"
    return f"${{row[{json.dumps(column, ensure_ascii=False)}]}}"


def _row_element(site: Site | None, page: str, key: str) -> str:
    """The page's element for the row of the key, "" when the library has none."""
    known = site.pages.get(page) if site is not None else None
    for name, element in known.elements.items() if known is not None else ():
        if any(one.by == "row" and key in one.value.names for one in element.alternatives):
            return name
    return ""


def _scrape(answers: Answers, site: Site | None, signs_in: bool) -> list[str]:
    page = site.pages.get(answers.page) if site is not None else None
    following = _first(list(page.elements), NEXT_WORDS) if page is not None else ""
    lines = [
        "inputs:",
        "  day: {title: 日期, type: date, default: today}",
        "steps:",
        *_opening(answers, signs_in),
        *_searching(answers),
        "  - wait: loaded",
        "  - scrape:                        # 页面上最大的那张表",
        "    as: 行",
        f"    next: {scalar(following or '下一页')}                   # 有下一页就翻，一直到最后一页",
        f"    save: {scalar(answers.title + '-${day}.csv')}",
    ]
    if answers.columns:
        columns = ", ".join(scalar(one, inside=True) for one in answers.columns)
        lines += ["  - rows: ${行}", f"    keep: [{columns}]", "    as: 行"]
    return [*lines, "  - note: 一共 ${len(行)} 行"]


def file_name(title: str) -> str:
    """A file name that says what the flow does."""
    return UNSAFE.sub("-", title).strip("-") or "flow"


def close_pages(site: Site, page: str) -> list[str]:
    """The pages of the site, the nearest to what was written first."""
    close = nearest(page, site.pages)
    return [*close, *(name for name in site.pages if name not in close)]
