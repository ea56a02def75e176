"""What must hold of money, orders and of what is said to have happened outside."""

from collections.abc import Iterable, Iterator

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    Integer,
    Numeric,
    Table,
    and_,
    func,
    not_,
    or_,
    select,
    text,
)

from storage.database.tables import (
    bot_result,
    command,
    fulfilment,
    fulfilment_line,
    metadata,
    move,
    order_event,
    order_line,
    platform_order,
    quarantine,
    raw_file,
    raw_row,
    refund,
    reservation,
)
from storage.erp.commands.wanted import SHIP
from storage.erp.invariants.findings import Finding
from storage.row_text import row_said


def money_is_whole(connection: Connection) -> list[Finding]:
    """I-7: amounts are integer fen: no column is a float, and (in SQLite, which would take one) no value is."""
    return whole_in(connection, metadata.sorted_tables)


def whole_in(connection: Connection, looked_at: Iterable[Table]) -> list[Finding]:
    """The same of every column, and of the values in some tables."""
    findings = [
        Finding(f"{table.name}.{column.name}", "金额或数量的列不是整数")
        for table in metadata.sorted_tables
        for column in table.c
        if isinstance(column.type, Float | Numeric) and not isinstance(column.type, Integer | BigInteger)
    ]
    if connection.dialect.name != "sqlite":
        return findings
    for table in looked_at:
        whole = [c.name for c in table.c if isinstance(c.type, Integer)]
        if not whole:
            continue
        wrong = " OR ".join(f"typeof({name}) <> 'integer'" for name in whole)
        count = connection.execute(text(f"SELECT count(*) FROM {table.name} WHERE {wrong}")).scalar_one()
        if count:
            findings.append(Finding(table.name, f"{count} 行里有不是整数的数"))
    return findings


def shares_sum_back(connection: Connection) -> list[Finding]:
    """I-8: what the buyer paid for an order is the sum of its sub-orders' shares, to the fen.

    Orders of a file with quarantined rows wait: the missing share may be in such a row.
    """
    o, line = platform_order.c, order_line.c
    query = (
        select(o.shop, o.order_no, o.paid_fen, func.sum(line.paid_share_fen).label("shares"))
        .join_from(platform_order, order_line, and_(line.platform == o.platform, line.shop == o.shop,
                                                    line.order_no == o.order_no))
        .where(o.platform == "practice", o.file_sha.not_in(select(quarantine.c.file_sha)))
        .group_by(o.platform, o.shop, o.order_no, o.paid_fen)
        .having(func.sum(line.paid_share_fen) != o.paid_fen)
    )  # fmt: skip
    return [
        Finding(f"{row.shop}/{row.order_no}", f"实付 {row.paid_fen} 分，子订单分摊合计 {row.shares} 分")
        for row in connection.execute(query)
    ]


def refunds_within_paid(connection: Connection) -> list[Finding]:
    """I-9: no more is refunded than was paid: per order, per sub-order, and by the refund documents."""
    o, line = platform_order.c, order_line.c
    findings = [
        Finding(f"{row.shop}/{row.order_no}", f"实付 {row.paid_fen} 分，已退 {row.refunded_fen} 分")
        for row in connection.execute(
            select(o.shop, o.order_no, o.paid_fen, o.refunded_fen).where(o.refunded_fen > o.paid_fen)
        )
    ]
    findings += [
        Finding(f"{row.shop}/{row.order_no}/{row.sub_no}", f"分摊 {row.paid_share_fen} 分，已退 {row.refunded_fen} 分")
        for row in connection.execute(
            select(line.shop, line.order_no, line.sub_no, line.paid_share_fen, line.refunded_fen).where(
                line.platform == "practice", line.refunded_fen > line.paid_share_fen
            )
        )
    ]
    r = refund.c
    joined = and_(o.platform == r.platform, o.shop == r.shop, o.order_no == r.order_no)
    query = (
        select(r.shop, r.order_no, o.paid_fen, func.sum(r.amount_fen).label("total"))
        .join_from(refund, platform_order, joined)
        .where(r.done_at != "")
        .group_by(r.platform, r.shop, r.order_no, o.paid_fen)
        .having(func.sum(r.amount_fen) > o.paid_fen)
    )
    return findings + [
        Finding(f"{row.shop}/{row.order_no}", f"实付 {row.paid_fen} 分，退款单合计 {row.total} 分")
        for row in connection.execute(query)
    ]


def newest_state_counts(connection: Connection) -> list[Finding]:
    """I-16: the pool holds the newest state of an order that any file tells; older files did not push it back."""
    return newest_of(connection)


def newest_of(connection: Connection, *files: ColumnElement[bool]) -> list[Finding]:
    """The same of what some files tell; all where none are chosen."""
    o = platform_order.c
    held = {
        (row.shop, row.order_no): row.platform_modified_at
        for row in connection.execute(
            select(o.shop, o.order_no, o.platform_modified_at).where(o.platform == "practice")
        )
    }
    newest: dict[tuple[str, str], str] = {}
    for shop, order_no, modified_at in _told(connection, *files):
        newest[shop, order_no] = max(newest.get((shop, order_no), ""), modified_at)
    return [
        Finding("/".join(key), f"文件里最新的更新时间是 {told}，订单池里是 {held[key]}")
        for key, told in sorted(newest.items())
        if key in held and held[key] < told
    ]


def _told(connection: Connection, *files: ColumnElement[bool]) -> Iterator[tuple[str, str, str]]:
    query = (
        select(raw_row.c.payload, raw_file.c.titles)
        .join_from(raw_row, raw_file, raw_row.c.file_sha == raw_file.c.file_sha)
        .where(raw_file.c.kind == "practice_orders", raw_file.c.state == "read", *files)
    )
    for told in connection.execute(query):
        row = row_said(*told)
        yield tuple(str(row.get(name) or "").strip("\t ") for name in ("店铺", "主订单编号", "更新时间"))  # type: ignore[misc]


def everything_has_a_source(connection: Connection) -> list[Finding]:
    """I-22: every stock move has its file or parcel, every parcel its order, every worklist result its command."""
    m, f, o = move.c, fulfilment.c, platform_order.c
    parcels = select(f.fulfilment_id)
    files = select(raw_file.c.file_sha)
    orphans = select(m.doc_type, m.doc_id, m.doc_line).where(
        or_(
            and_(m.doc_type == "issue", m.doc_id.not_in(parcels)),
            and_(m.doc_type != "issue", m.file_sha.not_in(files)),
        )
    )
    findings = [
        Finding(f"{row.doc_type}/{row.doc_id}/{row.doc_line}", "库存流水没有来源单据")
        for row in connection.execute(orphans)
    ]
    order = select(o.order_no).where(o.platform == f.platform, o.shop == f.shop, o.order_no == f.order_no).exists()
    findings += [
        Finding(row.fulfilment_id, "包裹没有订单")
        for row in connection.execute(select(f.fulfilment_id).where(not_(order)))
    ]
    asked = select(command.c.command_id)
    unknown = select(bot_result.c.command_id).where(bot_result.c.worklist != "", bot_result.c.command_id.not_in(asked))
    return findings + [
        Finding(row.command_id, "机器人的结果没有对应的指令") for row in connection.execute(unknown.distinct())
    ]


def outside_only_by_result(connection: Connection) -> list[Finding]:
    """I-25: nothing is done outside in the books without a bot's result row that says so."""
    done = select(bot_result.c.command_id).where(bot_result.c.outcome.in_(("done", "found_done")))
    c = command.c
    claimed = select(c.command_id).where(c.state == "done", c.command_id.not_in(done))
    findings = [Finding(row.command_id, "指令记为完成，却没有机器人的成功结果") for row in connection.execute(claimed)]
    f, part, r = fulfilment.c, fulfilment_line.c, reservation.c
    told = {
        (row.shop, row.subject)
        for row in connection.execute(select(c.shop, c.subject).where(c.worklist.in_(SHIP), c.command_id.in_(done)))
    }
    owner = f.fulfilment_id + "|" + f.platform + "|" + f.shop + "|" + f.order_no + "|" + part.sub_no
    consumed = select(r.owner).where(r.state == "consumed")
    shipped = (
        select(f.fulfilment_id, f.shop, part.sub_no)
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == part.fulfilment_id)
        .where(or_(f.state == "shipped", owner.in_(consumed)))
    )
    findings += [
        Finding(f"{row.fulfilment_id}/{row.sub_no}", "包裹记为已发，却没有机器人的成功结果")
        for row in connection.execute(shipped)
        if (row.shop, row.sub_no) not in told
    ]
    e = order_event.c
    events = select(e.shop, e.order_no, e.cause).where(e.type == "shipped_by_bot", e.cause.not_in(done))
    return findings + [
        Finding(f"{row.shop}/{row.order_no}", f"事件 {row.cause} 没有机器人的成功结果")
        for row in connection.execute(events)
    ]
