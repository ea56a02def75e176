"""How a page reaches the browser: one HTML shell, scripts and styles, each in the variant that a fault asks for.

A variant is written into the address (`/look/<variant>/…`), so that the browser may cache every one of them:
`plain`, or letters for what is on, `l` changed labels, `r<hex>` renamed.
"""

import json
import re
from functools import lru_cache
from pathlib import Path

from bots.practice.faults import Turn

PAGES = Path(__file__).parent / "pages"
STATIC = Path(__file__).parent / "static"
VARIANT = re.compile(r"plain|l?(?:r(?P<suffix>[0-9a-f]{4}))?")
NAMES = re.compile(r"""(?<![\w-])(data-testid=["']|id=["'])([a-z][\w-]*)|(?<![\w-])(y-[a-z][a-z-]*)""")
# Longest first, so that 导出订单 is not caught by a shorter word.
LABELS = {
    "确认发货": "提交发货",
    "提交报名": "确认报名",
    "导出订单": "订单导出",
    "导出售后": "售后导出",
    "导出商品": "商品导出",
    "下单日期": "下单时间段",
    "下载报表": "报表下载",
    "子订单编号": "子单号",
    "查询": "搜索",
    "登录": "登入",
}


def variant_of(turn: Turn) -> str:
    """The variant's name for the addresses of this page load."""
    return (("l" if "labels" in turn.look else "") + (f"r{turn.suffix}" if turn.suffix else "")) or "plain"


def shell(turn: Turn, title: str, scripts: tuple[str, ...], data: dict[str, object]) -> str:
    """The HTML document of one page: Element Plus, our frame, the page's own scripts and its data."""
    variant = variant_of(turn)
    payload = json.dumps({**data, "look": sorted(turn.look), "site": turn.site}, ensure_ascii=False)
    text = (PAGES / "shell.html").read_text("utf-8")
    tags = "\n  ".join(f'<script src="/look/{variant}/{name}.js"></script>' for name in scripts)
    values = {"title": title, "variant": variant, "scripts": tags, "data": payload.replace("<", "\\u003c")}
    return re.sub(r"\{\{(\w+)\}\}", lambda hit: values[hit.group(1)], text)


@lru_cache(maxsize=256)
def asset(variant: str, name: str) -> str | None:
    """The text of a script or style sheet under `pages/` in this variant; None if there is no such file."""
    match = VARIANT.fullmatch(variant)
    path = (PAGES / name).resolve()
    if match is None or not path.is_relative_to(PAGES) or not path.is_file():
        return None
    text = path.read_text("utf-8")
    if variant.startswith("l") and path.suffix == ".js":
        for label, other in LABELS.items():
            text = text.replace(label, other)
    suffix = match.group("suffix")
    return rename(text, suffix) if suffix else text


def rename(text: str, suffix: str) -> str:
    """Give every id, data-testid and class of ours (`y-…`) another suffix."""
    return NAMES.sub(lambda hit: f"{hit.group(0)}-{suffix}", text)
