"""What came of the month: the documents that were planned, by the timetable's and the mall's own words.

A document is planned by the plan and the calendar alone, never by what ran; it has arrived when the books have read a
file of that name from that account. It waits when its job says for whom, who is the one that answers for the account,
and people were told so under that name. Whatever is neither is missing.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from bots.practice.world import World
from schedules.plan import LOOK_BACK
from storage.database.tables import job, raw_file, run_file
from storage.database.tables.desk import notice, question, queue_job
from storage.database.tables.privacy import audit_log
from storage.erp.invariants.verify import verify
from tests.bench.month.people import PERSON_OF

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
    """Where the planned documents are: arrived, waiting (for whom, and why), or nowhere and why not."""

    planned: int
    arrived: int
    waiting: dict[Document, "Wait"]
    missing: dict[Document, str]


@dataclass(frozen=True)
class Wait:
    """Whom a document waits for, and what is said of it."""

    person: str
    words: str


@dataclass(frozen=True)
class Told:
    """What the books say of one job: its stage, its words, and whom it names."""

    stage: str = "never"
    words: str = ""
    person: str = ""


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
    came, jobs, notices = _came(connection), _jobs(connection), _notices(connection)
    wanted = [document for night in nights for document in planned_of(night)]
    waiting: dict[Document, Wait] = {}
    missing: dict[Document, str] = {}
    for document in wanted:
        if document in came:
            continue
        said = jobs.get((document.day, document.account, document.flow), Told())
        if why_not := unsaid(document, said, notices):
            missing[document] = f"{said.stage}: {said.words} ({why_not})"
        else:
            waiting[document] = Wait(said.person, said.words)
    return Count(len(wanted), len(wanted) - len(waiting) - len(missing), waiting, missing)


def unsaid(document: Document, said: Told, notices: Sequence[tuple[str, str]]) -> str:
    """What is lacking for a document to wait for somebody by name; "" when nothing is.

    `notices`: what each message is about and everything that it says.
    """
    if said.stage not in {"person", "failed"}:
        return "its job is not over"
    if said.person != PERSON_OF[document.account]:
        return "its job names nobody who could help"
    about = (text for incident, text in notices if str(document.day) in incident)
    if not any(document.account in text and said.person in text for text in about):
        return "nobody was told that it waits for them"
    return ""


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


def _jobs(connection: Connection) -> dict[tuple[date, str, str], Told]:
    columns = (job.c.night, job.c.account, job.c.flow, job.c.stage, job.c.message, job.c.summary)
    return {
        (date.fromisoformat(night), account, flow): Told(
            stage, words, str(json.loads(summary or "{}").get("person", ""))
        )
        for night, account, flow, stage, words, summary in connection.execute(select(*columns))
    }


def _notices(connection: Connection) -> list[tuple[str, str]]:
    """What people were told, and was taken: the digests and what went wrong."""
    query = select(notice.c.incident, notice.c.title, notice.c.body)
    sent = notice.c.route.in_(("digest", "incident")) & (notice.c.state == "sent")
    return [(incident, f"{title}\n{body}") for incident, title, body in connection.execute(query.where(sent))]


def asked(connection: Connection) -> Counter[tuple[str, str, str]]:
    """How many questions there were, by kind, what became of them (taken, expired), and whose they were."""
    found: Counter[tuple[str, str, str]] = Counter()
    for kind, state, facts in connection.execute(select(question.c.kind, question.c.state, question.c.facts)):
        found[kind, state, str(json.loads(facts).get("person", ""))] += 1
    return found


def looked_at(connection: Connection, why: str) -> int:
    """How many effects a person has settled by looking on the site, as the log of changes has it."""
    return int(connection.execute(select(func.count()).where(audit_log.c.why == why)).scalar_one())


def taken_over(connection: Connection) -> int:
    """How many times a ticket was taken that somebody else had held before."""
    return sum(fence - 1 for fence in connection.execute(select(queue_job.c.fence)).scalars() if fence > 1)


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
