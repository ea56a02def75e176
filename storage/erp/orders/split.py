"""Which sub-orders of one warehouse's parcel must travel apart, and why. Pure; a sub-order itself stays whole.

The rules are those of ONEX (`app/omeauto/lib/split`): goods that ship alone, virtual goods, presale goods, categories
that may not lie together, and the most that one parcel may weigh or take up. Warehouses are split by the allocation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from storage.erp.allocation.model import OpenLine


class Goods(NamedTuple):
    """One piece of a code: grams, cubic centimetres (0: not known), category, and whether there is nothing to ship."""

    weight_g: int = 0
    volume_cm3: int = 0
    category: str = ""
    virtual: bool = False


@dataclass(frozen=True)
class SplitRules:
    """What may not travel together. `alone`: codes that ship alone; `apart`: categories of which each is a parcel.

    `presale`: codes that come later. 0 in `max_*` sets no limit; one piece over the limit still ships, alone.
    """

    alone: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    presale: frozenset[str] = frozenset()
    max_weight_g: int = 0
    max_volume_cm3: int = 0


_NO_RULES = SplitRules()


class Part(NamedTuple):
    """What one parcel carries, and why it is a parcel of its own ("" where nothing was split)."""

    lines: tuple[OpenLine, ...]
    because: str


@dataclass
class _Box:
    lines: list[OpenLine] = field(default_factory=list)
    weight_g: int = 0
    volume_cm3: int = 0


def split(lines: Sequence[OpenLine], goods: Mapping[str, Goods], rules: SplitRules) -> list[Part]:
    """The parcels for these sub-orders, by their first sub-order; together they are the lines, once each."""
    if rules == _NO_RULES and not any(one.virtual for one in goods.values()):
        return [Part(tuple(sorted(lines)), "")]
    groups: dict[tuple[str, str], list[OpenLine]] = {}
    for line in sorted(lines):
        groups.setdefault(_group(line, goods.get(line.code, Goods()), rules), []).append(line)
    parts: list[Part] = []
    for (_, because), members in groups.items():
        boxes = _boxes(members, goods, rules)
        for number, box in enumerate(boxes, start=1):
            over = f"超过每包 {_limit(rules)}，第 {number}/{len(boxes)} 包" if len(boxes) > 1 else ""
            parts.append(Part(tuple(sorted(box.lines)), "，".join(filter(None, (because, over)))))
    return sorted(parts)


def _group(line: OpenLine, goods: Goods, rules: SplitRules) -> tuple[str, str]:
    """What a sub-order travels with, and why it does not travel with the rest."""
    if goods.virtual:
        return "virtual", "虚拟商品，不用发货"
    if line.code in rules.presale:
        return "presale", "预售商品，到货再发"
    if line.code in rules.alone:
        return f"alone {line.sub_no}", f"{line.code} 单独成包"
    if goods.category in rules.apart:
        return f"category {goods.category}", f"{goods.category}类不与别的同包"
    return "rest", ""


def _boxes(lines: Sequence[OpenLine], goods: Mapping[str, Goods], rules: SplitRules) -> list[_Box]:
    """First fit, the heaviest first: never more than one parcel above half full."""
    boxes: list[_Box] = []
    for line in sorted(lines, key=lambda one: (-weight_g([one], goods), -volume_cm3([one], goods), one.sub_no)):
        weight, volume = weight_g([line], goods), volume_cm3([line], goods)
        box = next((b for b in boxes if _fits(b, weight, volume, rules)), None)
        if box is None:
            box = _Box()
            boxes.append(box)
        box.lines.append(line)
        box.weight_g += weight
        box.volume_cm3 += volume
    return boxes


def _fits(box: _Box, weight: int, volume: int, rules: SplitRules) -> bool:
    heavy = rules.max_weight_g and box.weight_g + weight > rules.max_weight_g
    large = rules.max_volume_cm3 and box.volume_cm3 + volume > rules.max_volume_cm3
    return not heavy and not large


def _limit(rules: SplitRules) -> str:
    weight = f"{rules.max_weight_g} 克" if rules.max_weight_g else ""
    volume = f"{rules.max_volume_cm3} 立方厘米" if rules.max_volume_cm3 else ""
    return "或".join(filter(None, (weight, volume)))


def weight_g(lines: Sequence[OpenLine], goods: Mapping[str, Goods]) -> int:
    """What the lines weigh in grams; a bundle without a weight of its own weighs what its components weigh."""
    total = 0
    for line in lines:
        own = goods.get(line.code, Goods()).weight_g * line.qty
        total += own or sum(goods.get(code, Goods()).weight_g * qty for code, qty in line.needs)
    return total


def volume_cm3(lines: Sequence[OpenLine], goods: Mapping[str, Goods]) -> int:
    """What the lines take up, likewise."""
    total = 0
    for line in lines:
        own = goods.get(line.code, Goods()).volume_cm3 * line.qty
        total += own or sum(goods.get(code, Goods()).volume_cm3 * qty for code, qty in line.needs)
    return total
