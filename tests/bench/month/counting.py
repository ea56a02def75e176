"""What came of the month: the documents that were planned, by the timetable's and the mall's own words.

A document is planned by the plan and the calendar alone, never by what ran; it has arrived when the books have read a
file of that name from that account, and it waits when the job that should have brought it waits for a person.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from bots.practice.world import World
from schedules.plan import LOOK_BACK
from storage.database.tables import job, raw_file, run_file
from storage.erp.invariants.verify import verify

DAY = timedelta(days=1)
HOLIDAYS = frozenset(date(2026, 10, day) for day in range(1, 8)) | {date(2026, 9, day) for day in (25, 26, 27)}
MAKE_UP = frozenset({date(2026, 9, 20), date(2026, 10, 10)})
"""National Day and Mid-Autumn of 2026 by the State Council's notice: written here once more, so that the product's own
calendar is not measured by itself."""
ONCE = {
    "sub-orders shipped": "SELECT sub_no FROM shipment WHERE via <> 'history' GROUP BY sub_no HAVING COUNT(*) > 1",
    "sheets of waybills": "SELECT shop_id, file_name FROM batch_upload GROUP BY 1, 2 HAVING COUNT(*) > 1",
    "on or off the shelf": "SELECT product_id FROM shelf_event GROUP BY product_id, action HAVING COUNT(*) > 1",
    "enrolments": "SELECT product_id FROM enrolment GROUP BY activity_id, product_id HAVING COUNT(*) > 1",
}
"""Effects of the mall that may be there once → those that are there more often."""


@dataclass(frozen=True, order=True)
class Document:
    """One file that is planned: the day of its run, the account that fetches it, its flow, and its name."""

    day: date
    account: str
    flow: str
    name: str


@dataclass(frozen=True)
class Count:
    """Where the planned documents are: arrived, waiting (each with whom it waits for and why), or nowhere."""

    planned: int
    arrived: int
    waiting: dict[Document, str]
    missing: dict[Document, str]


def is_workday(day: date) -> bool:
    """Whether it is worked in China in autumn 2026."""
    return day in MAKE_UP or (day.weekday() < 5 and day not in HOLIDAYS)


def planned_of(night: date) -> Iterator[Document]:
    """The documents of the night of that day and of the morning after it."""
    first, last = night - LOOK_BACK, night - DAY
    shops = {"seller_a": "shop_a", "seller_b": "shop_b", "seller_sms": "shop_c"}
    for account, shop in shops.items():
        yield Document(night, account, "practice/products", f"商品-{shop}-{night}.xlsx")
    for account in ("seller_a", "seller_b"):
        for what in ("订单", "售后"):
            yield Document(night, account, "practice/orders", f"{what}-{shops[account]}-{first}-{last}.xlsx")
    yield Document(night, "seller_c", "practice/stock", f"期初盘点-{night}.xlsx")
    yield Document(night, "seller_c", "practice/stock", f"面单号段-{night}.csv")
    for letter, ending in (("a", "zip"), ("b", "zip"), ("c", "csv")):
        yield Document(night, f"pay_{letter}", "practice/statements", f"账单-shop_{letter}-{last}.{ending}")
    yield Document(night, "ads", "practice/ads", f"推广报表-{first}-{last}.csv")
    yield from _of_the_morning(night, first)


def _of_the_morning(day: date, first: date) -> Iterator[Document]:
    """Berlin's 02:30 is the same day in China; New York's 08:30 its evening before, so that the night reconciles it."""
    if is_workday(day):
        yield Document(day, "seller_a2", "practice/products", f"商品-shop_a-{day}.xlsx")
    yield Document(day, "seller_b2", "practice/products", f"商品-shop_b-{day}.xlsx")
    yield Document(day, "seller_c2", "practice/products", f"商品-shop_c-{day}.xlsx")
    there = day - DAY
    yield Document(there, "pay_a2", "practice/bank", f"银行流水-{there - DAY}-{there - DAY}.csv")
    yield Document(there, "pay_a2", "practice/bank", f"提现记录-shop_a-{there}.csv")


def count(connection: Connection, nights: list[date]) -> Count:
    """Where the documents of these nights are."""
    came = _came(connection)
    stages = _stages(connection)
    wanted = [document for night in nights for document in planned_of(night)]
    waiting: dict[Document, str] = {}
    missing: dict[Document, str] = {}
    for document in wanted:
        if document in came:
            continue
        stage, words = stages.get((document.day, document.account, document.flow), ("never", ""))
        (waiting if stage == "person" and words else missing)[document] = f"{stage}: {words}"
    return Count(len(wanted), len(wanted) - len(waiting) - len(missing), waiting, missing)


def unplanned(connection: Connection, nights: list[date]) -> list[Document]:
    """Snapshots of products that came and that no calendar asked for: a day worked that is none, an hour done twice."""
    wanted = {document for night in nights for document in planned_of(night)}
    return sorted(one for one in _came(connection) if one.flow == "practice/products" and one not in wanted)


def _came(connection: Connection) -> set[Document]:
    query = (
        select(job.c.night, job.c.account, job.c.flow, run_file.c.record, raw_file.c.state)
        .join_from(job, run_file, job.c.run_id == run_file.c.run_id)
        .join(raw_file, raw_file.c.file_sha == run_file.c.file_sha)
    )
    return {
        Document(date.fromisoformat(night), account, flow, str(json.loads(record)["name"]))
        for night, account, flow, record, state in connection.execute(query)
        if state == "read"
    }


def _stages(connection: Connection) -> dict[tuple[date, str, str], tuple[str, str]]:
    rows = connection.execute(select(job.c.night, job.c.account, job.c.flow, job.c.stage, job.c.message))
    return {(date.fromisoformat(night), account, flow): (stage, words) for night, account, flow, stage, words in rows}


def twice(world: World) -> dict[str, int]:
    """How many effects the mall has more than once, by what they are; the mall takes each as often as it is asked."""
    return {what: len(world.rows(query)) for what, query in ONCE.items()}


def shipped(world: World, wanted: set[str]) -> int:
    """How many of these sub-orders the mall has shipped."""
    return len(wanted & {row["sub_no"] for row in world.rows("SELECT sub_no FROM shipment")})


def faults_met(world: World) -> Counter[str]:
    """How often each fault has struck, by the mall's own log."""
    met: Counter[str] = Counter()
    for row in world.rows("SELECT fault FROM request_log WHERE fault <> ''"):
        met.update(row["fault"].replace(",", " ").split())
    return met


def findings(connection: Connection) -> list[object]:
    """Invariants of the books that do not hold."""
    return list(verify(connection))
