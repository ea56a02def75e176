"""A night in bad weather: it ends right, or says exactly what waits for whom; nothing is ever done twice."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select

from bots.people import Inbox, NobodyThere, Question
from bots.practice.faults import FAULTS
from bots.practice.server import Mall
from bots.practice.world import truth
from schedules.demo import Practice, practice
from schedules.night import NightResult
from storage.database.tables import command, effect, item
from storage.erp.invariants import verify
from storage.runs import Job
from tests.support.night import accounts
from tests.support.night.playing import play

NIGHT = date(2026, 11, 21)
CHANCE = 0.05
STEPS_OF = {"shelf": ("to_delist", "to_list"), "enrolled": ("to_enrol",), "shipped": ("to_ship_form", "to_ship_batch")}

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass
class Clerk:
    """A person at the inbox who reads captchas and text messages."""

    mall: Mall

    async def ask(self, question: Question) -> str | None:
        """What stands in the picture, or in the last message."""
        username = question.facts["account"]
        return self.mall.captchas().get(username) if question.kind == "captcha" else self.mall.sms(username)

    async def tell(self, text: str, facts: Mapping[str, str]) -> None:
        """Nothing to do."""


@dataclass(frozen=True)
class Left:
    """What a night has left behind: how its jobs stand, and both books."""

    result: NightResult
    jobs: list[Job]
    mall: accounts.Facts
    books: accounts.Facts
    states: dict[str, Counter[str]]
    reasons: list[tuple[str, str]]
    findings: list[object]

    def stages(self, flow: str) -> set[str]:
        """How the jobs of a flow stand."""
        return {job.stage for job in self.jobs if job.flow == flow}


@dataclass(frozen=True)
class Stormy:
    """A night that was played in bad weather, then started again in fine weather."""

    to_shelve: set[tuple[str, str]]
    to_ship: set[str]
    storm: Left
    after: Left


def left(place: Practice, result: NightResult) -> Left:
    """How things stand."""
    desk = place.desk
    with desk.database.read() as connection:
        states: dict[str, Counter[str]] = {}
        for row in connection.execute(select(command.c.worklist, command.c.state)):
            states.setdefault(row.worklist, Counter())[row.state] += 1
        unfinished = connection.execute(
            select(item.c.state, item.c.reason).where(item.c.state.in_(("failed", "person")))
        ).all()
        waiting = connection.execute(
            select(effect.c.state, effect.c.note).where(effect.c.state.in_(("open", "person")))
        ).all()
        findings: list[object] = list(verify(connection))
    reasons = [(row[0], row[1]) for row in [*unfinished, *waiting]]
    facts = accounts.told_by_mall(place.world), accounts.told_by_books(desk)
    return Left(result, desk.jobs.of_night(str(NIGHT)), *facts, states, reasons, findings)


@pytest.fixture(scope="module", params=["nobody", "clerk"])
def night(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stormy]:
    """All faults at once, with nobody to read captchas or with a clerk who does; then the same night again."""
    home = tmp_path_factory.mktemp(f"storm_{request.param}")
    faults = dict.fromkeys(FAULTS, CHANCE)
    with practice(home, NIGHT, size="tiny", faults=faults, export_delay_s=0.0) as place:
        world = place.world
        shelve = {(product, "delist") for product in truth.to_delist(world)}
        shelve |= {(product, "list") for product in truth.to_list(world)}
        ship = {row["sub_no"] for row in truth.sub_orders_to_ship(world) if row["refund_status"] == "无售后"}
        inbox: Inbox = Clerk(place.mall) if request.param == "clerk" else NobodyThere()
        storm = left(place, play(place, inbox=inbox))
        place.mall.faults()
        after = left(place, play(place, inbox=inbox))
        yield Stormy(shelve, ship, storm, after)


@pytest.fixture(params=["storm", "after"])
def standing(request: pytest.FixtureRequest, night: Stormy) -> Left:
    """How things stand after the storm, and after the second start."""
    found: Left = getattr(night, request.param)
    return found


def test_nothing_is_done_twice(night: Stormy, standing: Left) -> None:
    """No product is delisted, listed or enrolled twice, no sub-order shipped twice, and none that was not wanted."""
    shelf: Counter[tuple[str, str]] = Counter(standing.mall["shelf"])
    enrolled = Counter(row[:2] for row in standing.mall["enrolled"])
    shipped = Counter(row[0] for row in standing.mall["shipped"])
    assert {what: n for count in (shelf, enrolled, shipped) for what, n in count.items() if n > 1} == {}
    assert set(shelf) <= night.to_shelve
    assert set(shipped) <= night.to_ship


@pytest.mark.parametrize("fact", STEPS_OF)
def test_the_books_claim_only_what_happened(standing: Left, fact: str) -> None:
    """Nothing is done in the books that the mall did not see; what it saw besides waits under its command."""
    claimed: Counter[object] = Counter(standing.books[fact])
    seen: Counter[object] = Counter(standing.mall[fact])
    assert claimed - seen == Counter()
    unanswered = sum(
        count
        for worklist in STEPS_OF[fact]
        for state, count in standing.states.get(worklist, Counter()).items()
        if state in ("published", "failed", "person")
    )
    assert (seen - claimed).total() <= unanswered


def test_every_unfinished_piece_says_why(standing: Left) -> None:
    """Each job that is not done is failed or waits, with a sentence; so is each row, each effect that waits."""
    unfinished = [job for job in standing.jobs if job.stage != "done"]
    assert {job.stage for job in unfinished} <= {"failed", "person"}
    assert [job.job_key for job in unfinished if not job.message] == []
    assert [reason for reason in standing.reasons if not reason[1]] == []
    assert len(unfinished) == standing.result.failed + standing.result.waiting


def test_a_job_that_is_done_brought_everything(standing: Left) -> None:
    """Orders of a shop whose job is done are in the books to the last line, in bad weather too."""
    for job in standing.jobs:
        shop = job.account.replace("seller", "shop")
        if job.flow == "practice/orders" and job.stage == "done":
            for fact in ("orders", "lines", "refunds"):
                assert standing.books[fact][shop] == standing.mall[fact][shop]


def test_the_books_hold_together(standing: Left) -> None:
    """All invariants hold, whatever is missing."""
    assert standing.findings == []


def test_the_second_start_ends_right(night: Stormy) -> None:
    """In fine weather only what a person has to look at is left; without such a thing both books tell the same."""
    after = night.after
    assert {job.job_key: job.message for job in after.jobs if job.stage == "failed"} == {}
    waiting = sum(counts["person"] for counts in after.states.values())
    assert after.result.waiting <= waiting
    for fact in (*accounts.BROUGHT, *(accounts.DONE_OUTSIDE if not waiting else ())):
        assert after.books[fact] == after.mall[fact], fact
    if not waiting:
        assert set(after.mall["shelf"]) == night.to_shelve
