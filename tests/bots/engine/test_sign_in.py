"""Signing in ends in three ways, and they are told apart: signed in, refused, lost again at once."""

from pathlib import Path

import pytest

from bots import sign_in
from bots.journal import MemoryJournal
from tests.bots.engine.rig import Rig, read_site
from tests.bots.engine.shop import SELECTORS, Shop
from tests.bots.engine.test_rows import DELIST, rows

LOGIN = "title: 登录\nsite: shop\nsteps: [login]\n"


def rig(shop: Shop, folder: Path) -> Rig:
    """A rig on this shop."""
    return Rig(shop.site, read_site(SELECTORS), folder, MemoryJournal())


async def test_a_refusal_is_said_in_the_sites_own_words(tmp_path: Path) -> None:
    """The run ends with what the site shows, and the password was sent twice at most."""
    shop = Shop(signed_in=False)
    shop.refuses = True
    result = await rig(shop, tmp_path).run(LOGIN)
    assert (result.state, result.code, result.who) == ("failed", "E-LOGIN", "operator")
    assert "密码不对" in result.message
    assert shop.sign_ins == 2


async def test_a_refusal_ends_a_run_over_rows_at_once(tmp_path: Path) -> None:
    """No further row sends the password again; rows keep their places for the next run, which does them."""
    shop = Shop("1", "2", "3", signed_in=False)
    shop.refuses = True
    played = rig(shop, tmp_path)
    result = await played.run(DELIST, rows("1", "2", "3"))
    assert (result.state, result.code, result.results) == ("failed", "E-LOGIN", [])
    assert shop.sign_ins == 2
    shop.refuses = False
    after = await played.run(DELIST, rows("1", "2", "3"))
    assert [one["outcome"] for one in after.results] == ["done"] * 3
    assert shop.delisted == ["1", "2", "3"]


async def test_a_session_lost_at_once_is_begun_again(tmp_path: Path) -> None:
    """Nobody has refused anything: the run signs in again and ends well."""
    shop = Shop("1", signed_in=False)
    shop.loses_sign_ins = 2
    result = await rig(shop, tmp_path).run(DELIST, rows("1"))
    assert (result.state, shop.sign_ins) == ("done", 3)
    assert shop.delisted == ["1"]


WALK = "title: 看商品\nsite: shop\nsteps: [login, {open: 商品管理}, {open: 订单管理}]\n"


def walked(played: Rig) -> list[str]:
    """The addresses that the flow went to."""
    return [event.removeprefix("goto ") for event in played.events if event.startswith("goto")]


async def test_a_good_session_is_seen_on_the_page_the_flow_opens(tmp_path: Path) -> None:
    """With a saved session the flow goes where it is headed, once; the site's first page is not opened for a look."""
    played = rig(Shop("1"), tmp_path)
    played.saved = b"{}"
    assert (await played.run(WALK)).state == "done"
    assert walked(played) == ["/products", "/orders"]


async def test_a_session_that_has_ended_is_begun_at_the_first_page(tmp_path: Path) -> None:
    """Where the page shows that nobody is signed in, the site's own way in is taken, and then the page is opened."""
    shop = Shop("1", signed_in=False)
    played = rig(shop, tmp_path)
    played.saved = b"{}"
    assert (await played.run(WALK)).state == "done"
    assert (walked(played), shop.sign_ins) == (["/products", "", "/login", "/products", "/orders"], 1)


@pytest.mark.parametrize("steps", ["[login, {open: 商品管理, when: {visible: 店铺名称}}]", "[login, {note: 看过了}]"])
async def test_where_the_flow_is_headed_must_be_certain(tmp_path: Path, steps: str) -> None:
    """A page that is opened only sometimes, or none: the look is at the site's first page, as without a session."""
    played = rig(Shop("1"), tmp_path)
    played.saved = b"{}"
    assert (await played.run(f"title: 看\nsite: shop\nsteps: {steps}\n")).state == "done"
    assert walked(played)[0] == ""


async def test_a_page_without_signs_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that shows neither who is signed in nor the way in says nothing; the first page does, from then on."""
    shop = Shop("1")
    shop.site.pages["/orders"] = []
    monkeypatch.setattr(sign_in, "HEADED_FOR_TIMEOUT_MS", 100)
    played = rig(shop, tmp_path)
    played.saved = b"{}"
    again = "title: 看\nsite: shop\nsteps: [login, {open: 订单管理}, login, {open: 订单管理}]\n"
    assert (await played.run(again)).state == "done"
    assert walked(played) == ["/orders", "", "/orders", "", "/orders"]
