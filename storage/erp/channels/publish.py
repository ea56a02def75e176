"""Stock figures for the shops: what every listed code may show, and a command for each figure that changed.

A figure is asked for once: as long as the last command that was asked for says the same (and was not refused or
failed), nothing is published. Nothing counts as shown by a platform before a bot's result row says so.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from storage.database.bulk import upsert
from storage.database.tables import channel_sku, command
from storage.database.tables.lots import channel_stock, channel_stock_rule
from storage.erp.catalog.components import Components, components, sellable_of, stock_by_warehouse
from storage.erp.catalog.sets import Sets, read_sets
from storage.erp.channels.formula import read_formula
from storage.erp.channels.shares import MODES, ChannelRule, Figures, Shown, exposure, shares
from storage.erp.stock.limits import safety_by_place
from storage.erp.stock.places import place_kinds

WORKLIST = "to_set_stock"
_AT_ONCE = 400
_ASKS_AGAIN = frozenset({"failed", "withdrawn"})


def write_rules(connection: Connection, rules: Iterable[ChannelRule]) -> int:
    """Write these rules; returns the changes. Raises FormulaWrong, ValueError for a mode that does not exist."""
    rows = []
    for rule in rules:
        if rule.mode not in MODES:
            raise ValueError(f"a channel's mode is one of {MODES}, not {rule.mode}")
        if rule.formula:
            read_formula(rule.formula)
        names = ("platform", "shop", "code", "mode", "percent", "quota_qty", "presale_qty", "cap_qty", "formula")
        rows.append({**{name: getattr(rule, name) for name in names}, "warehouses": ",".join(rule.warehouses)})
    counts = upsert(connection, channel_stock_rule, rows)
    return counts.created + counts.changed


def read_rules(connection: Connection) -> dict[tuple[str, str, str], ChannelRule]:
    """Every rule by (platform, shop, code)."""
    names = ("platform", "shop", "code", "mode", "percent", "quota_qty", "presale_qty", "cap_qty", "formula")
    return {
        (row.platform, row.shop, row.code): ChannelRule(
            **{name: row._mapping[name] for name in names},
            warehouses=tuple(name for name in row.warehouses.split(",") if name),
        )
        for row in connection.execute(select(channel_stock_rule))
    }


@dataclass(frozen=True)
class CodeShown:
    """One code: what can be sold at all, what each shop shows of it, and what could be sold twice."""

    code: str
    sellable: int
    shown: tuple[Shown, ...]
    exposure: int


def shown_by_code(
    connection: Connection, codes: Iterable[str] | None = None, incoming: Mapping[str, int] | None = None
) -> dict[str, CodeShown]:
    """What the shops that list a code and have a rule for it may show now; `codes`: only these.

    `incoming`: pieces on their way, by code, for formulas that count them.
    """
    rules, stock = read_rules(connection), _Stock(connection, incoming or {})
    wanted = None if codes is None else set(codes)
    listed: dict[str, set[tuple[str, str]]] = defaultdict(set)
    c = channel_sku.c
    shops = select(c.platform, c.shop, c.code).distinct()
    for row in _of_codes(connection, shops, c.code, None if wanted is None else sorted(wanted)):
        if row.code:
            listed[row.code].add((row.platform, row.shop))
    result = {}
    for code in sorted(listed):
        mine = [rules.get((*shop, code)) or rules.get((*shop, "")) for shop in sorted(listed[code])]
        found = [rule for rule in mine if rule is not None]
        if not found:
            continue
        figures = {(rule.platform, rule.shop): stock.figures(code, rule.warehouses) for rule in found}
        shown, total = tuple(shares(found, figures)), stock.figures(code, ()).sellable
        named = max((figure.sellable for figure in figures.values()), default=0)
        result[code] = CodeShown(code, total, shown, exposure(shown, max(total, named)))
    return result


class _Stock:
    """The stock of a moment, from which every shop's figures are taken."""

    def __init__(self, connection: Connection, incoming: Mapping[str, int]) -> None:
        self.kinds = place_kinds(connection)
        self.made_of: Components = components(connection)
        self.sets: Sets = read_sets(connection)
        self.incoming = incoming
        named = [place for place, kind in self.kinds.items() if kind == "bonded"]
        self.free = stock_by_warehouse(connection, named=named)
        self.bonded = frozenset(named)
        self.safety: dict[str, dict[str, int]] = defaultdict(dict)
        for (place, code), qty in safety_by_place(connection).items():
            self.safety[place][code] = qty

    def figures(self, code: str, named: tuple[str, ...]) -> Figures:
        """Everything that a formula may count; safety is what packing loses when each place keeps its own back."""
        places = {
            place: free for place, free in self.free.items() if (place in named if named else place not in self.bonded)
        }
        kept = {
            place: {base: max(0, qty - self.safety[place].get(base, 0)) for base, qty in free.items()}
            for place, free in places.items()
        }
        stores = {place: free for place, free in places.items() if self.kinds.get(place) == "store"}
        total, in_stores = self._count(code, places), self._count(code, stores)
        after = self._count(code, kept)
        return Figures(total, total - in_stores, in_stores, total - after, self.incoming.get(code, 0))

    def _count(self, code: str, places: Mapping[str, Mapping[str, int]]) -> int:
        return sellable_of([code], self.made_of, places, self.sets)[code]


def publish_stock(
    connection: Connection,
    day: str,
    codes: Iterable[str] | None = None,
    incoming: Mapping[str, int] | None = None,
) -> int:
    """Ask for every figure that changed, as `to_set_stock` commands; returns how many. A second call asks for none.

    A waiting command that says an older figure is withdrawn. The explanation goes with the figure into
    `channel_stock`, its sentence into the command's reason.
    """
    wanted = None if codes is None else sorted(set(codes))
    found = shown_by_code(connection, wanted, incoming)
    by_shop = {(one.rule.platform, one.rule.shop, code): one for code, each in found.items() for one in each.shown}
    c, sku, figure = command.c, channel_sku.c, channel_stock.c
    listed = _of_codes(connection, select(channel_sku), sku.code, wanted)
    known = {
        (row.platform, row.shop, row.platform_sku): row
        for row in _of_codes(connection, select(channel_stock), figure.code, wanted)
    }
    subjects = None if wanted is None else sorted({row.platform_sku for row in listed})
    asked_before = select(c.command_id, c.state).where(c.worklist == WORKLIST)
    states = {row.command_id: row.state for row in _of_codes(connection, asked_before, c.subject, subjects)}
    rows, commands = [], []
    for row in sorted(listed, key=lambda one: (one.platform, one.shop, one.platform_sku)):
        one = by_shop.get((row.platform, row.shop, row.code))
        if one is None:
            continue
        before = known.get((row.platform, row.shop, row.platform_sku))
        asked = before.command_id if before else ""
        if before and before.qty == one.qty and states.get(asked) not in _ASKS_AGAIN:
            continue
        command_id = ""
        if before or row.platform_stock != one.qty:
            command_id = _fresh_id(row.shop, row.platform_sku, day, states)
            states[command_id] = "published"
            commands.append(_command(command_id, row.shop, row.product_id, row.platform_sku, row.code, day, one))
        if states.get(asked) == "published":
            connection.execute(command.update().where(c.command_id == asked).values(state="withdrawn"))
        rows.append(_figure(row.platform, row.shop, row.platform_sku, row.code, one, command_id))
    if commands:
        connection.execute(command.insert(), commands)
    upsert(connection, channel_stock, rows)
    return len(commands)


def _of_codes(
    connection: Connection, query: Select[Any], column: ColumnElement[str], values: Sequence[str] | None
) -> list[Row[Any]]:
    """The rows of a query whose column has one of the values (all of them for None), some at a time."""
    if values is None:
        return list(connection.execute(query))
    chunks = [values[begin : begin + _AT_ONCE] for begin in range(0, len(values), _AT_ONCE)]
    return [row for chunk in chunks for row in connection.execute(query.where(column.in_(chunk)))]


def _fresh_id(shop: str, platform_sku: str, day: str, states: Mapping[str, str]) -> str:
    base = "|".join((WORKLIST, shop, platform_sku, day))
    number, found = 1, base
    while found in states:
        number += 1
        found = f"{base}#{number}"
    return found


def _command(
    command_id: str, shop: str, product_id: str, platform_sku: str, code: str, day: str, one: Shown
) -> dict[str, object]:
    data = {"店铺": shop, "商品ID": product_id, "规格ID": platform_sku, "商家编码": code, "库存": str(one.qty)}
    return {
        "command_id": command_id, "worklist": WORKLIST, "shop": shop, "subject": platform_sku, "night": day,
        "data": json.dumps(data, ensure_ascii=False, sort_keys=True), "reason": str(one.explanation["words"]),
        "state": "published",
    }  # fmt: skip


def _figure(platform: str, shop: str, platform_sku: str, code: str, one: Shown, command_id: str) -> dict[str, object]:
    return {
        "platform": platform, "shop": shop, "platform_sku": platform_sku, "code": code, "qty": one.qty,
        "presale_qty": one.presale_qty, "mode": one.rule.mode, "command_id": command_id,
        "explanation": json.dumps(one.explanation, ensure_ascii=False, sort_keys=True),
        "recorded_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip
