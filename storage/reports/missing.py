"""What is missing: days no statement speaks about, files that wait, rows set aside, and what waits for whom."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, select

from storage.database.tables import ad_day, command, effect, job, platform_order, quarantine, raw_file
from storage.erp.recon_reading import coverage
from storage.erp.recon_rows import days_between
from storage.reports.settlement import WALLETS
from storage.reports.table import Column, Period, Table

TITLE = "缺失"
COLUMNS = (
    Column("什么", "", 16),
    Column("店铺", "", 14),
    Column("期间 / 文件", "", 34, wrap=True),
    Column("数量", "count", 10),
    Column("说明", "", 66, wrap=True),
    Column("等谁", "", 14),
)
MEASURES = (("数量", "count"),)


def build(connection: Connection, period: Period) -> Table:
    """One row per gap or waiting thing; no row means that nothing is missing."""
    table = Table("missing", TITLE, period, COLUMNS)
    _statement_days(connection, table)
    _order_and_ad_days(connection, table)
    _files(connection, table)
    _quarantine(connection, table)
    _waiting(connection, table)
    if not table.rows:
        table.notes.append("没有缺失：期间内每个店铺的账单、订单和广告报表都齐，没有文件或行在等人。")
    return table


def _say(table: Table, block_id: str, texts: tuple[str, str, str], sources: Iterable[tuple[str, int, str]], note: str,
         who: str) -> None:  # fmt: skip
    block = table.block(block_id, " ".join(text for text in texts if text), MEASURES)
    for sha, row_no, key in sources:
        block.add(sha, row_no, key, 1)
    table.rows.append([*texts, table.figure(block, 0), note, who])


def _ranges(days: Iterable[str]) -> str:
    """`2026-06-01–03、2026-06-07`: neighbouring days drawn together."""
    runs: list[list[str]] = []
    for day in sorted(days):
        if runs and len(days_between(runs[-1][-1], day)) == 2:
            runs[-1].append(day)
        else:
            runs.append([day])
    return "、".join(run[0] if len(run) == 1 else f"{run[0]} 至 {run[-1]}" for run in runs)


def _statement_days(connection: Connection, table: Table) -> None:
    covered = coverage(connection, date.fromisoformat(table.period.last_day)).days
    for owner in sorted(covered):
        lacking = [day for day in days_between(*table.period) if day not in covered[owner]]
        if lacking and owner[1] != "personal":
            name = "银行流水" if owner[1] == "bank" else f"{WALLETS.get(owner[1], owner[1])}账单"
            shop = "" if owner[1] == "bank" else owner[0]
            _say(table, f"statement|{'|'.join(owner)}", (name, shop, _ranges(lacking)),
                 [("", 0, day) for day in lacking], "这些日子没有账单，差异暂按在途处理", "机器人补取")  # fmt: skip


def _order_and_ad_days(connection: Connection, table: Table) -> None:
    o, a = platform_order.c, ad_day.c
    orders = {(shop, created[:10]) for shop, created in connection.execute(select(o.shop, o.created_at))}
    ads = set(connection.execute(select(a.shop, a.day).distinct()))
    for name, found in (("订单", orders), ("广告报表", ads)):
        for shop in sorted({shop for shop, _ in found}):
            lacking = [day for day in days_between(*table.period) if (shop, day) not in found]
            if lacking:
                _say(table, f"{name}|{shop}", (name, shop, _ranges(lacking)), [("", 0, day) for day in lacking],
                     "这些日子一行也没有：没有取到，或确实没有发生", "运营确认")  # fmt: skip


def _files(connection: Connection, table: Table) -> None:
    f = raw_file.c
    states = {"parked": ("文件待放行", "财务"), "refused": ("文件读不了", "运营")}
    query = select(f.file_sha, f.shop, f.name, f.state, f.message).where(f.state.in_(sorted(states)))
    for sha, shop, name, state, message in connection.execute(query.order_by(f.name, f.file_sha)):
        what, who = states[state]
        _say(table, f"file|{sha}", (what, shop, name), [(sha, 0, name)], message, who)


def _quarantine(connection: Connection, table: Table) -> None:
    q, f = quarantine.c, raw_file.c
    query = (
        select(q.file_sha, q.row_no, q.message, q.owner, f.name, f.shop)
        .select_from(quarantine.outerjoin(raw_file, f.file_sha == q.file_sha))
        .where(q.resolved_at == "")
        .order_by(q.file_sha, q.row_no)
    )
    by_file: dict[tuple[str, str, str, str], list[tuple[int, str]]] = {}
    for sha, row_no, message, owner, name, shop in connection.execute(query):
        by_file.setdefault((sha, name or "", shop or "", owner), []).append((row_no, message))
    for (sha, name, shop, owner), rows in by_file.items():
        sources = [(sha, row_no, message) for row_no, message in rows]
        note = f"第 {rows[0][0]} 行：{rows[0][1]}" + (f"（等 {len(rows)} 行）" if len(rows) > 1 else "")
        _say(table, f"quarantine|{sha}|{owner}", ("隔离的行", shop, name), sources, note, owner or "财务")


def _waiting(connection: Connection, table: Table) -> None:
    j, c, e = job.c, command.c, effect.c
    jobs = select(j.job_key, j.flow, j.account, j.stage, j.message).where(j.stage.in_(("failed", "person")))
    tonight = jobs.where(j.night == table.period.night).order_by(j.position)
    for job_key, flow, account, stage, message in connection.execute(tonight):
        what = "任务失败" if stage == "failed" else "任务等人"
        _say(table, f"job|{job_key}", (what, account, flow), [("", 0, job_key)], message, "运营")
    for command_id, shop, subject, worklist in connection.execute(
        select(c.command_id, c.shop, c.subject, c.worklist).where(c.state == "person").order_by(c.command_id)
    ):
        note = "机器人不能确认是否已办，请到后台核实"
        _say(
            table,
            f"command|{command_id}",
            ("指令等人", shop, f"{worklist} {subject}"),
            [("", 0, command_id)],
            note,
            "运营",
        )
    for effect_key, label, note in connection.execute(
        select(e.effect_key, e.label, e.note).where(e.state.in_(("open", "person"))).order_by(e.effect_key)
    ):
        _say(table, f"effect|{effect_key}", ("动作未决", "", label or effect_key), [("", 0, effect_key)], note, "运营")
