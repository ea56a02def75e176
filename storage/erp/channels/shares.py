"""How much of a code each shop may show: pure, with an explanation object for every figure.

Exclusive: quotas first, then percentages of what is left, to the piece (largest remainder): all shops together never
show more than there is. Ratio: each shop shows its percentage of the whole on its own; if these add up to more than
100 %, what could be sold twice is said as exposure. Then formula, presale and cap, in this order, and never below 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from storage.erp.channels.formula import read_formula

EXCLUSIVE_MODES = frozenset({"exclusive", "quota"})
MODES = ("exclusive", "quota", "ratio")


@dataclass(frozen=True)
class ChannelRule:
    """What one shop may show of a code (`code` "": of every code that has no rule of its own).

    `percent` of the whole for exclusive and ratio; `quota_qty` pieces for quota; `presale_qty` pieces that need not be
    there yet; `cap_qty` the most that is shown, -1 for no cap; `warehouses`: only these, () for every selling one.
    """

    platform: str
    shop: str
    code: str = ""
    mode: str = "exclusive"
    percent: int = 100
    quota_qty: int = 0
    presale_qty: int = 0
    cap_qty: int = -1
    formula: str = ""
    warehouses: tuple[str, ...] = ()


class Figures(NamedTuple):
    """Pieces of one code that a shop's places have: to sell, in warehouses, in stores, kept back, on their way."""

    sellable: int
    in_warehouses: int
    in_stores: int
    safety: int
    incoming: int


@dataclass(frozen=True)
class Shown:
    """What a shop shows: `qty` with `presale_qty` of it not there yet, and how that was found."""

    rule: ChannelRule
    qty: int
    presale_qty: int
    explanation: Mapping[str, object]

    @property
    def real_qty(self) -> int:
        """What has to be there."""
        return self.qty - self.presale_qty


def shares(rules: Sequence[ChannelRule], figures: Mapping[tuple[str, str], Figures]) -> list[Shown]:
    """What every shop shows of one code; `figures` by (platform, shop). Shops in name order, whatever comes in.

    Exclusive shops share the smallest pool that all of them may draw on, so a shop's own warehouses are never
    promised to another shop as well.
    """
    ordered = sorted(rules, key=lambda rule: (rule.platform, rule.shop))
    exclusive = [rule for rule in ordered if rule.mode in EXCLUSIVE_MODES]
    given = _exclusive_shares(exclusive, figures)
    return [_shown(rule, figures[rule.platform, rule.shop], given) for rule in ordered]


def exposure(shown: Sequence[Shown], sellable: int) -> int:
    """Pieces that could be sold twice: what all shops show together, presale left out, above what there is."""
    return max(0, sum(one.real_qty for one in shown) - sellable)


def _exclusive_shares(
    rules: Sequence[ChannelRule], figures: Mapping[tuple[str, str], Figures]
) -> dict[tuple[str, str], int]:
    pool = min((max(0, _net(figures[rule.platform, rule.shop])) for rule in rules), default=0)
    given: dict[tuple[str, str], int] = {}
    for rule in rules:
        if rule.mode == "quota":
            given[rule.platform, rule.shop] = min(pool, max(0, rule.quota_qty))
            pool -= given[rule.platform, rule.shop]
    by_percent = [rule for rule in rules if rule.mode == "exclusive"]
    parts = split(pool, [rule.percent for rule in by_percent])
    given.update({(rule.platform, rule.shop): part for rule, part in zip(by_percent, parts, strict=True)})
    return given


def split(pool: int, percents: Sequence[int]) -> list[int]:
    """Whole parts of `pool` by percentages, largest remainder first, ties by position; never more than `pool` in all.

    Percentages of more than 100 in all are scaled down; of less, the rest is given to nobody.
    """
    whole = max(100, sum(percents))
    parts = [pool * percent // whole for percent in percents]
    left = pool * sum(percents) // whole - sum(parts)
    by_remainder = sorted(range(len(percents)), key=lambda n: (-(pool * percents[n] % whole), n))
    for number in by_remainder[:left]:
        parts[number] += 1
    return parts


def _net(figures: Figures) -> int:
    return figures.sellable - figures.safety


def _shown(rule: ChannelRule, figures: Figures, given: Mapping[tuple[str, str], int]) -> Shown:
    steps: list[str] = [f"可售 {figures.sellable} − 安全库存 {figures.safety} = {_net(figures)}"]
    if rule.mode in EXCLUSIVE_MODES:
        share = given[rule.platform, rule.shop]
        what = f"固定额度 {rule.quota_qty}" if rule.mode == "quota" else f"独占 {rule.percent}%"
    else:
        share = max(0, _net(figures)) * max(0, rule.percent) // 100
        what = f"共享 {rule.percent}%"
    steps.append(f"{what}：{share} 件")
    qty = share
    if rule.formula:
        names = {"可售库存": figures.sellable, "仓库可售": figures.in_warehouses, "门店可售": figures.in_stores,
                 "渠道份额": share, "安全库存": figures.safety, "在途库存": figures.incoming,
                 "预售额度": rule.presale_qty, "占比": rule.percent}  # fmt: skip
        formula = read_formula(rule.formula)
        qty = formula.value(names)
        steps.append(f"公式 {formula.text} → {formula.filled(names)} = {qty}")
        if rule.mode in EXCLUSIVE_MODES and qty > share:
            steps.append(f"独占模式不超过份额 {share}")
            qty = share
    qty, presale = max(0, qty), max(0, rule.presale_qty)
    if presale:
        steps.append(f"加预售 {presale}")
    total = qty + presale
    if 0 <= rule.cap_qty < total:
        steps.append(f"人工上限 {rule.cap_qty}")
        total = rule.cap_qty
        presale = max(0, total - qty)
    words = "；".join(steps) + f"；对外 {total} 件"
    inputs = {**figures._asdict(), "share": share, "mode": rule.mode, "percent": rule.percent, "cap_qty": rule.cap_qty}
    return Shown(rule, total, presale, {"words": words, "inputs": inputs, "steps": steps})
