"""Sessions before the night: what each account will need, seen without changing anything; people asked in time."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bots.browser.choice import BrowserChoice
from bots.browser.driver import Browser
from bots.browser.fake import FakeBrowser
from bots.browser.sessions import SessionStore
from bots.flow.parse import parse_site
from bots.people import Question
from bots.steps import STEPS
from schedules.browsers import BrowserDoor, LazyBrowser
from schedules.cli.app import command_line
from schedules.cli.books_commands import show_sessions
from schedules.desk import Desk, open_desk
from schedules.lock import one_run
from schedules.operations.checked import SessionHealth, keep, last_checked, said
from schedules.operations.looking import needs_of
from schedules.operations.sessions import ask_people, before_the_night, check_sessions, until
from schedules.settings import AccountSettings, Settings
from schedules.shelf import SELECTORS as SHIPPED
from schedules.timetable.executors import DeskExecutor
from schedules.timetable.model import Job
from schedules.timetable.reading import read_timetable
from tests.bots.engine.shop import SELECTORS, Shop
from tests.schedules.timetable.world import BESIDE, timetable_of

SCAN = SELECTORS.replace("site: shop\n", "site: scan\n").replace(
    "    - click: 登录\n", "    - ask: 请扫码登录\n      kind: qr\n      within: 5m\n    - click: 登录\n"
)


class FakeDoor(BrowserDoor):
    """Behind it is a fake browser."""

    def __init__(self, home: Path, browser: Browser) -> None:
        super().__init__(home)
        self.browser = browser

    @asynccontextmanager
    async def lazily(self) -> AsyncIterator[LazyBrowser]:
        """The fake, as if it had been launched."""
        lazy = LazyBrowser(BrowserChoice(Path("fake"), "setting"), headless=True)
        lazy.browser = self.browser
        yield lazy


@dataclass
class Person:
    """Somebody who answers approvals with `says`, and everything else with 好了."""

    says: str | None
    asked: list[Question] = field(default_factory=list)

    async def ask(self, question: Question) -> str | None:
        """The answer."""
        self.asked.append(question)
        return self.says if question.kind == "approval" else "好了"

    async def tell(self, text: str, facts: Mapping[str, str]) -> None:
        """Nothing is told."""


@dataclass
class Place:
    """A desk with three accounts of a shop; `shop` is the truth behind the pages."""

    desk: Desk
    shop: Shop
    sites: Path

    @property
    def door(self) -> FakeDoor:
        """The way to the shop."""
        return FakeDoor(self.desk.home, FakeBrowser(self.shop.site))

    async def check(self, *accounts: str) -> dict[str, SessionHealth]:
        """The findings by account."""
        found = await check_sessions(self.desk, self.door, accounts, self.sites)
        return {one.account: one for one in found}

    def remember(self, *accounts: str) -> None:
        """These accounts have a stored session."""
        for name in accounts:
            SessionStore(self.desk.home / "sessions", self.desk.vault.key).save(name, b"{}")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Accounts: `plain` has its password, `bare` has none, `scan` needs a QR code scanned."""
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "shop.yaml").write_text(SELECTORS, "utf-8")
    (sites / "scan.yaml").write_text(SCAN, "utf-8")
    accounts = {
        name: AccountSettings(site=site, username=name, base_url="http://shop")
        for name, site in (("plain", "shop"), ("bare", "shop"), ("scan", "scan"))
    }
    with open_desk(Settings(home=tmp_path / "home", accounts=accounts, min_free_gb=0)) as desk:
        for name in ("plain", "scan"):
            desk.vault.put(name, password="pl4nted-s3cret")
        yield Place(desk, Shop(), sites)


async def test_a_session_that_is_signed_in_is_left_as_it_is(place: Place) -> None:
    """Its first page is opened and nothing else: no click, no fill, no popup closed; the finding is kept."""
    place.remember("plain", "bare", "scan")
    found = await place.check()
    assert {one.state for one in found.values()} == {"signed_in"}
    assert {event.partition(" ")[0] for event in place.shop.site.events} <= {"goto", "evaluate"}
    assert last_checked(place.desk.home) == found


async def test_what_a_signed_out_account_will_need_is_told_apart(place: Place) -> None:
    """By itself with its password, not without one, and not where the site wants a QR code scanned."""
    place.shop = Shop(signed_in=False)
    place.remember("plain", "bare")
    found = await place.check()
    assert {name: (one.state, one.needs) for name, one in found.items()} == {
        "plain": ("by_itself", ()),
        "bare": ("secret", ("password",)),
        "scan": ("person", ("qr",)),
    }
    assert [name for name, one in found.items() if not one.fine] == ["bare", "scan"]
    assert "yeban secret set bare password" in said(found["bare"], "zh")
    assert place.shop.sign_ins == 0


async def test_a_site_that_is_down_is_said_and_not_taken_for_signed_out(place: Place) -> None:
    """A server error makes the account unreachable, with the site's answer."""
    place.remember("plain")
    place.shop.site.statuses[""] = place.shop.site.statuses["/"] = 503
    (one,) = (await place.check("plain")).values()
    assert one.state == "unreachable"
    assert "503" in one.seen


async def test_an_account_that_works_is_not_disturbed(place: Place) -> None:
    """While a run holds the account, it is busy, and nothing was opened."""
    place.remember("plain")
    async with one_run(place.desk.home, "plain"):
        (one,) = (await place.check("plain")).values()
    assert (one.state, one.fine, place.shop.site.events) == ("busy", True, [])


async def test_a_person_who_is_there_signs_the_account_in(place: Place) -> None:
    """Yes begins the sign-in at once: the site's own question follows, the session is kept, the finding is mended."""
    place.shop = Shop(signed_in=False)
    found = await place.check()
    person = Person("yes")
    by = datetime.now(UTC) + timedelta(hours=1)
    after = await ask_people(place.desk, place.door, list(found.values()), person, by, place.sites)
    assert [question.kind for question in person.asked] == ["approval", "qr"]
    assert {one.account: one.state for one in after}["scan"] == "signed_in"
    assert SessionStore(place.desk.home / "sessions", place.desk.vault.key).load("scan") is not None
    assert last_checked(place.desk.home)["scan"].state == "signed_in"
    assert last_checked(place.desk.home)["bare"].state == "secret"
    assert place.shop.sign_ins == 1


async def test_nobody_there_changes_nothing(place: Place) -> None:
    """Without a yes nothing is opened, and the account stays as it was found."""
    place.shop = Shop(signed_in=False)
    found = list((await place.check("scan")).values())
    events = len(place.shop.site.events)
    person = Person(None)
    by = datetime.now(UTC) + timedelta(hours=1)
    assert await ask_people(place.desk, place.door, found, person, by, place.sites) == found
    assert len(place.shop.site.events) == events
    (question,) = person.asked
    assert 0 < question.wait_ms <= 3_600_000


def test_people_are_asked_until_they_go_home() -> None:
    """Until six in Beijing; after that for an hour."""
    assert until(datetime(2026, 11, 22, 6, 0, tzinfo=UTC)).isoformat() == "2026-11-22T18:00:00+08:00"
    assert until(datetime(2026, 11, 22, 11, 30, tzinfo=UTC)).isoformat() == "2026-11-22T20:30:00+08:00"


@pytest.mark.parametrize(
    ("name", "secrets", "seeds", "asks"),
    [("practice", {"password"}, {"totp"}, ("code",)), ("practice_pay", {"password"}, set(), ())],
)
def test_what_signing_in_takes_is_read_from_the_sites_steps(
    name: str, secrets: set[str], seeds: set[str], asks: tuple[str, ...]
) -> None:
    """The shipped sites' login steps say which secrets and questions they need; a stored seed spares a person."""
    site = parse_site((SHIPPED / f"{name}.yaml").read_text("utf-8"), name, STEPS).site
    assert site is not None
    assert site.login is not None
    needs = needs_of(site.login)
    assert (needs.secrets, needs.seeds, needs.asks) == (secrets, seeds, asks)
    assert needs.person(frozenset({"password", "totp"})) == ()
    assert needs.person(frozenset({"password"})) == asks
    assert needs.missing(frozenset()) == sorted(secrets if asks else secrets | seeds)


def test_the_last_findings_on_the_terminal(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sessions list` shows what was found, in words with the way out, and its exit code says that a person acts."""
    monkeypatch.setenv("YEBAN_HOME", str(place.desk.home))
    keep(place.desk.home, [SessionHealth("scan", "scan", "person", ("qr",), checked_at="2026-11-22T06:00:00+00:00")])
    result = CliRunner().invoke(command_line("sessions"), ["sessions", "list"])
    assert result.exit_code == 5
    assert "手机扫码" in result.output
    assert "yeban sessions sign-in scan" in result.output
    assert "11-22 14:00" in result.output
    listed = CliRunner().invoke(command_line("sessions"), ["sessions", "list", "--json"])
    assert json.loads(listed.output)[0]["state"] == "person"


def test_the_timetable_takes_the_look_as_an_entry() -> None:
    """`run: sessions` needs no accounts, and may have some; a slip in the word is still said."""
    entries = "  下班前: {run: sessions, every: 工作日, at: 16:00, until: 18:00}\n"
    one = timetable_of(entries).entries["下班前"]
    assert (one.run, one.accounts) == ("sessions", ("",))
    with_some = entries.replace("run: sessions", "run: sessions, accounts: [a, b]")
    assert timetable_of(with_some).entries["下班前"].accounts == ("a", "b")
    read = read_timetable("title: t\nentries:\n" + entries.replace("sessions", "session"), "t.yaml", "t", BESIDE)
    assert read.timetable is None


@pytest.mark.parametrize(("says", "ends"), [("yes", "done"), ("no", "person")])
async def test_the_afternoons_end_says_who_is_left(place: Place, says: str, ends: str) -> None:
    """With everybody signed in it is done; else it waits for a person, who is named with what to do."""
    place.shop = Shop(signed_in=False)
    place.desk.vault.put("bare", password="x")
    by = datetime.now(UTC) + timedelta(hours=1)
    state, words = await before_the_night(place.desk, place.door, [], Person(says), by, place.sites)
    assert state == ends
    assert ("yeban sessions sign-in scan" in words) == (ends == "person")


async def test_the_desk_plays_the_look(place: Place) -> None:
    """An entry's run looks at its account, or at all of them, and says how many need nobody."""
    executor = DeskExecutor(place.desk, place.desk.home, door=place.door)
    for account, count in (("", "3"), ("plain", "1")):
        job = Job("下班前|1", "下班前", "sessions", account, {}, datetime.now(UTC).date(), 1, None)
        outcome = await executor.play(job)
        assert (outcome.state, outcome.message.partition(" ")[0]) == ("done", count)


def test_status_names_the_accounts_that_need_somebody(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """What the afternoon found wrong stands under the night's table; what is in order and who is gone does not."""
    names = {"scan": "person", "plain": "signed_in", "long gone": "person"}
    keep(place.desk.home, [SessionHealth(n, "x", s, ("qr",)) for n, s in names.items()])  # type: ignore[arg-type]
    show_sessions(place.desk)
    shown = capsys.readouterr().out.strip().splitlines()
    assert len(shown) == 1
    assert "scan" in shown[0]
    assert "手机扫码" in shown[0]
