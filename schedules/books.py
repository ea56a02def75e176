"""The core's steps of a night, by name: each reads the books, writes the books, and is safe to run again."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, func, select

from schedules import order_steps
from schedules.book_files import facts_path, report_path
from schedules.desk import Desk
from schedules.done import Done
from schedules.problems import BooksWrong
from storage.database.tables import platform_order
from storage.erp.finance import post_events as posting
from storage.erp.invariants import verify as invariants
from storage.erp.reconciliation import reconcile as reconciliation
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.settlement import settle as settling
from storage.reports import workbook
from storage.reports.table import Period

REPORT_DAYS = 40
Step = Callable[[Desk, date], Done]


def contracts_of(desk: Desk) -> Contracts:
    """What was agreed with the platforms, from the settings."""
    return Contracts(commission_bp={name: shop.commission_bp for name, shop in desk.settings.shops.items()})


def reconcile(desk: Desk, night: date) -> Done:
    """Every statement line gets its one outcome; what the books expect and no line brings is named."""
    with desk.database.write() as connection:
        found = reconciliation.reconcile(connection, contracts_of(desk), night - timedelta(days=1))
    return Done(
        f"{found.lines} 行各有一个结论，{found.exceptions} 处要看，{found.pending} 笔还没到时间",
        f"{found.lines} lines, {found.exceptions} to look at, {found.pending} not yet due",
        {"lines": found.lines, "exceptions": found.exceptions, "pending": found.pending},
    )


def verify(desk: Desk, night: date) -> Done:
    """All invariants of the books (of long histories the night's share), every metric of the reports against them; a
    finding fails the step.
    """
    with desk.database.read() as connection:
        findings = invariants.verify(connection, night.isoformat())
    with desk.database.read() as connection:  # one of its own: what is fed is of the moment that it begins at
        findings = [*findings, *_figures_wrong(desk, connection, night)]
    if findings:
        raise BooksWrong([f"{finding.where}: {finding.message}" for finding in findings])
    count = len(invariants.INVARIANTS)
    return Done(f"{count} 条不变式全部成立", f"all {count} invariants hold", {"invariants": count})


def _figures_wrong(desk: Desk, connection: Connection, night: date) -> list[invariants.Finding]:
    """Metrics that do not agree with the books; the copy that reports read is fed first."""
    from storage.reports import check
    from storage.reports.facts.copy import with_copy

    with with_copy(connection, facts_path(desk)):
        return check.findings(connection, night)


def facts(desk: Desk, _: date) -> Done:
    """The copies that reports read are brought to what the books say; a day that has not changed is not read again."""
    from storage.reports.facts.nightly import bring_up

    with desk.database.read() as connection:
        fed = bring_up(connection, facts_path(desk))
    days, rows = (sum(counts) for counts in zip(*fed.values(), strict=True))
    counts = {f"{name}_rows": one.rows for name, one in fed.items()}
    return Done(
        f"报表的副本跟上了账，写了 {days} 天的 {rows} 行" if days else "报表的副本和账一样，没有新的",
        f"the reports' copies follow the books, {rows} rows of {days} days written" if days else "nothing new",
        {"days": days, **counts},
    )


def report(desk: Desk, night: date) -> Done:
    """The morning report of the night as a workbook."""
    from storage.reports.facts.copy import with_copy

    path = report_path(desk, night)
    path.parent.mkdir(parents=True, exist_ok=True)
    with desk.database.read() as connection, with_copy(connection, facts_path(desk)):
        written = workbook.write_morning_report(
            connection, period_of(connection, night), path, datetime.now(UTC), desk.settings.lang
        )
    return Done(path.name, path.name, {"tables": len(written.tables), "source_rows": written.source_rows})


def post(desk: Desk, night: date) -> Done:
    """What the books know of the days before the night becomes vouchers, each document once."""
    with desk.database.write() as connection:
        return Done.of(posting.post_events(connection, str(night - timedelta(days=1))))


def settle(desk: Desk, night: date) -> Done:
    """Express bills, payees' shares, answers about invoices and refunds, and the vouchers of freight."""
    with desk.database.write() as connection:
        return Done.of(settling.settle(connection, str(night - timedelta(days=1))))


def period_of(connection: Connection, night: date) -> Period:
    """The days a morning report covers: forty up to the day before, not earlier than the first order in the books."""
    first, created = str(night - timedelta(days=REPORT_DAYS)), platform_order.c.created_at
    earlier = select(created).where(created < first).limit(1)  # there at once in old books; all are read for the least
    known = connection.execute(earlier).scalar()
    if known is None:
        known = connection.execute(select(func.min(created))).scalar() or first
    return Period(max(first, known[:10]), str(night - timedelta(days=1)))


STEPS: dict[str, Step] = {
    "aftersales": order_steps.aftersales,
    "allocate": order_steps.allocate,
    "collect": order_steps.collect,
    "facts": facts,
    "post": post,
    "publish": order_steps.publish,
    "purchase": order_steps.purchase,
    "reconcile": reconcile,
    "report": report,
    "review": order_steps.review,
    "settle": settle,
    "tend": order_steps.tend,
    "verify": verify,
}
"""The same names as `schedules.step_names`, which says each in both languages."""
