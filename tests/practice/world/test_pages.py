from datetime import timedelta

from bots.practice.world import World, pages
from bots.practice.world.changes import ShipRow, delist, ship, upload_batch
from bots.practice.world.pages import OrderFilter, ProductFilter


def test_orders_are_paged_without_gaps(small: World) -> None:
    """The pages together are all orders of the filter, newest first, each with its lines."""
    wanted = OrderFilter(shop_id="shop_a", since=small.last_day - timedelta(days=4), until=small.last_day)
    total = pages.orders_page(small, wanted).total
    found = [row for page in range(1, 99) for row in pages.orders_page(small, wanted, page, 25).rows]
    assert len(found) == total == len({row["order_no"] for row in found})
    assert [row["created_at"] for row in found] == sorted((row["created_at"] for row in found), reverse=True)
    assert all(sum(line["paid_share_fen"] for line in row["lines"]) == row["paid_fen"] for row in found)


def test_an_order_is_found_by_either_number(small: World) -> None:
    """The search box takes the order's number or a sub-order's."""
    row = small.row("SELECT order_no, sub_no FROM order_line ORDER BY sub_no LIMIT 1 OFFSET 40")
    assert row is not None
    for text in (row["order_no"], f" {row['sub_no']} "):
        found = pages.orders_page(small, OrderFilter(text=text))
        assert [order["order_no"] for order in found.rows] == [row["order_no"]]


def test_status_and_days_narrow_the_list(small: World) -> None:
    """Status and an inclusive range of days leave just what matches."""
    day = small.last_day - timedelta(days=20)
    found = pages.orders_page(small, OrderFilter(since=day, until=day, status="交易成功"), 1, 500)
    assert found.total == len(found.rows) > 0
    assert {(row["created_at"][:10], row["status"]) for row in found.rows} == {(day.isoformat(), "交易成功")}


def test_a_shipped_sub_order_leaves_the_waiting_list(own: World) -> None:
    """What is shipped no longer waits."""
    first = pages.to_ship_page(own, None).rows[0]
    ship(own, first["sub_no"], "圆通速递", "YT1", "form")
    assert pages.to_ship_page(own, None, first["sub_no"]).total == 0


def test_products_by_every_filter(own: World) -> None:
    """Number, part of the title, category (either level) and shelf state each narrow the list."""
    everything = pages.products_page(own, ProductFilter(), 1, 1_000).rows
    one = everything[3]
    by_number = pages.products_page(own, ProductFilter(product_id=one["product_id"])).rows
    assert [row["product_id"] for row in by_number] == [one["product_id"]]
    assert one in pages.products_page(own, ProductFilter(title=one["title"][:3]), 1, 1_000).rows
    parent = one["category"].split("/")[0]
    narrow = pages.products_page(own, ProductFilter(category=one["category"]), 1, 1_000).total
    wide = pages.products_page(own, ProductFilter(category=parent), 1, 1_000).total
    assert 0 < narrow <= wide < len(everything)
    off = pages.products_page(own, ProductFilter(status="下架"), 1, 1_000).total
    delist(own, next(row["product_id"] for row in everything if row["on_shelf"]))
    assert pages.products_page(own, ProductFilter(status="下架"), 1, 1_000).total == off + 1


def test_the_category_tree_covers_every_product(small: World) -> None:
    """Each product's category is a leaf of the cascader."""
    leaves = {f"{node['value']}/{leaf['value']}" for node in pages.categories(small) for leaf in node["children"]}
    assert leaves == {row["category"] for row in small.rows("SELECT DISTINCT category FROM product")}


def test_statement_periods_are_over(small: World) -> None:
    """A month's statement exists only when the month is over; every day of history has one."""
    offered = pages.statement_periods(small)
    assert all(row["until"] <= small.last_day for row in offered)
    assert [row["label"] for row in offered if row["period"] == "month"] == ["202610"]
    assert offered[0]["label"] == "20261120"


def test_batches_are_found_by_file_or_number(own: World) -> None:
    """A batch is found by part of its file's name and by its number."""
    result = upload_batch(own, "shop_a", "夜班发货-1.xlsx", [ShipRow("0", "中通快递", "Z")])
    for text in ("夜班发货", result.batch_id, ""):
        assert [row["batch_id"] for row in pages.batch_uploads(own, "shop_a", text)] == [result.batch_id]
    assert pages.batch_uploads(own, "shop_a", "别的") == []


def test_withdrawals_and_bank_by_day(small: World) -> None:
    """Days are inclusive on both lists, newest first."""
    newest = pages.withdrawals(small, None)[0]
    day = newest["at"][:10]
    same_day = [row for row in pages.withdrawals(small, None) if row["at"][:10] == day]
    since = small.first_day.fromisoformat(day)
    assert pages.withdrawals(small, None, since, since) == same_day
    assert [row["id"] for row in pages.bank_lines(small)] == sorted(
        (row["id"] for row in pages.bank_lines(small)), reverse=True
    )
