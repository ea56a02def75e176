from collections import Counter

from bots.practice.world import World, truth


def _parts(world: World) -> dict[str, list[tuple[str, int]]]:
    parts: dict[str, list[tuple[str, int]]] = {}
    for row in world.rows("SELECT * FROM bundle"):
        parts.setdefault(row["code"], []).append((row["component_code"], row["qty"]))
    return parts


def _needs(world: World) -> dict[str, Counter[str]]:
    """Order → pieces per warehouse code that wait for shipping."""
    parts, needs = _parts(world), dict[str, Counter[str]]()
    for row in truth.sub_orders_to_ship(world):
        for code, qty in parts.get(row["code"], [(row["code"], 1)]):
            needs.setdefault(row["order_no"], Counter())[code] += qty * row["qty"]
    return needs


def test_most_waiting_orders_can_go_some_need_a_split_some_are_short(full: World) -> None:
    """Filled greedily in order of payment: most from one warehouse, some from several, some not at all."""
    stock = {(row["warehouse"], row["code"]): row["qty"] for row in full.rows("SELECT * FROM warehouse_stock")}
    warehouses = sorted({warehouse for warehouse, _ in stock})
    outcomes: Counter[str] = Counter()
    for _, wanted in sorted(_needs(full).items()):
        one = [w for w in warehouses if all(stock.get((w, code), 0) >= qty for code, qty in wanted.items())]
        several = all(sum(stock.get((w, code), 0) for w in warehouses) >= qty for code, qty in wanted.items())
        outcomes["one" if one else "split" if several else "short"] += 1
        for code, qty in wanted.items() if one or several else ():
            left = qty
            for w in one[:1] or warehouses:
                taken = min(left, stock.get((w, code), 0))
                stock[w, code] = stock.get((w, code), 0) - taken
                left -= taken
    total = outcomes.total()
    assert outcomes["one"] > total * 0.5
    assert outcomes["split"] >= 30
    assert 10 <= outcomes["short"] <= total * 0.15


def test_some_codes_are_there_but_not_enough(full: World) -> None:
    """Shortage comes from scarce codes too, not only from codes that ran out."""
    stock, wanted = truth.stock_of_code(full), Counter[str]()
    for needs in _needs(full).values():
        wanted.update(needs)
    assert sum(0 < stock[code] < qty for code, qty in wanted.items()) >= 3


def test_products_to_delist_and_to_list(full: World, small: World, tiny: World) -> None:
    """Each world has its promised number of listed products without a piece and of plentiful ones off the shelf."""
    found = [(len(truth.to_delist(world)), len(truth.to_list(world))) for world in (full, small, tiny)]
    assert found == [(10, 7), (3, 2), (1, 1)]


def test_allocating_the_waiting_orders_delists_nothing_more(world: World) -> None:
    """A product on the shelf stays sellable after all waiting orders are served, unless it was empty before."""
    left = Counter(truth.stock_of_code(world))
    for wanted in _needs(world).values():
        left.subtract(wanted)
    parts = _parts(world)
    alive: dict[str, bool] = {}
    for row in world.rows("SELECT product_id, code FROM sku JOIN product USING (product_id) WHERE on_shelf"):
        can = all(left[code] >= qty for code, qty in parts.get(row["code"], [(row["code"], 1)]))
        alive[row["product_id"]] = alive.get(row["product_id"], False) or can
    assert sorted(product for product, can in alive.items() if not can) == truth.to_delist(world)


def test_enrolment_has_candidates_and_refusals(full: World, tiny: World) -> None:
    """Products with stock enough for the activity exist, and 90 % of the price is too dear for some, not for others."""
    assert len(_candidates(tiny)) == 2
    candidates = _candidates(full)
    assert len(candidates) >= 20
    refused = [row for row in candidates if row["price_fen"] * 90 // 100 > row["floor_price_fen"]]
    assert 3 <= len(refused) <= len(candidates) - 3


def _candidates(world: World) -> list[dict[str, int]]:
    stock = truth.sellable(world)
    (activity,) = world.rows("SELECT * FROM activity")
    rows = world.rows("SELECT * FROM product WHERE on_shelf ORDER BY product_id")
    return [row for row in rows if stock[row["product_id"]] >= activity["min_stock"]]


def test_waybill_pool_is_unused(world: World) -> None:
    """No number of the pool was used in history."""
    used = "SELECT COUNT(*) FROM waybill_pool WHERE waybill_no IN (SELECT waybill_no FROM shipment)"
    assert world.number(used) == 0


def test_bundle_parts_are_stocked_codes(world: World) -> None:
    """Every part of a bundle and every single code has its row in some warehouse's count."""
    counted = set(truth.stock_of_code(world))
    parts = _parts(world)
    sold = {row["code"] for row in world.rows("SELECT code FROM sku")}
    assert {code for makes in parts.values() for code, _ in makes} | (sold - set(parts)) <= counted
