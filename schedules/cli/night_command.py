"""`yeban night`: a plan played on your own desk, with the same promises as the demo's."""

import asyncio
from contextlib import closing
from datetime import date
from pathlib import Path

from rich.text import Text

from schedules.book_files import report_path
from schedules.browsers import BrowserDoor
from schedules.cli.night_view import night_table, watcher
from schedules.cli.notify_commands import show
from schedules.cli.screen import console, interruptible, is_terminal, say, tell
from schedules.desk import Desk, open_desk
from schedules.inbox.when_asked import WhenAsked
from schedules.logs import start_logs
from schedules.night import Night, NightResult
from schedules.night_page import write_night_page
from schedules.notify.night import tell as tell_people
from schedules.plan import LOOK_BACK, Known, NightPlan, load_plan
from schedules.problems import EXIT_CODES
from schedules.queue.opening import tidy_queue
from schedules.retention import tidy
from schedules.settings import today_in_shanghai
from schedules.shelf import flow_names
from schedules.summary import book_totals, night_rows
from storage.erp.commands.by_hand import TITLES


def run_night(path: Path, day: date | None, since: date | None, headed: bool) -> int:
    """Play the plan for the day (default today), go on where an earlier start was cut; returns the exit code."""
    night = day or today_in_shanghai()
    with interruptible(), open_desk() as desk:
        start_logs(desk.home, desk.settings)
        tidy(desk.settings.runs, today_in_shanghai(), desk.settings.keep_evidence_days)
        tidy_queue(desk.settings, desk.database, desk.settings.keep_evidence_days)
        first_day = since or night - LOOK_BACK
        plan = load_plan(path, known_at(desk))
        result = asyncio.run(play_plan(desk, plan, night, first_day, headed))
        show_night(desk, night, result)
        show(tell_people(desk, night))
    if result.failed:
        return EXIT_CODES["site"]
    return EXIT_CODES["person"] if result.waiting else 0


def known_at(desk: Desk) -> Known:
    """What a plan may name here."""
    return Known(flow_names(), sorted(desk.settings.accounts), sorted(TITLES))


async def play_plan(desk: Desk, plan: NightPlan, night: date, first_day: date, headed: bool) -> NightResult:
    """The night, watched on the terminal; as many accounts side by side as the settings or the browser allow."""
    door = BrowserDoor(desk.home, desk.settings.browser, headless=desk.settings.headless and not headed)
    side_by_side = desk.settings.side_by_side or door.choose().contexts
    with closing(watcher()) as looks_on:
        nights = Night(desk, plan, night, first_day, looks_on)
        nights.inbox = WhenAsked(desk, looks_on.say if is_terminal() else None)
        return await nights.play(door, side_by_side)


def show_night(desk: Desk, night: date, result: NightResult) -> None:
    """The table of the night, the figures, where the report and the pages are."""
    console.print(night_table(night_rows(desk, night)))
    for line in book_totals(desk):
        console.print(Text(f"  {line}"))
    if result.played == 0:
        tell(
            f"这一夜（{night}）的夜班已经跑完，这一次什么也没有改动。",
            f"the night of {night} was already complete: nothing was changed.",
            "bold",
        )
    report = report_path(desk, night)
    if report.exists():
        console.print(Text(say("早报  ", "report  ") + str(report)))
    page = write_night_page(desk, night, report)
    console.print(Text(say("这一夜的页面  ", "page of the night  ") + str(page)))
