"""A stage: flows are played, as they are written, in a real browser against the site of tricks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from bots.browser.driver import Browser
from bots.engine import AccountFacts, RunResult, play
from bots.journal import Journal, MemoryJournal
from bots.people import NobodyThere
from tests.bots.engine.rig import read_flow, read_site
from tests.bots.steps.tricks.site import Tricks, page

LIBRARY = """
site: tricks
title: 戏法
base: ${base_url}
pages:
  列表: /list
  任务: /tasks
"""
TODAY = date(2026, 11, 21)


@dataclass
class Stage:
    """One browser, one site, one journal; every run has a folder of its own."""

    site: Tricks
    browser: Browser
    home: Path
    journal: Journal = field(default_factory=MemoryJournal)
    runs: int = 0
    library: str = LIBRARY

    def show(self, body: str) -> None:
        """The page at /list has this body."""
        self.site.answers["/list"] = page(body)

    async def run(self, steps: str, inputs: Mapping[str, object] | None = None, outputs: str = "") -> RunResult:
        """The end of a flow with these steps (YAML list), begun on the page /list."""
        self.runs += 1
        out = f"outputs:\n{outputs}\n" if outputs else ""
        flow = read_flow(f"title: 戏法\nsite: tricks\n{out}steps:\n  - open: 列表\n{_indented(steps)}\n")
        folder = self.home / f"run-{self.runs}"
        session = await self.browser.open_session(None, downloads=folder / "downloads", base=self.site.address)
        try:
            return await play(
                flow,
                read_site(self.library),
                inputs=inputs or {},
                account=AccountFacts("acc", "shop_a", "seller_a", {"base_url": self.site.address}),
                secrets={}.__getitem__,
                rows=None,
                journal=self.journal,
                job_key=f"job-{self.runs}",
                run_id=f"run-{self.runs}",
                folder=folder,
                session=session,
                today=TODAY,
                clock=lambda: datetime.now(UTC),
                inbox=NobodyThere(),
            )
        finally:
            await session.close()

    async def refused(self, step: str) -> str:
        """What a step that must fail says: it is tried once, and nothing has become a file of the run."""
        steps = f"- try:\n{_indented(_indented(step))}\n  catch:\n    - set: {{said: '${{error}}'}}"
        result = await self.run(f"- set: {{said: nothing}}\n{steps}", outputs="  said: ${said}")
        assert (result.state, result.files) == ("done", []), result.message
        return str(result.outputs["said"])


def _indented(steps: str) -> str:
    return "\n".join(f"  {line}" for line in steps.strip("\n").split("\n"))
