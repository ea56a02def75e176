"""The books' part of a night, without a browser: every step once, in the plan's order, and then once more."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import Connection, select

from bots.practice.world import sizes
from bots.practice.world.exports import ExportRequest, export
from bots.practice.world.generation import build
from schedules.books import STEPS
from schedules.cli.night_view import night_table
from schedules.desk import Desk, open_desk
from schedules.done import Done
from schedules.plan import jobs_of, load_plan
from schedules.settings import ROOT, Settings, ShopSettings
from schedules.step_names import STEP_NAMES
from schedules.work import Ended
from storage.archive import Facts
from storage.database.digest import digests
from storage.database.tables import channel_sku, command, sku
from storage.database.tables.purchasing import supplier, supply_rule
from storage.erp.aftersales import requests
from storage.erp.audit.actors import Actor, register
from storage.erp.channels.publish import write_rules
from storage.erp.channels.shares import ChannelRule
from storage.erp.invariants.verify import verify
from storage.erp.products.listings import Shown, wish
from storage.erp.stock.book import ReservationLine
from storage.erp.stock.limits import StockLimit, set_limits
from storage.erp.stock.reservations import set_expiry
from storage.erp.stock.reserving import reserve
from storage.ingest import ingest
from tests.storage.erp.aftersales.conftest import Shop, asked
from tests.storage.erp.orders.files import CSV, write
from tests.support.night import same_books

NIGHT, NEXT = date(2026, 11, 21), date(2026, 11, 22)
KINDS = ("practice_products", "practice_stock", "practice_waybills", "practice_orders", "practice_refunds")
WRITING = ("aftersales", "collect", "post", "publish", "settle", "tend")
"""Steps that count what is new: the second time nothing is."""
READING = ("facts", "report", "verify")
PLAN = load_plan(ROOT / "schedules" / "practice.yaml")
CORE = [step for phase in PLAN.phases for step in phase.core]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose books hold what the tiny mall exports."""
    home = tmp_path_factory.mktemp("books_night")
    world = build(home / "mall.db", seed=7, last_day=date(2026, 11, 20), size=sizes.TINY)
    shops = {row["shop_id"]: ShopSettings(title=row["name"]) for row in world.rows("SELECT shop_id, name FROM shop")}
    with open_desk(Settings(home=home, shops=shops)) as desk:
        for kind in KINDS:
            found = export(world, kind, ExportRequest())
            ingest(desk.database, desk.archive, found.content, kind=kind, facts=Facts(name=found.file_name))
        yield desk


def played(desk: Desk, night: date = NIGHT) -> dict[str, Done]:
    """Every step of the plan that writes, in its order."""
    return {step: STEPS[step](desk, night) for step in CORE if step not in READING}


def books(desk: Desk) -> dict[str, str]:
    """A digest of each table."""
    with desk.database.read() as connection:
        return digests(connection)


def rows_of(desk: Desk) -> dict[str, list[same_books.Row]]:
    """Every table's rows, without moments of the clock."""
    with desk.database.read() as connection:
        return same_books.told(connection, desk.home)


def test_a_night_has_every_step_by_default() -> None:
    """The plan of the practice night plays every step that the core has, and each says itself in two languages."""
    assert sorted(CORE) == sorted(STEPS) == sorted(STEP_NAMES)
    assert all(words.zh and words.en for words in STEP_NAMES.values())


def test_a_second_night_of_the_day_changes_nothing(desk: Desk) -> None:
    """After a whole night the same steps once more write nothing, and what they did is said in numbers."""
    first = played(desk)
    before = books(desk)
    again = played(desk)
    assert books(desk) == before
    assert {step: again[step].counts for step in WRITING} == {
        step: dict.fromkeys(again[step].counts, 0) for step in WRITING
    }
    for step, word in {"aftersales": "taken_in", "tend": "snapshot", "review": "passed", "publish": "to_list"}.items():
        count = first[step].counts[word]
        assert count > 0, step
        assert str(count) in first[step].zh, step
        assert str(count) in first[step].en, step


@pytest.mark.parametrize(
    ("lang", "told"), [("zh", ("审单 · core/review", "审 1 单")), ("en", ("review · core/review", "1 order reviewed"))]
)
def test_a_step_says_what_it_did_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch, lang: str, told: tuple[str, str]
) -> None:
    """The table of the night has the step's name and its numbers in the language of who looks, whoever played it."""
    monkeypatch.setenv("YEBAN_LANG", lang)
    done = Done("审 1 单", "1 order reviewed", {"orders": 1})
    ended = Ended(jobs_of(PLAN, NIGHT, NIGHT)[-1], "done", done.zh, Path(), done=done)
    row = {"flow": "core/review", "account": "", "stage": "done", "message": done.zh, "summary": ended.summary}
    out = io.StringIO()
    Console(file=out, width=160).print(night_table([row]))
    assert all(words in out.getvalue() for words in told)
    assert ended.summary["counts"] == {"orders": 1}


@contextmanager
def due(home: Path, database: str = "") -> Iterator[Desk]:
    """A desk on whose books every step finds something to do: a hold is over, a price is wished, goods run low."""
    shops = {"jd_a": ShopSettings(platform="jd")}
    with open_desk(Settings(home=home, database=database, shops=shops)) as desk:
        shop = Shop(desk.database)
        shop.lay_out()
        shop.order("1", ("A", 12, 12000))
        shop.ship()
        shop.write(lambda c: requests.request(c, asked("T1", "1", "resend")))
        shop.write(lambda c: requests.approve(c, "T1", "李", f"{NIGHT} 08:00:00"))
        shop.write(_fall_due)
        facts = Facts("京东订单.csv", shop="jd_a", received_at="2026-11-21T01:30:00+00:00")
        content = write("jd_order_old", CSV["jd_order_old"])
        assert ingest(desk.database, desk.archive, content, kind="jd_order_old", facts=facts).state == "read"
        yield desk


def _fall_due(connection: Connection) -> None:
    connection.execute(sku.insert(), [{"code": code} for code in "ABC"])
    reserve(connection, "quote|1", [ReservationLine("H", "B", 3)])
    set_expiry(connection, "quote|1", str(NIGHT))
    set_limits(connection, [StockLimit("H", "A", 50)])
    row = {"platform": "practice", "shop": "shop_a", "product_id": "P1", "platform_sku": "1", "code": "B",
           "title": "乙", "status": "上架", "price_fen": 2500}  # fmt: skip
    connection.execute(channel_sku.insert(), [row])
    write_rules(connection, [ChannelRule("practice", "shop_a", "B")])
    register(connection, Actor("boss", "person", "owner", "", ""), by="boss")
    wish(connection, Shown("practice", "shop_a", "P1", "1", "price_fen"), "2300", who="boss")
    connection.execute(supplier.insert(), [{"supplier": "S", "name": "甲厂", "pay_days": 30}])
    rule = {"code": "A", "warehouse": "H", "supplier": "S", "lead_days": 7, "price_fen": 1250}
    connection.execute(supply_rule.insert(), [rule])


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, dict[str, Done]]]:
    """A night on those books, and what each step said."""
    with due(tmp_path_factory.mktemp("due")) as desk:
        yield desk, played(desk, NEXT)


def test_what_is_due_is_done_once(first: tuple[Desk, dict[str, Done]]) -> None:
    """A platform's own file and a resend become parcels, expired holds go, edits, figures and purchases are asked for.

    The same night again changes nothing.
    """
    desk, said = first
    assert (said["tend"].counts["expired"], said["collect"].counts["created"]) == (1, 1)
    assert (said["review"].counts["passed"], said["allocate"].counts["parcels"]) == (2, 2)
    wanted = {"to_edit": 1, "to_set_stock": 1, "to_ship_form": 2, "to_ship_own": 1, "alerts": 1}
    assert {name: count for name, count in said["publish"].counts.items() if count} == wanted
    with desk.database.read() as connection:
        figure = connection.execute(select(command.c.data).where(command.c.worklist == "to_set_stock")).scalar_one()
        assert verify(connection) == []
    assert json.loads(figure)["库存"] == "19"  # with the three whose hold was over, without what 京东 has sold
    assert (said["purchase"].counts["suggestions"], said["purchase"].counts["drafts"]) == (1, 5)
    assert "元" in said["purchase"].zh
    before = books(desk)
    played(desk, NEXT)
    assert books(desk) == before


def test_a_file_that_is_due_and_has_not_come_is_told(first: tuple[Desk, dict[str, Done]]) -> None:
    """By feeds.yaml a statement is due every morning: as none ever came, the night says how many are lacking."""
    desk, said = first
    assert said["collect"].counts["overdue"] == 0
    feeds = desk.home / "feeds.yaml"
    feeds.write_text('feeds:\n  - kind: alipay_fund_bill_csv\n    by: "06:00"\n', "utf-8")
    told = STEPS["collect"](desk, NEXT)
    feeds.unlink()
    assert told.counts["overdue"] >= 6
    assert f"{told.counts['overdue']} files overdue" in told.en


@pytest.mark.postgres
def test_postgresql_ends_the_night_with_the_same_books(
    first: tuple[Desk, dict[str, Done]], tmp_path: Path, postgres_url: str
) -> None:
    """The same night on PostgreSQL does the same and leaves the same rows in every table; again changes nothing."""
    with due(tmp_path, postgres_url) as desk:
        assert played(desk, NEXT) == first[1]
        before = books(desk)
        played(desk, NEXT)
        assert books(desk) == before
        told = [rows_of(desk), rows_of(first[0])]
    assert [name for name in same_books.TABLES if told[0][name] != told[1][name]] == []
