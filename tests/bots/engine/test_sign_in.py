"""Signing in ends in three ways, and they are told apart: signed in, refused, lost again at once."""

from pathlib import Path

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
