"""What after-sales cost, by why they happened (错发, 漏发, 质量, 运输), and what they did to an order's profit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import bill_line
from storage.database.tables.purchasing import rma
from storage.database.tables.settlement import aftersale_reason
from storage.erp.settlement.components import AFTERSALE
from storage.erp.settlement.errors import ComponentUnknown, ReasonNeeded
from storage.erp.settlement.facts import ESTIMATE, Fact, OrderKey

REASONS: dict[str, str] = {
    "mis_ship": "错发",
    "short_ship": "漏发",
    "quality": "质量",
    "transport": "运输",
    "buyer": "买家",
    "unsaid": "未说明",
}
WORDS: dict[str, tuple[str, ...]] = {
    "mis_ship": ("错发", "发错", "货不对板"),
    "short_ship": ("漏发", "少发", "少件", "缺件"),
    "transport": ("运输", "破损", "丢件", "快递", "物流", "拦截"),
    "quality": ("质量", "瑕疵", "坏", "故障"),
    "buyer": ("不想要", "拍错", "七天无理由", "买家"),
}
"""Pieces of a remark that say a reason; the first that holds in this order."""
UNSAID = "unsaid"
SHIPPING_FAULTS = ("mis_ship", "short_ship")


class Reason(NamedTuple):
    """Why, and who says so, in words."""

    reason: str
    words: str


def tag(connection: Connection, order: OrderKey, reason: str, note: str, author: str) -> None:
    """Say why an order's after-sale happened; what was said before stays and no longer counts.

    Saying the same again changes nothing. Raises ReasonNeeded without author, ComponentUnknown.
    """
    if not author.strip():
        raise ReasonNeeded("售后原因", "an after-sale's reason")
    if reason not in REASONS:
        raise ComponentUnknown(reason, list(REASONS))
    a = aftersale_reason.c
    mine = (a.platform == order[0], a.shop == order[1], a.order_no == order[2])
    last = connection.execute(select(a.n, a.reason, a.note, a.author).where(*mine).order_by(a.n.desc())).first()
    if last is not None and (last.reason, last.note, last.author) == (reason, note, author):
        return
    row = dict(zip(("platform", "shop", "order_no"), order, strict=True))
    number = last.n + 1 if last else 1
    said = {"n": number, "reason": reason, "note": note, "author": author, "recorded_at": datetime.now(UTC).isoformat()}
    connection.execute(aftersale_reason.insert(), [{**row, **said}])


def reason_in(text: str) -> tuple[str, str]:
    """(reason, the piece that says it) of a remark, ("", "") when it says none."""
    return next(((name, piece) for name, pieces in WORDS.items() for piece in pieces if piece in text), ("", ""))


def reasons(connection: Connection) -> dict[OrderKey, Reason]:
    """Why, by order: what a person said last, else who the return lays it to, else what a statement's remark says."""
    found: dict[OrderKey, Reason] = {}
    b = bill_line.c
    fees = ("compensation", "penalty", "return_freight")
    query = select(b.platform, b.shop, b.order_no, b.remark).where(b.fee_type.in_(fees), b.order_no != "")
    for platform, shop, order_no, remark in connection.execute(query.order_by(b.at, b.flow_no, b.n)):
        name, piece = reason_in(remark)
        if name:
            found.setdefault((platform, shop, order_no), Reason(name, f"账单备注写「{piece}」"))
    by_title = {title: name for name, title in REASONS.items()}
    r = rma.c
    returns = select(r.platform, r.shop, r.order_no, r.rma_id, r.responsible).where(r.responsible != "")
    for platform, shop, order_no, rma_id, responsible in connection.execute(returns.order_by(r.rma_id)):
        if responsible in by_title:
            words = f"售后单 {rma_id} 判定为{responsible}"
            found[platform, shop, order_no] = Reason(by_title[responsible], words)
    for row in connection.execute(select(aftersale_reason).order_by(aftersale_reason.c.n)):
        found[row.platform, row.shop, row.order_no] = Reason(row.reason, f"{row.author}：{row.note}")
    return found


def cost_by_reason(facts: Iterable[Fact], why: Mapping[OrderKey, Reason]) -> dict[str, list[Fact]]:
    """The cost of after-sales by reason, every fact under one: the reasons sum to the total (FMS-63).

    An order of which nobody said why, and what no order is named for, stand under `unsaid`.
    """
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.component in AFTERSALE:
            said = why.get(fact.order)
            found[said.reason if said else UNSAID].append(fact)
    return {reason: found[reason] for reason in REASONS if reason in found}


class Effect(NamedTuple):
    """What the after-sale did to one order's profit; `parts` sum to `effect_fen`, and `before_fen` + it to `after_fen`.

    `parts`: refund, goods that came back, freight and compensation, goods sent again, damage, commission given back.
    """

    order: OrderKey
    before_fen: int
    parts: Mapping[str, int]
    effect_fen: int
    after_fen: int


def effect(order: OrderKey, facts: Iterable[Fact]) -> Effect:
    """The order's profit without its after-sale, what the after-sale took and gave, and the profit as it stands.

    The profit as it stands is the sum of all facts, so that orders sum to the books after the restatement too (AS-22).
    """
    parts: dict[str, int] = defaultdict(int)
    before = 0
    for fact in facts:
        name = _part_of(fact)
        if name:
            parts[name] += fact.amount_fen
        else:
            before += fact.amount_fen
    whole = sum(parts.values())
    return Effect(order, before, dict(parts), whole, before + whole)


def _part_of(fact: Fact) -> str:
    """The part of the after-sale that a fact is of, "" for one of the sale itself."""
    if fact.component in (*AFTERSALE, "refund"):
        return fact.component
    if fact.amount_fen > 0 and fact.basis != ESTIMATE:
        return {"goods_cost": "goods_back", "commission": "commission_back", "affiliate": "commission_back"}.get(
            fact.component, ""
        )
    return ""
