"""The ad centre's answers: spend per day, plan and product."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.responses import Response

from bots.practice import files, listings
from bots.practice.listings import Paging
from bots.practice.site import Call, Handler, Refused, attachment

Answer = Mapping[str, Any] | Response


def report(call: Call) -> Answer:
    """A page of the report and the sums of all its rows; filters `from` and `to` (days)."""
    return listings.ad_days(call.parts.world, call.ask, Paging.of(call.ask))


def report_file(call: Call) -> Answer:
    """The report of a span of days as a CSV."""
    try:
        first, last = date.fromisoformat(call.text("from")), date.fromisoformat(call.text("to"))
    except ValueError as error:
        raise Refused("请先选择日期") from error
    return attachment(*files.ads(call.parts.world, first, last))


def home(call: Call) -> Answer:
    """Yesterday's figures and the daily spend of the last two weeks."""
    last_day = call.parts.world.setting("last_day")
    with call.parts.world.reading() as db:
        found = db.execute(
            "SELECT day, sum(spend_fen) AS spend_fen, sum(gmv_fen) AS gmv_fen, sum(clicks) AS clicks,"
            " sum(impressions) AS impressions FROM ad_day GROUP BY day ORDER BY day DESC LIMIT 14"
        )
        days = [dict(row) for row in found]
    return {"last_day": last_day, "days": days}


TABLE: Mapping[tuple[str, str], Handler] = {
    ("GET", "/api/ads/home"): home,
    ("GET", "/api/ads/report"): report,
    ("GET", "/api/ads/report/file"): report_file,
}
