"""A visit to a site to look at its elements: signed in by the site's own steps when an account is given."""

import asyncio
from datetime import datetime
from pathlib import Path

from bots.browser.driver import Browser, Session
from bots.browser.sessions import SessionStore
from bots.engine import play
from bots.facts import AccountFacts
from bots.flow.parse import parse
from bots.journal import MemoryJournal
from bots.people import NobodyThere
from bots.recorder.errors import SignInFailed, SiteUnknown
from bots.steps import STEPS
from schedules.authoring import Lesson
from schedules.examination import Memory, PageExamined, examine, html
from schedules.settings import SHANGHAI, Settings
from schedules.vault import Vault

LOGIN_FLOW = "title: 登录\nsite: {site}\nsteps:\n  - login\n"


async def visit(
    browser: Browser, settings: Settings, about: Lesson, folder: Path, now: datetime, only: str = ""
) -> tuple[Path, list[PageExamined]]:
    """The HTML page of what was found, in `folder`, and the findings. Raises SignInFailed when nobody gets in."""
    if about.site is None:
        raise SiteUnknown(about.start, [])
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    session = await browser.open_session(about.state, downloads=folder / "downloads", base=about.base)
    try:
        if about.account and about.site.login is not None:
            await sign_in(session, settings, about, folder, now)
        page = session.pages[0] if session.pages else await session.new_page()
        memory = Memory(settings.home, about.site.name)
        pages = await examine(page, about.site, about.values, folder, memory, only)
        memory.keep()
    finally:
        await session.close()
    path = folder / "index.html"
    path.write_text(html(about.site.title or about.site.name, pages, now), encoding="utf-8")
    return path, pages


async def sign_in(session: Session, settings: Settings, about: Lesson, folder: Path, now: datetime) -> None:
    """The account is signed in, and its session is kept for the next time. Raises SignInFailed."""
    assert about.site is not None
    flow = parse(LOGIN_FLOW.format(site=about.site.name), "login", STEPS).flow
    assert flow is not None
    vault = Vault(settings.home)
    own = settings.accounts[about.account]
    result = await play(
        flow,
        about.site,
        inputs={},
        account=AccountFacts(about.account, own.shop, own.username, {k: str(v) for k, v in about.values.items()}),
        secrets=lambda name: vault.get(about.account, name),
        rows=None,
        journal=MemoryJournal(),
        job_key=f"elements-{folder.name}",
        run_id=f"elements-{folder.name}",
        folder=folder / "login",
        session=session,
        today=now.date(),
        clock=lambda: datetime.now(SHANGHAI),
        inbox=NobodyThere(),
        lang=settings.lang,
    )
    if result.state != "done":
        raise SignInFailed(about.account, result.message)
    SessionStore(settings.home / "sessions", vault.key).save(about.account, await session.state())
