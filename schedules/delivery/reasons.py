"""Why a file that was due has not come, as the nights say it."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from schedules.delivery.planned import Fetch, flow_name, person_in
from storage.database.tables import job, raw_file, raw_receipt
from storage.feeds import Arrival, Feed

if TYPE_CHECKING:
    from schedules.desk import Desk


class Reasons:
    """Why a file is missing, as the nights say it: the flow that brings such files, and what became of its job."""

    def __init__(self, desk: "Desk", connection: Connection) -> None:
        """Nothing is looked up yet."""
        self._desk, self._connection = desk, connection
        self._brought: dict[str, list[tuple[str, str, str, str]]] | None = None
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
        if self._brought is None:
            self._brought = _flows_by_kind(self._connection)
        came = self._brought.get(feed.kind, [])
        mine = [(at, flow) for at, flow, owner, shop in came if feed.shop in ("", owner, shop)]
        return max(mine, default=("", ""))[1]

    def _jobs(self, night: str) -> list[Any]:
        if night not in self._nights:
            query = select(job.c.flow, job.c.account, job.c.stage, job.c.message, job.c.summary).where(
                job.c.night == night
            )
            self._nights[night] = list(self._connection.execute(query.order_by(job.c.position)))
        return self._nights[night]


def _flows_by_kind(connection: Connection) -> dict[str, list[tuple[str, str, str, str]]]:
    """kind → when it last came, by which flow, whose, from which shop: asked once for all feeds, it reads all
    receipts."""
    r, f = raw_receipt.c, raw_file.c
    query = (
        select(f.kind, func.max(r.received_at), r.flow, r.owner, r.shop)
        .join_from(raw_receipt, raw_file, r.file_sha == f.file_sha)
        .where(r.flow != "")
        .group_by(f.kind, r.flow, r.owner, r.shop)
    )
    found: dict[str, list[tuple[str, str, str, str]]] = {}
    for kind, at, flow, owner, shop in connection.execute(query):
        found.setdefault(kind, []).append((at, flow_name(flow), owner, shop))
    return found
