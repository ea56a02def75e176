"""The words of the review: what is known of an order when it is judged, and what a rule may say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from storage.erp.allocation.model import OrderKey

Settings = Mapping[str, object]


class CaseLine(NamedTuple):
    """A sub-order: `known`: its code is in the catalog; `usual_fen`: the shop's own price of one piece (0: not known).

    `free`: how many could be packed from what is free in the best single warehouse; `quota_left`: pieces of the
    presale quota that are not taken (None: no quota).
    """

    sub_no: str
    code: str
    qty: int
    paid_share_fen: int
    refund_status: str
    known: bool = True
    usual_fen: int = 0
    free: int = 0
    quota_left: int | None = None


class History(NamedTuple):
    """What the same buyer and the same address did before this order: counts of orders, and pieces of the campaign."""

    orders_day: int = 0
    orders: int = 0
    refunded: int = 0
    buyers_at_address: int = 1
    campaign_orders: int = 0
    campaign_qty: int = 0


class Case(NamedTuple):
    """One order as the rules see it; nothing personal in it. Moments are business time, `now` too."""

    key: OrderKey
    now: str
    pay_state: str
    ship_state: str
    refund_state: str
    paid_fen: int
    created_at: str
    paid_at: str
    province: str
    city: str
    lines: Sequence[CaseLine]
    priority: int = 0
    received_fen: int | None = None
    order_type: str = "normal"
    district: str = ""
    address_state: str = ""
    address_key: str = ""
    buyer: str = ""
    buyer_memo: str = ""
    seller_memo: str = ""
    flag: str = ""
    campaign: str = ""
    balance_state: str = ""
    history: History = History()


class Finding(NamedTuple):
    """What one check has against an order. `topic`: what exactly, so that a person is not asked twice for the same."""

    code: str
    words: str
    topic: str = ""
    facts: Mapping[str, object] = MappingProxyType({})
    until: str = ""


class Reason(NamedTuple):
    """A finding with the rule that made it, and how its hold ends: by a person, a fact, time or the goods' arrival."""

    rule: str
    code: str
    words: str
    topic: str
    facts: Mapping[str, object]
    until: str
    release_by: str
    owner: str
    sla_hours: int


Check = Callable[[Case, Settings], Sequence[Finding]]


@dataclass(frozen=True)
class Rule:
    """One check with its place in the chain. `owner`: whose queue a hold of it joins; "" where nobody has to act."""

    rule: str
    title: str
    check: Check
    release_by: str = "fact"
    owner: str = ""
    sla_hours: int = 0
    settings: Settings = field(default_factory=dict)
