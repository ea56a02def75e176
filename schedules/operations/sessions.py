"""Before the night: which accounts are signed in, which will sign in by themselves, and which need a person now.

stored session ─► a look that changes nothing ─► SessionHealth, kept ─► people are asked while they are still there
"""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Literal

from loguru import logger

from bots.browser.driver import Browser
from bots.browser.sessions import SessionStore
from bots.engine import play
from bots.facts import AccountFacts
from bots.flow.parse import parse
from bots.flow.site import Site
from bots.journal import MemoryJournal
from bots.people import Inbox, NobodyThere, Question
from bots.steps import STEPS
from schedules.browsers import BrowserDoor, LazyBrowser
from schedules.desk import Desk
from schedules.lock import one_run
from schedules.operations.checked import CAPTCHA, SessionHealth, State, asked_words, keep, said
from schedules.operations.looking import SIGN, Needs, look_flow, needs_of
from schedules.plan import PlannedFlow, make_job
from schedules.problems import AccountBusy, explain
from schedules.queue.in_hand import in_hand
from schedules.queue.model import Ending
from schedules.settings import SHANGHAI
from schedules.shelf import SELECTORS, read_site
from schedules.work import Playing, play_flow, session_options

HOME_TIME = time(18, 0)
"""When people go home, Beijing time: until then they are asked."""
SIDE_BY_SIDE = 4
LOGIN_FLOW = "title: 登录\nsite: {site}\nsteps:\n  - login\n"
UNCLEAR = ("页面上两种标志都没有，可能改版了", "the page shows neither sign; it may have been redesigned")


async def check_sessions(
    desk: Desk, door: BrowserDoor, accounts: Sequence[str] = (), sites: Path = SELECTORS
) -> list[SessionHealth]:
    """The accounts (default: all of the settings) as the night will find them; kept for `status` and `doctor`.

    Side by side, each in its own stored session, which is neither signed out nor clicked on. Raises AccountMissing,
    BrowserMissing, VaultLocked.
    """
    names = list(accounts) or list(desk.settings.accounts)
    for name in names:
        desk.account(name)
    places = asyncio.Semaphore(SIDE_BY_SIDE)
    async with door.lazily() as browser:

        async def one(name: str) -> SessionHealth:
            async with places:
                return await _checked(desk, browser, name, sites)

        found = list(await asyncio.gather(*map(one, names)))
    keep(desk.home, found)
    return found


async def _checked(desk: Desk, browser: LazyBrowser, name: str, sites: Path) -> SessionHealth:
    account = desk.account(name)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    path = sites / f"{account.site}.yaml"
    site = read_site(path)[0] if path.is_file() else None
    if site is None or site.login is None:
        return SessionHealth(name, account.site, "no_login", checked_at=at)
    needs, known = needs_of(site.login), frozenset(desk.vault.names(name))
    out = _signed_out(SessionHealth(name, account.site, "by_itself", checked_at=at), needs, known)
    if SessionStore(desk.home / "sessions", desk.vault.key).load(name) is None:
        return replace(out, seen="没有存过登录 / no session is stored")
    try:
        async with in_hand(desk, name, f"look-{name}", wait_s=0.0) as hand, one_run(desk.home, name, wait_s=0.0):
            hand.ending = Ending("done", "看登录 / a look at the session")
            sign, said = await _look(desk, await browser.get(), name, site)
    except AccountBusy:
        return replace(out, state="busy", needs=(), seen="有一个运行正在用它 / a run is using it")
    if sign == "in":
        return replace(out, state="signed_in", needs=(), seen=said)
    if sign == "captcha":
        return replace(out, state="person", needs=(CAPTCHA,), seen=said)
    if sign == "out":
        return replace(out, seen=said)
    return replace(out, state="unreachable", needs=(), seen=said or UNCLEAR[desk.settings.lang == "en"])


def _signed_out(about: SessionHealth, needs: Needs, known: frozenset[str]) -> SessionHealth:
    """What it takes to sign in again."""
    if missing := needs.missing(known):
        return replace(about, state="secret", needs=tuple(missing))
    if asks := needs.person(known):
        return replace(about, state="person", needs=asks)
    return about


async def _look(desk: Desk, browser: Browser, name: str, site: Site) -> tuple[str, str]:
    """The sign that the site shows, "" when it does not answer, and what was seen."""
    account = desk.account(name)
    store = SessionStore(desk.home / "sessions", desk.vault.key)
    folder = desk.home / "sessions" / "look" / store.path(name).stem[:12]
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)  # the last look's: this one takes its place
    base_url = desk.base_url(account)
    options = session_options(desk, name, account)
    session = await browser.open_session(
        store.load(name), downloads=folder / "downloads", base=base_url, options=options
    )
    flow, bare = look_flow(site)
    try:
        result = await play(
            flow,
            bare,
            inputs={},
            account=AccountFacts(name, account.shop, account.username, {"base_url": base_url, **account.values}),
            secrets=lambda secret: desk.vault.get(name, secret),
            rows=None,
            journal=MemoryJournal(),
            job_key=f"look|{name}",
            run_id=f"look-{folder.name}",
            folder=folder,
            session=session,
            today=datetime.now(SHANGHAI).date(),
            clock=lambda: datetime.now(SHANGHAI),
            inbox=NobodyThere(),
            lang=desk.settings.lang,
        )
        sign = str(result.outputs.get(SIGN, ""))
        if sign == "in":
            store.save(name, await session.state())
    finally:
        await session.close()
    return sign, result.message


# ---- people


def until(now: datetime, by: time = HOME_TIME) -> datetime:
    """Until when people are asked: that time of today in Beijing, an hour from now when it is past."""
    here = now.astimezone(SHANGHAI)
    end = datetime.combine(here.date(), by, SHANGHAI)
    return end if end > here else here + timedelta(hours=1)


async def ask_people(
    desk: Desk,
    door: BrowserDoor,
    found: Sequence[SessionHealth],
    inbox: Inbox,
    by: datetime,
    sites: Path = SELECTORS,
) -> list[SessionHealth]:
    """The findings after people were asked: each account that needs one is signed in while somebody is there.

    One question an account, open until `by`; whoever answers yes gets the site's own QR picture or question next. All
    are asked at once, and an account that nobody minds stays as it was found. Kept like the findings.
    """
    async with door.lazily() as browser:
        after = list(await asyncio.gather(*(_asked(desk, browser, one, inbox, by, sites) for one in found)))
    keep(desk.home, after)
    return after


async def _asked(
    desk: Desk, browser: LazyBrowser, one: SessionHealth, inbox: Inbox, by: datetime, sites: Path
) -> SessionHealth:
    if one.state != "person":
        return one
    wait_ms = max(1, int((by - datetime.now(UTC)).total_seconds() * 1000))
    facts = {"account": one.account, "site": one.site, "until": f"{by.astimezone(SHANGHAI):%H:%M}"}
    answer = await inbox.ask(Question("approval", asked_words(one, desk.settings.lang), wait_ms, facts=facts))
    if answer != "yes":
        return one
    try:
        return await sign_in(desk, await browser.get(), one.account, inbox, sites)
    except Exception as error:  # noqa: BLE001 (one account that fails must not keep the others' people waiting)
        logger.exception("sign_in_failed", account=one.account)
        return replace(one, seen=explain(error, desk.settings.lang).message)


async def sign_in(desk: Desk, browser: Browser, name: str, inbox: Inbox, sites: Path = SELECTORS) -> SessionHealth:
    """The account is signed in by its site's own steps, people being asked what only they can do; the session is kept.

    Raises AccountMissing, AccountBusy; a sign-in that did not succeed is in the answer.
    """
    account = desk.account(name)
    now = datetime.now(SHANGHAI)
    site = read_site(sites / f"{account.site}.yaml")[0]
    flow = parse(LOGIN_FLOW.format(site=account.site), "login", STEPS).flow
    assert flow is not None
    if site is None or site.login is None:
        return SessionHealth(name, account.site, "no_login", checked_at=_stamp(now))
    planned = PlannedFlow(flow="login", accounts=[name])
    job = make_job(now.date(), "sessions", 0, planned, name, {"_at": _stamp(now)})
    playing = Playing(flow, site, {}, None, desk.settings.runs / job.run_id, False)
    result = await play_flow(desk, browser, job, account, playing, lambda _job, _event: None, inbox)
    state: State = "signed_in" if result.state == "done" else "person"
    needs = () if state == "signed_in" else needs_of(site.login).asks
    found = SessionHealth(name, account.site, state, needs, result.message, _stamp(now))
    keep(desk.home, [found])
    return found


async def before_the_night(
    desk: Desk, door: BrowserDoor, accounts: Sequence[str], inbox: Inbox, by: datetime | None, sites: Path = SELECTORS
) -> tuple[Literal["done", "person", "failed"], str]:
    """`check_sessions`, then `ask_people` until `by` (None: until they go home); how it ended, and what is left."""
    found = await check_sessions(desk, door, accounts, sites)
    if any(one.state == "person" for one in found):
        found = await ask_people(desk, door, found, inbox, by or until(datetime.now(UTC)), sites)
    left = [one for one in found if not one.fine]
    words = "；".join(f"{one.account}：{said(one, desk.settings.lang)}" for one in left)
    if not left:
        return "done", f"{len(found)} 个账号今晚都不用人 / nobody is needed for {len(found)} accounts"
    return ("person" if any(one.state == "person" for one in left) else "failed"), words


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
