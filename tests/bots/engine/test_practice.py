"""The practice flows, as they stand in flows/practice, in a real browser against a tiny mall and its own books."""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bots.browser.discovery import discover
from bots.browser.driver import Browser
from bots.browser.playwright import launch
from bots.engine import AccountFacts, RunResult, play
from bots.flow.parse import parse, parse_site
from bots.flow.problem import render_all
from bots.journal import MemoryJournal
from bots.people import Question
from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import World, truth
from bots.sheets import Row
from bots.steps import STEPS

ROOT = Path(__file__).parents[3]
LAST_DAY = date(2026, 11, 20)
DAYS = {"since": "2026-11-11", "until": "2026-11-20"}
PATHS = {"practice": "seller", "practice_ads": "ads", "practice_pay": "pay"}

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@dataclass
class Clerk:
    """A person at the inbox who reads captchas and text messages."""

    mall: Mall
    username: str
    asked: list[Question] = field(default_factory=list)

    async def ask(self, question: Question) -> str | None:
        """What stands in the picture, or in the last message."""
        self.asked.append(question)
        return self.mall.captchas().get(self.username) if question.kind == "captcha" else self.mall.sms(self.username)

    async def tell(self, text: str, facts: Mapping[str, str]) -> None:
        """Nothing to do."""


@dataclass
class Desk:
    """A mall, a browser, and the accounts' saved sessions."""

    mall: Mall
    home: Path
    browser: Browser
    world: World
    states: dict[str, bytes] = field(default_factory=dict)
    runs: int = 0

    async def run(
        self,
        name: str,
        username: str,
        rows: list[Row] | None = None,
        inputs: Mapping[str, object] | None = None,
        clerk: Clerk | None = None,
    ) -> RunResult:
        """The end of one run of a practice flow."""
        self.runs += 1
        flow, site = read(name)
        folder = self.home / f"run-{self.runs}-{name}"
        session = await self.browser.open_session(
            self.states.get(username), downloads=folder / "downloads", base=f"{self.mall.url}/{PATHS[site.name]}"
        )
        secrets = {"password": f"practice-{username}", "totp": self.totp(username)}
        try:
            result = await play(
                flow,
                site,
                inputs=inputs or {},
                account=AccountFacts(username, "shop_a", username, {"base_url": self.mall.url}),
                secrets=secrets.__getitem__,
                rows=rows,
                journal=MemoryJournal(),
                job_key=f"job-{self.runs}",
                run_id=f"run-{self.runs}",
                folder=folder,
                session=session,
                today=LAST_DAY + timedelta(days=1),
                clock=lambda: datetime.now(UTC),
                inbox=clerk or Clerk(self.mall, username),
            )
            self.states[username] = await session.state()
            return result
        finally:
            await session.close()

    def totp(self, username: str) -> str:
        """The account's secret, out of the mall's own books."""
        with closing(sqlite3.connect(self.home / WORLD_FILE)) as books:
            found = books.execute("SELECT totp_secret FROM account WHERE username = ?", (username,)).fetchone()
        return str(found[0] or "")

    def products(self, *, on_shelf: bool) -> list[str]:
        """Products of shop_a that are (not) on the shelf."""
        sql = "SELECT product_id FROM product WHERE shop_id = 'shop_a' AND on_shelf = ? ORDER BY product_id"
        with closing(sqlite3.connect(self.home / WORLD_FILE)) as books:
            return [str(one[0]) for one in books.execute(sql, (int(on_shelf),))]

    def to_ship(self) -> list[dict[str, str]]:
        """Sub-orders of shop_a that wait for shipment."""
        return [one for one in truth.sub_orders_to_ship(self.world) if one["shop_id"] == "shop_a"]


def read(name: str):  # type: ignore[no-untyped-def]  # the pair of a flow and its site
    """A practice flow and its element library."""
    text = (ROOT / f"flows/practice/{name}.yaml").read_text(encoding="utf-8")
    parsed = parse(text, f"flows/practice/{name}.yaml", STEPS)
    assert parsed.flow is not None, render_all(parsed.problems, text, "zh")
    text = (ROOT / f"selectors/{parsed.flow.site}.yaml").read_text(encoding="utf-8")
    library = parse_site(text, f"selectors/{parsed.flow.site}.yaml", STEPS)
    assert library.site is not None, render_all(library.problems, text, "zh")
    return parsed.flow, library.site


@pytest.fixture(scope="module")
def mall_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the mall and the runs keep their files."""
    return tmp_path_factory.mktemp("engine-mall")


@pytest.fixture(scope="module")
def mall(mall_home: Path) -> Iterator[Mall]:
    """One tiny mall for the module."""
    with Mall.start(mall_home, size="tiny", last_day=LAST_DAY, export_delay_s=0.1) as mall:
        yield mall


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(mall: Mall, mall_home: Path) -> AsyncIterator[Desk]:
    """One browser for the module."""
    browser = await launch(discover(""))
    yield Desk(mall, mall_home, browser, World.open(mall_home / WORLD_FILE))
    await browser.close()


@pytest.fixture(autouse=True)
def fine_weather(mall: Mall) -> Iterator[None]:
    """Whatever faults a test sets are taken back."""
    mall.faults()
    yield
    mall.faults()


def rows(products: list[str]) -> list[Row]:
    """A worklist of products."""
    return [{"_id": f"w-{one}", "店铺": "shop_a", "商品ID": one, "商品名称": ""} for one in products]


async def test_orders_come_in_whole(desk: Desk) -> None:
    """Orders and after-sales are exported, downloaded and recorded with sha256, kind, origin and line."""
    period = {"since": "2026-11-18", "until": "2026-11-20"}
    result = await desk.run("orders", "seller_a", inputs=period)
    assert result.state == "done", result.message
    assert [one["kind"] for one in result.files] == ["practice_orders", "practice_refunds"]
    manifest = json.loads((result.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["state"] == "done"
    assert manifest["files"] == result.files
    for one in result.files:
        assert (result.folder / str(one["path"])).stat().st_size == one["size"]
        assert str(one["origin"]).startswith(desk.mall.url)


async def test_no_secret_anywhere_in_the_folder(desk: Desk) -> None:
    """Neither the password nor the secret of the one-time codes is in any file of a run."""
    desk.states.clear()
    result = await desk.run("login", "seller_a")
    assert result.state == "done", result.message
    for path in result.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"practice-seller_a" not in content, path
            assert desk.totp("seller_a").encode() not in content, path


async def test_code_by_text_message_is_asked_for(desk: Desk) -> None:
    """An account without one-time codes asks a person for the code of the text message, once."""
    clerk = Clerk(desk.mall, "seller_sms")
    result = await desk.run("login", "seller_sms", clerk=clerk)
    assert result.state == "done", result.message
    assert [one.kind for one in clerk.asked] == ["code"]


@pytest.mark.parametrize(
    ("name", "username", "inputs", "kinds"),
    [
        ("products", "seller_a", {}, ["practice_products"]),
        ("stock", "seller_a", {}, ["practice_stock", "practice_waybills"]),
        ("statements", "pay_a", {"days": "2026-11-19, 2026-11-20"}, ["alipay_fund_bill_csv"] * 2),
        (
            "bank",
            "pay_a",
            {"since": "2026-11-11", "until": "2026-11-20"},
            ["icbc_personal_debit", "practice_withdrawals"],
        ),
        ("ads", "ads", {"since": "2026-11-11", "until": "2026-11-20"}, ["practice_ads"]),
    ],
)
async def test_every_site_gives_its_files(
    desk: Desk, name: str, username: str, inputs: dict[str, str], kinds: list[str]
) -> None:
    """Products, stock, statements, bank lines and ad spending come in, a whole file of each kind, without a failure."""
    result = await desk.run(name, username, inputs=inputs)
    assert (result.state, [file["kind"] for file in result.files]) == ("done", kinds), result.message
    assert result.failures == []


async def test_products_leave_and_reach_the_shelf_once(desk: Desk) -> None:
    """Delist, then list again: the mall's own books show each effect exactly once."""
    one, other = desk.products(on_shelf=True)[:2]
    result = await desk.run("delist", "seller_a", rows([one, "999", other]))
    assert [r["outcome"] for r in result.results] == ["done", "rejected", "done"]
    result = await desk.run("list", "seller_a", rows([one, other]))
    assert [r["outcome"] for r in result.results] == ["done", "done"]
    events = truth.shelf_events(desk.world)
    for product in (one, other):
        assert (events[product, "delist"], events[product, "list"]) == (1, 1)


@pytest.mark.parametrize("flow", ["delist", "list"])
async def test_lost_answer_leaves_exactly_one_effect(desk: Desk, flow: str) -> None:
    """Every answer is lost after it took effect: the effect is found, never made again."""
    desk.mall.faults(lost_answer=1)
    product = desk.products(on_shelf=True)[1]
    with desk.world.writing() as books:
        books.execute("UPDATE product SET on_shelf = ? WHERE product_id = ?", (int(flow == "delist"), product))
    before = truth.shelf_events(desk.world)[product, flow]
    result = await desk.run(flow, "seller_a", rows([product]))
    assert [r["outcome"] for r in result.results] == ["found_done"], result.results
    assert truth.shelf_events(desk.world)[product, flow] == before + 1


async def test_enrolment_whose_answer_is_lost_is_made_once(desk: Desk) -> None:
    """The enrolment whose answer never came is found in the activity's own list."""
    desk.mall.faults(lost_answer=1)
    product = desk.products(on_shelf=True)[2]
    activity = desk.world.row("SELECT * FROM activity")
    found = desk.world.row("SELECT floor_price_fen FROM product WHERE product_id = ?", product)
    assert activity is not None
    assert found is not None
    row = {"_id": "e2", "店铺": "shop_a", "活动ID": activity["activity_id"], "商品ID": product}
    price = f"{found['floor_price_fen'] // 100}.{found['floor_price_fen'] % 100:02}"
    result = await desk.run("activity", "seller_a", [{**row, "活动价": price, "活动库存": str(activity["min_stock"])}])
    assert [r["outcome"] for r in result.results] == ["found_done"], result.results
    assert truth.enrolments(desk.world)[activity["activity_id"], product] == 1


async def test_shipment_whose_answer_is_lost_is_made_once(desk: Desk) -> None:
    """The mall would take a second shipment; it never gets one."""
    desk.mall.faults(lost_answer=1)
    wanted = desk.to_ship()[0]
    row = {"_id": "s1", "店铺": "shop_a", "主订单编号": wanted["order_no"], "子订单编号": wanted["sub_no"]}
    result = await desk.run("ship", "seller_a", [{**row, "快递公司": "顺丰速运", "运单号": "SF990000001"}])
    assert [r["outcome"] for r in result.results] == ["found_done"], result.results
    assert truth.shipments(desk.world)[wanted["order_no"], wanted["sub_no"]] == 1


async def test_refused_enrolment_is_rejected_with_the_sites_words(desk: Desk) -> None:
    """What the site refuses becomes the row's reason; no retry, nothing is enrolled."""
    product = desk.products(on_shelf=True)[0]
    with closing(sqlite3.connect(desk.home / WORLD_FILE)) as books:
        (activity,) = books.execute("SELECT activity_id FROM activity").fetchone()
    row = {"_id": "e1", "店铺": "shop_a", "活动ID": activity, "商品ID": product, "活动价": "1.00", "活动库存": "1"}
    result = await desk.run("activity", "seller_a", [row])
    assert [r["outcome"] for r in result.results] == ["rejected"]
    assert "活动库存不得少于" in str(result.results[0]["reason"])


async def test_lost_session_at_any_click(desk: Desk) -> None:
    """Sessions end at one request in ten, which is about one click in four, and the row is still done once."""
    desk.mall.faults(session_expired=0.1)
    product = desk.products(on_shelf=True)[-1]
    result = await desk.run("delist", "seller_a", rows([product]))
    assert result.results[0]["outcome"] in {"done", "found_done"}, result.results
    assert truth.shelf_events(desk.world)[product, "delist"] == 1


async def test_error_page_named_xlsx_is_never_a_file(desk: Desk) -> None:
    """An HTML error page under an .xlsx name is evidence, not a file; the run fails and says so."""
    desk.mall.faults(html_as_xlsx=1)
    result = await desk.run("products", "seller_a")
    assert result.state == "failed"
    assert result.code == "E-DOWNLOAD-BROKEN"
    assert result.files == []
    assert list((result.folder / "evidence").glob("broken-*"))


async def test_failed_export_is_started_again(desk: Desk) -> None:
    """An export task that fails at first is created again from a known page."""
    desk.mall.faults(export_failed=0.4)
    result = await desk.run("products", "seller_a")
    assert result.state == "done" or result.code == "E-EXPORT", result.message
    assert len(result.files) == (1 if result.state == "done" else 0)


async def test_notices_are_put_aside(desk: Desk) -> None:
    """A notice over every page and one in the corner cost nothing but a click."""
    desk.mall.faults(popup=1, notice=1)
    result = await desk.run("products", "seller_a")
    assert result.state == "done", result.message
    assert result.failures == []


async def test_captcha_goes_to_a_person(desk: Desk) -> None:
    """A captcha is read by a person, and the work starts again from a known page."""
    desk.mall.faults(captcha=0.15)
    clerk = Clerk(desk.mall, "seller_a")
    result = await desk.run("products", "seller_a", clerk=clerk)
    assert result.state == "done" or result.code in {"E-CAPTCHA", "E-INTERRUPTED"}, result.message


async def test_renamed_and_reworded_pages_are_found(desk: Desk) -> None:
    """Other ids, other words on buttons, other column order: lower alternatives find them, and the run says which."""
    desk.mall.faults(renamed=1, changed_labels=1, moved_columns=1)
    desk.states.clear()
    product = desk.products(on_shelf=True)[-1]
    result = await desk.run("delist", "seller_a", rows([product]))
    assert [r["outcome"] for r in result.results] == ["done"], result.results
    assert result.healed
