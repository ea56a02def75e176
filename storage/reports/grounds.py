"""From a row that a figure is made of to the documents under it, and to the run that brought each (RPA-19).

Most rows are rows of archived files. The others are things of our own (a parcel, a reservation, a command, a forecast,
a job of the night): each rests on rows of files too, and those are found here. What counts something that did not come
(a day without a statement) rests on the files of that shop that came.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from storage.database.tables import (
    bot_result,
    channel_sku,
    command,
    effect,
    fulfilment,
    fulfilment_line,
    job,
    move,
    order_line,
    platform_order,
    raw_file,
    raw_row,
    run,
)
from storage.database.tables.purchasing import aftersale_request, forecast, rma
from storage.erp.catalog.components import components
from storage.reports.sources import TracedRow

_PARCEL = re.compile(r"issue (\S+)")
MANY = 200
"""So many rows under one thing of our own are told at most."""


class Ground(NamedTuple):
    """A row of an archived file (`row_no` 0: the file as a whole), or a run that brought no file (`file_sha` "")."""

    file_sha: str
    row_no: int
    run_id: str = ""


class BotRun(NamedTuple):
    """What brought a file: which flow for which account and shop, from when to when, how it ended, and the folder with
    its log, pictures and traces; `by_hand`: a person put the file in."""

    run_id: str
    flow: str
    account: str
    shop: str
    state: str
    attempt: int
    started_at: str
    ended_at: str
    folder: str
    by_hand: bool = False


def grounds(connection: Connection, row: TracedRow, block_id: str = "") -> list[Ground]:
    """The rows of files (or runs) under one row of a figure; `block_id`: the figure's block, for what did not come."""
    if row.file_sha:
        return [Ground(row.file_sha, row.row_no or _result_row(connection, row))]
    for pattern, find in _FINDERS:
        if (found := pattern.search(row.key)) and (under := find(connection, found, block_id)):
            return under
    return []


def runs_of(connection: Connection, under: Iterable[Ground]) -> dict[Ground, BotRun]:
    """The run that brought each; a file without one was put in by a person."""
    wanted = list(under)
    f = raw_file.c
    shas = sorted({one.file_sha for one in wanted if one.file_sha})
    files = {
        row.file_sha: row for row in _in(connection, select(f.file_sha, f.run_id, f.flow, f.shop), f.file_sha, shas)
    }
    ids = {one.run_id or (files[one.file_sha].run_id if one.file_sha in files else "") for one in wanted}
    known = {row.run_id: row for row in _in(connection, select(run), run.c.run_id, sorted(ids - {""}))}
    told = {}
    for one in wanted:
        file = files.get(one.file_sha)
        run_id = one.run_id or (file.run_id if file else "")
        told[one] = _run(run_id, known.get(run_id), file)
    return told


def _run(run_id: str, row: Row[Any] | None, file: Row[Any] | None) -> BotRun:
    if row is None:
        flow, shop = (file.flow, file.shop) if file else ("", "")
        return BotRun(run_id, flow, "", shop, "", 0, "", "", "", by_hand=not flow)
    facts = json.loads(row.facts or "{}")
    flow, account, shop, folder = (str(facts.get(name, "")) for name in ("flow", "account", "shop", "folder"))
    return BotRun(run_id, flow, account, shop, row.state, row.attempt, row.started_at, row.ended_at, folder)


def _in(connection: Connection, query: Any, column: ColumnElement[str], values: Sequence[str]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for begin in range(0, len(values), MANY):
        found += connection.execute(query.where(column.in_(values[begin : begin + MANY]))).all()
    return found


Found = re.Match[str]
Finder = Callable[[Connection, Found, str], list[Ground]]


def _rows(connection: Connection, query: Any) -> list[Ground]:
    """(file, row) of what a query finds, each once, in its order; rows that no file has are left out."""
    rows = connection.execute(query.limit(MANY)).all()
    return list(dict.fromkeys(Ground(row[0], row[1]) for row in rows if row[0]))


def _result_row(connection: Connection, row: TracedRow) -> int:
    """The line of a bot's results that speaks of a command or of what lay in a parcel; 0: the file as a whole."""
    numbers = [row.key.partition("（")[0]]
    if parcel := _PARCEL.match(row.key):
        c = fulfilment_line.c
        numbers = list(connection.execute(select(c.sub_no).where(c.fulfilment_id == parcel[1])).scalars())
    w = raw_row.c
    said = or_(*(w.payload.contains(number, autoescape=True) for number in numbers))
    query = select(w.row_no).where(w.file_sha == row.file_sha, said)
    return connection.execute(query.order_by(w.row_no).limit(1)).scalar() or 0


def _order(connection: Connection, found: Found, _: str) -> list[Ground]:
    return _numbered(connection, found[1])


def _numbered(connection: Connection, number: str) -> list[Ground]:
    """What files say of an order, a sub-order, a product, an after-sale of this number."""
    o, n, p, a = platform_order.c, order_line.c, channel_sku.c, aftersale_request.c
    return (
        _rows(connection, select(o.file_sha, o.row_no).where(o.order_no == number))
        or _rows(connection, select(n.file_sha, n.row_no).where(n.sub_no == number))
        or _rows(connection, select(p.file_sha, p.row_no).where(p.product_id == number))
        or _rows(connection, select(a.file_sha, a.row_no).where(a.request_no == number))
        or _of_aftersale(connection, number)
    )


def _of_aftersale(connection: Connection, number: str) -> list[Ground]:
    order = connection.execute(select(rma.c.order_no).where(rma.c.rma_id == number)).scalar()
    return _numbered(connection, order) if order else []


def _parcel(connection: Connection, found: Found, _: str) -> list[Ground]:
    """The sub-orders in a parcel, and what brought it on its way."""
    f, part, n = fulfilment.c, fulfilment_line.c, order_line.c
    query = (
        select(n.file_sha, n.row_no)
        .join_from(fulfilment, fulfilment_line, f.fulfilment_id == part.fulfilment_id)
        .join(order_line, (n.platform == f.platform) & (n.shop == f.shop) & (n.order_no == f.order_no)
              & (n.sub_no == part.sub_no))
        .where(f.fulfilment_id == found[1])
        .order_by(n.sub_no)
    )  # fmt: skip
    return _rows(connection, query)


def _command(connection: Connection, found: Found, _: str) -> list[Ground]:
    c = command.c
    subject = connection.execute(select(c.subject).where(c.command_id == found[0])).scalar()
    return _numbered(connection, subject) if subject else []


def _forecast(connection: Connection, found: Found, _: str) -> list[Ground]:
    """The sub-orders that the history is made of, the newest first; of a code that never sold, its moves."""
    c, n, o, m = forecast.c, order_line.c, platform_order.c, move.c
    code = connection.execute(select(c.code).where(c.forecast_id == found[1])).scalar()
    if not code:
        return []
    sold_as = {code, *(bundle for bundle, parts in components(connection).items() if code in parts)}
    same = (n.platform == o.platform) & (n.shop == o.shop) & (n.order_no == o.order_no)
    sold = select(n.file_sha, n.row_no).join_from(order_line, platform_order, same).where(n.code.in_(sorted(sold_as)))
    moved = select(m.file_sha, m.row_no).where(m.code == code).order_by(m.at.desc())
    return _rows(connection, sold.order_by(o.paid_at.desc(), n.sub_no)) or _rows(connection, moved)


def _of_run(connection: Connection, found: Found, _: str) -> list[Ground]:
    return _brought(connection, found[1])


def _brought(connection: Connection, run_id: str) -> list[Ground]:
    """What a run brought, else the run itself."""
    f = raw_file.c
    query = select(f.file_sha).where(f.run_id == run_id).order_by(f.name).limit(MANY)
    return [Ground(sha, 0) for sha in connection.execute(query).scalars()] or [Ground("", 0, run_id)]


def _of_job(connection: Connection, found: Found, _: str) -> list[Ground]:
    told = select(job.c.run_id).where(job.c.job_key == found[0])
    acted = select(effect.c.run_id).where(effect.c.effect_key == found[0])
    run_id = connection.execute(told).scalar() or connection.execute(acted).scalar()
    return _brought(connection, run_id) if run_id else []


def _what_came(connection: Connection, _found: Found, block_id: str) -> list[Ground]:
    """The files of a shop (and wallet) that came, where a day is counted that no file speaks about."""
    f = raw_file.c
    what, _, rest = block_id.partition("|")
    shop, _, wallet = rest.partition("|")
    own = [f.shop.in_((shop, ""))] if wallet != "bank" else []
    of_wallet = [f.wallet == wallet] if what == "statement" and wallet else []
    query = select(f.file_sha).where(f.state == "read").order_by(f.period_to.desc(), f.name).limit(MANY)
    shas = connection.execute(query.where(*own, *of_wallet)).scalars().all()
    return [Ground(sha, 0) for sha in shas or connection.execute(query.where(*own)).scalars().all()]


def _bot_result(connection: Connection, found: Found, _: str) -> list[Ground]:
    b = bot_result.c
    shas = connection.execute(select(b.file_sha).where(b.command_id == found[1], b.run_id == found[2])).scalars()
    told = [Ground(sha, 0) for sha in shas if sha]
    return told or [Ground("", 0, found[2])]


_FINDERS: tuple[tuple[re.Pattern[str], Finder], ...] = (
    (re.compile(r"任务 .+ 运行 (\S+)$"), _of_run),
    (re.compile(r"^(.+)（(.+)）$"), _bot_result),
    (re.compile(r"^to_\w+\|.+$"), _command),
    (re.compile(r"预测 (\S+)$"), _forecast),
    (re.compile(r"^占用 ([^|\s]+)\|\S+ \S+$"), _parcel),
    (re.compile(r"(?:issue|包裹|return) (\S+)"), _parcel),
    (re.compile(r"^\d{4}-\d\d-\d\d$"), _what_came),
    (re.compile(r"(?:订单|子订单) ([^/\s]+)"), _order),
    (re.compile(r"^(\S+)$"), _order),
    (re.compile(r"^.+$"), _of_job),
)
"""What a key without a file names, the first that fits and finds something."""
