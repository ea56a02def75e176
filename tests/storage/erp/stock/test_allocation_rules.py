"""What ships from where: the rules, tried on cases small enough to check by hand or by brute force."""

import itertools
import random
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.erp.allocation.bound import lower_bound
from storage.erp.allocation.costs import CAPITALS, FARTHEST, Costs, distance_km, zone
from storage.erp.allocation.model import AllocationPolicy, OpenLine, OpenOrder, OrderKey, Warehouse
from storage.erp.allocation.rules import allocate_best
from storage.erp.allocation.task import state

HZ, GZ, CD, SJ = (
    Warehouse(*facts)
    for facts in (
        ("HZ", "杭州仓", "浙江", 0),
        ("GZ", "广州仓", "广东", 1),
        ("CD", "成都仓", "四川", 2),
        ("SJ", "石家庄仓", "河北", 3),
    )
)
ALL, COSTS = (HZ, GZ, CD, SJ), Costs()


def order(number, *lines, priority=0, latest="2026-11-23", province="浙江"):
    """An open order; a line is (code, qty) or (code, qty, needs)."""
    found = []
    for index, (code, qty, *rest) in enumerate(lines, start=1):
        found.append(OpenLine(f"{number}-{index}", code, qty, rest[0] if rest else ((code, qty),)))
    return OpenOrder(OrderKey("practice", "shop_a", str(number)), priority, latest, province, tuple(found))


def decide(orders, stock, policy=None, places=ALL):
    """Allocate, with the common checks on the result."""
    batch, proof = allocate_best(orders, stock, places, policy.costs if policy else COSTS, policy or AllocationPolicy())
    assert proof.bound_fen <= proof.cost_fen == batch.cost_fen
    used = Counter()
    for parcel in batch.parcels:
        for line in parcel.lines:
            for code, qty in line.needs:
                used[parcel.warehouse, code] += qty
    assert all(qty <= stock.get(key, 0) for key, qty in used.items())
    sent = [line.sub_no for parcel in batch.parcels for line in parcel.lines]
    short = [entry.line.sub_no for entry in batch.shorts]
    assert sorted(sent + short) == sorted(line.sub_no for one in orders for line in one.lines)
    return batch


def counted_again(orders, batch, costs, places=ALL):
    """What a batch costs, counted from its parcels and shortages alone; all deadlines as of the earliest one's day."""
    provinces = {place.warehouse: place.province for place in places}
    first = min(int(one.latest_ship_at[8:10]) for one in orders)
    total = 0
    for one in orders:
        mine = [parcel for parcel in batch.parcels if parcel.key == one.key]
        left = [entry.line for entry in batch.shorts if entry.key == one.key]
        total += sum(costs.trip_fen(provinces[parcel.warehouse], one.province) for parcel in mine)
        total += costs.unit_fen * sum(line.qty for parcel in mine for line in parcel.lines)
        total += costs.split_fen * max(0, len(mine) - 1)
        days_left = int(one.latest_ship_at[8:10]) - first
        total += sum(costs.shortage_fen(one.priority, line.qty, days_left) for line in left)
        total += costs.incomplete_fen if left else 0
    return total


def shipped(batch):
    """{warehouse: sub-orders} for one order's worth of parcels."""
    return {parcel.warehouse: [line.sub_no for line in parcel.lines] for parcel in batch.parcels}


def test_the_nearest_warehouse_that_has_all_of_it():
    """With stock everywhere, the cheapest single warehouse is chosen, and the sentence says by how much."""
    batch = decide([order(1, ("A", 1), province="广东省")], {(w.warehouse, "A"): 1 for w in ALL})
    assert shipped(batch) == {"GZ": ["1-1"]}
    words = batch.explanations[OrderKey("practice", "shop_a", "1")]["words"]
    assert words == "从广州仓整单发往广东省（0 区），3.30 元，比杭州仓省 1.50 元。"


def test_one_far_parcel_beats_two_near_ones():
    """A second parcel costs its trip and the price of a split: a far warehouse that has everything is cheaper."""
    stock = {("HZ", "A"): 1, ("GZ", "B"): 1, ("CD", "A"): 1, ("CD", "B"): 1}
    assert shipped(decide([order(1, ("A", 1), ("B", 1))], stock)) == {"CD": ["1-1", "1-2"]}


def test_a_split_when_no_warehouse_has_it_all():
    """Two parcels from the cheapest pair; the record says what each single warehouse lacks and the parts add up."""
    stock = {("HZ", "A"): 1, ("SJ", "B"): 1, ("GZ", "B"): 1}
    batch = decide([order(1, ("A", 1), ("B", 1))], stock)
    record = batch.explanations[OrderKey("practice", "shop_a", "1")]
    assert shipped(batch) == {"HZ": ["1-1"], "SJ": ["1-2"]} or shipped(batch) == {"HZ": ["1-1"], "GZ": ["1-2"]}
    assert "拆成 2 个包裹" in record["words"]
    assert {entry["warehouse"] for entry in record["rejected"]} == {"HZ", "GZ", "CD", "SJ"}
    first = record["candidates"][0]
    assert sum(first["parts"].values()) == first["cost_fen"] == batch.shipping_fen
    assert sum(parcel.cost_fen for parcel in batch.parcels) == batch.shipping_fen
    assert first["cost_fen"] <= record["candidates"][1]["cost_fen"]


def test_a_sub_order_never_comes_apart():
    """Two pieces of one sub-order in two warehouses cannot ship: the platform takes one waybill for it."""
    batch = decide([order(1, ("A", 2))], {("HZ", "A"): 1, ("GZ", "A"): 1})
    assert shipped(batch) == {}
    assert batch.shorts[0].because == "子订单 1-1 缺货：A 要 2 件，单仓最多 1 件，各仓合计 2 件"


def test_shared_components_are_asked_for_jointly():
    """A bundle and a single that share a component need both from the same stock, in one warehouse each."""
    lines = (("SET", 1, (("A", 2), ("B", 1))), ("A", 1))
    stock = {("HZ", "A"): 2, ("HZ", "B"): 1, ("GZ", "A"): 1}
    assert shipped(decide([order(1, *lines)], stock)) == {"HZ": ["1-1"], "GZ": ["1-2"]}
    alone = decide([order(1, *lines)], {("HZ", "A"): 2, ("HZ", "B"): 1})
    assert [len(alone.parcels), len(alone.shorts)] == [1, 1]


def test_priority_then_deadline_then_more_lines():
    """The last piece goes to the higher priority; then to the earlier deadline; then to the order with more lines."""
    rivals = [
        order(1, ("A", 1)),
        order(2, ("A", 1), latest="2026-11-22"),
        order(3, ("A", 1), ("B", 1), latest="2026-11-22"),
        order(4, ("A", 1), priority=1, latest="2026-12-30"),
    ]
    stock = {("HZ", "A"): 1, ("HZ", "B"): 1}
    for winner in (4, 3, 2, 1):
        left = [one for one in rivals if int(one.key.order_no) <= winner and one.key.order_no != "x"]
        sent = [parcel.key.order_no for parcel in decide(left, stock).parcels if parcel.lines[0].code == "A"]
        assert sent == [str(winner)]


def test_orders_that_can_be_completed_go_first():
    """Of two orders due on one day the piece goes to the one that it completes; the other is filled up as it can be."""
    early = order(1, ("A", 1), ("GONE", 1), ("C", 1), latest="2026-11-23 08:00:00")
    rivals, stock = [early, order(2, ("A", 1), latest="2026-11-23 20:00:00")], {("HZ", "A"): 1, ("HZ", "C"): 1}
    sent = {(p.key.order_no, line.code) for p in decide(rivals, stock).parcels for line in p.lines}
    assert sent == {("2", "A"), ("1", "C")}


def test_the_weight_of_complete_orders_is_explicit():
    """Sending orders complete has a price of its own: with none the nearer goes first, with more the completed one."""
    rivals = [order(1, ("A", 1), ("GONE", 1), ("C", 1)), order(2, ("A", 1), province="新疆")]
    stock = {("HZ", "A"): 1, ("HZ", "C"): 1}
    for weight_fen, expected in ((0, "1"), (1_300, "2")):
        policy = AllocationPolicy(costs=Costs(incomplete_fen=weight_fen))
        sent = [p.key.order_no for p in decide(rivals, stock, policy).parcels for line in p.lines if line.code == "A"]
        assert sent == [expected], weight_fen


def test_what_is_due_first_goes_before_what_is_near():
    """A piece goes to the order due today although another lives next door; the record says what waiting is counted."""
    near, due = order(1, ("A", 1), latest="2026-11-26"), order(2, ("A", 1), latest="2026-11-23", province="新疆")
    batch = decide([near, due], {("HZ", "A"): 1})
    assert [parcel.key.order_no for parcel in batch.parcels] == ["2"]
    assert batch.explanations[near.key]["left_fen"] == COSTS.short_fen + COSTS.incomplete_fen
    later = decide([near, due], {("HZ", "A"): 1}, AllocationPolicy(today="2026-11-20"))
    assert [parcel.key.order_no for parcel in later.parcels] == ["1"]


def test_alike_orders_are_served_in_turn():
    """Of orders that differ in nothing but the hour, those due first get the pieces, however the search went."""
    rivals = [order(n, ("A", 1), ("B", 1), latest=f"2026-11-23 {23 - n:02d}:00:00") for n in range(12)]
    stock = {("HZ", "A"): 3, ("HZ", "B"): 3, ("GZ", "A"): 2}
    batch = decide(rivals, stock)
    best_served = [int(parcel.key.order_no) for parcel in batch.parcels if len(parcel.lines) == 2]
    assert sorted(best_served) == [9, 10, 11]
    assert {int(parcel.key.order_no) for parcel in batch.parcels} == {7, 8, 9, 10, 11}


def test_whole_orders_only_if_the_policy_says_so():
    """With ship_partial off, an order that cannot be completed takes nothing."""
    batch = decide([order(1, ("A", 1), ("GONE", 1))], {("HZ", "A"): 1}, AllocationPolicy(ship_partial=False))
    assert (shipped(batch), len(batch.shorts)) == ({}, 2)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("浙江", "浙江省", 0),
        ("浙江", "上海市", 1),
        ("广东", "广西壮族自治区", 1),
        ("浙江", "新疆维吾尔自治区", 4),
        ("浙江", "", FARTHEST),
    ],
)
def test_zones(one, other, expected):
    """Provinces are found however they are spelt; an unknown one is the farthest."""
    assert zone(one, other) == expected


def test_distances_are_those_of_a_map():
    """Known distances between capitals hold within 5 %, and are the same both ways."""
    for one, other, km in (("北京", "上海", 1067), ("广东", "黑龙江", 2790), ("四川", "西藏", 1250)):
        assert abs(distance_km(one, other) - km) < km * 0.05
    assert all(distance_km(a, b) == distance_km(b, a) for a, b in itertools.combinations(CAPITALS, 2))


# --- properties ------------------------------------------------------------------------------------------------------

TINY_PLACES = (HZ, GZ, CD)
CODES = ("A", "B", "C")
LINES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(CODES), st.integers(1, 2)),
        st.just(("SET", 1, (("A", 1), ("B", 2)))),
    ),
    min_size=1,
    max_size=3,
)
ORDERS = st.lists(
    st.tuples(LINES, st.integers(0, 1), st.sampled_from(["浙江", "广东", "新疆", ""])), min_size=1, max_size=3
)
STOCK = st.dictionaries(st.tuples(st.sampled_from(["HZ", "GZ", "CD"]), st.sampled_from(CODES)), st.integers(0, 3))


def built(drawn):
    """Orders from what hypothesis drew."""
    return [order(n, *lines, priority=p, province=where) for n, (lines, p, where) in enumerate(drawn, start=1)]


def best_possible(orders, stock):
    """The optimum by trying everything: each sub-order from each warehouse, or short."""
    lines = [(one, line) for one in orders for line in one.lines]
    provinces = {w.warehouse: w.province for w in TINY_PLACES}
    best = None
    for places in itertools.product(("", *provinces), repeat=len(lines)):
        used = Counter()
        for (_, line), place in zip(lines, places, strict=True):
            for code, qty in line.needs if place else ():
                used[place, code] += qty
        if any(qty > stock.get(key, 0) for key, qty in used.items()):
            continue
        parcels = {(one.key, place) for (one, _), place in zip(lines, places, strict=True) if place}
        cost = sum(
            COSTS.unit_fen * line.qty if place else COSTS.shortage_fen(one.priority, line.qty, 0)
            for (one, line), place in zip(lines, places, strict=True)
        )
        for one in orders:
            trips = [COSTS.trip_fen(provinces[p], one.province) for key, p in parcels if key == one.key]
            cost += sum(trips) + COSTS.split_fen * max(0, len(trips) - 1)
        left = {one.key for (one, _), place in zip(lines, places, strict=True) if not place}
        cost += COSTS.incomplete_fen * len(left)
        best = cost if best is None else min(best, cost)
    return best


@given(ORDERS, STOCK)
@settings(max_examples=60, deadline=None)
def test_bound_optimum_greedy(drawn, stock):
    """The certificate's bound is never above the true optimum, and the optimum never above what was decided."""
    orders = built(drawn)
    if sum(len(one.lines) for one in orders) > 6:
        orders = orders[:1]
    batch, proof = allocate_best(orders, stock, TINY_PLACES, COSTS, AllocationPolicy())
    assert proof.bound_fen <= best_possible(orders, stock) <= batch.cost_fen == proof.cost_fen


@given(
    ORDERS,
    STOCK,
    st.dictionaries(st.tuples(st.sampled_from(["HZ", "GZ", "CD"]), st.sampled_from(CODES)), st.integers(0, 9_000)),
)
@settings(max_examples=40, deadline=None)
def test_any_prices_give_a_true_bound(drawn, stock, prices):
    """Whatever a solver returns, the bound computed from it is true: only its tightness is the solver's."""
    orders = built(drawn)[:2]
    orders = orders if sum(len(one.lines) for one in orders) <= 5 else orders[:1]
    problem = state(orders, stock, TINY_PLACES, COSTS, AllocationPolicy())
    worth = [prices.get(key, 0) for key in problem.shelves]
    assert lower_bound(problem, worth) <= best_possible(orders, stock)


@given(ORDERS, STOCK, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_does_not_matter(drawn, stock, chance):
    """The same orders, lines, stock and warehouses in another order give the same batch, word for word."""
    orders = built(drawn)
    shuffled = [one._replace(lines=tuple(chance.sample(one.lines, len(one.lines)))) for one in orders]
    chance.shuffle(shuffled)
    places, entries = list(ALL), list(stock.items())
    chance.shuffle(places)
    chance.shuffle(entries)
    assert decide(shuffled, dict(entries), places=places) == decide(orders, stock)


def night(count, ratio, seed):
    """A realistic batch: 1-5 lines, Pareto demand, each code in 1-3 warehouses, stock = ratio x demand."""
    chance, orders, stock = random.Random(seed), [], Counter()
    demand = Counter()
    for number in range(count):
        lines = []
        for _ in range(chance.choice([1, 1, 1, 2, 2, 3, 4, 5])):
            lines.append((f"S{min(199, int(chance.paretovariate(0.7)))}", chance.choice([1, 1, 1, 2])))
            demand[lines[-1][0]] += lines[-1][1]
        facts = {"priority": chance.choice([0, 0, 0, 1]), "province": chance.choice(sorted(CAPITALS))}
        orders.append(order(number, *lines, latest=f"2026-11-{chance.randint(10, 28)}", **facts))
    for code, wanted in sorted(demand.items()):
        places = chance.sample(ALL, chance.choice([1, 2, 3]))
        for _ in range(max(1, round(wanted * ratio))):
            stock[chance.choice(places).warehouse, code] += 1
    return orders, dict(stock)


@pytest.mark.parametrize("ratio", [1.3, 1.0, 0.85])
def test_a_night_of_400_orders_is_near_the_best(ratio):
    """The batch is provably within 3 % of the best possible one with ample, balanced and scarce stock.

    What it costs, counted again from its parcels and shortages, is what the certificate speaks of.
    """
    orders, stock = night(400, ratio, seed=3)
    batch, proof = allocate_best(orders, stock, ALL, COSTS, AllocationPolicy())
    assert proof.cost_fen == batch.cost_fen == counted_again(orders, batch, COSTS)
    assert 0 <= proof.gap_bp <= 300, proof.words
    assert "HiGHS" in proof.words


@pytest.mark.parametrize(("count", "seed"), [(150, 0), (300, 1), (300, 2)])
def test_a_few_short_codes_among_plenty_have_their_true_price(count, seed):
    """Every code lies everywhere and one in five is short by half: such a batch is decided within half a percent.

    A program that was made smaller before it was solved has no prices for what was left out: with those, the same
    batches were told to be up to 54 % from the best, and their orders gave way to one another for nothing.
    """
    chance, demand, orders = random.Random(seed), Counter(), []
    for number in range(count):
        codes = {int(count // 6 * chance.random() ** 2) for _ in range(chance.choice([1, 1, 2, 3, 4]))}
        lines = [(f"S{code}", chance.choice([1, 1, 1, 2])) for code in sorted(codes)]
        demand.update(dict(lines))
        orders.append(order(number, *lines, province=chance.choice([one.province for one in ALL])))
    stock = {
        (place.warehouse, code): max(0, wanted // (2 * len(ALL))) if int(code[1:]) % 5 == 0 else wanted + 5
        for code, wanted in sorted(demand.items())
        for place in ALL
    }
    batch, proof = allocate_best(orders, stock, ALL, COSTS, AllocationPolicy())
    assert batch.shorts
    assert proof.gap_bp <= 50, proof.words


def test_the_sentence_says_when_a_cheaper_warehouse_was_left_to_others():
    """An order goes from farther away where that serves all together better, and its explanation says so."""
    orders = [order(1, ("A", 1), province="浙江"), order(2, ("A", 1), ("B", 1), province="浙江", latest="2026-11-24")]
    stock = {("HZ", "A"): 1, ("HZ", "B"): 1, ("GZ", "A"): 1}
    batch = decide(orders, stock)
    assert sorted((parcel.key.order_no, parcel.warehouse) for parcel in batch.parcels) == [("1", "GZ"), ("2", "HZ")]
    words = batch.explanations[orders[0].key]["words"]
    assert words.endswith("杭州仓便宜 1.50 元，但那里的货别的订单更需要。")


def test_without_a_solver_the_certificate_says_so(monkeypatch):
    """A missing solver leaves a true, weaker bound and the words say why."""
    monkeypatch.setitem(sys.modules, "storage.erp.allocation.lp", None)
    orders, stock = night(60, 1.0, seed=3)
    batch, proof = allocate_best(orders, stock, ALL, COSTS, AllocationPolicy())
    assert 0 < proof.bound_fen <= batch.cost_fen
    assert "没有安装求解器" in proof.words
