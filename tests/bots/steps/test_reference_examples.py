"""Every example that the manual prints is played in a real browser, and what it promises has happened."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from bots.browser.discovery import discover
from bots.browser.driver import Browser, Page, Session
from bots.browser.playwright import launch
from bots.engine import AccountFacts, RunResult, play
from bots.flow.shapes import example_of
from bots.journal import MemoryJournal
from bots.people import NobodyThere, Question
from bots.steps import STEPS
from tests.bots.engine.rig import TODAY, Clock, read_flow, read_site
from tests.bots.steps.examples import EXAMPLES, Played
from tests.support.example_site import SELECTORS, ExampleSite, example_site

pytestmark = pytest.mark.browser

VALUE = """(label) => JSON.stringify([...document.querySelectorAll('label')]
  .find(one => one.textContent.startsWith(label)).querySelector('input, select').value)"""


class Clerk(NobodyThere):
    """Somebody at the inbox who always gives the same answer."""

    def __init__(self, answer: str | None) -> None:
        super().__init__()
        self._answer = answer

    async def ask(self, question: Question) -> str | None:
        """The answer."""
        self.asked.append(question)
        return self._answer


@pytest.fixture(scope="module")
def site() -> Iterator[ExampleSite]:
    """A site whose pages each example brings along."""
    with example_site() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One real browser for all examples."""
    running = await launch(discover())
    yield running
    await running.close()


def flow_text(verb: str, played: Played) -> str:
    """A flow around the example, which stands in it letter for letter."""
    lines = ["title: 例子", "site: shop"]
    if played.inputs:
        lines += ["inputs:", *(f"  {name}: {name}" for name in played.inputs)]
    if played.row:
        lines += ["items: {worklist: rows, key: '${商品ID}', retries: 0}"]
    path = "首页" if played.opens == "/" else "商品管理"
    lines += ["steps:", f"  - open: {path}"]
    for part in (played.before, example_of(STEPS[verb]), played.after):
        lines += [f"  {line}" for line in part.split("\n") if line]
    if played.outputs:
        lines += ["outputs:", *(f'  {name}: "{value}"' for name, value in played.outputs.items())]
    return "\n".join(lines) + "\n"


@dataclass
class Outcome:
    """What came of an example: the run's end, and the tab it was played on."""

    result: RunResult
    session: Session
    inbox: Clerk
    folder: Path
    seen: list[str] = field(default_factory=list)

    @property
    def page(self) -> Page:
        """The newest tab."""
        return self.session.pages[-1]

    async def told_by_the_page(self) -> tuple[str, ...]:
        """What the page says was done to it, in order."""
        found = await self.page.evaluate_json("() => sessionStorage.did || '[]'")
        assert isinstance(found, list)
        return tuple(str(one) for one in found)


async def play_example(verb: str, played: Played, site: ExampleSite, browser: Browser, folder: Path) -> Outcome:
    """The example was played among its surroundings."""
    site.pages = {played.opens: played.page, **played.pages}
    site.files = dict(played.sent)
    for name, content in played.beside.items():
        (folder / name).write_text(content, "utf-8")
    flow = read_flow(flow_text(verb, played), str(folder / "flow.yaml"))
    inputs = {name: str(folder / value) if value in played.beside else value for name, value in played.inputs.items()}
    session = await browser.open_session(None, downloads=folder / "downloads", base=site.address)
    inbox = Clerk(played.answer)
    result = await play(
        flow,
        read_site(SELECTORS),
        inputs=inputs,
        account=AccountFacts("acc", "shop_a", "seller_a", {"base_url": site.address}),
        secrets={"password": "s3cret-pass"}.__getitem__,
        rows=[dict(played.row)] if played.row else None,
        journal=MemoryJournal(),
        job_key="job",
        run_id="run",
        folder=folder / "run",
        session=session,
        today=TODAY,
        clock=Clock(),
        inbox=inbox,
    )
    return Outcome(result, session, inbox, folder / "run")


def test_every_verb_has_an_example_that_is_played() -> None:
    """A new verb needs its entry in examples.py; an entry without a verb is left over."""
    assert set(EXAMPLES) == set(STEPS)


def test_every_played_example_is_looked_at() -> None:
    """No entry passes by doing nothing: each names at least one effect beyond "it ended well"."""
    plain = Played()
    effects = ("did", "message", "reason", "gives", "files", "notes", "told", "at", "values", "evidence", "after")
    idle = [verb for verb, one in EXAMPLES.items() if all(getattr(one, e) == getattr(plain, e) for e in effects)]
    assert idle == []


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("verb", sorted(EXAMPLES))
async def test_the_example_does_what_it_says(verb: str, site: ExampleSite, browser: Browser, tmp_path: Path) -> None:
    """The manual's example of the verb, letter for letter, has its effect on a real page."""
    played = EXAMPLES[verb]
    outcome = await play_example(verb, played, site, browser, tmp_path)
    try:
        await assert_played(outcome, played)
    finally:
        await outcome.session.close()


async def assert_played(outcome: Outcome, played: Played) -> None:
    """Everything that `played` promises is so."""
    result = outcome.result
    assert result.state == played.state, result.message
    assert played.message in result.message
    if played.row:
        (row,) = result.results
        assert f"{row['outcome']} {row['reason']}".strip() == (played.reason or "done")
    elif not played.message:
        assert result.message == ""
    if played.state != "failed":
        assert await outcome.told_by_the_page() == played.did
    assert result.outputs == dict(played.gives)
    assert tuple(f"{one['name']} {one['kind']}" for one in result.files) == played.files
    assert tuple(text for text, _ in outcome.inbox.told) == played.told
    paper = (outcome.folder / "index.html").read_text("utf-8")
    assert all(note in paper for note in played.notes)
    if played.at:
        assert outcome.page.url.endswith(played.at)
    for label, value in played.values.items():
        assert await outcome.page.evaluate_json(VALUE, label) == value
    if played.evidence:
        evidence = json.loads((outcome.folder / "manifest.json").read_text("utf-8"))["evidence"]
        assert any(played.evidence in name for name in evidence)
