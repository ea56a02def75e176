"""How much of what was sold lately will still come back, by the history of the product, else its shop, else all.

Returns come with a delay, so the rate depends on how old a sale is: of the history's sales (old enough that nothing of
them comes back any more) the part that came back later than so many days. An order of that age is expected to bring as
much back still. No rate is made up: where even the company has too few orders nothing is expected, and that is said.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from storage.erp.reconciliation.words import yuan

Group = tuple[str, str, str]
"""platform, shop, code; "" for all of them."""
COMPANY: Group = ("", "", "")
BASIS = {3: "product", 2: "shop", 0: "company"}
BASIS_WORDS = {"product": "本商品", "shop": "本店铺", "company": "全公司", "none": "没有可用的历史"}


class Sale(NamedTuple):
    """What an order brought (or cost) of a product in a shop, on the day from which it counts."""

    group: Group
    order_no: str
    day: str
    amount_fen: int


class Return(NamedTuple):
    """What came back of an order's product, on a day."""

    group: Group
    order_no: str
    day: str
    amount_fen: int


class Horizon(NamedTuple):
    """`end`: the day of the estimate. `window_days`: a sale may come back so long. `look_back_days`: how long the
    history is. `least_orders`: fewer orders say nothing."""

    end: str
    window_days: int
    look_back_days: int
    least_orders: int


class Expected(NamedTuple):
    """What is expected to come back of a product in a shop, and what that rests on."""

    group: Group
    exposed_fen: int
    expected_fen: int
    basis: str
    orders: int
    sold_fen: int
    back_fen: int

    @property
    def words(self) -> str:
        """A sentence that a person can check."""
        if self.basis == "none":
            return f"还在退货期的 {yuan(self.exposed_fen)}，历史订单只有 {self.orders} 单，不够估计，按零"
        return (
            f"还在退货期的 {yuan(self.exposed_fen)}；{BASIS_WORDS[self.basis]}历史 {self.orders} 单 "
            f"{yuan(self.sold_fen)}，退回 {yuan(self.back_fen)}；按各单已过天数，预计还会退 {yuan(self.expected_fen)}"
        )


class History:
    """What one group's old sales say: how much was sold, by how many orders, and what came back at which age."""

    def __init__(self) -> None:
        self.sold_fen = 0
        self.orders: set[tuple[str, str, str]] = set()
        self.back_fen: dict[int, int] = defaultdict(int)

    def rates(self) -> tuple[Sequence[int], Sequence[int]]:
        """(ages, how much had come back by each), for `later_part`."""
        ages = sorted(self.back_fen)
        return ages, list(accumulate(self.back_fen[age] for age in ages))

    @property
    def total_back_fen(self) -> int:
        """Everything that came back."""
        return sum(self.back_fen.values())


def later_part(history: History, rates: tuple[Sequence[int], Sequence[int]], age: int) -> Fraction:
    """The part of what was sold that came back at a greater age; between 0 and 1."""
    ages, sums = rates
    known = bisect_right(ages, age)
    later = history.total_back_fen - (sums[known - 1] if known else 0)
    return min(Fraction(max(later, 0), history.sold_fen), Fraction(1)) if history.sold_fen > 0 else Fraction(0)


def expected(sales: Iterable[Sale], returns: Iterable[Return], horizon: Horizon) -> list[Expected]:
    """Per product and shop what is still to come back of the sales of the last days, in the order of their names.

    Never more than what is left of them. Amounts are rounded once per product, half up.
    """
    sold = list(sales)
    back = _by_order(returns)
    histories = _histories(sold, back, horizon)
    rates = {group: found.rates() for group, found in histories.items()}
    open_sales: dict[Group, list[Sale]] = defaultdict(list)
    for sale in sold:
        if 0 <= _age(sale.day, horizon.end) < horizon.window_days:
            open_sales[sale.group].append(sale)
    return [_expected(group, mine, back, histories, rates, horizon) for group, mine in sorted(open_sales.items())]


def _expected(
    group: Group,
    sales: Sequence[Sale],
    back: Mapping[tuple[Group, str], list[Return]],
    histories: Mapping[Group, History],
    rates: Mapping[Group, tuple[Sequence[int], Sequence[int]]],
    horizon: Horizon,
) -> Expected:
    level = next((one for one in _levels(group) if len(_of(histories, one).orders) >= horizon.least_orders), None)
    exposed, still = 0, Fraction(0)
    for sale in sales:
        gone = sum(one.amount_fen for one in back.get((group, sale.order_no), ()) if one.day <= horizon.end)
        left = max(sale.amount_fen - gone, 0)
        exposed += left
        if level is not None:
            part = later_part(histories[level], rates[level], _age(sale.day, horizon.end))
            still += min(sale.amount_fen * part, Fraction(left))
    if level is None:
        return Expected(group, exposed, 0, "none", len(_of(histories, COMPANY).orders), 0, 0)
    found = histories[level]
    basis = BASIS[sum(1 for part in level if part)]
    fen = (2 * still.numerator + still.denominator) // (2 * still.denominator)
    return Expected(group, exposed, fen, basis, len(found.orders), found.sold_fen, found.total_back_fen)


def _levels(group: Group) -> tuple[Group, Group, Group]:
    return group, (group[0], group[1], ""), COMPANY


def _of(histories: Mapping[Group, History], group: Group) -> History:
    return histories.get(group) or History()


def _histories(
    sales: Iterable[Sale], back: Mapping[tuple[Group, str], list[Return]], horizon: Horizon
) -> dict[Group, History]:
    """What sales say whose window is over, each for its product, its shop and the company."""
    found: dict[Group, History] = defaultdict(History)
    oldest = horizon.window_days + horizon.look_back_days
    for sale in sales:
        if not horizon.window_days <= _age(sale.day, horizon.end) < oldest:
            continue
        mine = back.get((sale.group, sale.order_no), ())
        for level in _levels(sale.group):
            history = found[level]
            history.sold_fen += sale.amount_fen
            history.orders.add((*sale.group[:2], sale.order_no))
            for one in mine:
                age = _age(sale.day, one.day)
                if age < horizon.window_days:
                    history.back_fen[max(age, 0)] += one.amount_fen
    return dict(found)


def _by_order(returns: Iterable[Return]) -> dict[tuple[Group, str], list[Return]]:
    found: dict[tuple[Group, str], list[Return]] = defaultdict(list)
    for one in returns:
        found[one.group, one.order_no].append(one)
    return found


def _age(day: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(day)).days
