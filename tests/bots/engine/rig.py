"""A run on the fake browser: the real parser, the real engine, a small shop, and nobody at the inbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bots.browser.driver import Session
from bots.browser.fake import FakeBrowser, FakeSite
from bots.engine import AccountFacts, Progress, RunResult, play
from bots.flow.flow import Flow
from bots.flow.parse import parse, parse_site
from bots.flow.problem import render_all
from bots.flow.site import Site
from bots.journal import Journal, MemoryJournal
from bots.people import Inbox, NobodyThere
from bots.sheets import Row
from bots.steps import STEPS

TODAY = date(2026, 11, 21)
BASE = "http://shop"


class Clock:
    """Time that moves by one second each time somebody looks."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Now, a second later than last time."""
        self._now += timedelta(seconds=1)
        return self._now


def read_flow(text: str, path: str = "flows/test.yaml") -> Flow:
    """The flow; its problems fail the test with their sentences."""
    parsed = parse(text, path, STEPS)
    assert parsed.flow is not None, render_all(parsed.problems, text, "zh")
    return parsed.flow


def read_site(text: str) -> Site:
    """The element library; its problems fail the test with their sentences."""
    parsed = parse_site(text, "selectors/shop.yaml", STEPS)
    assert parsed.site is not None, render_all(parsed.problems, text, "zh")
    return parsed.site


@dataclass
class Rig:
    """One account's runs against one fake site; a second `run` with the same id resumes."""

    fake: FakeSite
    site: Site
    folder: Path
    journal: Journal = field(default_factory=MemoryJournal)
    inbox: Inbox = field(default_factory=NobodyThere)
    progress: list[Progress] = field(default_factory=list)
    lang: str = "zh"
    saved: bytes | None = None
    secrets: dict[str, str] = field(default_factory=lambda: {"password": "s3cret-pass", "totp": "JBSWY3DPEHPK3PXP"})

    async def run(
        self,
        flow: str | Flow,
        rows: list[Row] | None = None,
        inputs: Mapping[str, object] | None = None,
        *,
        run_id: str = "run-1",
        dry_run: bool = False,
    ) -> RunResult:
        """The flow's end, on a session of its own."""
        session: Session = await FakeBrowser(self.fake).open_session(
            self.saved, downloads=self.folder / "downloads", base=BASE
        )
        try:
            return await play(
                read_flow(flow) if isinstance(flow, str) else flow,
                self.site,
                inputs=inputs or {},
                account=AccountFacts("acc", "shop_a", "seller_a", {"base_url": BASE}),
                secrets=self.secrets.__getitem__,
                rows=rows,
                journal=self.journal,
                job_key="job-1",
                run_id=run_id,
                folder=self.folder / run_id,
                session=session,
                today=TODAY,
                clock=Clock(),
                inbox=self.inbox,
                dry_run=dry_run,
                lang=self.lang,
                progress=self.progress.append,
            )
        finally:
            await session.close()

    @property
    def events(self) -> list[str]:
        """What was done to the site, without the looks that change nothing."""
        return [event for event in self.fake.events if event != "evaluate"]
