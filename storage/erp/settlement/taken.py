"""How much of what an order's buyer paid is still there: not refunded, and not asked back."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from storage.database.tables import order_line, refund
from storage.database.tables.purchasing import rma, rma_line
from storage.database.tables.settlement import price_refund
from storage.erp.reconciliation.expectations import REFUSED_WORDS
from storage.erp.settlement.facts import OrderKey
from storage.erp.settlement.shares import split

DONE, REQUESTED, REFUSED = "done", "requested", "refused"


def paid_by_sub(connection: Connection, order: OrderKey) -> dict[str, int]:
    """What each sub-order's buyer paid, fen."""
    n = order_line.c
    rows = connection.execute(
        select(n.sub_no, n.paid_share_fen)
        .where(n.platform == order[0], n.shop == order[1], n.order_no == order[2])
        .order_by(n.sub_no)
    )
    return {sub_no: int(fen) for sub_no, fen in rows}


def refunded_by_sub(connection: Connection, order: OrderKey, paid: Mapping[str, int]) -> dict[str, int]:
    """What was refunded of each sub-order; a refund of the order as a whole is shared out by what they paid."""
    r = refund.c
    gone: dict[str, int] = defaultdict(int)
    rows = connection.execute(
        select(r.sub_no, r.amount_fen, r.status)
        .where(r.platform == order[0], r.shop == order[1], r.order_no == order[2], r.done_at != "")
        .order_by(r.refund_no)
    )
    for sub_no, fen, status in rows:
        if any(word in status for word in REFUSED_WORDS):
            continue
        if sub_no in paid:
            gone[sub_no] += fen
        elif paid:
            for name, part in zip(paid, split(fen, list(paid.values())), strict=True):
                gone[name] += part
    return dict(gone)


def requested_by_sub(connection: Connection, order: OrderKey) -> dict[str, int]:
    """What is asked back, or was given back, that no refund of the platform tells of yet: price differences and agreed
    after-sales.

    One that a bot carried out is told of by the platform's refund of the same amount, one each.
    """
    told = _told(connection, order)
    gone: dict[str, int] = defaultdict(int)
    for parts, may_be_told in (*_price_refunds(connection, order), *_after_sales(connection, order)):
        whole = sum(fen for _, fen in parts)
        if may_be_told and told[whole] > 0:
            told[whole] -= 1
            continue
        for sub_no, fen in parts:
            gone[sub_no] += fen
    return dict(gone)


def _told(connection: Connection, order: OrderKey) -> Counter[int]:
    """How many refunds of each amount the platform tells of."""
    r = refund.c
    mine = (r.platform == order[0], r.shop == order[1], r.order_no == order[2], r.done_at != "")
    return Counter(connection.execute(select(r.amount_fen).where(*mine)).scalars())


Asked = tuple[list[tuple[str, int]], bool]
"""(sub_no, fen) of one request, and whether the platform may tell of it already."""


def _price_refunds(connection: Connection, order: OrderKey) -> list[Asked]:
    p = price_refund.c
    mine = (p.platform == order[0], p.shop == order[1], p.order_no == order[2], p.state.in_((REQUESTED, DONE)))
    found: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    columns = (p.request_id, p.state, p.sub_no, p.amount_fen)
    for request_id, state, sub_no, fen in connection.execute(select(*columns).where(*mine).order_by(*columns[:3])):
        found[request_id, state].append((sub_no, fen))
    return [(parts, state == DONE) for (_, state), parts in found.items()]


def _after_sales(connection: Connection, order: OrderKey) -> list[Asked]:
    a, n = rma.c, rma_line.c
    query = (
        select(a.rma_id, n.sub_no, n.refund_fen)
        .join_from(rma, rma_line, a.rma_id == n.rma_id)
        .where(a.platform == order[0], a.shop == order[1], a.order_no == order[2], a.decision == "approved")
        .where(n.refund_fen > 0)
        .order_by(a.rma_id, n.sub_no)
    )
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for rma_id, sub_no, fen in connection.execute(query):
        found[rma_id].append((sub_no, fen))
    return [(parts, True) for parts in found.values()]


def capped(total_fen: int, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    """`total_fen` (>= 0) shared out by weight with no part over its cap; what a cap keeps back goes to the others.

    Raises ValueError when the caps together are smaller than the total.
    """
    if total_fen > sum(caps):
        raise ValueError(f"{total_fen} fen do not fit into {sum(caps)}")
    parts, open_ = [0] * len(caps), [at for at, cap in enumerate(caps) if cap > 0]
    left = total_fen
    while left:
        shares = dict(zip(open_, split(left, [weights[at] for at in open_]), strict=True))
        for at, share in shares.items():
            given = min(share, caps[at] - parts[at])
            parts[at] += given
            left -= given
        open_ = [at for at in open_ if parts[at] < caps[at]]
    return parts
