"""Every number of every report is walked back: figure, row of an archived file, the bot's run that brought it."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from sqlalchemy import Connection, func, select

from bots.practice.world import TINY
from bots.practice.world.exports import ExportRequest, export
from schedules.answers import follow
from storage.archive import Facts
from storage.database.tables import bill_line, effect, job, order_line, platform_order, raw_row, sku, warehouse
from storage.database.tables.purchasing import supply_rule
from storage.documents.bot_results import KIND as RESULTS
from storage.erp.allocation.model import OrderKey
from storage.erp.commands import worklists
from storage.erp.commands.by_hand import answer_lines, things
from storage.erp.finance.post_events import post_events
from storage.erp.orders.dispatch import dispatch
from storage.erp.orders.holds import hold
from storage.erp.orders.review import review
from storage.erp.orders.transition import Cause
from storage.erp.purchasing.night import plan_purchases
from storage.erp.reconciliation.reconcile import reconcile
from storage.erp.settlement.settle import settle
from storage.ingest import ingest
from storage.reports import REPORTS, Period
from storage.reports.grounds import Ground, grounds, runs_of
from storage.reports.scope import EVERYTHING
from storage.reports.sources import build_scoped, parse, trace
from storage.reports.table import Figure, Table
from storage.runs import DatabaseJournal
from tests.storage.erp.recon.worlds import LAST_DAY, Night

NIGHT = "2026-11-21"
PERIOD = Period("2026-11-11", NIGHT)
ENDS = 3
"""So many rows of each figure are walked back."""


class Fetched(Night):
    """A tiny mall whose every file was brought by a run of its own."""

    runs = 0

    def take(self, kind: str, shop: str = "", *, since: date | None = None, until: date | None = None) -> None:
        """Export one file and take it in as the run's that downloaded it."""
        file = export(self.world, kind, ExportRequest(shop_id=shop or None, since=since, until=until))
        self.bring(file.file_name, file.content, kind, shop)

    def bring(self, name: str, content: bytes, kind: str, shop: str = "") -> str:
        """Take in what a run brought; returns the run's id."""
        self.runs += 1
        run_id, journal = f"R{self.runs:03d}", DatabaseJournal(self.database)
        told = {"flow": f"practice/{kind}", "account": "掌柜", "shop": shop, "folder": f"runs/{run_id}"}
        journal.start_run(run_id, told)
        facts = Facts(name, kind, shop, "download", run_id, f"practice/{kind}", "取回", 7)
        taken = ingest(self.database, self._archive, content, facts=facts)
        assert taken.state == "read", taken
        journal.end_run(run_id, "done", "")
        return run_id


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fetched]:
    """A night of a tiny mall: files brought by runs, reconciled, reviewed, allocated, half of it shipped by bots, one
    order held, a job that failed, goods planned, everything posted."""
    night = Fetched(tmp_path_factory.mktemp("grounds"), TINY, 7)
    night.take_all()
    with night.database.write() as c:
        _more(c)
        n = order_line.c
        code = c.execute(select(n.code).where(n.code.in_(select(sku.c.code))).group_by(n.code).order_by(
            func.sum(n.qty).desc(), n.code)).scalars().first()  # fmt: skip
        place = c.execute(select(warehouse.c.warehouse).order_by(warehouse.c.warehouse)).scalars().first()
        c.execute(supply_rule.insert(), [{"code": code, "warehouse": place, "lead_days": 9, "price_fen": 700}])
        reconcile(c, night.contracts, LAST_DAY)
        review(c, f"{NIGHT} 00:00:00")
        dispatch(c, NIGHT, f"{NIGHT} 00:00:00")
        worklists.publish(c, NIGHT)
        asked = things(c, frozenset())
    lines = answer_lines(asked[::2], "done", "bot", "", datetime.fromisoformat(f"{NIGHT}T02:00:00+08:00"))
    run_id = night.bring("results.jsonl", lines, RESULTS)
    with night.database.write() as c:
        follow(c, run_id)
        plain = {"night": PERIOD.night, "flow": "practice/ship", "account": "掌柜", "inputs": "{}"}
        c.execute(job.insert(), [
            {**plain, "job_key": f"{NIGHT}|practice/ship|掌柜|{n}", "position": n, "stage": stage, "run_id": run_id}
            for n, stage in enumerate(("done", "failed"))
        ])  # fmt: skip
        c.execute(effect.insert(), [
            {"effect_key": "发货 1", "run_id": run_id, "label": "发货", "state": state} for state in ("person",)
        ])  # fmt: skip
        plan_purchases(c, NIGHT)
        settle(c, NIGHT)
        post_events(c, NIGHT)
    yield night
    night.database.close()


def _more(c: Connection) -> None:
    """A fine for an order, told by a statement's row, and an order that a person holds."""
    line = c.execute(select(bill_line).where(bill_line.c.order_no != "").order_by(bill_line.c.flow_no)).first()
    assert line is not None
    c.execute(bill_line.insert(), [{**line._asdict(), "fee_type": "penalty", "amount_fen": -500}])
    o = platform_order.c
    waiting = select(o.platform, o.shop, o.order_no).where(o.ship_state == "none", o.pay_state == "paid")
    key = OrderKey(*c.execute(waiting.order_by(o.order_no)).first() or ("", "", ""))
    hold(c, key, "PERSON", Cause(f"{NIGHT} 00:00:00", "王芳", "orders.hold", "等买家"), owner="客服")


def figures(table: Table) -> list[Figure]:
    """The figures of a table's first and last row, a subtotal and its total: each kind of cell that it has."""
    rows = [*table.rows[:1], *table.rows[-1:], *[*table.subtotals.values()][:1], table.total]
    return list(dict.fromkeys(cell for row in rows for cell in row if isinstance(cell, Figure)))


class Walk:
    """Walks figures back, each row once; what was found under them is held against the runs at the end."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.built: dict[tuple[str, Period], Table] = {}
        self.found: dict[tuple[str, int, str], list[Ground]] = {}
        self.wrong: list[str] = []

    def back(self, figure: Figure) -> None:
        """From a figure to what lies under its first rows."""
        block_id = parse(figure.figure_id)[2]
        rows = trace(self.connection, figure.figure_id, self.built)
        assert rows, figure.figure_id
        for row in rows[:ENDS]:
            key = (row.file_sha, row.row_no, row.key)
            if key not in self.found:
                under = self.found[key] = grounds(self.connection, row, block_id)
                if not any(one.row_no for one in under) and not (under and _whole(row.key, block_id)):
                    self.wrong.append(f"{figure.figure_id} {row.key}：{under}")

    def at_the_runs(self) -> list[str]:
        """What leads to no run, or to a row that was not archived; empty when all is well."""
        lines = {tuple(row) for row in self.connection.execute(select(raw_row.c.file_sha, raw_row.c.row_no))}
        told = runs_of(self.connection, {one for under in self.found.values() for one in under})
        lost = [one for one, run in told.items() if not all((run.run_id, run.flow, run.account, run.started_at,
                                                             run.ended_at, run.folder))]  # fmt: skip
        gone = [one for one in told if one.row_no and (one.file_sha, one.row_no) not in lines]
        return [*self.wrong, *map(str, (*lost, *gone))]


def _whole(key: str, block_id: str) -> bool:
    """Whether the number is of files or runs as wholes: files brought back, jobs, days that no file speaks about."""
    return block_id.startswith(("file|", "job|", "effect|")) or (len(key) == 10 and key.startswith("2026-11-"))


@pytest.mark.function("RPA-19")
def test_every_number_of_every_report_leads_to_the_run_that_brought_it(books: Fetched) -> None:
    """Each report shows numbers on these books, and each number leads to rows of archived files and to the bot's run:
    who, from when to when, and the folder with its log and pictures."""
    silent = []
    with books.database.read() as c:
        walk = Walk(c)
        for name in REPORTS:
            table = walk.built[name, PERIOD] = build_scoped(c, name, PERIOD, EVERYTHING)
            told = [one for one in figures(table) if one.value]
            silent += [] if told else [name]
            for one in told:
                walk.back(one)
        assert (silent, walk.at_the_runs()) == ([], [])
    assert len(walk.found) > 150
