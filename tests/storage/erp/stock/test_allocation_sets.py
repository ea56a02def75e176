"""Pick-one sets and lucky bags in allocation: what is drawn, from where, why, and that it is undone with the parcel."""

import itertools
import json
from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.allocation.costs import Costs
from storage.erp.allocation.model import AllocationPolicy, Kept, OpenLine, OpenOrder, OrderKey, Stock, Warehouse
from storage.erp.allocation.rules import allocate_best
from storage.erp.catalog.draws import drawn_together, is_drawn, ways_of
from storage.erp.catalog.sets import Member, StockSet, write_sets
from storage.erp.invariants.stock import bundles_jointly

DAY = "2026-11-21"
HZ, GZ = Warehouse("HZ", "杭州仓", "浙江", 0), Warehouse("GZ", "广州仓", "广东", 1)
PLACES, COSTS = (HZ, GZ), Costs()
PICK = ((Member("A"), Member("B", 2)),)
BAG = ((Member("A"), Member("C")), (Member("C"), Member("D")))
SETS = {"PICK": PICK, "BAG": BAG}


def order(number, *lines, province="浙江"):
    """An open order of sets and plain codes."""
    found = tuple(
        OpenLine(f"{number}-{n}", code, qty, () if code in SETS else ((code, qty),), SETS.get(code, ()))
        for n, (code, qty) in enumerate(lines, start=1)
    )
    return OpenOrder(OrderKey("practice", "shop_a", str(number)), 0, "2026-11-23", province, found)


def by_trying(bags, qty):
    """Every way to draw a set, written down without any thought."""
    found = set()
    for members in itertools.product(*(bag for bag in bags for _ in range(qty))):
        total = Counter()
        for member in members:
            total[member.code] += member.qty
        found.add(tuple(sorted(total.items())))
    return found


FREE = st.fixed_dictionaries({code: st.integers(0, 4) for code in "ABCD"})


@given(st.lists(st.tuples(st.sampled_from(sorted(SETS)), st.integers(1, 3)), min_size=1, max_size=2), FREE)
@settings(max_examples=40, deadline=None)
def test_no_choice_means_that_trying_all_finds_none_either(wanted, free):
    """What several sets take together fits the goods and the bags; None comes only where no draw of all does."""
    demands = [(bag, qty) for code, qty in wanted for bag in SETS[code]]
    fitting = set()
    for ways in itertools.product(*(by_trying(SETS[code], qty) for code, qty in wanted)):
        total = Counter()
        for way in ways:
            total.update(dict(way))
        if all(pieces <= free[code] for code, pieces in total.items()):
            fitting.add(tuple(sorted(total.items())))
    found = drawn_together(demands, free)
    assert found in fitting if fitting else found is None


@given(st.sampled_from(sorted(SETS)), st.integers(1, 3), FREE, st.sampled_from([2, 24]))
@settings(max_examples=40, deadline=None)
def test_ways_are_all_there_are_or_say_that_they_are_not(code, qty, free, most):
    """Complete ways are exactly those that the goods allow; of too many, true ones, and one wherever there is any."""
    fitting = {way for way in by_trying(SETS[code], qty) if all(pieces <= free[base] for base, pieces in way)}
    ways, complete = ways_of(SETS[code], qty, free, most)
    assert set(ways) == fitting if complete else set(ways) <= fitting and bool(ways) == bool(fitting)
    assert all(is_drawn(SETS[code], qty, dict(way)) for way in ways)
    for way in ways:
        assert not is_drawn(SETS[code], qty + 1, dict(way)) and not is_drawn(SETS[code], qty, {**dict(way), "X": 1})


ORDERS = st.lists(
    st.lists(st.tuples(st.sampled_from(["PICK", "BAG", "A"]), st.integers(1, 2)), min_size=1, max_size=2),
    min_size=1,
    max_size=2,
)
STOCK = st.dictionaries(st.tuples(st.sampled_from(["HZ", "GZ"]), st.sampled_from("ABCD")), st.integers(1, 3))


def cheapest(orders, stock):
    """The optimum by trying every place and every draw for every sub-order."""
    lines = [(one, line) for one in orders for line in one.lines]
    ways = [sorted(by_trying(line.bags, line.qty)) if line.bags else [line.needs] for _, line in lines]
    choices = [[None, *itertools.product(PLACES, each)] for each in ways]
    best = None
    for chosen in itertools.product(*choices):
        used = Counter()
        for place, way in filter(None, chosen):
            used.update({(place.warehouse, code): qty for code, qty in way})
        if all(qty <= stock.get(key, 0) for key, qty in used.items()):
            cost = sum(cost_of(one, [c for c, (o, _) in zip(chosen, lines, strict=True) if o is one]) for one in orders)
            best = cost if best is None else min(best, cost)
    return best


def cost_of(one, chosen):
    """What one order costs with these choices of its sub-orders."""
    places = {pick[0] for pick in chosen if pick}
    cost = sum(COSTS.trip_fen(place.province, one.province) for place in places)
    cost += COSTS.split_fen * max(0, len(places) - 1) + COSTS.incomplete_fen * (None in chosen)
    for line, pick in zip(one.lines, chosen, strict=True):
        cost += COSTS.unit_fen * line.qty if pick else COSTS.shortage_fen(one.priority, line.qty, 0)
    return cost


@given(ORDERS, STOCK, st.randoms(use_true_random=False))
@example([[("PICK", 2)], [("A", 1)]], {("HZ", "A"): 2, ("HZ", "B"): 2}, None)
@settings(max_examples=15, deadline=None)
def test_sets_are_drawn_so_that_most_is_served(wanted, stock, chance):
    """Every parcel of a set holds a true draw, nothing is promised twice, the certificate holds against trying all,
    the explanation names what was taken, and the rows' order changes nothing."""
    orders = [order(n, *lines) for n, lines in enumerate(wanted, start=1)]
    batch, proof = allocate_best(orders, stock, PLACES, COSTS, AllocationPolicy())
    used = Counter()
    for parcel in batch.parcels:
        drawn = {each["sub_no"]: each for each in batch.explanations[parcel.key].get("drawn", ())}
        for line in parcel.lines:
            used.update({(parcel.warehouse, code): qty for code, qty in line.needs})
            if line.code in SETS:
                assert is_drawn(SETS[line.code], line.qty, dict(line.needs))
                assert drawn[line.sub_no]["took"] == dict(line.needs)
    assert all(qty <= stock.get(key, 0) for key, qty in used.items())
    assert proof.bound_fen <= cheapest(orders, stock) <= batch.cost_fen == proof.cost_fen
    if chance is not None:
        entries = list(stock.items())
        chance.shuffle(entries)
        chance.shuffle(orders)
        assert allocate_best(orders, dict(entries), PLACES, COSTS, AllocationPolicy())[0] == batch


def words(batch, number=1):
    """The sentence of one order."""
    return batch.explanations[OrderKey("practice", "shop_a", str(number))]["words"]


def decide(orders, stock):
    """Allocate between two warehouses."""
    return allocate_best(orders, stock, PLACES, COSTS, AllocationPolicy())[0]


def test_the_draw_leaves_most_and_says_so():
    """With nothing contested, the member is taken of which most is left; the sentence has the figures."""
    batch = decide([order(1, ("PICK", 1))], {("HZ", "A"): 3, ("HZ", "B"): 9})
    assert batch.parcels[0].lines[0].needs == (("B", 2),)
    assert "多选一 PICK×1 在 HZ 抽 B×2（本批开始时有 A×3、B×9，2 种抽法里取剩得最多的）。" in words(batch)


def test_a_set_leaves_the_scarce_member_to_those_who_need_it():
    """The lucky bag draws what nobody else wants, although more of the other lies there, and says why."""
    rivals = [order(1, ("PICK", 1)), order(2, ("A", 3))]
    batch = decide(rivals, {("HZ", "A"): 3, ("HZ", "B"): 2})
    assert {parcel.key.order_no: parcel.lines[0].needs for parcel in batch.parcels} == {
        "1": (("B", 2),), "2": (("A", 3),),
    }  # fmt: skip
    assert words(batch).endswith("2 种抽法里没取剩得最多的，那些货别处更需要）。")


def test_a_set_that_cannot_be_drawn_says_what_there_is():
    """A set is short by its own count, and a place that could not draw it is rejected with the figures."""
    batch = decide([order(1, ("BAG", 2), ("A", 1))], {("HZ", "A"): 1, ("HZ", "C"): 1, ("GZ", "A"): 1})
    assert [short.because for short in batch.shorts] == [
        "子订单 1-1 缺货：BAG 要 2 件，单仓最多 0 件，各仓合计 0 件（可抽 A、C、D）"
    ]
    rejected = {one["warehouse"]: one["because"] for one in batch.explanations[batch.shorts[0].key]["rejected"]}
    assert rejected["HZ"] == "BAG×2 抽不齐（可用 A×0、C×1、D×0）"


def test_what_is_kept_from_an_order_is_not_drawn_for_it():
    """Safety stock of one member is left alone while another member is there; orders that may take it do."""
    kept = Stock({("HZ", "A"): 9, ("HZ", "B"): 2}, (Kept("A", "HZ", 9, "安全库存", priority=1),))
    first = order(1, ("PICK", 1))
    assert decide([first], kept).parcels[0].lines[0].needs == (("B", 2),)
    assert decide([first._replace(priority=1)], kept).parcels[0].lines[0].needs == (("A", 1),)


def test_a_draw_in_the_books_is_undone_with_its_parcel(books):
    """What was drawn is held as its members; a refund gives just these back, and the next run draws anew."""
    books.stock(HZ={"A": 1, "B": 3})
    books.write(lambda c: write_sets(c, [StockSet("PICK", "pick_one", PICK)]))
    books.order("1", ("PICK", 1))
    assert books.write(lambda c: allocate_open_orders(c, DAY)).parcels == 1
    held = "SELECT code, reserved FROM quant ORDER BY code"
    assert books.rows(held) == [("A", 0), ("B", 2)]
    assert json.loads(str(books.rows("SELECT explanation FROM fulfilment")[0][0]))["drawn"][0]["took"] == {"B": 2}
    assert books.sound()
    books.write(lambda c: c.exec_driver_sql("UPDATE order_line SET refund_status = '退款中'"))
    books.write(lambda c: allocate_open_orders(c, DAY))
    assert books.rows(held) == [("A", 0), ("B", 0)]
    books.write(lambda c: c.exec_driver_sql("UPDATE order_line SET refund_status = '退款关闭'"))
    books.write(lambda c: c.exec_driver_sql("UPDATE quant SET reserved = 2 WHERE code = 'B'"))
    books.write(lambda c: allocate_open_orders(c, "2026-11-22"))
    assert books.rows(held) == [("A", 1), ("B", 2)]


def test_a_parcel_that_holds_no_draw_is_found(books):
    """I-18 looks into the parcels of sets: one that holds a member too few is named."""
    books.stock(HZ={"A": 2, "B": 4})
    books.write(lambda c: write_sets(c, [StockSet("PICK", "pick_one", PICK)]))
    books.order("1", ("PICK", 2))
    books.write(lambda c: allocate_open_orders(c, DAY))
    assert books.sound()
    books.write(lambda c: c.exec_driver_sql("UPDATE reservation SET qty = 1"))
    assert ["PICK 要抽 2 套" in one.message for one in books.read(bundles_jointly)] == [True]
