"""Express bills: the carriers' rows taken into the books, matched to parcels by number, weights compared."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from sqlalchemy import Connection, or_, select

from storage.database.bulk import Counts, merge
from storage.database.tables import document_row, fulfilment, fulfilment_line, move
from storage.database.tables.products import variant
from storage.database.tables.settlement import express_bill_line
from storage.erp.finance.moments import moment
from storage.erp.reconciliation.words import yuan
from storage.erp.settlement.facts import OrderKey, Pool, Span
from storage.erp.settlement.pool import Only

KINDS = {"cainiao_order": "菜鸟"}
"""Built-in kinds that are express bills, with the carrier they are of; taught kinds are those that begin so:"""
TAUGHT = "express"
WAYBILL = ("运单号", "快递单号", "运单编号", "面单号", "物流单号")
AMOUNT = ("结算金额", "应付金额", "支付金额", "合计", "运费", "金额", "费用")
WEIGHT = ("计费重量", "结算重量", "计费重量(kg)", "计费重量（kg）", "结算重量(kg)", "重量(kg)", "重量（kg）", "重量")
CARRIER = ("快递公司", "物流公司", "承运商")
FEE = ("费用项", "费用类型", "费用名称")
FREIGHT = "运费"
TOLERANCE_G = 100
"""A parcel's paper and tape: so much more than the goods is nobody's fault."""


def take_express_bills(connection: Connection) -> Counts:
    """Bring the rows of express bills that were read into `express_bill_line`; a second call changes nothing.

    Columns are found by the names that carriers use; a row without a number or an amount is no row of a parcel.
    """
    d = document_row.c
    query = (
        select(d.kind, d.shop, d.row_key, d.n, d.at, d.data, d.file_sha, d.row_no)
        .where(or_(d.kind.in_(KINDS), d.kind.like(f"{TAUGHT}%")))
        .order_by(d.kind, d.shop, d.row_key, d.n)
    )
    rows = []
    for kind, shop, row_key, n, at, data, sha, row_no in connection.execute(query):
        said = json.loads(data)
        number, amount = _first(said, WAYBILL), _first(said, AMOUNT)
        if number and isinstance(amount, int):
            rows.append({
                "carrier": str(_first(said, CARRIER) or KINDS.get(kind, "")), "waybill_no": str(number),
                "fee": str(_first(said, FEE) or FREIGHT), "bill_no": f"{kind}|{shop}|{row_key}", "n": n,
                "day": at[:10], "weight_g": grams(_first(said, WEIGHT)), "amount_fen": amount, "file_sha": sha,
                "row_no": row_no,
            })  # fmt: skip
    return merge(connection, express_bill_line, rows)


def _first(said: Mapping[str, object], names: Sequence[str]) -> object:
    return next((said[name] for name in names if said.get(name) not in (None, "")), "")


def grams(kilograms: object) -> int:
    """`1.25` -> 1250; 0 where no weight is said. A whole number is hundredths: a column that was taught as money."""
    if isinstance(kilograms, int):
        return kilograms * 10
    try:
        return int((Decimal(str(kilograms).strip().removesuffix("kg").strip()) * 1000).to_integral_value())
    except InvalidOperation:
        return 0


class Part(NamedTuple):
    """A sub-order in a parcel; `share`: what it weighs when the parcel's freight is shared out."""

    order: OrderKey
    sub_no: str
    code: str
    qty: int
    share: int


class Parcel(NamedTuple):
    """What left under one number. `shipped_day` "": not known to have left; `estimate_fen`: as allocation reckoned."""

    carrier: str
    waybill_no: str
    fulfilment_id: str
    parts: tuple[Part, ...]
    estimate_fen: int
    shipped_day: str


def parcels(connection: Connection, pool: Pool, only: Only | None = None) -> dict[tuple[str, str], Parcel]:
    """Every parcel with a number: our own, and those that only the platform's export tells of."""
    found = _own_parcels(connection, pool, only)
    told: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for key, lines in pool.lines.items():
        for line in lines:
            if line.waybill_no and (line.carrier, line.waybill_no) not in found:
                told[line.carrier, line.waybill_no].append(
                    Part(key, line.sub_no, line.code, line.qty, line.paid_share_fen)
                )
    for (carrier, number), parts in told.items():
        found[carrier, number] = Parcel(carrier, number, "", tuple(parts), 0, "")
    return found


def _own_parcels(connection: Connection, pool: Pool, only: Only | None) -> dict[tuple[str, str], Parcel]:
    f, part, m = fulfilment.c, fulfilment_line.c, move.c
    left: dict[str, str] = {}
    gone = select(m.doc_id, m.at).where(m.doc_type == "issue").order_by(m.at.desc())
    packed = select(part.fulfilment_id, part.sub_no, part.code, part.qty).order_by(part.fulfilment_id, part.sub_no)
    query = select(f.fulfilment_id, f.platform, f.shop, f.order_no, f.carrier, f.waybill_no, f.cost_fen)
    if only is not None:
        gone, packed = gone.where(m.doc_id.in_(only.parcels)), packed.where(part.fulfilment_id.in_(only.parcels))
        query = query.where(f.order_no.in_(only.orders))
    for doc_id, at in connection.execute(gone):
        left[doc_id] = moment(at)[:10]
    inside: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for fulfilment_id, sub_no, code, qty in connection.execute(packed):
        inside[fulfilment_id].append((sub_no, code, qty))
    found = {}
    for fulfilment_id, platform, shop, order_no, carrier, number, cost in connection.execute(
        query.where(f.waybill_no != "", f.state != "cancelled").order_by(f.fulfilment_id)
    ):
        key = (platform, shop, order_no)
        paid = {line.sub_no: line.paid_share_fen for line in pool.lines.get(key, ())}
        parts = tuple(Part(key, sub, code, qty, paid.get(sub, 0)) for sub, code, qty in inside[fulfilment_id])
        if parts:
            day = left.get(fulfilment_id, "")
            found[carrier, number] = Parcel(carrier, number, fulfilment_id, parts, cost, day)
    return found


class Charge(NamedTuple):
    """One row of an express bill and what the books make of it.

    `outcome`: matched | other_carrier (the number is ours under another carrier) | unmatched | billed_twice.
    `own_g`: what the goods weigh, 0 where a weight is not known; `over_g`: charged above it, beyond the tolerance.
    """

    carrier: str
    waybill_no: str
    fee: str
    day: str
    amount_fen: int
    weight_g: int
    outcome: str
    parcel: Parcel | None
    own_g: int
    over_g: int
    words: str
    file_sha: str
    row_no: int
    key: str  # the bill's row for good


def match_express(
    connection: Connection,
    pool: Pool,
    weights_g: Mapping[str, int] | None = None,
    span: Span | None = None,
    tolerance_g: int = TOLERANCE_G,
    only: Only | None = None,
    known: Mapping[tuple[str, str], Parcel] | None = None,
) -> list[Charge]:
    """Every row of the express bills of those days with its parcel, in the order of days and numbers (RPA-02).

    `weights_g`: code -> grams a piece, by default as the product library has them; a parcel with a code that nobody
    weighed is not compared. `known`: the parcels, where they were read already.
    """
    known = parcels(connection, pool, only) if known is None else known
    weights = library_weights(connection) if weights_g is None else weights_g
    by_number: dict[str, list[Parcel]] = defaultdict(list)
    for parcel in known.values():
        by_number[parcel.waybill_no].append(parcel)
    e = express_bill_line.c
    columns = (e.day, e.carrier, e.waybill_no, e.fee, e.bill_no, e.n, e.amount_fen, e.weight_g, e.file_sha, e.row_no)
    query = select(*columns)
    if only is not None:
        query = query.where(e.waybill_no.in_(only.waybills))
    rows = sorted(tuple(row) for row in connection.execute(query))
    times: Counter[tuple[str, str, str]] = Counter()
    charges = []
    for day, carrier, number, fee, bill_no, n, fen, weight, sha, row_no in rows:
        times[carrier, number, fee] += 1
        again = times[carrier, number, fee] > 1
        if span is None or span.has(day):
            owner, outcome = _owner(known, by_number, carrier, number)
            outcome = "billed_twice" if again and owner is not None else outcome
            own = _own_weight(owner, weights)
            over = max(weight - own - tolerance_g, 0) if own and weight else 0
            words = _words(outcome, carrier, number, fee, fen, (weight, own, over))
            key = "|".join((carrier, number, fee, bill_no, str(n)))
            said = (carrier, number, fee, day, fen, weight)
            charges.append(Charge(*said, outcome, owner, own, over, words, sha, row_no, key))
    return charges


def library_weights(connection: Connection) -> dict[str, int]:
    """code -> grams a piece, of the codes that were weighed."""
    v = variant.c
    return {code: int(weight) for code, weight in connection.execute(select(v.code, v.weight_g).where(v.weight_g > 0))}


def _owner(
    known: Mapping[tuple[str, str], Parcel], by_number: Mapping[str, list[Parcel]], carrier: str, number: str
) -> tuple[Parcel | None, str]:
    """The parcel of that carrier and number, else the only one of that number whoever carries it."""
    exact = known.get((carrier, number))
    if exact is not None:
        return exact, "matched"
    same = by_number.get(number, [])
    return (same[0], "other_carrier") if len(same) == 1 else (None, "unmatched")


def _own_weight(parcel: Parcel | None, weights_g: Mapping[str, int]) -> int:
    if parcel is None or any(not weights_g.get(part.code) for part in parcel.parts):
        return 0
    return sum(weights_g[part.code] * part.qty for part in parcel.parts)


def _words(outcome: str, carrier: str, number: str, fee: str, fen: int, weights: tuple[int, int, int]) -> str:
    weight, own, over = weights
    told = f"{carrier} {number} {fee} {yuan(fen)}"
    said = {
        "matched": "",
        "other_carrier": "：单号是我们的，但登记的快递公司不同",
        "unmatched": "：没有这个单号的包裹，请快递公司举证或查补发记录",
        "billed_twice": "：同一单号同一费用重复计费",
    }[outcome]
    heavy = f"；计费 {weight} 克，实物 {own} 克，多计 {over} 克" if over else ""
    return told + said + heavy


def unmatched(charges: Iterable[Charge]) -> list[Charge]:
    """The rows that nobody's parcel explains."""
    return [charge for charge in charges if charge.outcome == "unmatched"]


class ParcelFreight(NamedTuple):
    """What a parcel was reckoned to cost and what the carrier bills; `gap_fen` + it cost more."""

    carrier: str
    waybill_no: str
    fulfilment_id: str
    estimate_fen: int
    billed_fen: int
    words: str

    @property
    def gap_fen(self) -> int:
        """Billed less reckoned."""
        return self.billed_fen - self.estimate_fen


def freight_by_parcel(charges: Iterable[Charge]) -> list[ParcelFreight]:
    """Every billed parcel with its difference, the greatest first (FMS-17)."""
    billed: dict[tuple[str, str], int] = defaultdict(int)
    known: dict[tuple[str, str], Parcel] = {}
    for charge in charges:
        if charge.parcel is not None:
            key = (charge.parcel.carrier, charge.parcel.waybill_no)
            billed[key] += charge.amount_fen
            known[key] = charge.parcel
    found = [
        ParcelFreight(*key, known[key].fulfilment_id, known[key].estimate_fen, fen, _gap_words(known[key], fen))
        for key, fen in billed.items()
    ]
    return sorted(found, key=lambda one: (-abs(one.gap_fen), one.carrier, one.waybill_no))


def _gap_words(parcel: Parcel, billed_fen: int) -> str:
    if not parcel.estimate_fen:
        return f"{parcel.carrier} {parcel.waybill_no} 账单 {yuan(billed_fen)}，发货时没有估计"
    gap = billed_fen - parcel.estimate_fen
    more = f"{'多' if gap > 0 else '少'} {yuan(abs(gap))}" if gap else "一致"
    return f"{parcel.carrier} {parcel.waybill_no} 估计 {yuan(parcel.estimate_fen)}，账单 {yuan(billed_fen)}，{more}"
