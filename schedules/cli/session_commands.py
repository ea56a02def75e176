"""`yeban sessions`: who is signed in, who will need a person tonight, and signing in while somebody is there."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.screen import console, interruptible, say, tell

if TYPE_CHECKING:
    from schedules.browsers import BrowserDoor
    from schedules.desk import Desk
    from schedules.operations.checked import SessionHealth

Json = Annotated[bool, typer.Option("--json", help="给机器看 / for machines")]

sessions_app = typer.Typer(
    help="下班前看一遍：每个账号登录还在不在，今晚要不要人扫码、给验证码；要人的现在就问。\n\n"
    "Before people go home: who is signed in, who will need somebody tonight; those are asked now.\n\n"
    "例 / examples: `yeban sessions check` · `yeban sessions sign-in seller_a`",
    no_args_is_help=True,
)


@sessions_app.command("check")
def sessions_check(
    accounts: Annotated[list[str] | None, typer.Argument(help="账号，不写就是全部 / accounts, all without")] = None,
    ask: Annotated[bool, typer.Option("--ask/--no-ask", help="要人的就问人 / ask people where they are needed")] = True,
    by: Annotated[str, typer.Option(help="问到几点，北京时间 / until when people are asked, Beijing time")] = "18:00",
    json_: Json = False,
) -> None:
    """打开每个账号存着的登录看一眼（不点、不退出），说今晚会怎样；要人的发问题给人，答「是」就马上登录。

    Looks at each stored session without touching it. Exit code 5: a person is still needed; 4: a secret is missing.

    例 / example: `yeban sessions check --by 18:30`
    """
    from schedules.desk import open_desk
    from schedules.inbox.when_asked import WhenAsked
    from schedules.logs import start_logs
    from schedules.operations.sessions import ask_people, check_sessions, until

    with interruptible(), open_desk() as desk:
        start_logs(desk.home, desk.settings)
        door = door_of(desk)
        found = asyncio.run(check_sessions(desk, door, accounts or []))
        if ask and any(one.state == "person" for one in found):
            show = None if json_ else lambda text: console.print(Text(text))
            inbox = WhenAsked(desk, show)
            end = until(datetime.now(UTC), time.fromisoformat(by))
            found = asyncio.run(ask_people(desk, door, found, inbox, end))
        conclude(found, desk.settings.lang, json_)


@sessions_app.command("list")
def sessions_list(json_: Json = False) -> None:
    """上一次看的结果。

    The last findings. 例 / example: `yeban sessions list`
    """
    from schedules.operations.checked import last_checked
    from schedules.settings import load_settings

    settings = load_settings()
    conclude([*last_checked(settings.home).values()], settings.lang, json_)


@sessions_app.command("sign-in")
def sessions_sign_in(account: Annotated[str, typer.Argument(help="账号 / account")]) -> None:
    """现在登录一个账号：要扫码、要验证码就问你；登录存下来，今晚接着用。

    Signs an account in now; the session is kept for the night. 例 / example: `yeban sessions sign-in seller_a`
    """
    from schedules.desk import open_desk
    from schedules.inbox.when_asked import WhenAsked
    from schedules.logs import start_logs
    from schedules.operations.sessions import sign_in

    async def now(desk: "Desk") -> "SessionHealth":
        async with door_of(desk).lazily() as browser:
            inbox = WhenAsked(desk, lambda text: console.print(Text(text)))
            return await sign_in(desk, await browser.get(), account, inbox)

    with interruptible(), open_desk() as desk:
        start_logs(desk.home, desk.settings)
        desk.account(account)
        found = asyncio.run(now(desk))
        if not found.fine and found.seen:
            tell(found.seen, found.seen, "yellow")
        conclude([found], desk.settings.lang, False)


@sessions_app.command("forget")
def sessions_forget(account: Annotated[str, typer.Argument(help="账号 / account")]) -> None:
    """扔掉存着的登录；下次运行重新登录（网站那边不退出）。

    Throws the stored session away; the next run signs in anew. 例 / example: `yeban sessions forget seller_a`
    """
    from bots.browser.sessions import SessionStore
    from schedules.desk import open_desk

    with open_desk() as desk:
        desk.account(account)
        SessionStore(desk.home / "sessions", desk.vault.key).forget(account)
    tell(f"{account} 的登录扔掉了。", f"the session of {account} is gone.", "green")


def door_of(desk: "Desk") -> "BrowserDoor":
    """The way to this desk's browser."""
    from schedules.browsers import BrowserDoor

    return BrowserDoor(desk.home, desk.settings.browser, headless=desk.settings.headless)


def conclude(found: "Sequence[SessionHealth]", lang: str, json_: bool) -> None:
    """Show the findings; the exit code says who has to act."""
    from schedules.operations.checked import said
    from schedules.settings import SHANGHAI

    if json_:
        typer.echo(json.dumps([{**asdict(one), "fine": one.fine} for one in found], ensure_ascii=False))
    else:
        table = Shown(say("账号", "account"), say("今晚", "tonight"), say("看的时间", "seen at"), show_edge=False)
        for one in found:
            at = f"{datetime.fromisoformat(one.checked_at).astimezone(SHANGHAI):%m-%d %H:%M}" if one.checked_at else ""
            table.add_row(one.account, Text(said(one, lang), style="green" if one.fine else "red"), at)
        console.print(table)
    states = {one.state for one in found}
    code = 5 if "person" in states else 4 if "secret" in states else 3 if "unreachable" in states else 0
    if code:
        raise SystemExit(code)


def register(app: typer.Typer) -> None:
    """These commands are commands of `app`."""
    app.add_typer(sessions_app, name="sessions")
