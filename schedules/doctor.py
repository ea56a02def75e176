"""What was found on this machine and how to mend what is missing; installs only what a command was asked to."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bots.browser.choice import BrowserChoice
from bots.browser.discovery import Candidate, Offer, candidates, chinese_fonts, discover, font_offer, offers
from bots.errors import BrowserMissing
from schedules.problems import default_lang, explain
from schedules.settings import Settings

Say = Callable[[str, str], None]
INSTALL_TIMEOUT_S = 900
PYTHON_MIN = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: fine or not, what was seen, and what to do when it is not fine."""

    zh: str
    en: str
    fine: bool
    seen: str
    mend_zh: str = ""
    mend_en: str = ""
    details: list[str] = field(default_factory=list)


def examine(settings: Settings) -> list[Finding]:
    """Look at everything a night needs: Python, browser, fonts, disk, database, vault."""
    return [
        examine_python(),
        examine_browser(settings),
        examine_fonts(),
        examine_disk(settings.home),
        examine_database(settings),
    ]


def examine_python() -> Finding:
    """The interpreter that runs this."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        "Python", "Python", sys.version_info >= PYTHON_MIN, version, "装 3.11 或更新的", "install 3.11 or newer"
    )


def examine_browser(settings: Settings) -> Finding:
    """Every place where a browser may be, and the one that would be used."""
    looked = candidates(settings.browser, headless=settings.headless)
    usable = [candidate for candidate in looked if candidate.usable]
    ways = offers()
    return Finding(
        "浏览器",
        "browser",
        bool(usable),
        str(usable[0]) if usable else "",
        "；或者 ".join(f"{way.zh}：{' '.join(way.command)}" for way in ways),
        "; or ".join(f"{way.en}: {' '.join(way.command)}" for way in ways),
        [_looked(candidate) for candidate in looked],
    )


def _looked(candidate: Candidate) -> str:
    """What was found at a place; a problem of ours is said as `中文 / English`."""
    problem = candidate.problem.split(" / ")[-1 if default_lang() == "en" else 0]
    return str(replace(candidate, problem=problem))


def examine_fonts() -> Finding:
    """Fonts that can draw Chinese: without them screenshots show boxes."""
    fonts = chinese_fonts()
    offer = font_offer()
    return Finding(
        "中文字体",
        "Chinese fonts",
        bool(fonts),
        ", ".join(fonts[:3]),
        f"{offer.zh}：{' '.join(offer.command)}" if offer else "",
        f"{offer.en}: {' '.join(offer.command)}" if offer else "",
    )


def examine_disk(home: Path) -> Finding:
    """Room for the archive and the evidence."""
    import shutil

    place = home
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    return Finding(
        "磁盘", "disk", free > 2 * 1024**3, f"{free / 1024**3:.1f} GB", "腾出至少 2 GB", "free at least 2 GB"
    )


def examine_database(settings: Settings) -> Finding:
    """Whether the books open."""
    from storage.database.connection import open_database
    from storage.errors import BookError

    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        open_database(settings.database_url).close()
    except (BookError, OSError) as error:
        zh, en = explain(error, "zh"), explain(error, "en")
        seen = en.message if default_lang() == "en" else zh.message
        return Finding("数据库", "database", False, seen, zh.hint, en.hint)
    return Finding("数据库", "database", True, settings.database_url.split("@")[-1])


def ensure_browser(settings: Settings, say: Say) -> BrowserChoice:
    """A browser that starts: found, else installed by Playwright, else by the system's packages where that is allowed.

    Raises BrowserMissing, which says in one instruction what a person must do.
    """
    cache = settings.home / "browsers.json"
    try:
        return discover(settings.browser, headless=settings.headless, cache=cache)
    except BrowserMissing:
        if settings.browser:
            raise
    for offer in offers():
        if not may_run(offer):
            continue
        say(f"没有找到浏览器，正在{offer.zh} …", f"no browser found: {offer.en} …")
        if install(offer):
            try:
                return discover("", headless=settings.headless, cache=cache)
            except BrowserMissing:
                continue
    return discover("", headless=settings.headless, cache=cache)


def ensure_fonts(say: Say) -> None:
    """Chinese fonts where this process may install them; a sentence where it may not."""
    if chinese_fonts():
        return
    offer = font_offer()
    if offer is not None and may_run(offer):
        say(f"没有中文字体，正在{offer.zh} …", f"no Chinese fonts: {offer.en} …")
        if install(offer):
            return
    command = " ".join(offer.command) if offer else "fonts-noto-cjk"
    say(
        f"没有中文字体，截图里的汉字会是方块。请安装：{command}", f"no Chinese fonts: screenshots show boxes; {command}"
    )


def may_run(offer: Offer) -> bool:
    """Whether this process may run the offer by itself: Playwright's own always, system packages only as root."""
    if offer.command[0] == sys.executable:
        return True
    return offer.command[0] == "apt-get" and hasattr(os, "geteuid") and os.geteuid() == 0


def install(offer: Offer) -> bool:
    """Run the offer quietly; True when it succeeded."""
    commands = [list(offer.command)]
    environment = dict(os.environ)
    if offer.command[0] == "apt-get":
        wait = "DPkg::Lock::Timeout=300"
        commands = [["apt-get", "-o", wait, "update", "-qq"], ["apt-get", "-o", wait, "-qq", *offer.command[1:]]]
        environment["DEBIAN_FRONTEND"] = "noninteractive"
    for command in commands:
        try:
            done = subprocess.run(command, env=environment, capture_output=True, timeout=INSTALL_TIMEOUT_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        if done.returncode != 0:
            return False
    return True
