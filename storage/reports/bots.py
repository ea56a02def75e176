"""What the bots did in the night after the last day: jobs, worklist rows by outcome, files, effects outside."""

from sqlalchemy import Connection, func, select

from storage.database.tables import bot_result, effect, job, raw_file
from storage.reports.table import Block, Column, Period, Table

TITLE = "机器人"
COLUMNS = (
    Column("类别", "", 12),
    Column("名称", "", 26),
    Column("店铺 / 账号", "", 18),
    Column("结果", "", 16),
    Column("数量", "count", 10, metric="bot_records"),
    Column("说明", "", 60, wrap=True),
)
MEASURES = (("数量", "count"),)
STAGES = {
    "archived": "已归档", "done": "完成", "failed": "失败", "ingested": "已入账", "person": "等人", "planned": "待执行",
    "played": "已执行", "playing": "执行中",
}  # fmt: skip
OUTCOMES = {"done": "已办", "failed": "失败", "found_done": "原已办妥", "person": "等人", "rejected": "被拒绝"}
EFFECTS = {"done": "已办", "found_done": "原已办妥", "free": "确认未发生", "open": "未决", "person": "等人"}
WORKLISTS = {
    "to_delist": "下架",
    "to_enrol": "报名活动",
    "to_list": "上架",
    "to_ship_batch": "批量发货",
    "to_ship_form": "逐单发货",
}


def build(connection: Connection, period: Period) -> Table:
    """The night's jobs, then the rows worked on, files brought back and effects of its runs."""
    table = Table("bots", TITLE, period, COLUMNS)
    runs = _jobs(connection, table)
    _results(connection, table, runs)
    _files(connection, table, runs)
    _effects(connection, table, runs)
    return table


def _row(table: Table, texts: list[str], block: Block, note: str) -> None:
    table.rows.append([*texts, table.figure(block, 0), note])


def _jobs(connection: Connection, table: Table) -> set[str]:
    j = job.c
    query = select(j.job_key, j.flow, j.account, j.stage, j.run_id, j.message).where(j.night == table.period.night)
    runs = set()
    for job_key, flow, account, stage, run_id, message in connection.execute(query.order_by(j.night, j.position)):
        block = table.block(f"job|{job_key}", f"任务 {flow} {account}", MEASURES)
        block.add("", 0, f"任务 {job_key} 运行 {run_id}", 1)
        _row(table, ["任务", flow, account, STAGES.get(stage, stage)], block, message)
        runs.add(run_id)
    return runs - {""}


def _results(connection: Connection, table: Table, runs: set[str]) -> None:
    b = bot_result.c
    query = select(b.worklist, b.shop, b.outcome, b.file_sha, b.run_id, b.command_id, b.reason)
    reasons: dict[str, set[str]] = {}
    for worklist, shop, outcome, sha, run_id, command_id, reason in connection.execute(
        query.order_by(b.worklist, b.shop, b.outcome, b.command_id, b.run_id)
    ):
        if run_id not in runs:
            continue
        block_id = f"result|{worklist}|{shop}|{outcome}"
        title = f"{WORKLISTS.get(worklist, worklist)} {shop} {OUTCOMES.get(outcome, outcome)}"
        table.block(block_id, title, MEASURES).add(sha, 0, f"{command_id}（{run_id}）", 1)
        reasons.setdefault(block_id, set()).update({reason} - {""})
    for block_id, said in reasons.items():
        _, worklist, shop, outcome = block_id.split("|")
        texts = ["商品与订单", WORKLISTS.get(worklist, worklist), shop, OUTCOMES.get(outcome, outcome)]
        _row(table, texts, table.blocks[block_id], "；".join(sorted(said)[:3]))


def _files(connection: Connection, table: Table, runs: set[str]) -> None:
    f = raw_file.c
    query = select(f.kind, f.shop, f.file_sha, f.name, f.rows, f.run_id).order_by(f.kind, f.shop, f.name, f.file_sha)
    for kind, shop, sha, name, rows, run_id in connection.execute(query):
        if run_id in runs:
            block = table.block(f"file|{kind}|{shop}", f"取回文件 {kind} {shop}", MEASURES)
            block.add(sha, 0, f"{name}（{rows} 行）", 1)
    for block_id in sorted(block_id for block_id in table.blocks if block_id.startswith("file|")):
        _, kind, shop = block_id.split("|")
        _row(table, ["取回文件", kind, shop, "已归档"], table.blocks[block_id], "")


def _effects(connection: Connection, table: Table, runs: set[str]) -> None:
    e = effect.c
    query = select(e.effect_key, e.label, e.state, e.run_id).where(e.run_id.in_(sorted(runs)))
    for effect_key, label, state, run_id in connection.execute(
        query.order_by(func.coalesce(e.label, ""), e.effect_key)
    ):
        name = label or "外部动作"
        block = table.block(f"effect|{name}|{state}", f"外部动作 {name} {EFFECTS.get(state, state)}", MEASURES)
        block.add("", 0, f"{effect_key}（{run_id}）", 1)
    for block_id in sorted(block_id for block_id in table.blocks if block_id.startswith("effect|")):
        _, name, state = block_id.split("|")
        _row(table, ["外部动作", name, "", EFFECTS.get(state, state)], table.blocks[block_id], "每个动作只办一次")
