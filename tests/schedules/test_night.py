"""The demo's numbers are proved: a whole night through the real browser, compared with the mall's own database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from bots.practice.world import World, truth
from schedules.book_files import report_path
from schedules.demo import Practice, practice
from schedules.night import NightResult
from storage.database.digest import digests
from storage.database.tables import bot_result, command, order_line, quant, recon_item
from storage.erp.catalog.components import components
from storage.erp.invariants.verify import verify
from storage.erp.reconciliation.outcomes import Outcome, is_exception
from tests.storage.erp.recon.test_worlds import NAMED
from tests.support.night import accounts
from tests.support.night.playing import ShutDoor, play
from tests.support.night.promises import prove

NIGHT = date(2026, 11, 21)
EFFECT_TABLES = ("shelf_event", "enrolment", "shipment", "batch_upload", "product", "orders", "request_log", "session")

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Played:
    """A night that was played, and what was to be done before it."""

    place: Practice
    result: NightResult
    to_delist: list[str]
    to_list: list[str]
    to_ship: set[str]
    mall: accounts.Facts
    books: accounts.Facts


def every_job_is_done(night: Played) -> None:
    """No job failed, none waits for a person, and every one was played."""
    stages = {row.job_key: (row.stage, row.message) for row in night.place.desk.jobs.of_night(str(NIGHT))}
    assert {key: said for key, said in stages.items() if said[0] != "done"} == {}
    assert (night.result.failed, night.result.waiting) == (0, 0)
    assert night.result.played == night.result.jobs == len(stages)


def what_came_in_is_what_the_mall_has(night: Played) -> None:
    """Orders, lines, refunds, statement lines by shop and kind, bank, ads and counts equal the mall's tables."""
    for fact in accounts.BROUGHT:
        assert night.mall[fact], fact
        assert night.books[fact] == night.mall[fact], fact


def what_was_done_is_what_the_mall_saw(night: Played) -> None:
    """Each result row of a bot is one row in the mall's tables, and the mall has no other; stock is what is left."""
    for fact in accounts.DONE_OUTSIDE:
        assert night.mall[fact], fact
        assert night.books[fact] == night.mall[fact], fact


def everything_was_done_once(night: Played) -> None:
    """What the truth wanted off and on the shelf was done once; no sub-order shipped, no product enrolled twice."""
    world = night.place.world
    wanted = {(product, "delist"): 1 for product in night.to_delist}
    wanted |= {(product, "list"): 1 for product in night.to_list}
    assert night.to_delist
    assert night.to_list
    assert truth.shelf_events(world) == wanted
    assert set(truth.enrolments(world).values()) == {1}
    assert set(truth.shipments(world).values()) == {1}
    assert {via for *_, via in night.mall["shipped"]} == {"form", "batch"}


def every_paid_sub_order_left_or_could_not(night: Played) -> None:
    """What may be shipped was shipped, unless no warehouse has enough left of what it is made of."""
    shipped = {sub_no for sub_no, *_ in night.mall["shipped"]}
    assert shipped <= night.to_ship
    with night.place.desk.database.read() as connection:
        parts, q = components(connection), quant.c
        free: dict[str, dict[str, int]] = {}
        for row in connection.execute(select(q.warehouse, q.code, q.on_hand - q.reserved)):
            free.setdefault(row[0], {})[row[1]] = row[2]
        waiting = connection.execute(
            select(order_line.c.sub_no, order_line.c.code, order_line.c.qty).where(
                order_line.c.sub_no.in_(sorted(night.to_ship - shipped))
            )
        ).all()
    for sub_no, code, qty in waiting:
        needs = parts.get(code, {code: 1})
        able = [p for p, left in free.items() if all(left.get(c, 0) >= n * qty for c, n in needs.items())]
        assert able == [], (sub_no, code, qty)


def every_command_was_answered_and_refusals_are_the_malls(night: Played) -> None:
    """Each command has the state that its one result row gives it; what was refused is not in the mall's tables."""
    c, r = command.c, bot_result.c
    with night.place.desk.database.read() as connection:
        rows = connection.execute(
            select(c.command_id, c.worklist, c.state, r.outcome, r.reason).join_from(
                command, bot_result, c.command_id == r.command_id, isouter=True
            )
        ).all()
    assert len(rows) == len({row.command_id for row in rows})
    assert {(row.state, row.outcome) for row in rows} <= {("done", "done"), ("rejected", "rejected")}
    refused = [row for row in rows if row.outcome == "rejected"]
    assert all(row.reason for row in refused)
    assert {row.worklist for row in refused} <= {"to_enrol"}


def planted_differences_are_named_and_no_others(night: Played) -> None:
    """Each planted difference has its name in the books, and every exception is about a planted one."""
    planted = truth.planted(night.place.world)
    with night.place.desk.database.read() as connection:
        items = [dict(row) for row in connection.execute(select(recon_item)).mappings()]
    assert planted
    about: set[str] = set()
    for one in planted:
        found = [item for item in items if _is_about(item, one)]
        assert NAMED[one["kind"]] in {(item["outcome"], item["difference"]) for item in found}, one
        about |= {item["ref"] for item in found}
    groups = {item["group_id"] for item in items if item["ref"] in about} - {""}
    others = [item for item in items if item["ref"] not in about and item["group_id"] not in groups]
    assert [
        item for item in others if is_exception(item["outcome"]) or item["outcome"] == Outcome.WITHIN_TOLERANCE
    ] == []


def _is_about(item: dict[str, Any], planted: dict[str, Any]) -> bool:
    if planted["flow_no"]:
        return f"|{planted['flow_no']}|" in item["ref"]
    return bool(planted["order_no"]) and bool(item["order_no"] == planted["order_no"])


def the_report_shows_the_malls_sums(night: Played) -> None:
    """The workbook's first sheet says what the mall's own tables sum to."""
    book = openpyxl.load_workbook(report_path(night.place.desk, NIGHT))
    sheet = book["总览"]
    shown = {
        sheet.cell(row, column).value: sheet.cell(row + 1, column).value for row in (4, 8) for column in range(1, 6)
    }
    world = night.place.world
    paid = world.number("SELECT SUM(paid_fen) FROM orders WHERE paid_at IS NOT NULL")
    back = world.number("SELECT SUM(amount_fen) FROM refund WHERE done_at IS NOT NULL")
    expected = {
        "实付金额": _yuan(paid),
        "退款完成": _yuan(back),
        "净销售": _yuan(paid - back),
        "付款订单": Decimal(world.number("SELECT COUNT(*) FROM orders WHERE paid_at IS NOT NULL")),
        "广告花费": _yuan(world.number("SELECT SUM(spend_fen) FROM ad_day")),
        "机器人办成": Decimal(sum(len(night.mall[fact]) for fact in ("shelf", "enrolled", "shipped"))),
    }
    assert {name: Decimal(str(shown[name])).quantize(Decimal("0.01")) for name in expected} == {
        name: value.quantize(Decimal("0.01")) for name, value in expected.items()
    }
    total = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "合计")
    lines = night.mall["statements"].values()
    assert total[1] == sum(count for count, _ in lines)
    assert Decimal(str(total[2])).quantize(Decimal("0.01")) == _yuan(sum(amount for _, amount in lines))


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def the_books_hold_together(night: Played) -> None:
    """All invariants hold."""
    with night.place.desk.database.read() as connection:
        assert verify(connection) == []


def a_second_play_changes_nothing(night: Played) -> None:
    """The same night again plays no job, needs no browser, asks the mall nothing and leaves both books alone."""
    before, seen = _books(night), _effects(night.place.world)
    again = play(night.place, ShutDoor(night.place.desk.home))
    assert (again.played, again.failed, again.waiting) == (0, 0, 0)
    assert _books(night) == before
    assert _effects(night.place.world) == seen


def _books(night: Played) -> dict[str, str]:
    with night.place.desk.database.read() as connection:
        return digests(connection)


def _effects(world: World) -> dict[str, list[dict[str, Any]]]:
    return {table: world.rows(f"SELECT * FROM {table}") for table in EFFECT_TABLES}


PROMISES: tuple[Callable[[Played], None], ...] = (
    every_job_is_done,
    what_came_in_is_what_the_mall_has,
    what_was_done_is_what_the_mall_saw,
    everything_was_done_once,
    every_paid_sub_order_left_or_could_not,
    every_command_was_answered_and_refusals_are_the_malls,
    planted_differences_are_named_and_no_others,
    the_report_shows_the_malls_sums,
    the_books_hold_together,
    a_second_play_changes_nothing,
)


def test_the_night_is_proved(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """A whole night through the real browser: every figure equals the mall's own, every effect happened once."""
    with practice(tmp_path, NIGHT, size="small", export_delay_s=0.0) as place:
        world = place.world
        delist, listed = truth.to_delist(world), truth.to_list(world)
        ship = {row["sub_no"] for row in truth.sub_orders_to_ship(world) if row["refund_status"] == "无售后"}
        result = play(place)
        mall, books = accounts.told_by_mall(world), accounts.told_by_books(place.desk)
        prove(subtests, Played(place, result, delist, listed, ship, mall, books), PROMISES)
