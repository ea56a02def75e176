"""Which carrier takes a parcel: who goes there, what it costs, what the buyer or the shop asked for, and why. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from storage.erp.allocation.words import yuan
from storage.erp.orders.divisions import province_of, short

CARRIER_WORDS: Mapping[str, tuple[str, ...]] = {
    "EMS": ("EMS", "ems"),
    "中通快递": ("中通",),
    "京东快递": ("京东",),
    "圆通速递": ("圆通",),
    "德邦快递": ("德邦",),
    "极兔速递": ("极兔",),
    "申通快递": ("申通",),
    "邮政快递包裹": ("邮政", "邮局"),
    "韵达快递": ("韵达",),
    "顺丰速运": ("顺丰",),
}
_NOT = re.compile(r"(?:不要|不发|别发|别用|不用|勿发|拒收|不收|不走|除了)(?:走|发|用)?$")


class Rate(NamedTuple):
    """From a province to a province: `first_fen` up to `first_g`, then `step_fen` for every begun `step_g`."""

    carrier: str
    origin: str
    province: str
    first_g: int
    first_fen: int
    step_g: int
    step_fen: int


class Gap(NamedTuple):
    """Where a carrier does not deliver although it has a price; "" stands for all of the level."""

    carrier: str
    province: str
    city: str = ""
    district: str = ""


class Offer(NamedTuple):
    """What one carrier would take for a parcel."""

    cost_fen: int
    carrier: str


class Choice(NamedTuple):
    """The carrier ("" when none goes there) with what all the others would have cost, who cannot, and why this one."""

    carrier: str
    cost_fen: int
    offers: tuple[Offer, ...]
    rejected: tuple[tuple[str, str], ...]
    words: str


@dataclass(frozen=True)
class Prices:
    """Rates and gaps of all carriers."""

    rates: Sequence[Rate] = ()
    gaps: Sequence[Gap] = ()
    avoid: frozenset[str] = field(default_factory=frozenset)

    def choose(self, origin: str, to: tuple[str, str, str], weight_g: int, notes: Iterable[str] = ()) -> Choice:
        """The carrier for a parcel from a province to (province, city, district).

        What the notes ask for wins when that carrier goes there; one that they refuse is not taken; else the cheapest,
        of equal ones the first by name.
        """
        wish, refused = asked(notes)
        offers, rejected = [], []
        for carrier in sorted({rate.carrier for rate in self.rates}):
            reason = self._why_not(carrier, origin, to, refused)
            if reason:
                rejected.append((carrier, reason))
            else:
                offers.append(Offer(self._cost(carrier, origin, to[0], weight_g), carrier))
        offers.sort()
        if not offers:
            return Choice("", 0, (), tuple(rejected), f"没有快递能到{''.join(to)}")
        chosen = next((offer for offer in offers if offer.carrier == wish), offers[0])
        return Choice(
            chosen.carrier, chosen.cost_fen, tuple(offers), tuple(rejected), _words(chosen, offers, wish, rejected)
        )

    def _why_not(self, carrier: str, origin: str, to: tuple[str, str, str], refused: frozenset[str]) -> str:
        if carrier in refused:
            return "备注说不要"
        if carrier in self.avoid:
            return "暂停使用"
        if not self._rate(carrier, origin, to[0]):
            return f"没有从{origin}到{to[0]}的价格"
        for gap in self.gaps:
            if gap.carrier == carrier and _same(gap.province, to[0]) and all(
                not name or short(name) == short(where) for name, where in ((gap.city, to[1]), (gap.district, to[2]))
            ):  # fmt: skip
                return f"到不了{gap.province}{gap.city}{gap.district}"
        return ""

    def _rate(self, carrier: str, origin: str, province: str) -> Rate | None:
        return next((rate for rate in self.rates if rate.carrier == carrier and _same(rate.origin, origin)
                     and _same(rate.province, province)), None)  # fmt: skip

    def _cost(self, carrier: str, origin: str, province: str, weight_g: int) -> int:
        rate = self._rate(carrier, origin, province)
        return price_fen(rate, weight_g) if rate else 0


def price_fen(rate: Rate, weight_g: int) -> int:
    """What a parcel of so many grams costs; a parcel of unknown weight (0) costs the first step."""
    over = max(0, weight_g - rate.first_g)
    steps = -(-over // rate.step_g) if rate.step_g else 0
    return rate.first_fen + steps * rate.step_fen


def asked(notes: Iterable[str]) -> tuple[str, frozenset[str]]:
    """(the carrier asked for or "", the carriers refused) in the notes; of several wishes the last one counts."""
    wish, refused = "", set()
    for text in notes:
        hits = []
        for carrier, words in CARRIER_WORDS.items():
            for word in words:
                hits += [(found.start(), carrier) for found in re.finditer(re.escape(word), text)]
        for start, carrier in sorted(hits):
            if _NOT.search(text[:start]):
                refused.add(carrier)
            else:
                wish = carrier
    return ("" if wish in refused else wish), frozenset(refused)


def _same(one: str, other: str) -> bool:
    return (province_of(one) or one) == (province_of(other) or other)


def _words(chosen: Offer, offers: Sequence[Offer], wish: str, rejected: Sequence[tuple[str, str]]) -> str:
    said = f"{chosen.carrier} {yuan(chosen.cost_fen)} 元"
    if chosen.carrier == wish:
        return f"{said}：备注要求"
    why = "，".join(f"{carrier}{reason}" for carrier, reason in rejected if carrier == wish)
    rest = [offer for offer in offers if offer != chosen]
    than = f"最便宜，下一家 {rest[0].carrier} {yuan(rest[0].cost_fen)} 元" if rest else "只有它能到"
    return f"{said}：{than}" + (f"（备注要求的{why}）" if why else "")
