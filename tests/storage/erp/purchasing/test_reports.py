"""What a buyer looks at: the suggestions with their arithmetic, and the forecasts with their back-test."""

from random import Random

import pytest
from sqlalchemy import Connection

from storage.erp.forecast.book import make_forecasts
from storage.erp.purchasing.alerts import open_alerts
from storage.erp.purchasing.plan import make_plan
from storage.reports import REPORTS, Period, Table
from storage.reports.table import Figure
from tests.storage.erp.purchasing.conftest import TODAY, Shop, day

YESTERDAY = Period(day(30), day(1))


def built(shop: Shop, name: str) -> Table:
    """A report over the month that ended yesterday, from a connection that cannot write."""
    with shop.database.read() as connection:
        return REPORTS[name](connection, YESTERDAY)


def values(table: Table) -> list[list[object]]:
    """The cells of the rows, figures as numbers."""
    return [[cell.value if isinstance(cell, Figure) else cell for cell in row] for row in table.rows]


@pytest.mark.function("PUR-01")
def test_suggestions_show_every_part_of_the_sum(shop: Shop) -> None:
    """Demand + safety - available - incoming stands in columns, with the alert, the total and the sentence."""
    shop.stock(A=30)
    shop.sell("A", *(10,) * 40)
    shop.rule("A", pack=20, price_fen=700)

    def plan(connection: Connection) -> None:
        open_alerts(connection, make_plan(connection, TODAY).plan_id)

    shop.write(plan)
    table = built(shop, "replenishment")
    row = values(table)[0]
    code, _, place, name, demand, safety, free, coming, late, qty, fen, level, alert, words, reason = row
    assert (code, place, name, demand, free, coming, late, reason) == ("A", "H", "S1", 120, 30, 0, 0, "")
    assert qty == -(-(demand + safety - free - coming) // 20) * 20
    assert (fen, table.total[10].value, level > 30) == (qty * 700, fen, True)
    assert alert == f"{TODAY} 起低于补货点"
    assert f"= {demand + safety - free} → {qty}" in words


@pytest.mark.function("BI-30")
def test_forecasts_show_their_error_beside_the_naives(shop: Shop) -> None:
    """Method, mean and quantile of thirty days, WAPE, the naive's WAPE, pinball loss and coverage of each code."""
    drawn = Random(3)
    shop.sell("A", *(drawn.choice((0, 0, 0, 0, 1, 3)) for _ in range(140)))
    shop.write(lambda c: make_forecasts(c, day(1)))
    table = built(shop, "forecast")
    code, _, method, mean, high, wape, naive, loss, covered, checked, share, days, words, forecast_id = values(table)[0]
    assert (code, method in ("TSB", "Croston"), str(forecast_id).startswith("A|")) == ("A", True, True)
    assert 0 < mean < high
    assert wape < naive
    assert loss > 0
    assert abs(share * checked - covered * 10_000) * 2 <= checked
    assert "回测 8 次" in words
    assert days == ""
    assert "滚动回测" in table.notes[0]


@pytest.mark.function("PUR-02")
def test_days_that_were_set_apart_stand_beside_the_forecast(shop: Shop) -> None:
    """An outlier's day, what was sold and what counts instead are shown with the forecast that came of it."""
    shop.sell("A", *(10,) * 30, 300, *(10,) * 9)
    shop.write(lambda c: make_forecasts(c, day(1)))
    row = values(built(shop, "forecast"))[0]
    assert str(row[11]).startswith(f"{day(10)} 异常日 300 → ")
    assert "异常日 1 天" in str(row[12])
    assert int(str(row[3])) < 400


def test_without_a_plan_the_reports_say_what_to_do(shop: Shop) -> None:
    """Empty books make no rows, and a sentence instead of an error."""
    for name in ("replenishment", "forecast"):
        table = built(shop, name)
        assert table.rows == []
        assert "供货规则" in table.notes[0]
