"""The ledger: vouchers are posted once, numbered without a gap, chained by hashes, and only ever reversed.

    no = post(connection, Draft("manual", "note", "N-1", "2026-06-30", "工资", lines, author="李", reason="6 月"))

Everything runs inside the caller's transaction. Two writers cannot take one number: the month's row is locked first.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from storage.database.tables.ledger import jv, jv_line
from storage.erp.finance.errors import ReversedAlready, VoucherConflict, VoucherUnknown
from storage.erp.finance.numbering import Posted as Posted
from storage.erp.finance.numbering import write
from storage.erp.finance.vouchers import REVERSAL, Draft, Line, check, content_hash

_LOOKED_UP_AT_ONCE = 500
_DRAFTS_AT_ONCE = 2_000


class Counts(NamedTuple):
    """How many vouchers were written now, and how many stood there with the same content."""

    created: int
    same: int


class Balance(NamedTuple):
    """What stands on one account (and the dimensions asked for); `by` holds their values in the order asked."""

    account: str
    by: tuple[str, ...]
    dr_fen: int
    cr_fen: int

    @property
    def balance_fen(self) -> int:
        """Debit minus credit, signed."""
        return self.dr_fen - self.cr_fen


def post(connection: Connection, draft: Draft) -> str:
    """Post one voucher; returns its number. The same document again changes nothing.

    Raises Unbalanced, AccountUnknown, PartyMissing, AuthorMissing; VoucherConflict where the document was booked with
    other content; PeriodClosed for a manual voucher of a closed month. Any other late document goes to the next open
    month, tagged. A document whose voucher was reversed may be posted anew with other content than the one
    reversed last: also with what it said before that.
    """
    return _post(connection, [draft])[0].no


def post_many(connection: Connection, drafts: Iterable[Draft]) -> Counts:
    """The same for many, in the order given."""
    done = _post(connection, list(drafts))
    created = sum(posted.created for posted in done)
    return Counts(created, len(done) - created)


def post_new(connection: Connection, drafts: Iterable[Draft]) -> list[Posted]:
    """The same for documents that the caller knows to have no voucher yet: nothing is looked up.

    They are made and written some thousand at a time, so that a year's drafts never stand in memory together.
    """
    done: list[Posted] = []
    drafts = iter(drafts)
    while piece := list(islice(drafts, _DRAFTS_AT_ONCE)):
        for draft in piece:
            check(draft)
        done += write(connection, [(draft, 1, content_hash(draft)) for draft in piece])
    return done


def _post(connection: Connection, drafts: Sequence[Draft]) -> list[Posted]:
    for draft in drafts:
        check(draft)
    known = _known(connection, drafts)
    found: list[Posted | int] = []
    fresh: dict[tuple[str, str, str, str], int] = {}
    unwritten: list[tuple[Draft, int, str]] = []
    for draft in drafts:
        content = content_hash(draft)
        source = (draft.source_type, draft.source_id, draft.kind)
        versions = known.get(source, [])
        same = _same(versions, content)
        if same:
            found.append(Posted(same, created=False))
        elif (*source, content) in fresh:
            found.append(fresh[*source, content])
        else:
            _refuse_conflict(draft, versions, (key[:3] for key in fresh))
            found.append(len(unwritten))
            fresh[*source, content] = len(unwritten)
            unwritten.append((draft, len(versions) + 1, content))
    written = write(connection, unwritten)
    first = {found.index(at): at for at in range(len(written))}
    return [
        posted if isinstance(posted, Posted) else written[posted]._replace(created=position in first)
        for position, posted in enumerate(found)
    ]


def _same(versions: Sequence[tuple[str, str, bool]], content: str) -> str:
    """The voucher that says this already, "" when none does: of a document whose vouchers are all reversed only the
    last one, so that it may say again what it said before that."""
    counting = versions if not all(undone for _, _, undone in versions) else versions[-1:]
    return next((no for no, hashed, _ in counting if hashed == content), "")


def _refuse_conflict(
    draft: Draft, versions: Sequence[tuple[str, str, bool]], fresh: Iterable[tuple[str, str, str]]
) -> None:
    alive = next((no for no, _, undone in versions if not undone), None)
    if alive is None and (draft.source_type, draft.source_id, draft.kind) in fresh:
        alive = "（同一批）"
    if alive is not None:
        raise VoucherConflict(draft.source, alive)


def _known(connection: Connection, drafts: Sequence[Draft]) -> dict[tuple[str, str, str], list[tuple[str, str, bool]]]:
    """(number, content hash, whether it was reversed) of every version of these sources."""
    ids: dict[str, set[str]] = {}
    for draft in drafts:
        ids.setdefault(draft.source_type, set()).add(draft.source_id)
    c, undo = jv.c, jv.alias("undo")
    undone = select(undo.c.no).where(undo.c.reverses == c.no).exists()
    found: dict[tuple[str, str, str], list[tuple[str, str, bool]]] = {}
    for source_type, wanted in sorted(ids.items()):
        values = sorted(wanted)
        for begin in range(0, len(values), _LOOKED_UP_AT_ONCE):
            some = values[begin : begin + _LOOKED_UP_AT_ONCE]
            query = select(c.source_id, c.kind, c.no, c.content_hash, undone).where(
                c.source_type == source_type, c.source_id.in_(some)
            )
            for source_id, kind, no, content, was_undone in connection.execute(query.order_by(c.version)):
                found.setdefault((source_type, source_id, kind), []).append((no, content, bool(was_undone)))
    return found


def reverse(connection: Connection, no: str, day: str, author: str, reason: str) -> str:
    """Take a voucher back by a new one with the sides exchanged (红字冲销); the original stays as it is.

    Returns the number of the reversal; the same reversal again changes nothing. Raises VoucherUnknown,
    ReversedAlready (by another one), AuthorMissing, PeriodClosed if `day` lies in a closed month.
    """
    original = connection.execute(select(jv).where(jv.c.no == no)).first()
    if original is None:
        raise VoucherUnknown(no)
    if original.kind == REVERSAL:
        raise ReversedAlready(original.reverses, no)
    lines = tuple(line._replace(dr_fen=line.cr_fen, cr_fen=line.dr_fen, foreign_cents=-line.foreign_cents)
                  for line in lines_of(connection, no))  # fmt: skip
    draft = Draft(REVERSAL, "jv", no, day, f"冲销 {no}：{original.words}", lines, original.file_sha, original.row_no,
                  author, reason)  # fmt: skip
    try:
        return post(connection, draft)
    except VoucherConflict as conflict:
        raise ReversedAlready(no, str(conflict.facts["no"])) from None


def lines_of(connection: Connection, no: str) -> tuple[Line, ...]:
    """The lines of a voucher, in order."""
    columns = [jv_line.c[name] for name in Line._fields]
    rows = connection.execute(select(*columns).where(jv_line.c.no == no).order_by(jv_line.c.n))
    return tuple(Line(*row) for row in rows)


def balances(
    connection: Connection,
    by: Sequence[str] = (),
    *,
    first_day: str = "",
    last_day: str = "9999-12-31",
    accounts: Sequence[str] = (),
    kinds_left_out: Sequence[str] = (),
    **where: str,
) -> list[Balance]:
    """Debit and credit per account and the dimensions in `by`, of vouchers dated in [first_day, last_day].

    `by`: any of platform, shop, sku, party, item, currency, and period, day, kind of the voucher. `where`: values
    that some of them must have. `kinds_left_out`: vouchers that do not count, e.g. `("closing",)` for a profit and
    loss statement.
    """
    total_dr, total_cr = func.sum(jv_line.c.dr_fen), func.sum(jv_line.c.cr_fen)
    dimensions = [_dimension(name) for name in by]
    query = (
        select(jv_line.c.account, *dimensions, total_dr, total_cr)
        .join_from(jv_line, jv, jv.c.no == jv_line.c.no)
        .where(jv.c.day.between(first_day, last_day), *(_dimension(name) == value for name, value in where.items()))
        .group_by(jv_line.c.account, *dimensions)
        .order_by(jv_line.c.account, *dimensions)
    )
    if accounts:
        query = query.where(jv_line.c.account.in_(accounts))
    if kinds_left_out:
        query = query.where(jv.c.kind.not_in(kinds_left_out))
    rows = connection.execute(query)
    return [Balance(row[0], tuple(row[1:-2]), int(row[-2]), int(row[-1])) for row in rows]


def _dimension(name: str) -> ColumnElement[str]:
    return jv.c[name] if name in ("period", "day", "kind") else jv_line.c[name]


def trial_balance(connection: Connection, first_day: str = "", last_day: str = "9999-12-31") -> list[Balance]:
    """Every account's debit and credit; the sums of both columns are equal, to the fen, whatever the days."""
    return balances(connection, first_day=first_day, last_day=last_day)
