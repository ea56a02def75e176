"""Why a file that was due has not come, as the nights say it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from schedules.delivery.brought import Brought
from schedules.delivery.planned import Fetch, flow_name, person_in
from storage.database.tables import job
from storage.feeds import Arrival, Feed

if TYPE_CHECKING:
    from schedules.desk import Desk


class Reasons:
    """Why a file is missing, as the nights say it: the flow that brings such files, and what became of its job."""

    def __init__(self, desk: "Desk", connection: Connection, came: Iterable[Brought]) -> None:
        """`came`: all that was ever brought. No night is looked up yet."""
        self._desk, self._connection = desk, connection
        self._brought: dict[str, list[Brought]] = {}
        for one in came:
            if one.flow:
                self._brought.setdefault(one.kind, []).append(one)
        self._nights: dict[str, list[Any]] = {}

    def of(self, feed: Feed, found: Arrival, lang: str) -> str:
        """What the night after the day says; "" where no night has ever brought such a file."""
        if found.state == "parked":
            return ""
        flow = self._flow(feed)
        if not flow:
            return ""
        night = (found.day + timedelta(days=feed.lag_days)).isoformat()
        accounts = {name for name, one in self._desk.settings.accounts.items() if feed.shop in ("", one.shop, name)}
        jobs = [one for one in self._jobs(night) if one.flow == flow and (not accounts or one.account in accounts)]
        if not jobs:
            return f"night {night} did not run {flow}" if lang == "en" else f"{night} 那一夜没有运行 {flow}"
        open_ones = [one for one in jobs if one.stage != "done"]
        if not open_ones:
            return f"{flow} ran and brought none" if lang == "en" else f"{flow} 跑完了，没有带回它"
        one = open_ones[0]
        return Fetch("missing", flow, one.account, one.message or one.stage, person_in(one.summary)).why()

    def _flow(self, feed: Feed) -> str:
        """The flow that brought such a file last."""
        came = self._brought.get(feed.kind, [])
        mine = [(one.last_at, flow_name(one.flow)) for one in came if feed.shop in ("", one.owner, one.shop)]
        return max(mine, default=("", ""))[1]

    def _jobs(self, night: str) -> list[Any]:
        if night not in self._nights:
            query = select(job.c.flow, job.c.account, job.c.stage, job.c.message, job.c.summary).where(
                job.c.night == night
            )
            self._nights[night] = list(self._connection.execute(query.order_by(job.c.position)))
        return self._nights[night]
