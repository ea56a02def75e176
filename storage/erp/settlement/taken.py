"""How much of what an order's buyer paid is still there: not refunded, and not asked back."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from storage.database.tables import order_line, refund
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
    """What price refunds ask back, or gave back, that no refund of the platform tells of yet.

    A request that a bot carried out is told of by the platform's refund of the same amount, one each.
    """
    p, r = price_refund.c, refund.c
    mine = (p.platform == order[0], p.shop == order[1], p.order_no == order[2], p.state.in_((REQUESTED, DONE)))
    told = Counter(
        connection.execute(
            select(r.amount_fen).where(
                r.platform == order[0], r.shop == order[1], r.order_no == order[2], r.done_at != ""
            )
        ).scalars()
    )
    requests: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    columns = (p.request_id, p.state, p.sub_no, p.amount_fen)
    for request_id, state, sub_no, fen in connection.execute(select(*columns).where(*mine).order_by(*columns[:3])):
        requests[request_id, state].append((sub_no, fen))
    gone: dict[str, int] = defaultdict(int)
    for (_, state), parts in requests.items():
        whole = sum(fen for _, fen in parts)
        if state == DONE and told[whole] > 0:
            told[whole] -= 1
            continue
        for sub_no, fen in parts:
            gone[sub_no] += fen
    return dict(gone)


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
