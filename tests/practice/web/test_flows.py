"""The practice flows as they are shipped, played by the real engine in a real browser against the mall's own books."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
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
from bots.people import NobodyThere
from bots.practice.server import Mall
from bots.practice.world import World, truth
from bots.sheets import Row
from bots.steps import STEPS

ROOT = Path(__file__).resolve().parents[3]
FLOWS = sorted(path.stem for path in (ROOT / "flows" / "practice").glob("*.yaml"))
SITES = sorted(path.stem for path in (ROOT / "selectors").glob("practice*.yaml"))
ACCOUNTS = {"practice": "seller_a", "practice_ads": "ads", "practice_pay": "pay_a"}


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_has_no_problem(name: str) -> None:
    """Every shipped flow is read without an error or a warning."""
    text = (ROOT / "flows" / "practice" / f"{name}.yaml").read_text("utf-8")
    parsed = parse(text, name, STEPS)
    assert render_all(parsed.problems, text, "zh") == ""


@pytest.mark.parametrize("name", SITES)
def test_a_library_has_no_problem(name: str) -> None:
    """Every shipped element library is read without an error or a warning."""
    text = (ROOT / "selectors" / f"{name}.yaml").read_text("utf-8")
    parsed = parse_site(text, name, STEPS)
    assert render_all(parsed.problems, text, "zh") == ""


class Night:
    """Runs shipped flows one after the other, each on a session of its own."""

    def __init__(self, chromium: Browser, mall: Mall, world: World, folder: Path) -> None:
        self.chromium, self.mall, self.world, self.folder = chromium, mall, world, folder
        self.runs = 0

    async def run(self, name: str, rows: list[Row] | None, **inputs: object) -> RunResult:
        """The flow's end."""
        self.runs += 1
        flow = parse((ROOT / "flows" / "practice" / f"{name}.yaml").read_text("utf-8"), name, STEPS).flow
        assert flow is not None
        site = parse_site((ROOT / "selectors" / f"{flow.site}.yaml").read_text("utf-8"), flow.site, STEPS).site
        assert site is not None
        user = ACCOUNTS[flow.site]
        account = self.world.row("SELECT password, totp_secret FROM account WHERE username = ?", user)
        assert account is not None
        secrets = {"password": account["password"], "totp": account["totp_secret"] or ""}
        folder = self.folder / f"{name}-{self.runs}"
        session = await self.chromium.open_session(None, downloads=folder / "downloads", base=self.mall.url)
        try:
            return await play(
                flow, site, inputs=inputs, account=AccountFacts(user, "shop_a", user, {"base_url": self.mall.url}),
                secrets=secrets.__getitem__, rows=rows, journal=MemoryJournal(), job_key=name,
                run_id=f"run-{self.runs}", folder=folder, session=session, today=date(2026, 11, 21),
                clock=lambda: datetime.now(UTC), inbox=NobodyThere(),
            )  # fmt: skip
        finally:
            await session.close()


@pytest_asyncio.fixture
async def night(mall: Mall, world: World, tmp_path: Path) -> AsyncIterator[Night]:
    """A browser ready to run flows."""
    chromium = await launch(discover(headless=True))
    yield Night(chromium, mall, world, tmp_path)
    await chromium.close()


def outcomes(result: RunResult) -> list[object]:
    """What became of each row."""
    return [row["outcome"] for row in result.results]


def shelf_rows(world: World, on_shelf: int) -> list[Row]:
    """Two products of shop_a, put on or off the shelf: whatever other tests have done with theirs does not matter."""
    with world.writing() as books:
        books.execute(
            "UPDATE product SET on_shelf = ? WHERE product_id IN"
            " (SELECT product_id FROM product WHERE shop_id = 'shop_a' ORDER BY product_id LIMIT 2)",
            (on_shelf,),
        )
    found = world.rows("SELECT * FROM product WHERE shop_id = 'shop_a' AND on_shelf = ? LIMIT 2", on_shelf)
    return [{"店铺": "shop_a", "商品ID": row["product_id"], "商品名称": row["title"]} for row in found]


def enrol_rows(world: World, _: int) -> list[Row]:
    """One enrolment that will be accepted, and one whose price is a yuan too high."""
    found = world.rows(
        "SELECT * FROM product WHERE shop_id = 'shop_a' AND on_shelf = 1 ORDER BY product_id DESC LIMIT 2"
    )
    activity = world.row("SELECT * FROM activity")
    assert activity is not None
    prices = [row["floor_price_fen"] + 100 * place for place, row in enumerate(found)]
    return [
        {
            "店铺": "shop_a", "活动ID": activity["activity_id"], "商品ID": row["product_id"],
            "活动价": f"{fen // 100}.{fen % 100:02}", "活动库存": str(activity["min_stock"]),
        }
        for row, fen in zip(found, prices, strict=True)
    ]  # fmt: skip


def ship_rows(world: World, _: int) -> list[Row]:
    """One line that waits, and one that does not exist."""
    waiting = next(one for one in truth.sub_orders_to_ship(world) if one["shop_id"] == "shop_a")
    numbers = [(waiting["order_no"], waiting["sub_no"]), ("1", "999")]
    parcel = {"店铺": "shop_a", "快递公司": "中通快递", "运单号": "78381234567890"}
    return [{**parcel, "主订单编号": order_no, "子订单编号": sub_no} for order_no, sub_no in numbers]


def effects(world: World) -> int:
    """How many effects the mall has accepted from bots."""
    return sum(
        sum(counted.values())
        for counted in (truth.shelf_events(world), truth.enrolments(world), truth.shipments(world))
    )


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "make", "on_shelf", "first"),
    [
        ("activity", enrol_rows, 1, ["done", "rejected"]),
        ("list", shelf_rows, 0, ["done"]),
        ("ship", ship_rows, 0, ["done", "rejected"]),
    ],
)
async def test_an_effect_happens_once(
    night: Night,
    mall: Mall,
    world: World,
    name: str,
    make: Callable[[World, int], list[Row]],
    on_shelf: int,
    first: list[str],
) -> None:
    """Redesigned, covered pages do not stop a flow, and a second run with an empty journal finds it all done."""
    rows, before = make(world, on_shelf)[: len(first)], effects(world)
    mall.faults(renamed=1.0, changed_labels=1.0, popup=1.0)
    result = await night.run(name, rows)
    assert outcomes(result) == first, result.message
    assert effects(world) - before == first.count("done")
    again = await night.run(name, rows)
    assert outcomes(again) == ["found_done" if one == "done" else one for one in first]
    assert effects(world) - before == first.count("done")


@pytest.mark.browser
@pytest.mark.slow
async def test_a_batch_is_uploaded_once(night: Night, mall: Mall, world: World, tmp_path: Path) -> None:
    """A sheet whose upload's answer is lost is found in the site's own list, not sent again; its detail comes back."""
    waiting = [one["sub_no"] for one in truth.sub_orders_to_ship(world) if one["shop_id"] == "shop_a"][-1:]
    sheet = tmp_path / "发货-shop_a.csv"
    sheet.write_text("子订单编号,快递公司,运单号\n" + "".join(f"{sub},圆通速递,YT1\n" for sub in waiting), "utf-8")
    before = effects(world)
    mall.faults(lost_answer=1.0)
    result = await night.run("waybills", None, sheet=str(sheet), batch=sheet.name)
    assert (result.state, len(result.files)) == ("done", 1), result.message
    await night.run("waybills", None, sheet=str(sheet), batch=sheet.name)
    assert effects(world) - before == len(waiting) == 1
