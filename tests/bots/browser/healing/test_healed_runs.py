"""Whole runs on a page that changes from one night to the next: what is remembered, shown, and never shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bots.browser.driver import Session
from bots.engine import AccountFacts, RunResult, play
from bots.flow.parse import parse, parse_site
from bots.healing.memory import ElementMemory, LastFound
from bots.journal import MemoryJournal
from bots.people import NobodyThere
from bots.steps import STEPS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SITE = """
site: shop
base: ${base_url}
pages:
  订单:
    url: /orders
    elements:
      订单号: [{label: 订单号}, {css: "input[name=no]"}]
      查询: [{testid: search}, {role: button, name: 查询}]
"""
FLOW = """
title: 查一单
site: shop
steps:
  - open: 订单
  - fill: {订单号: "1001"}
  - click: 查询
  - expect: {visible: 查到了}
"""
PAGE = """<!doctype html><meta charset=utf-8><form onsubmit="return false"><h3>订单</h3><p>%s</p>
<label for=no>订单号</label><input id=no name=no>
<button data-testid="%s" onclick="document.body.append('查到了')">查询</button></form>"""
TODAY = date(2026, 11, 21)


@dataclass
class Nights:
    """Runs of one flow against one page, with one memory."""

    session: Session
    home: Path
    show: Callable[[str], None]
    runs: int = 0

    async def night(self, page: str, flow: str = FLOW, day: date = TODAY) -> RunResult:
        """One run on the page as it stands that night."""
        self.show(page)
        self.runs += 1
        parsed, site = parse(flow, "flow.yaml", STEPS), parse_site(SITE, "shop.yaml", STEPS)
        assert parsed.flow is not None, [problem.zh for problem in parsed.problems]
        assert site.site is not None
        return await play(
            parsed.flow,
            site.site,
            inputs={},
            account=AccountFacts("a", "shop_a", "a", {"base_url": ""}),
            secrets={"password": "s3cret-Pa55"}.__getitem__,
            rows=None,
            journal=MemoryJournal(),
            job_key=f"job-{self.runs}",
            run_id=f"run-{self.runs}",
            folder=self.home / f"run-{self.runs}",
            session=self.session,
            today=day,
            clock=lambda: datetime.now(UTC),
            inbox=NobodyThere(),
            memory=ElementMemory(self.home / "elements" / "shop"),
        )

    @property
    def memory(self) -> ElementMemory:
        """What the next run would know."""
        return ElementMemory(self.home / "elements" / "shop")

    def evidence(self) -> list[str]:
        """Names of the last run's pieces of evidence."""
        return sorted(path.name for path in (self.home / f"run-{self.runs}" / "evidence").iterdir())


@pytest.fixture
def nights(session: Session, local, tmp_path: Path) -> Nights:
    """No night has been yet."""
    return Nights(session, tmp_path, lambda page: local.pages.update({"/orders": page}))


async def test_a_healed_run_shows_before_and_after(nights: Nights):
    """A good night remembers the button; after a redesign it is found, and the page of the run shows both pictures."""
    first = await nights.night(PAGE % ("", "search"))
    assert (first.state, nights.evidence()) == ("done", [])
    assert not first.healed
    last = nights.memory.last("订单", "查询")
    assert last is not None and (last.way, last.run_id, last.marks["testid"]) == ("testid=search", "run-1", "search")
    picture = nights.memory.picture("订单", "查询")
    assert picture is not None and picture.read_bytes().startswith(b"\x89PNG")

    second = await nights.night(PAGE % ("", "renamed"))
    (healed,) = second.healed
    assert (second.state, healed.page, healed.element, healed.way) == ("done", "订单", "查询", "role=button name=查询")
    assert nights.evidence() == ["healed-001-after.png", "healed-001-before.png"]
    shown = (second.folder / "index.html").read_text("utf-8")
    assert "换了办法才找到的元素" in shown
    assert all(path in shown for path in healed.pictures)
    assert (second.folder / healed.pictures[0]).read_bytes() == picture.read_bytes()
    relearnt = nights.memory.last("订单", "查询")
    assert relearnt is not None and relearnt.marks["testid"] == "renamed"


async def test_a_bad_run_teaches_nothing(nights: Nights):
    """A run that fails after finding an element leaves the memory as it was."""
    flow = FLOW.replace("  - expect: {visible: 查到了}", "  - fail: 到此为止")
    result = await nights.night(PAGE % ("", "search"), flow)
    assert result.state == "failed"
    assert nights.memory.last("订单", "查询") is None
    assert nights.memory.picture("订单", "查询") is None


async def test_no_picture_shows_a_secret(nights: Nights):
    """While the page shows a secret of the run, healing is told in words and nothing is photographed."""
    flow = FLOW.replace('订单号: "1001"', "订单号: {secret: password}")
    before = await nights.night(PAGE % ("", "search"), flow)
    assert before.state == "done"
    assert nights.memory.picture("订单", "查询") is None
    after = await nights.night(PAGE % ("", "renamed"), flow)
    assert [one.pictures for one in after.healed] == [()]
    assert nights.evidence() == []


async def test_a_memory_that_cannot_be_read_or_kept_stops_no_run(nights: Nights):
    """A spoilt file is learnt anew; where the memory cannot be written at all, the run still ends as what it was."""
    folder = nights.home / "elements" / "shop"
    folder.mkdir(parents=True)
    (folder / "elements.json").write_text("{spoilt", "utf-8")
    assert (await nights.night(PAGE % ("", "search"))).state == "done"
    assert nights.memory.last("订单", "查询") is not None
    (folder / "elements.json").unlink()
    (folder / "elements.json.new").mkdir()
    result = await nights.night(PAGE % ("", "search"))
    assert result.state == "done"
    assert "没能记下" in (result.folder / "log.jsonl").read_text("utf-8")


async def test_one_picture_a_day(nights: Nights):
    """The picture of an element is renewed once a day, however often it is found."""
    await nights.night(PAGE % ("甲", "search"))
    picture = nights.memory.picture("订单", "查询")
    assert picture is not None
    first = picture.read_bytes()
    await nights.night(PAGE % ("乙", "search"))
    assert picture.read_bytes() == first
    await nights.night(PAGE % ("乙", "search"), day=date(2026, 11, 22))
    assert picture.read_bytes() != first


async def test_runs_side_by_side_take_each_picture_once(nights: Nights):
    """Whoever asks first takes it; what a run that failed has taken is taken by the next one, and anew the next day."""
    first, second, today = nights.memory, nights.memory, date(2026, 11, 21)
    assert first.wants_picture("订单", "查询", today)
    assert not second.wants_picture("订单", "查询", today)
    assert second.wants_picture("订单", "导出", today)
    first.end()
    assert second.wants_picture("订单", "查询", today)
    second.found("订单", "查询", LastFound("testid=search", 0), b"picture")
    second.keep(today)
    second.end()
    assert not first.wants_picture("订单", "查询", today)
    assert not nights.memory.wants_picture("订单", "查询", today)
    assert first.wants_picture("订单", "查询", date(2026, 11, 22))
    bad = FLOW.replace("  - expect: {visible: 查到了}", "  - fail: 到此为止")
    assert (await nights.night(PAGE % ("", "search"), bad)).state == "failed"
    assert nights.memory.wants_picture("订单", "订单号", date(2026, 11, 21))


async def test_nothing_of_the_picture_stays_on_the_page(nights: Nights, session: Session):
    """The outline is gone when the picture is taken: the page is the site's own again."""
    await nights.night(PAGE % ("", "search"))
    left = await session.pages[-1].evaluate_json(
        "() => JSON.stringify(document.querySelectorAll('[data-yeban-cover]').length)"
    )
    assert left == 0
