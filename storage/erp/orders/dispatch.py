"""Approved orders get stock, a parcel, a carrier and an instruction to the warehouse, in one transaction.

Only orders that the review approved are asked for (a held order is not allocated), so either an order has its
reservation, its parcel, its pick tasks and the event that says why, or it has nothing. Safe to run again.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain, compress

from sqlalchemy import Connection, select

from storage.ahead import ahead
from storage.database.behind import Behind
from storage.database.bulk import add, add_missing
from storage.database.collector import collector_at_rest
from storage.database.tables import (
    allocation_batch,
    fulfilment,
    fulfilment_line,
    order_event,
    order_line,
    platform_order,
)
from storage.database.tables.review import fulfilment_share
from storage.erp.allocation import read as allocation_read
from storage.erp.allocation.allocate import Summary, owner_of
from storage.erp.allocation.bound import Certificate
from storage.erp.allocation.model import AllocationPolicy, Batch, FreeStock, OpenOrder, OrderKey, Parcel
from storage.erp.allocation.release import release_closed
from storage.erp.allocation.rules import allocate_best
from storage.erp.allocation.words import yuan
from storage.erp.catalog.components import components
from storage.erp.orders import gifts
from storage.erp.orders.goods import goods_of
from storage.erp.orders.holds import NewHold, hold_all
from storage.erp.orders.instructions import issue, settle_instructions
from storage.erp.orders.merging import MergeRules, merge_parcels, settle_merges
from storage.erp.orders.review import PLATFORMS
from storage.erp.orders.rows import rows_of
from storage.erp.orders.shares import largest_remainder, line_money
from storage.erp.orders.split import Part, SplitRules, split
from storage.erp.orders.transition import Cause, Step, states_of, transition_all
from storage.erp.orders.waybills import (
    Fresh,
    Label,
    assign,
    boxes_of,
    is_any_waiting,
    numbered,
    prices_in_books,
    use,
)
from storage.erp.stock.book import ReservationLine, Short
from storage.erp.stock.reserving import reserve_groups


@dataclass(frozen=True)
class DispatchPolicy:
    """How approved orders become parcels: allocation, what travels apart, what together, who gets a gift."""

    allocation: AllocationPolicy = field(default_factory=lambda: AllocationPolicy(platforms=PLATFORMS))
    split: SplitRules = field(default_factory=SplitRules)
    merge: MergeRules = field(default_factory=MergeRules)
    gift_rules: tuple[gifts.GiftRule, ...] = ()


@collector_at_rest()
def dispatch(
    connection: Connection,
    night: str,
    now: str,
    policy: DispatchPolicy | None = None,
    batch_id: str = "",
    *,
    keys: Collection[OrderKey] | None = None,
) -> Summary:
    """Allocate every approved order, split, merge, label and instruct the warehouse; returns the batch's summary.

    `night`: the day that names the batch; `now`: business time of the events. Orders that get nothing are held as
    OUT_OF_STOCK until goods arrive. Parcels whose order was refunded or closed are given back first.

    `keys`: only these orders are looked at and nothing is given back, as at a promotion's peak, when orders are served
    as they come; the night's run then sees to the rest.
    """
    policy = policy or DispatchPolicy()
    released = settle(connection, now) if keys is None else 0
    desk = _Desk(connection, policy, now)
    orders = desk.approved(keys)
    free = allocation_read.free_stock(connection, night, policy.allocation)
    orders = desk.without_missing_gifts(orders, free)
    places = allocation_read.warehouses(connection)
    batch, proof = allocate_best(orders, free, places, policy.allocation.costs, policy.allocation)
    name = _batch_name(connection, batch_id or night)
    parcels, labelled = desk.write(batch, name)
    desk.hold_short(batch, name)
    merge_parcels(connection, policy.merge, Cause(now, "core", f"allocation:{name}"))
    later, without = (0, 0) if parcels == labelled and labelled else desk.label_waiting()
    summary = Summary(
        name, len(orders), sum(len(order.lines) for order in orders), parcels, len(batch.shorts), batch.cost_fen,
        proof.bound_fen, labelled + later, without, released, _note(batch, proof),
    )  # fmt: skip
    if batch.parcels:
        connection.execute(allocation_batch.insert(), [_batch_row(summary)])
    return summary


def settle(connection: Connection, now: str) -> int:
    """Let reservations, boxes, instructions and gifts follow what was refunded, closed or shipped meanwhile.

    Returns how many sub-orders were given back.
    """
    cause = Cause(now, "core", "settle", "包裹已取消或已发出")
    released = release_closed(connection)
    gifts.settle_gifts(connection, now)
    settle_merges(connection, cause)
    settle_instructions(connection, cause)
    return released


def _batch_name(connection: Connection, base: str) -> str:
    known = set(connection.execute(select(allocation_batch.c.batch_id)).scalars())
    number, name = 1, base
    while name in known:
        number += 1
        name = f"{base}#{number}"
    return name


def _note(batch: Batch, proof: Certificate) -> str:
    shortage = f"，缺货计 {yuan(batch.shortage_fen)} 元" if batch.shortage_fen else ""
    return f"运费 {yuan(batch.shipping_fen)} 元{shortage}；{proof.words}"


def _batch_row(summary: Summary) -> dict[str, object]:
    names = ("batch_id", "orders", "lines", "parcels", "short_lines", "cost_fen", "bound_fen", "note")
    return {**{name: getattr(summary, name) for name in names}, "recorded_at": datetime.now(UTC).isoformat()}


_PARCEL = ("fulfilment_id", "platform", "shop", "order_no", "warehouse", "batch_id", "state", "carrier", "waybill_no",
           "cost_fen", "explanation")  # fmt: skip
_UNLABELLED = ("allocated", "", "")
_EVENT = (*OrderKey._fields, "type", "at", "actor", "cause", "data")
_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
PIECE_PARCELS = 5_000
Cells = list[tuple[object, ...]]
Money = dict[tuple[OrderKey, str], tuple[int, int]]
Planned = tuple[str, Parcel, Part, int]
"""A parcel to be: its id, what was allocated, which part of that it carries, and its share of the cost in fen."""


class _Explanations:
    """Explanations as JSON; orders that are alike share all of theirs but what was chosen."""

    def __init__(self) -> None:
        self._around: dict[int, tuple[object, str, str]] = {}

    def __call__(self, said: Mapping[str, object]) -> str:
        """One as text; those with the very same `candidates` have the same of all the rest."""
        candidates = said["candidates"]
        around = self._around.get(id(candidates))
        if around is None:
            before, _, after = _json({**said, "chosen": None}).partition('"chosen": null')
            around = self._around[id(candidates)] = candidates, before, after  # held: its id is nobody else's
        return f'{around[1]}"chosen": {_json(said["chosen"])}{around[2]}'


def _told(planned: Sequence[Planned], batch: Batch) -> Iterator[list[str]]:
    """Why each parcel is as it is, as JSON."""
    text = _Explanations()
    for begin in range(0, len(planned), PIECE_PARCELS):
        yield [
            _json({**said, "split": part.because}) if part.because else text(said)
            for _, parcel, part, _ in planned[begin : begin + PIECE_PARCELS]
            for said in (batch.explanations[parcel.key],)
        ]


class _Desk:
    """One run: what is read once, and what is written from the decision."""

    def __init__(self, connection: Connection, policy: DispatchPolicy, now: str) -> None:
        self.connection, self.policy, self.now = connection, policy, now
        self.goods, self.prices = goods_of(connection), prices_in_books(connection)

    def approved(self, keys: Collection[OrderKey] | None = None) -> list[OpenOrder]:
        """The open orders that the review let pass, and the rest of those that are being shipped; of `keys` only."""
        made_of = components(self.connection)
        found = allocation_read.open_orders(self.connection, self.policy.allocation, made_of, keys)
        states = states_of(self.connection, [order.key for order in found])
        open_now = [order for order in found if states[order.key].process in ("approved", "released")]
        self.provinces = {order.key: order.province for order in open_now}
        return open_now

    def without_missing_gifts(self, orders: Sequence[OpenOrder], free: FreeStock) -> list[OpenOrder]:
        """The orders whose gifts are there, decided order by order; those that must wait for theirs are held."""
        self.gifts: dict[OrderKey, list[gifts.Gift]] = {}
        if not self.policy.gift_rules:
            return list(orders)
        given, has = gifts.given(self.connection), gifts.with_gifts(self.connection)
        heads, kept = self._buys(orders), []
        for order in orders:
            mine = [] if order.key in has else gifts.gifts_for(heads[order.key], self.policy.gift_rules, given)
            waits = gifts.missing(mine, free)
            if waits:
                facts = {"gifts": {gift.rule.code: gift.rule.qty for gift in mine if gift.rule.code in waits}}
                cause = Cause(self.now, "core", "gifts", f"赠品 {'、'.join(waits)} 没有了，等到货", facts)
                wait = NewHold(order.key, "GIFT_SHORT", cause, owner="采购", release_by="arrival")
                hold_all(self.connection, [wait])
                continue
            given.update(gift.rule.rule for gift in mine)
            self.gifts[order.key] = mine
            kept.append(order)
        return kept

    def _buys(self, orders: Sequence[OpenOrder]) -> dict[OrderKey, gifts.Buy]:
        o = platform_order.c
        query = select(o.platform, o.shop, o.order_no, o.paid_fen, o.paid_at).where(
            o.platform.in_(self.policy.allocation.platforms)
        )
        heads = {OrderKey(*row[:3]): row for row in self.connection.execute(query)}
        return {
            order.key: gifts.Buy(order.key, heads[order.key].paid_fen, heads[order.key].paid_at,
                                 frozenset(line.code for line in order.lines))
            for order in orders
        }  # fmt: skip

    def write(self, batch: Batch, name: str) -> tuple[int, int]:
        """Reserve and write every parcel; one that another writer was faster with is left for the next run.

        Returns how many, and how many of them have their number already.
        """
        planned = self._planned(batch)
        with ahead(partial(_told, planned, batch), len(planned)) as told:
            answers = reserve_groups(self.connection, [
                {owner_of(one, parcel.key, line.sub_no): [ReservationLine(parcel.warehouse, *n) for n in line.needs]
                 for line in part.lines}
                for one, parcel, part, _ in planned
            ])  # fmt: skip
            is_got = [not isinstance(answer, Short) for answer in answers]
            got = list(compress(planned, is_got))
            if not got:
                return 0, 0
            labels = self._labels(got)
            money = self._money({parcel.key for _, parcel, _, _ in got})
            with Behind[None](self.connection) as behind:
                texts = compress(chain.from_iterable(told), is_got)
                for begin in range(0, len(got), PIECE_PARCELS):
                    piece = got[begin : begin + PIECE_PARCELS]
                    behind.do(partial(_add_parcels, self.connection, *self._parcels(piece, name, money, texts, labels)))
                behind.do(partial(use, self.connection, labels.values()))
                self._instruct(got, f"allocation:{name}", behind)
                steps = self._tell(got, f"allocation:{name}", behind)
        transition_all(self.connection, steps)
        for key, (one, parcel) in _first_of(got).items():
            if mine := self.gifts.get(key):
                gifts.attach(self.connection, key, one, parcel.warehouse, mine)
        return len(got), len(labels)

    def _labels(self, got: Sequence[Planned]) -> Mapping[str, Label]:
        """Numbers for parcels that are not written yet: none where boxes are made of several, or others wait longer.

        A parcel that a gift joins is numbered later, when it is known what it weighs.
        """
        if self.policy.merge.window_minutes or is_any_waiting(self.connection):
            return {}
        fresh = [Fresh(one, parcel.key, parcel.warehouse, self.provinces[parcel.key], part.lines)
                 for one, parcel, part, _ in got if parcel.key not in self.gifts]  # fmt: skip
        boxes = boxes_of(self.connection, fresh, self.prices, self.goods)
        labels = numbered(self.connection, self.prices, boxes, self.policy.allocation.carriers)
        return {label.fulfilment_id: label for label in labels}

    def label_waiting(self) -> tuple[int, int]:
        """Number every box that has none; returns (parcels labelled now, parcels still waiting)."""
        return assign(self.connection, self.prices, self.goods, self.policy.allocation.carriers)

    def _planned(self, batch: Batch) -> list[Planned]:
        numbers = self._numbers({parcel.key for parcel in batch.parcels})
        planned: list[Planned] = []
        for parcel in batch.parcels:
            parts = split(parcel.lines, self.goods, self.policy.split)
            costs = largest_remainder(parcel.cost_fen, [sum(line.qty for line in part.lines) for part in parts])
            for part, cost_fen in zip(parts, costs, strict=True):
                numbers[parcel.key] += 1
                planned.append(("-".join((*parcel.key, str(numbers[parcel.key]))), parcel, part, cost_fen))
        return planned

    def _numbers(self, keys: Collection[OrderKey]) -> Counter[OrderKey]:
        """How many parcels each order has had, live or not: a number is never used twice."""
        had = rows_of(self.connection, fulfilment, sorted(keys), ("fulfilment_id",))
        return Counter(key for key, _ in had)

    def _parcels(
        self, planned: Sequence[Planned], name: str, money: Money, texts: Iterator[str], labels: Mapping[str, Label]
    ) -> tuple[Cells, Cells, Cells]:
        """Rows of parcels, of what is in them, and of their shares of the money; `texts`: their explanations."""
        rows: Cells = []
        lines: Cells = []
        shares: Cells = []
        for one, parcel, part, cost_fen in planned:
            label, told = labels.get(one), next(texts)
            stands = ("labelled", label.carrier, label.waybill_no) if label else _UNLABELLED
            told = label.on(told) if label else told
            rows.append((one, *parcel.key, parcel.warehouse, name, *stands, cost_fen, told))
            lines += [(one, line.sub_no, line.code, line.qty) for line in part.lines]
            paid, freight = zip(*[money[parcel.key, line.sub_no] for line in part.lines], strict=True)
            shares.append((one, sum(paid), sum(freight), part.because))
        return rows, lines, shares

    def _money(self, keys: set[OrderKey]) -> Money:
        """(order, sub-order) → (paid, freight) in fen; over all sub-orders of an order they sum back to it."""
        wanted = sorted(keys)
        paid = {key: (whole, freight) for key, whole, freight in
                rows_of(self.connection, platform_order, wanted, ("paid_fen", "freight_fen"))}  # fmt: skip
        shares: dict[OrderKey, list[tuple[str, int]]] = defaultdict(list)
        for key, sub_no, share in rows_of(self.connection, order_line, wanted, ("sub_no", "paid_share_fen")):
            shares[key].append((sub_no, share))
        found = {}
        for key, lines in shares.items():
            lines.sort()
            split_up = line_money(*paid[key], [share for _, share in lines])
            for (sub_no, _), both in zip(lines, split_up, strict=True):
                found[key, sub_no] = both
        return found

    def _instruct(self, planned: Sequence[Planned], cause: str, behind: Behind[None]) -> None:
        tasks: Counter[tuple[str, str]] = Counter()
        for one, _, part, _ in planned:
            for line in part.lines:
                for code, qty in line.needs:
                    tasks[one, code] += qty
        parcels = {one: parcel.warehouse for one, parcel, _, _ in planned}
        behind.do(partial(_issue, self.connection, parcels, tasks, Cause(self.now, "core", cause)))

    def _tell(self, planned: Sequence[Planned], cause: str, behind: Behind[None]) -> list[Step]:
        """The event of each order that names its parcels; returns the steps that follow, for when it is written."""
        named: dict[OrderKey, list[str]] = defaultdict(list)
        for one, parcel, _, _ in planned:
            named[parcel.key].append(one)
        inside = sorted(named.items())
        told: Cells = [
            (*key, "allocated", self.now, "core", cause,
             _json({"fulfilments": names, "words": f"配出 {len(names)} 个包裹，已通知仓库备货"}))
            for key, names in inside
        ]  # fmt: skip
        behind.do(partial(_add_events, self.connection, told))
        return [
            Step(key, "process", "released", Cause(self.now, "core", cause, "已下发仓库", {"fulfilments": names}))
            for key, names in inside
        ]

    def hold_short(self, batch: Batch, name: str) -> None:
        """Orders that got nothing at all wait for goods, with the figures of what is missing."""
        shipped = {parcel.key for parcel in batch.parcels}
        words: dict[OrderKey, list[str]] = defaultdict(list)
        codes: dict[OrderKey, set[str]] = defaultdict(set)
        for short in batch.shorts:
            words[short.key].append(short.because)
            codes[short.key].add(short.line.code)
        states = states_of(self.connection, words)
        hold_all(self.connection, [
            NewHold(key, "OUT_OF_STOCK", Cause(self.now, "core", f"allocation:{name}", "；".join(words[key])),
                    owner="采购", topic=",".join(sorted(codes[key])), release_by="arrival")
            for key in sorted(words)
            if key not in shipped and states[key].process == "approved"
        ])  # fmt: skip


def _add_parcels(connection: Connection, rows: Cells, lines: Cells, shares: Cells) -> None:
    add(connection, fulfilment, _PARCEL, rows)
    add(connection, fulfilment_line, ("fulfilment_id", "sub_no", "code", "qty"), lines)
    add(connection, fulfilment_share, ("fulfilment_id", "paid_fen", "freight_fen", "split_because"), shares)


def _add_events(connection: Connection, told: Cells) -> None:
    add_missing(connection, order_event, _EVENT, told)


def _issue(
    connection: Connection, parcels: Mapping[str, str], tasks: Mapping[tuple[str, str], int], cause: Cause
) -> None:
    issue(connection, parcels, tasks, cause)


def _first_of(planned: Iterable[Planned]) -> Mapping[OrderKey, tuple[str, Parcel]]:
    """Each order's first parcel: the one that its gifts travel in."""
    found: dict[OrderKey, tuple[str, Parcel]] = {}
    for one, parcel, _, _ in planned:
        found.setdefault(parcel.key, (one, parcel))
    return found


def automatic_share(connection: Connection) -> tuple[int, int, int]:
    """(orders given a warehouse without a person, orders given one, parcels without an explanation).

    A person had a hand in it where somebody released a hold of the order or chose its warehouse.
    """
    f, e = fulfilment.c, order_event.c
    served = {OrderKey(*row) for row in connection.execute(select(f.platform, f.shop, f.order_no).distinct())}
    by_hand = {
        OrderKey(*row)
        for row in connection.execute(
            select(e.platform, e.shop, e.order_no).where(e.type.like("hold_released%")).distinct()
        )
    }
    dumb = sum(
        not json.loads(text or "{}").get("words") for text in connection.execute(select(f.explanation)).scalars()
    )
    return len(served - by_hand), len(served), dumb
