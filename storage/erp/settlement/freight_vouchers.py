"""Freight into the ledger: reckoned when a parcel leaves, the carrier's bill when it comes, both visible (FMS-41).

    leaves      借 销售费用-运费  贷 应付账款-暂估      as allocation reckoned it
    first bill  the same the other way round          the estimate has done its work
    each bill   借 销售费用-运费  贷 应付账款          what the carrier wants

so that after the bill the expense is the bill's, and what the estimate was off by is the difference of two vouchers.
"""

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import ColumnElement, Connection, String, and_, cast, exists, select

from storage.database.tables import fulfilment
from storage.database.tables.ledger import jv
from storage.database.tables.settlement import express_bill_line
from storage.erp.finance.chart import ACCRUED, PAYABLE
from storage.erp.finance.ledger import post_new
from storage.erp.finance.vouchers import Draft, Line, credit, debit
from storage.erp.reconciliation.words import yuan
from storage.erp.settlement.express import Charge, Parcel, match_express, parcels
from storage.erp.settlement.pool import listed, read_pool, sent_under
from storage.erp.settlement.shares import split

FREIGHT = "660108"
ESTIMATED, RELEASED, BILLED = "freight_estimate", "freight_release", "freight_bill"


def post_freight(connection: Connection, until: str) -> int:
    """Write the vouchers of freight up to the day `until` that the ledger does not have; returns how many.

    Running again changes nothing; what a voucher says never changes, whichever bill comes later.
    """
    drafts = drafts_of(connection, until, _unsaid(connection))
    ids = listed(connection, {one.source_id for one in drafts})
    written = select(jv.c.source_type, jv.c.source_id, jv.c.kind).where(jv.c.source_id.in_(ids))
    known = {tuple(row) for row in connection.execute(written)}
    fresh = [one for one in drafts if (one.source_type, one.source_id, one.kind) not in known]
    return len(post_new(connection, fresh))


def drafts_of(connection: Connection, until: str, waybills: Collection[str] | None) -> list[Draft]:
    """All that is to be said, up to the day, of the freight of these numbers (None: of every one), known or not."""
    only = None if waybills is None else sent_under(connection, waybills)
    pool = read_pool(connection, numbers=only and only.orders)
    known = parcels(connection, pool, only)
    charges = [one for one in match_express(connection, pool, only=only, known=known) if one.day <= until]
    mine = (one for one in known.values() if waybills is None or one.waybill_no in waybills)
    return [*_estimates(mine, until), *_releases(charges), *_bills(charges)]


def _unsaid(connection: Connection) -> set[str]:
    """The numbers of which the ledger may lack a voucher: the estimate of a parcel, its end, a carrier's row."""
    f, e = fulfilment.c, express_bill_line.c
    reckoned = and_(f.cost_fen != 0, f.waybill_no != "", f.state != "cancelled")
    billed = exists().where(e.waybill_no == f.waybill_no)
    row = "|"
    key = e.carrier.concat(row).concat(e.waybill_no).concat(row).concat(e.fee).concat(row).concat(e.bill_no)
    queries = (
        select(f.waybill_no).where(reckoned, ~_is_written("fulfilment", f.fulfilment_id, ESTIMATED)),
        select(f.waybill_no).where(reckoned, billed, ~_is_written("fulfilment", f.fulfilment_id, RELEASED)),
        select(e.waybill_no).where(
            e.amount_fen != 0, ~_is_written("express_bill_line", key.concat(row).concat(cast(e.n, String)), BILLED)
        ),
    )
    return {number for query in queries for number in connection.execute(query).scalars()}


def _is_written(source: str, source_id: ColumnElement[str], kind: str) -> ColumnElement[bool]:
    return exists().where(jv.c.source_type == source, jv.c.source_id == source_id, jv.c.kind == kind)


def _by_order(parcel: Parcel, fen: int) -> list[Line]:
    """The expense, by order, as the profit of orders shares it out."""
    parts = split(fen, [part.share for part in parcel.parts])
    return [
        debit(FREIGHT, share, part.order[0], part.order[1], item=part.order[2])
        for part, share in zip(parcel.parts, parts, strict=True)
        if share
    ]


def _estimates(found: Iterable[Parcel], until: str) -> Iterator[Draft]:
    for parcel in found:
        if parcel.estimate_fen and parcel.shipped_day and parcel.shipped_day <= until:
            words = f"包裹 {parcel.fulfilment_id} 运费暂估 {yuan(parcel.estimate_fen)}，{parcel.carrier} 账单未到"
            lines = (*_by_order(parcel, parcel.estimate_fen), _accrued(parcel, -1))
            yield Draft(ESTIMATED, "fulfilment", parcel.fulfilment_id, parcel.shipped_day, words, lines)


def _releases(charges: Iterable[Charge]) -> Iterator[Draft]:
    """Once per parcel, on the day of its first bill."""
    done: set[str] = set()
    for charge in charges:
        parcel = charge.parcel
        if parcel is None or not parcel.estimate_fen or not parcel.shipped_day or parcel.fulfilment_id in done:
            continue
        done.add(parcel.fulfilment_id)
        words = f"包裹 {parcel.fulfilment_id} 的运费账单已到，冲回暂估 {yuan(parcel.estimate_fen)}"
        lines = (_accrued(parcel, 1), *_by_order(parcel, -parcel.estimate_fen))
        day = max(charge.day, parcel.shipped_day)
        yield Draft(RELEASED, "fulfilment", parcel.fulfilment_id, day, words, lines, charge.file_sha, charge.row_no)


def _accrued(parcel: Parcel, sign: int) -> Line:
    carrier = parcel.carrier or "快递"
    return debit(ACCRUED, sign * parcel.estimate_fen, party=carrier, item=f"freight|{parcel.waybill_no}")


def _bills(charges: Iterable[Charge]) -> Iterator[Draft]:
    for charge in charges:
        if charge.amount_fen:
            carrier = charge.carrier or "快递"
            item = f"freight|{charge.waybill_no}"
            costs = (
                _by_order(charge.parcel, charge.amount_fen)
                if charge.parcel is not None
                else [debit(FREIGHT, charge.amount_fen, item=charge.waybill_no)]
            )
            lines = (*costs, credit(PAYABLE, charge.amount_fen, party=carrier, item=item))
            yield Draft(BILLED, "express_bill_line", charge.key, charge.day, f"快递账单 {charge.words}", lines,
                        charge.file_sha, charge.row_no)  # fmt: skip
