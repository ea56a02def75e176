"""What the orders of some days earned: all facts together, by order, by product and by channel, always the same sum."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select, union_all

from storage.database.tables.settlement import express_bill_line
from storage.erp.catalog.components import Components, components
from storage.erp.finance.policies import policy_of
from storage.erp.finance.policy import Policy
from storage.erp.settlement.adjustments import adjustment_facts
from storage.erp.settlement.components import Place
from storage.erp.settlement.costs import (
    MoveValues,
    advertising,
    estimated_costs,
    freight,
    goods_costs,
    last_costs,
    layer_values,
)
from storage.erp.settlement.express import match_express, parcels
from storage.erp.settlement.facts import BookLine, Fact, OrderKey, Pool, Span
from storage.erp.settlement.income import order_income, output_tax, refunds, refunds_of, statement_facts
from storage.erp.settlement.pool import Only, created_on, nobodys, orders_of, read_pool
from storage.erp.settlement.shares import split

Waterfall = dict[str, int]
"""component -> fen."""
NO_PRODUCT = ""


class Rules(NamedTuple):
    """How profit is worked out.

    `policy`: the ledger's: when income counts, and the tax inside it. `values`: what moves are worth; None: as the
    ledger's cost layers say it, a move's own unit cost where they do not know it. `estimate_costs`: whether goods that
    no move of ours tells of are valued at the last receipt. `explode_bundles`: whether products are what
    the warehouse holds (a bundle's figures are shared out among its parts) or what the shop sells.
    """

    policy: Policy = Policy()
    values: MoveValues | None = None
    estimate_costs: bool = True
    explode_bundles: bool = True


class Books(NamedTuple):
    """All facts of some days. `apart`: statement lines that are no profit, by place, (shop, fee class) -> fen."""

    span: Span
    pool: Pool
    facts: list[Fact]
    apart: Mapping[Place, Mapping[tuple[str, str], int]]
    statement_fen: int


EVER = Span("0001-01-01", "9999-12-31")


def gather(connection: Connection, span: Span, rules: Rules | None = None) -> Books:
    """Everything that earned or cost in those days, one fact per source row; nothing is written.

    `rules`: by default the company's own policy.
    """
    rules = rules or Rules(policy_of(connection))
    pool = read_pool(connection, rules.policy, span)
    gathered = statement_facts(connection, pool, span)
    facts = _of_orders(connection, pool, span, rules, gathered.facts, None)
    facts += advertising(connection, pool, span)
    facts += adjustment_facts(connection, span)
    return Books(span, pool, facts, gathered.apart, gathered.total_fen)


def gather_created(connection: Connection, days: Collection[str], rules: Rules) -> Books:
    """Everything that ever earned or cost of the orders created on those days, except advertising, whose parts depend
    on all orders of a day. `gather_rest` has what is left: together they are `gather` of all days.
    """
    mine = orders_of(connection, days)
    only = created_on(connection, mine)
    pool = read_pool(connection, rules.policy, numbers=only.orders)
    gathered = statement_facts(connection, pool, EVER, numbers=union_all(only.orders, only.subs))
    facts = _of_orders(connection, pool, EVER, rules, gathered.facts, only)
    facts += adjustment_facts(connection, EVER)
    return Books(EVER, pool, [fact for fact in facts if fact.order in mine], gathered.apart, 0)


def gather_rest(connection: Connection, span: Span, rules: Rules) -> Books:
    """What is of no order that the books know, and advertising. Of statements only those lines are in it."""
    unknown = nobodys(connection, span)
    pool = read_pool(connection, rules.policy, numbers=unknown.orders)
    gathered = statement_facts(connection, pool, span, numbers=unknown.numbers)
    e = express_bill_line.c
    billed = connection.execute(select(e.day).where(e.day.between(*span)).limit(1)).first()
    charges = match_express(connection, pool, span=span) if billed else []
    nobodys_parcel = [charge for charge in charges if charge.parcel is None]
    facts = [*gathered.facts, *freight((), nobodys_parcel, span), *adjustment_facts(connection, span)]
    of_none = [fact for fact in facts if fact.order not in pool.heads]
    return Books(span, pool, [*of_none, *advertising(connection, pool, span)], gathered.apart, gathered.total_fen)


def _of_orders(
    connection: Connection, pool: Pool, span: Span, rules: Rules, statement: Iterable[Fact], only: Only | None
) -> list[Fact]:
    done = refunds_of(connection, pool, only)
    values = layer_values(connection, only) if rules.values is None else rules.values
    facts = [
        *order_income(pool, span),
        *refunds(done, pool, span),
        *output_tax(done, pool, span, rules.policy.vat_bp),
        *statement,
        *goods_costs(connection, pool, span, values, only),
    ]
    if rules.estimate_costs:
        facts += estimated_costs(connection, pool, span, components(connection), only)
    known = parcels(connection, pool, only)
    charges = match_express(connection, pool, only=only, known=known)
    facts += freight(known.values(), charges, span)
    return facts


def by_order(facts: Iterable[Fact]) -> dict[OrderKey, list[Fact]]:
    """The facts of each order, in key order; those of a shop as a whole stand under order_no ""."""
    found: dict[OrderKey, list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.order].append(fact)
    return {key: found[key] for key in sorted(found)}


def by_channel(facts: Iterable[Fact]) -> dict[tuple[str, str], list[Fact]]:
    """The facts of each (platform, shop), in key order; ("", "") is nobody's shop."""
    found: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.platform, fact.shop].append(fact)
    return {key: found[key] for key in sorted(found)}


def waterfall(facts: Iterable[Fact]) -> Waterfall:
    """The sum of each component."""
    sums: Waterfall = defaultdict(int)
    for fact in facts:
        sums[fact.component] += fact.amount_fen
    return dict(sums)


class ProductPart(NamedTuple):
    """A product's part of a fact; `code` "" is nobody's product."""

    code: str
    fact: Fact
    amount_fen: int


class Weights(NamedTuple):
    """What bundles are made of, and what one piece of each part weighs when a bundle's figures are shared out."""

    made_of: Components
    cost_fen: Mapping[str, int]


def bundle_weights(connection: Connection) -> Weights:
    """Bundles are shared out by what their parts cost when they last came in."""
    return Weights(components(connection), last_costs(connection))


def by_product(books: Books, weights: Weights | None, *, zeros: bool = False) -> Iterator[ProductPart]:
    """Every fact shared out among products: the parts of a fact sum to it, so products sum to orders (FMS-45).

    A fact of a sub-order is that product's; one of an order is shared out by what its sub-orders paid (a discount by
    the discounts they had). With `weights` a bundle's part is shared out among what it is made of, by cost, by pieces
    where a cost is unknown. `zeros`: a fact of nothing is a part of nothing, else it is left out.
    """
    made_of = weights.made_of if weights else {}
    for fact in books.facts:
        lines = books.pool.lines.get(fact.order, []) if fact.order_no else []
        chosen = [line for line in lines if line.sub_no == fact.sub_no] if fact.sub_no else lines
        chosen = chosen or lines
        if not chosen:
            yield ProductPart(NO_PRODUCT, fact, fact.amount_fen)
            continue
        kept = zeros and not fact.amount_fen
        alone = len(chosen) == 1
        parts = [fact.amount_fen] if alone else split(fact.amount_fen, _shares(fact, chosen))
        for line, fen in zip(chosen, parts, strict=True):
            if line.code not in made_of:
                if fen or kept:
                    yield ProductPart(line.code, fact, fen)
                continue
            for code, part in _exploded(line, fen, weights):
                if part or kept:
                    yield ProductPart(code, fact, part)


def _shares(fact: Fact, lines: Iterable[BookLine]) -> list[int]:
    if fact.component in ("seller_discount", "platform_discount"):
        return [line.discount_share_fen for line in lines]
    return [line.paid_share_fen for line in lines]


def _exploded(line: BookLine, fen: int, weights: Weights | None) -> Iterator[tuple[str, int]]:
    parts = dict(weights.made_of.get(line.code, {})) if weights else {}
    if not weights or not parts:
        yield line.code, fen
        return
    costs = [weights.cost_fen.get(code, 0) * qty for code, qty in parts.items()]
    shares = costs if all(costs) else list(parts.values())
    yield from zip(parts, split(fen, shares), strict=True)
