"""On the practice mall: a person signs in with a code and takes a product off the shelf; the recording does it too."""

import base64
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from bots.browser.discovery import discover
from bots.browser.playwright import launch
from bots.engine import AccountFacts, play
from bots.flow.parse import parse
from bots.journal import MemoryJournal
from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import World
from bots.recorder.paper import flow_text, recorded
from bots.recorder.session import begin, places
from bots.steps import STEPS
from tests.bots.engine.test_practice import LAST_DAY, Clerk, Desk, read

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

BY_HAND = """title: 照着做
site: practice
steps:
  - login
  - open: 商品管理
  - fill: {{商品ID: "{product}"}}
  - click: 查询
  - wait: loaded
  - click: {{in: "{product}", name: 下架}}
  - click: 确定
  - wait: {{visible: {{in: "{product}", name: 已下架}}}}
"""


async def test_a_recording_of_the_mall_does_the_same_in_its_books(tmp_path: Path) -> None:
    """Sign-in becomes `login`, names are the library's, the product of the recording goes off the shelf when played."""
    user, site = "seller_a", read("delist")[1]
    with Mall.start(tmp_path, size="tiny", last_day=LAST_DAY, export_delay_s=0.1) as mall:
        browser = await launch(discover(""))
        desk = Desk(mall, tmp_path, browser, World.open(tmp_path / WORLD_FILE))
        first, second, *_ = desk.products(on_shelf=True)
        values = {"base_url": mall.url}

        async def run(text: str, name: str, watch: bool) -> str:
            session = await browser.open_session(None, downloads=tmp_path / name, base=f"{mall.url}/seller")
            try:
                recording = (await begin(session, site, values))[0] if watch else None
                flow = parse(text, f"{name}.yaml", STEPS)
                assert flow.flow is not None and flow.problems == []
                secrets = {"password": f"practice-{user}", "totp": desk.totp(user)}
                result = await play(
                    flow.flow, site, inputs={}, account=AccountFacts(user, "shop_a", user, values),
                    secrets=secrets.__getitem__, rows=None, journal=MemoryJournal(), job_key=name, run_id=name,
                    folder=tmp_path / name, session=session, today=date(2026, 11, 21),
                    clock=lambda: datetime.now(UTC), inbox=Clerk(mall, user),
                )  # fmt: skip
                assert (result.state, result.message) == ("done", result.message)
                if recording is None:
                    return ""
                told = repr(recording.seen)
                for word in (secrets["password"], secrets["totp"]):
                    for form in (word, quote(word, safe=""), base64.b64encode(word.encode()).decode()):
                        assert not word or form not in told
                return flow_text(recorded(recording.seen, places(site, values)), "下架", "practice")
            finally:
                await session.close()

        try:
            text = await run(BY_HAND.format(product=first), "hand", True)
            assert text.splitlines()[1:] == [
                "title: 下架", "site: practice", "steps:", "  - login", "  - open: 商品管理", "  - fill:",
                f"      商品ID: {first}", "  - click: 查询", "  - wait: loaded",
                f"  - click: {{in: {first}, name: 下架}}", "  - click: 确定",
            ]  # fmt: skip
            assert first not in desk.products(on_shelf=True)
            await run(text.replace(first, second), "machine", False)
            assert second not in desk.products(on_shelf=True)
        finally:
            await browser.close()
