"""`yeban demo` and `yeban mall`: the practice mall, one night on it, and where to look afterwards."""

import asyncio
import time
from datetime import date
from pathlib import Path

from rich.text import Text

from schedules.cli.night_command import play_plan, show_night
from schedules.cli.screen import console, interruptible, say, tell
from schedules.demo import Practice, practice
from schedules.doctor import ensure_browser, ensure_fonts
from schedules.homes import default_home
from schedules.logs import start_logs
from schedules.night import NightResult
from schedules.problems import EXIT_CODES
from schedules.settings import Settings, demo_home, today_in_shanghai
from schedules.summary import night_rows


def run_demo(size: str, day: date | None, headed: bool) -> None:
    """Play the demo's night and show what came of it."""
    started = time.monotonic()
    night = day or today_in_shanghai()
    home = demo_home(night, size)
    start_logs(home)
    choice = ensure_browser(Settings(home=home, headless=not headed), tell)
    ensure_fonts(tell)
    tell(f"浏览器：{choice.kind} {choice.version}", f"browser: {choice.kind} {choice.version}", "dim")
    tell(
        "练习商城正在开门 …（第一次要生成四十天的订单）", "the practice mall is opening … (its first day takes seconds)"
    )
    with interruptible(), practice(home, night, size=size) as place:
        result = asyncio.run(play_plan(place.desk, place.plan, place.night, place.first_day, headed))
        show_night(place.desk, place.night, result)
        point_out(place, result, time.monotonic() - started)
    if result.failed:
        raise SystemExit(EXIT_CODES["site"])


def point_out(place: Practice, result: NightResult, seconds: float) -> None:
    """How long it took, what did not end well, and what to look at next."""
    if result.played:
        tell(f"这一夜用了 {seconds:.0f} 秒。", f"the night took {seconds:.0f} s.", "bold")
    for row in night_rows(place.desk, place.night):
        if row["stage"] in {"failed", "person"}:
            page = place.desk.settings.runs / row["run_id"] / "index.html"
            console.print(Text(f"  {row['flow']} · {row['account']}: {page}", style="yellow"))
    tell(
        "再看看：yeban trace 总览!A5 · yeban report differences · yeban verify · yeban mall（自己逛商城）",
        "next: yeban trace Overview!A5 · yeban report differences · yeban verify · yeban mall (walk about in it)",
        "dim",
    )
    say_whose(place.desk.home)


def say_whose(home: Path) -> None:
    """Where commands look, unless it is this demo: at books of one's own, or at another day's demo."""
    if default_home() != home:
        tell(
            f"这几条命令现在看的是 {default_home()}；要看这次演示的，先设 YEBAN_HOME={home}。",
            f"these commands look at {default_home()} now; for this demo, set YEBAN_HOME={home} first.",
            "yellow",
        )


def run_mall(size: str, port: int, chances: dict[str, float]) -> None:
    """Serve the practice mall until Ctrl-C, to walk about in it or to write flows against it."""
    home = demo_home(today_in_shanghai(), size)
    with practice(home, today_in_shanghai(), size=size, faults=chances, port=port) as place:
        doors = f"{place.mall.url}/seller  {place.mall.url}/pay  {place.mall.url}/ads"
        tell(f"练习商城开着：{doors}", f"the practice mall is open: {doors}", "bold")
        for row in place.world.rows("SELECT username, password, totp_secret FROM account ORDER BY username"):
            totp = say("，动态口令种子 ", ", TOTP seed ") + row["totp_secret"] if row["totp_secret"] else ""
            console.print(Text(f"  {row['username']}  {row['password']}{totp}"))
        tell("按 Ctrl-C 关门。", "Ctrl-C closes it.", "dim")
        wait_for_interrupt()


def wait_for_interrupt() -> None:
    """Until Ctrl-C, on every system."""
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        tell("关门了。", "closed.")
