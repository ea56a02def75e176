"""What is missing: days no statement speaks about, files that wait, rows set aside, and what waits for whom."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection, select

from storage.database.tables import ad_day, command, effect, job, quarantine, raw_file
from storage.database.tables.review import order_hold
from storage.erp.commands.by_hand import TITLES, Thing, Title, played, things
from storage.erp.orders.hold_names import hold_name
from storage.erp.reconciliation.reading import BANK, LISTED_APART, arrivals, coverage
from storage.erp.reconciliation.rows import Coverage, days_between
from storage.reports.settlement import WALLETS
from storage.reports.table import Column, Period, Table

TITLE = "缺失"
COLUMNS = (
    Column("什么", "", 16),
    Column("店铺", "", 14),
    Column("期间 / 文件", "", 34, wrap=True),
    Column("数量", "count", 10, metric="missing_items"),
    Column("说明", "", 66, wrap=True),
    Column("等谁", "", 14),
)
MEASURES = (("数量", "count"),)
NO_FIGURES = frozenset({"指令等人", "动作未决", "要人办", "拦下的订单"})


def build(connection: Connection, period: Period) -> Table:
    """One row per gap or waiting thing; no row means that nothing is missing."""
    table = Table("missing", TITLE, period, COLUMNS)
    _days(connection, table)
    _files(connection, table)
    _quarantine(connection, table)
    _waiting(connection, table)
    _by_hand(connection, table)
    _held(connection, table)
    if not table.rows:
        table.notes.append("没有缺失：期间内每个店铺的账单、订单、售后和广告报表都齐，没有文件或行在等人。")
    return table


def incomplete(table: Table) -> list[str]:
    """What the figures of the period lack, one entry per kind: `支付宝账单（shop_a 2026-11-20）`; empty when nothing.

    Commands and effects that wait for someone change no figure.
    """
    kinds: dict[str, list[str]] = {}
    for row in table.rows:
        what, shop, where = (str(cell) for cell in row[:3])
        if what not in NO_FIGURES:
            kinds.setdefault(what, []).append(f"{shop} {where}".strip())
    return [f"{what}（{found[0]}{f' 等 {len(found)} 项' if len(found) > 1 else ''}）" for what, found in kinds.items()]


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


def _days(connection: Connection, table: Table) -> None:
    """Days that no statement and no export speaks about, shop by shop; a shop of which nothing ever came lacks all."""
    covered = coverage(connection, date.fromisoformat(table.period.last_day))
    wanted = {owner: days for owner, days in covered.days.items() if owner[1] != "personal"}
    wanted |= {(shop, ""): frozenset[str]() for shop in covered.unbilled}
    if len(covered.accounts) > 1:  # what one account's statement tells, another's does not
        wanted = {owner: days for owner, days in wanted.items() if owner != BANK}
        wanted |= {(account, BANK[1]): days for account, days in covered.accounts.items()}
    for (shop, wallet), days in sorted(wanted.items()):
        name = "银行流水" if wallet == BANK[1] else f"{WALLETS.get(wallet, wallet)}账单"
        note = "这些日子没有账单，差异暂按在途处理"
        whose = "" if (shop, wallet) == BANK else shop
        _lacking(table, f"statement|{shop}|{wallet}", (name, whose), days, note, "机器人补取")
    billed = {shop for shop, wallet in covered.days if wallet not in ("bank", "personal")}
    withdrawn = {shop: days for (shop, wallet), days in covered.withdrawals.items() if wallet in LISTED_APART}
    withdrawn |= {shop: frozenset() for shop, wallet in covered.days if _untold(covered, shop, wallet)}
    fetch, note = "机器人补取", "这些日子没有取到，账单里与之有关的差异暂按在途处理"
    _shops(table, "订单", _by_shop(covered.orders, billed), note, fetch)
    _shops(table, "售后", _by_shop(covered.refunds, billed), note, fetch)
    _shops(table, "提现记录", withdrawn, note, fetch)
    _shops(table, "广告报表", _ad_days(connection), "这些日子没有取到，或确实没有投放", "运营确认")


def _untold(covered: Coverage, shop: str, wallet: str) -> bool:
    return wallet in LISTED_APART and (shop, wallet) not in covered.withdrawals


def _by_shop(days: Mapping[tuple[str, str], frozenset[str]], billed: Iterable[str]) -> dict[str, frozenset[str]]:
    """Days by shop; a shop that has statements must have them."""
    return {shop: frozenset[str]() for shop in billed} | {shop: found for (_, shop), found in days.items()}


def _shops(table: Table, name: str, days: Mapping[str, frozenset[str]], note: str, who: str) -> None:
    for shop in sorted(days):
        _lacking(table, f"{name}|{shop}", (name, shop), days[shop], note, who)


def _lacking(table: Table, block_id: str, what: tuple[str, str], days: frozenset[str], note: str, who: str) -> None:
    lacking = [day for day in days_between(*table.period) if day not in days]
    if lacking:
        _say(table, block_id, (*what, _ranges(lacking)), [("", 0, day) for day in lacking], note, who)


def _ad_days(connection: Connection) -> dict[str, frozenset[str]]:
    """Days of each shop's ad reports: those they state, and those of their rows."""
    days: dict[str, set[str]] = {}
    for shop, day in connection.execute(select(ad_day.c.shop, ad_day.c.day).distinct()):
        days.setdefault(shop, set()).add(day)
    for arrival in arrivals(connection):
        if arrival.kind == "practice_ads" and arrival.owner:
            days.setdefault(arrival.owner, set()).update(arrival.days)
    return {shop: frozenset(found) for shop, found in days.items()}


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


def _by_hand(connection: Connection, table: Table) -> None:
    """What is asked for and no flow of the night does, one row per worklist and shop."""
    night = table.period.night
    grouped: dict[tuple[str, str], list[Thing]] = {}
    for one in things(connection, played(connection, night), night):
        if one.state == "person":  # told one by one above
            continue
        grouped.setdefault((one.worklist, one.shop), []).append(one)
    for (worklist, shop), found in grouped.items():
        title = TITLES.get(worklist, Title(worklist, worklist, "运营", "operations"))
        more = f"（等 {len(found)} 件）" if len(found) > 1 else ""
        note = f"{found[0].why}{more}；没有流程做这件事，办完用 yeban todo 记下"
        texts = ("要人办", shop, title.zh)
        sources = [("", 0, one.command_id) for one in found]
        _say(table, f"by_hand|{worklist}|{shop}", texts, sources, note, title.who_zh)


def _held(connection: Connection, table: Table) -> None:
    """Orders that the review holds and somebody has to settle, one row per shop, reason and owner."""
    h = order_hold.c
    query = select(h.shop, h.code, h.owner, h.order_no, h.words, h.due_at).where(h.state == "open", h.owner != "")
    grouped: dict[tuple[str, str, str], list[tuple[str, str, str]]] = {}
    for shop, code, owner, *about in connection.execute(query.order_by(h.shop, h.code, h.owner, h.due_at, h.order_no)):
        grouped.setdefault((shop, code, owner), []).append((about[0], about[1], about[2]))
    for (shop, code, owner), found in grouped.items():
        number, words, due = found[0]
        note = f"{number}：{words}" + (f"（等 {len(found)} 单）" if len(found) > 1 else "")
        note += (f"；最早的 {due} 到期" if due else "") + "；看 yeban orders held"
        _say(
            table,
            f"held|{shop}|{code}|{owner}",
            ("拦下的订单", shop, hold_name(code)),
            [("", 0, one[0]) for one in found],
            note,
            owner,
        )
