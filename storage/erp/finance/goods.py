"""Stock moves into the ledger: each document of moves becomes one voucher, valued by the cost layers.

Moves are booked in the order of their moments; a document whose goods the layers do not hold (or whose issue is not
booked yet, for goods that come back) waits for a later run and says why. Moves between places of our own move no value.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, select

from storage.database.tables import fulfilment, move
from storage.database.tables.ledger import cost_move
from storage.erp.finance.errors import IssueUnknown, LayersShort
from storage.erp.finance.layers import LayerBook, MoveKey, Outstanding, open_book, save, take_back
from storage.erp.finance.ledger import post_new
from storage.erp.finance.moments import moment
from storage.erp.finance.numbering import insert_rows
from storage.erp.finance.policy import Policy
from storage.erp.finance.rules import COMES_FROM, GOES_TO, RULES, GoodsDocument, GoodsLine
from storage.erp.finance.senders import Sender, senders_of
from storage.erp.stock.book import VIRTUAL_PLACES

COLUMNS = tuple(column.name for column in cost_move.c)


class Waiting(NamedTuple):
    """A document that could not be booked yet, and why, in Chinese."""

    source_type: str
    source_id: str
    reason: str


class Booked(NamedTuple):
    """How many vouchers were written, and what waits."""

    vouchers: int
    waiting: tuple[Waiting, ...]


class StockMove(NamedTuple):
    """A move that is not in the ledger yet; `at` as a business moment, `outside` the end that is not ours."""

    key: MoveKey
    code: str
    qty: int
    unit_cost_fen: int
    at: str
    outside: str
    incoming: bool
    platform: str
    shop: str
    order_no: str
    file_sha: str
    row_no: int


@dataclass(slots=True)
class CostRow:
    """A row of `cost_move` while it is being made."""

    move: StockMove
    sender: Sender
    value_fen: int
    back_qty: int = 0
    back_value_fen: int = 0
    no: str = ""
    carry_no: str = ""

    def row(self) -> tuple[object, ...]:
        """In the order of COLUMNS."""
        sign = 1 if self.move.incoming else -1
        who = self.sender
        return (*self.move.key, self.move.code, sign * self.move.qty, sign * self.value_fen, self.back_qty,
                self.back_value_fen, self.move.at, who.platform, who.shop, who.order_no, who.party, self.no,
                self.carry_no)  # fmt: skip


@dataclass(slots=True)
class _Run:
    """What one run knows and makes."""

    book: LayerBook
    senders: dict[MoveKey, Sender]
    out: dict[tuple[str, str, str, str], list[Outstanding]]
    rows: dict[MoveKey, CostRow] = field(default_factory=dict)
    backs: dict[MoveKey, tuple[int, int]] = field(default_factory=dict)
    documents: list[GoodsDocument] = field(default_factory=list)
    drafted: list[list[CostRow]] = field(default_factory=list)


Document = list[StockMove]


def book_moves(connection: Connection, until: str, policy: Policy) -> Booked:
    """Book every stock document up to the day `until` that is not in the ledger; running again changes nothing."""
    moves = _unbooked(connection, until)
    if not moves:
        return Booked(0, ())
    senders = senders_of(connection, moves)
    back = [senders[found.key] for found in moves if found.incoming and found.outside == "customer"]
    book = open_book(connection, {found.code for found in moves}, policy.costing)
    run = _Run(book, senders, _outstanding(connection, back))
    names = _names(connection)
    waiting = [(document, "") for document in _documents(moves)]
    while waiting:
        failed = []
        for document, _ in waiting:
            reason = _book(run, names, document)
            if reason:
                failed.append((document, reason))
        if len(failed) == len(waiting):
            break
        waiting = failed
    _write(connection, run)
    told = tuple(Waiting(found[0].key.doc_type, found[0].key.doc_id, reason) for found, reason in waiting)
    return Booked(len(run.documents), told)


def _unbooked(connection: Connection, until: str) -> list[StockMove]:
    m, c, f = move.c, cost_move.c, fulfilment.c
    same = and_(*(m[name] == c[name] for name in MoveKey._fields))
    outside = sorted(VIRTUAL_PLACES)
    query = (
        select(m.doc_type, m.doc_id, m.doc_line, m.leg, m.code, m.from_place, m.to_place, m.qty, m.unit_cost_fen, m.at,
               m.file_sha, m.row_no, f.platform, f.shop, f.order_no)
        .select_from(move.outerjoin(cost_move, same).outerjoin(fulfilment, f.fulfilment_id == m.doc_id))
        .where(c.doc_type.is_(None), m.from_place.in_(outside) != m.to_place.in_(outside))
    )  # fmt: skip
    found = []
    for row in connection.execute(query).all():
        at = moment(row[9])
        if at[:10] > until:
            continue
        incoming = row[5] in VIRTUAL_PLACES
        found.append(
            StockMove(MoveKey(*row[:4]), row[4], row[7], row[8], at, row[5] if incoming else row[6], incoming,
                      row[12] or "", row[13] or "", row[14] or "", row[10], row[11])
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.at, not one.incoming, one.key))


def _documents(moves: Iterable[StockMove]) -> list[Document]:
    """Moves of one document and rule together, where the first of them stands."""
    documents: dict[tuple[str, str, str], Document] = {}
    for found in moves:
        documents.setdefault((found.key.doc_type, found.key.doc_id, _rule(found)), []).append(found)
    return list(documents.values())


def _rule(found: StockMove) -> str:
    return (COMES_FROM if found.incoming else GOES_TO)[found.outside]


def _names(connection: Connection) -> dict[tuple[str, str], int]:
    """How many vouchers documents have already of which further moves came later."""
    m, c, known = move.c, cost_move.c, cost_move.alias("known")
    same = and_(*(m[name] == c[name] for name in MoveKey._fields))
    query = (
        select(known.c.doc_type, known.c.doc_id, known.c.no)
        .select_from(
            move.outerjoin(cost_move, same).join(known, (known.c.doc_type == m.doc_type) & (known.c.doc_id == m.doc_id))
        )
        .where(c.doc_type.is_(None), known.c.no != "")
        .distinct()
    )
    names: dict[tuple[str, str], int] = defaultdict(int)
    for doc_type, doc_id, _ in connection.execute(query):
        names[doc_type, doc_id] += 1
    return names


def _outstanding(connection: Connection, back: Iterable[Sender]) -> dict[tuple[str, str, str, str], list[Outstanding]]:
    """The booked issues of the orders whose goods come back, by (platform, shop, order, code), first sent first."""
    orders = sorted({who.order_no for who in back})
    found: dict[tuple[str, str, str, str], list[Outstanding]] = defaultdict(list)
    c = cost_move.c
    for begin in range(0, len(orders), 500):
        query = (
            select(c.doc_type, c.doc_id, c.doc_line, c.leg, c.code, c.qty, c.value_fen, c.back_qty, c.back_value_fen,
                   c.no, c.carry_no, c.platform, c.shop, c.order_no)
            .where(c.order_no.in_(orders[begin : begin + 500]), c.qty < 0)
            .order_by(c.at, c.doc_type, c.doc_id, c.doc_line, c.leg)
        )  # fmt: skip
        for row in connection.execute(query):
            issue = Outstanding(MoveKey(*row[:4]), row[4], -row[5], -row[6], *row[7:11])
            found[row[11], row[12], row[13], row[4]].append(issue)
    return found


def _book(run: _Run, names: dict[tuple[str, str], int], document: Document) -> str:
    """Value one document and draft its voucher; returns why it has to wait, and then nothing was taken."""
    first = document[0]
    try:
        valued = _receive(run, document) if first.incoming else _issue(run, document)
    except (LayersShort, IssueUnknown) as error:
        return error.message()
    rows = [CostRow(found, run.senders[found.key], sum(line.value_fen for line in lines)) for found, lines in valued]
    for row in rows:
        run.rows[row.move.key] = row
    if any(row.value_fen for row in rows):
        identity = first.key.doc_type, first.key.doc_id
        names[identity] = names.get(identity, 0) + 1
        name = first.key.doc_id if names[identity] == 1 else f"{first.key.doc_id}#{names[identity]}"
        who = run.senders[first.key]
        told = GoodsDocument(
            _rule(first), first.key.doc_type, name, first.at[:10], first.incoming,
            tuple(line for _, lines in valued for line in lines), who.platform, who.shop, who.order_no, who.party,
            first.file_sha, first.row_no,
        )  # fmt: skip
        run.documents.append(told)
        run.drafted.append(rows)
    return ""


Valued = list[tuple[StockMove, list[GoodsLine]]]


def _issue(run: _Run, document: Document) -> Valued:
    if len(document) > 1:
        needs: dict[str, int] = defaultdict(int)
        for found in document:
            needs[found.code] += found.qty
        for code, qty in needs.items():
            if not run.book.holds(code, qty):
                raise LayersShort(code, document[0].key.doc_id, qty, run.book.left(code), "")
    valued = []
    for found in document:
        value = run.book.consume(found.key, found.code, found.qty)
        valued.append((found, [GoodsLine(found.code, found.qty, value)]))
        who = run.senders[found.key]
        if who.order_no:
            issue = Outstanding(found.key, found.code, found.qty, value, 0, 0, "", "")
            run.out.setdefault((who.platform, who.shop, who.order_no, found.code), []).append(issue)
    return valued


def _receive(run: _Run, document: Document) -> Valued:
    if document[0].outside == "customer":
        return _put_back(run, document)
    valued = []
    for found in document:
        value = found.unit_cost_fen * found.qty
        run.book.receive(found.key, found.code, found.qty, value, found.at)
        valued.append((found, [GoodsLine(found.code, found.qty, value)]))
    return valued


def _put_back(run: _Run, document: Document) -> Valued:
    """Goods come back at the cost they left with; all of the document or nothing."""
    found_out = {key: list(issues) for key, issues in _issues_of(run, document).items()}
    valued: Valued = []
    for found in document:
        who = run.senders[found.key]
        key = (who.platform, who.shop, who.order_no, found.code)
        taken = take_back(found_out[key], found.key, found.code, found.qty)
        changed = {
            issue.move: issue._replace(back_qty=issue.back_qty + qty, back_value_fen=issue.back_value_fen + value)
            for issue, qty, value in taken
        }
        found_out[key] = [changed.get(issue.move, issue) for issue in found_out[key]]
        valued.append((found, [GoodsLine(found.code, qty, fen, bool(issue.carry_no)) for issue, qty, fen in taken]))
    run.out.update(found_out)
    for issues in found_out.values():
        run.backs.update({issue.move: (issue.back_qty, issue.back_value_fen) for issue in issues if issue.back_qty})
    for found, lines in valued:
        value = sum(line.value_fen for line in lines)
        run.book.receive(found.key, found.code, found.qty, value, found.at)
    return valued


def _issues_of(run: _Run, document: Document) -> dict[tuple[str, str, str, str], list[Outstanding]]:
    keys = {(*run.senders[found.key][:3], found.code) for found in document}
    return {key: run.out.get(key, []) for key in keys}


def _write(connection: Connection, run: _Run) -> None:
    save(connection, run.book)
    drafts = (RULES[told.rule].draft(told) for told in run.documents)
    for posted, rows in zip(post_new(connection, drafts), run.drafted, strict=True):
        for row in rows:
            row.no = posted.no
    known = []
    for issue, (qty, value) in run.backs.items():
        if issue in run.rows:
            run.rows[issue].back_qty, run.rows[issue].back_value_fen = qty, value
        else:
            known.append({**{f"k_{name}": part for name, part in issue._asdict().items()}, "q": qty, "v": value})
    insert_rows(connection, cost_move, COLUMNS, [row.row() for row in run.rows.values()])
    if known:
        connection.execute(_CHANGE_BACK, known)


_CHANGE_BACK = (
    cost_move.update()
    .where(*(cost_move.c[name] == bindparam(f"k_{name}") for name in MoveKey._fields))
    .values(back_qty=bindparam("q"), back_value_fen=bindparam("v"))
)
