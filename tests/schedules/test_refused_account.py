"""A night in which one account's password is wrong: it is sent twice at most, and everybody sees who has to act."""

import io
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from bots.practice.server import WORLD_FILE
from bots.practice.world import TINY, build
from schedules.cli.night_view import night_table
from schedules.demo import practice
from schedules.night_page import write_night_page
from schedules.plan import load_plan
from schedules.summary import night_rows
from tests.support.night import dying
from tests.support.night.playing import play

NIGHT = date(2026, 11, 21)
PLAN = Path(dying.__file__).with_name("tiny.yaml")
ONE_SHOP = replace(TINY, shop_ids=("shop_a",), pending=2)


@pytest.mark.browser
@pytest.mark.slow
def test_a_refused_account_is_left_alone_for_the_night(tmp_path: Path) -> None:
    """Its flows fail with the site's words and who acts; the other accounts' work is done; two passwords were sent."""
    (tmp_path / "mall").mkdir()
    build(tmp_path / "mall" / WORLD_FILE, seed=8, last_day=NIGHT - timedelta(days=1), size=ONE_SHOP)
    with practice(tmp_path, NIGHT, export_delay_s=0.0) as practised:
        place = replace(practised, plan=load_plan(PLAN))
        place.desk.vault.put("seller_a", password="not-this-one")
        result = play(place)
        rows = night_rows(place.desk, place.night)
        page = write_night_page(place.desk, place.night, tmp_path / "none.xlsx").read_text("utf-8")
        sent = place.world.number("SELECT COUNT(*) FROM request_log WHERE path = '/api/seller/login'")
    refused = [row for row in rows if row["stage"] == "failed"]
    assert len(refused) == result.failed >= 2
    assert {row["account"] for row in refused} == {"seller_a"}
    assert sent == 2
    for row in refused:
        assert "密码" in row["message"]
        assert row["summary"]["who"] == "operator"
    assert {row["stage"] for row in rows if row["account"] not in ("", "seller_a")} == {"done"}
    screen = io.StringIO()
    Console(width=400, file=screen).print(night_table(rows))
    for text in (screen.getvalue(), page):
        assert text.count("管这台机器的人：核对账号和密码") == len(refused)
