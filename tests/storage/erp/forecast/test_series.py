"""Demand as the books tell it, cleaned in the open; and forecasts kept, chosen and changed by people."""

import json

import pytest
from sqlalchemy import select

from storage.database.digest import digest
from storage.database.tables import bundle, order_line, platform_order, raw_file, warehouse
from storage.database.tables.purchasing import forecast, promotion, promotion_code, supply_rule
from storage.erp.forecast import book
from storage.erp.forecast.clean import cleaned, uplift_milli
from storage.erp.forecast.errors import ForecastUnknown
from storage.erp.forecast.series import demand_series
from storage.erp.purchasing.plan import make_plan
from storage.erp.stock.book import MoveRow, record_moves
from tests.storage.erp.forecast.conftest import LAST, Demand, day

WEEK = (9, 11, 10, 8, 12, 14, 6)


def test_demand_is_paid_pieces_of_base_codes(demand: Demand) -> None:
    """Bundles are taken apart; what was never paid, was closed, or is sent by after-sales is no demand."""
    demand.sell("SET", 2, 0, 1)
    demand.sell("A", 1, 1, 1)
    demand.sell("A", 50, pay_state="closed")
    demand.sell("A", 50, pay_state="unpaid")
    demand.sell("A", 50, platform="aftersale")
    with demand.database.write() as connection:
        rows = [{"code": "SET", "component": "A", "qty": 2}, {"code": "SET", "component": "B", "qty": 1}]
        connection.execute(bundle.insert(), rows)
        found = demand_series(connection, LAST)
    assert {code: one.actual for code, one in found.items()} == {"A": (5, 1, 3), "B": (2, 0, 1)}


@pytest.mark.function("PUR-02")
def test_promotions_stock_outs_and_outliers_are_seen_and_set_apart(demand: Demand) -> None:
    """Every day keeps its actual figure; promotion, stock-out and outlier days carry a name and an ordinary figure."""
    pieces = [10] * 70
    pieces[20:22], pieces[40], pieces[60] = [50, 60], 0, 200
    demand.sell("A", *pieces)
    with demand.database.write() as connection:
        connection.execute(promotion.insert(), [{"promotion_id": "P", "first_day": day(49), "last_day": day(48)}])
        connection.execute(promotion_code.insert(), [{"promotion_id": "P", "code": "A"}])
        connection.execute(warehouse.insert(), [{"warehouse": "H"}])
        connection.execute(raw_file.insert(), [{"file_sha": "sha", "state": "read"}])
        for number, (back, source, target, qty) in enumerate(
            [(69, "opening", "H", 5), (29, "H", "customer", 5), (28, "supplier", "H", 900)]
        ):
            row = MoveRow(
                "transfer", str(number), "1", 1, "A", source, target, qty, 0, f"{day(back)} 09:00:00", "sha", 1
            )
            record_moves(connection, [row])
        one = demand_series(connection, LAST)["A"]
    assert one.actual == tuple(pieces)
    flagged = {n: (flag, one.base[n]) for n, flag in enumerate(one.flags) if flag}
    assert flagged.keys() == {20, 21, 40, 60}
    assert flagged[20] == flagged[21] == ("promotion", 10.0)
    assert flagged[40] == ("stock_out", 10.0)
    assert (flagged[60][0], 10 < flagged[60][1] < 40) == ("outlier", True)
    assert uplift_milli(one, [20, 21]) == 5500
    assert one.touched == {"promotion": 2, "stock_out": 1, "outlier": 1}


def test_a_new_level_is_no_outlier() -> None:
    """One wild day is set apart; a week that sells five times as much is news and stays."""
    plain = [False] * 35
    week = cleaned([10] * 28 + [50] * 7, plain, plain)
    assert set(week.flags[:29]) == {""}
    assert week.base[28:] == (50.0,) * 7
    wild = cleaned([10] * 30 + [90] + [10] * 4, plain, plain)
    assert wild.flags[30] == "outlier"


def test_a_day_that_sold_out_keeps_what_it_sold() -> None:
    """A stock-out day with more than usual sold is at least that much wanted."""
    flags = [False] * 14
    one = cleaned([10] * 13 + [25], flags, [*flags[:13], True])
    assert (one.base[13], one.flags[13]) == (25.0, "stock_out")


def test_the_same_history_is_one_forecast(demand: Demand) -> None:
    """Made again, nothing is written; a late order makes another one, and the newest counts."""
    demand.sell("A", *WEEK * 7)
    with demand.database.write() as connection:
        assert book.make_forecasts(connection, LAST).created == 1
        before = digest(connection)
        assert book.make_forecasts(connection, LAST) == (0, 0, 1)
        assert digest(connection) == before
        first = book.chosen_forecasts(connection, LAST, ["A"])["A"]
    demand.sell("A", 30)
    with demand.database.write() as connection:
        assert book.make_forecasts(connection, LAST).created == 1
        second = book.chosen_forecasts(connection, LAST, ["A"])["A"]
        rows = connection.execute(select(forecast.c.words, forecast.c.data)).all()
    assert second.forecast_id != first.forecast_id
    assert second.demand_milli(7) > first.demand_milli(7)
    assert all("上周同日" in row.words and "wape_bp" in json.loads(row.data)["tried"]["seasonal_naive"] for row in rows)


def test_old_curves_go_and_can_be_made_again(demand: Demand) -> None:
    """What a night no longer needs is dropped, except what a person chose; the day played again has the same curve."""
    demand.sell("A", *WEEK * 7)
    demand.sell("B", *WEEK * 7)
    with demand.database.write() as connection:
        book.make_forecasts(connection, LAST)
        told = book.chosen_forecasts(connection, LAST, ["A", "B"])
        for bp, days in ((0, 1), (9400, 30), (9900, book.DAYS_AHEAD)):
            whole = {one.forecast_id: one.demand_milli(days, bp) for one in told.values()}
            assert book.demand_of_day(connection, LAST, days, bp) == whole
        book.choose(connection, told["B"].forecast_id, "李", "看过")
        assert (book.forget_curves(connection, LAST), book.forget_curves(connection, "2999-01-01")) == (0, 1)
        assert dict(book.read_forecast(connection, told["A"].forecast_id).cumulative_milli) == {}
        assert book.chosen_forecasts(connection, LAST, ["B"])["B"] == told["B"]
        assert book.make_forecasts(connection, LAST).created == 0
        assert book.chosen_forecasts(connection, LAST, ["A", "B"]) == told


@pytest.mark.function("PUR-03")
def test_a_suggestion_names_its_forecast_and_follows_it(demand: Demand) -> None:
    """The suggestion stores forecast and quantile; one that a person chose makes the plan anew, with a reason."""
    demand.sell("A", *WEEK * 7)
    with demand.database.write() as connection:
        rule = {"code": "A", "warehouse": "H", "supplier": "S1", "lead_days": 5, "service_bp": 9300}
        connection.execute(supply_rule.insert(), [rule])
        first = make_plan(connection, "2026-11-21")
        told = book.chosen_forecasts(connection, LAST, ["A"])["A"]
        mine = book.scale_by_hand(connection, told.forecast_id, 1500, "王", "直播")
        second = make_plan(connection, "2026-11-21")
        third = make_plan(connection, "2026-11-21")
        rows = {
            row[0]: row[1:]
            for row in connection.exec_driver_sql(
                "SELECT plan_id, forecast_id, quantile_bp, demand_qty, qty, reason FROM purchase_suggestion"
            )
        }
        book.choose(connection, told.forecast_id, "王", "直播取消")
        fourth = make_plan(connection, "2026-11-21")
        with pytest.raises(ForecastUnknown):
            book.choose(connection, "none", "王", "")
        last = connection.exec_driver_sql(
            f"SELECT demand_qty FROM purchase_suggestion WHERE plan_id = '{fourth.plan_id}'"
        ).scalar_one()
    assert rows[first.plan_id][:2] == (told.forecast_id, 9500)
    assert rows[second.plan_id][0] == mine
    assert rows[second.plan_id][2] == pytest.approx(rows[first.plan_id][2] * 1.5, abs=1)
    assert f"预测需求 {rows[first.plan_id][2]} → {rows[second.plan_id][2]}" in rows[second.plan_id][4]
    assert (second.created, third.created, fourth.created, last) == (True, False, True, rows[first.plan_id][2])


def test_the_quantile_asked_for_is_never_below() -> None:
    """The smallest stored quantile that is high enough; the highest where none is."""
    assert [book.stored_quantile(bp) for bp in (0, 1, 9300, 9500, 9950)] == [0, 5000, 9500, 9500, 9900]


def test_orders_of_others_days_do_not_count(demand: Demand) -> None:
    """What is paid after the last day is not known yet."""
    demand.sell("A", 5, 7)
    with demand.database.write() as connection:
        assert demand_series(connection, day(1))["A"].actual == (5,)
        assert connection.execute(select(platform_order.c.order_no)).scalars().all()
        assert connection.execute(select(order_line.c.qty)).scalars().all() == [7, 5]
