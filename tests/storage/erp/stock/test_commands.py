"""Worklists are published once, and the books follow only what a bot's result row says."""

import pytest

from storage.database.digest import digest
from storage.database.tables import channel_sku, command, order_line
from storage.erp.allocation.allocate import allocate_open_orders
from storage.erp.commands import worklists as commands
from storage.erp.commands.worklists import PublishPolicy
from storage.erp.stock.book import MoveRow, record_moves

NIGHT = "2026-11-21"
NEXT = "2026-11-22"


def publish(books, night=NIGHT, **facts):
    """Publish; only the worklists that got something."""
    counts = books.write(lambda c: commands.publish(c, night, PublishPolicy(**facts)))
    return {name: count for name, count in counts.items() if count}


def rows(books, worklist, night=NIGHT, shop="shop_a"):
    """The rows that the flow gets."""
    return books.write(lambda c: commands.rows(c, worklist, shop, night))


def apply(books, run_id):
    """Let the books follow a run, after which they must be sound."""
    counts = books.write(lambda c: commands.apply_results(c, run_id))
    assert books.sound()
    return counts


def status(books, product_id):
    """上架 or 下架 in the books."""
    return books.rows(f"SELECT DISTINCT status FROM channel_sku WHERE product_id = '{product_id}'")


def allocated(books, orders=2):
    """Books with labelled parcels: order n has two sub-orders."""
    books.stock(HZ={"A": 50, "B": 50})
    for number in range(1, orders + 1):
        books.order(str(number), ("A", 2), ("B", 1))
    books.write(lambda c: allocate_open_orders(c, NIGHT))


def test_what_goes_off_and_on_the_shelf(books):
    """Off: on the shelf and nothing of any SKU anywhere. On: off the shelf and every SKU well stocked."""
    books.stock(HZ={"FULL": 30, "FEW": 3})
    books.product("EMPTY", "X", "Y")
    books.product("HALF", "X2", "FEW")
    books.product("BACK", "FULL", status="下架")
    books.product("NOTYET", "FEW", status="下架")
    books.product("NOCODE", "")
    assert publish(books) == {"to_delist": 1, "to_list": 1}
    assert rows(books, "to_delist") == [
        {"_id": f"to_delist|shop_a|EMPTY|{NIGHT}", "店铺": "shop_a", "商品ID": "EMPTY", "商品名称": "商品EMPTY"}
    ]
    assert [row["商品ID"] for row in rows(books, "to_list")] == ["BACK"]


def test_sold_but_not_yet_sent_stock_keeps_a_product_on_the_shelf(books):
    """A product whose last pieces are reserved is not delisted: they are still there."""
    books.stock(HZ={"A": 2, "B": 1})
    books.product("P", "A")
    books.order("1", ("A", 2), ("B", 1))
    books.write(lambda c: allocate_open_orders(c, NIGHT))
    assert "to_delist" not in publish(books)


def test_an_unknown_stock_is_not_an_empty_one(books):
    """Before any stock was counted nothing is delisted; and if a shop would be emptied, a person decides."""
    for number in range(30):
        books.product(f"P{number}", f"X{number}")
    assert publish(books) == {}
    books.stock(HZ={"A": 1})
    assert publish(books) == {"to_delist": 30}
    assert rows(books, "to_delist") == []
    assert set(books.commands().values()) == {"person"}


def test_enrolment_rows(books):
    """Covered products, best first, up to the limit; 90 % of the lowest price, or the activity's ceiling."""
    books.stock(HZ={"A": 90, "B": 80, "C": 70, "D": 10})
    books.product("A", "A", price_fen=9999)
    books.product("B", "B", price_fen=9999, activity_ceiling_fen=8000)
    books.product("C", "C")
    books.product("D", "D")
    assert publish(books) == {}
    policy = {"activity_id": {"": "HD1"}, "enrol_limit": 2, "enrol_stock": 85, "enrol_min": 20}
    assert publish(books, **policy) == {"to_enrol": 2}
    found = [{k: v for k, v in row.items() if k != "_id"} for row in rows(books, "to_enrol")]
    assert found == [
        {"店铺": "shop_a", "活动ID": "HD1", "商品ID": "A", "活动价": "89.99", "活动库存": "85"},
        {"店铺": "shop_a", "活动ID": "HD1", "商品ID": "B", "活动价": "80.00", "活动库存": "80"},
    ]


def test_the_activity_never_gets_more_than_the_limit(books):
    """What stands in the activity counts in later nights; a refused product makes room, but not the same night."""
    books.stock(HZ={"A": 90, "B": 80, "C": 70})
    for code in "ABC":
        books.product(code, code)
    policy = {"activity_id": {"shop_a": "HD1"}, "enrol_limit": 2, "enrol_min": 20}
    assert publish(books, **policy) == {"to_enrol": 2}
    books.answer("R1", f"to_enrol|shop_a|HD1|A|{NIGHT}", "done")
    books.answer("R1", f"to_enrol|shop_a|HD1|B|{NIGHT}", "rejected")
    apply(books, "R1")
    assert publish(books, **policy) == {}
    assert publish(books, NEXT, **policy) == {"to_enrol": 1}
    assert [row["商品ID"] for row in rows(books, "to_enrol", NEXT)] == ["C"]


def test_ship_rows(books):
    """One row per sub-order with the agreed columns; the first parcels to the form, the rest in the batch."""
    allocated(books, orders=3)
    assert publish(books, ship_form_parcels=1) == {"to_ship_form": 2, "to_ship_batch": 4}
    first = rows(books, "to_ship_form")[0]
    assert first == {
        "_id": f"to_ship_form|shop_a|1-1|{NIGHT}", "店铺": "shop_a", "主订单编号": "1", "子订单编号": "1-1",
        "快递公司": "中通快递", "运单号": "ZT8",
    }  # fmt: skip
    assert {row["主订单编号"] for row in rows(books, "to_ship_batch")} == {"2", "3"}
    assert rows(books, "to_ship_batch", shop="shop_b") == []


def test_a_run_that_is_begun_again_has_the_rows_that_it_had(books):
    """Its own answers take none away, wherever it is begun; what others settled or the core took back is gone."""
    books.stock(HZ={"FULL": 30})
    for product in ("DONE", "PERSON", "LATER", "BY_HAND", "RELEASED", "TAKEN_BACK", "UNTOUCHED"):
        books.product(product, product.lower())
    publish(books)
    ids = {row["商品ID"]: row["_id"] for row in rows(books, "to_delist")}
    answers = {"DONE": "done", "PERSON": "person", "LATER": "failed", "BY_HAND": "person", "RELEASED": "person"}
    for product, outcome in answers.items():
        books.answer("R1", ids[product], outcome)
    apply(books, "R1")
    books.answer("by-hand-1", ids["BY_HAND"], "done", at="2026-11-21 09:00:00")
    apply(books, "by-hand-1")
    for product, state in (("RELEASED", "published"), ("TAKEN_BACK", "withdrawn")):
        one = command.update().where(command.c.command_id == ids[product]).values(state=state)
        books.write(lambda c, one=one: c.execute(one))

    def had(run_id):
        found = books.write(lambda c: commands.rows(c, "to_delist", "shop_a", NIGHT, run_id))
        return {row["商品ID"] for row in found}

    assert had("R1") == {"DONE", "PERSON", "LATER", "RELEASED", "UNTOUCHED"}
    assert had("R2") == had("") == {"RELEASED", "UNTOUCHED"}


def test_publishing_twice_asks_once(books):
    """A second publish of the night writes nothing, and neither does the next night while the command waits."""
    allocated(books)
    books.product("EMPTY", "X")
    publish(books)
    before = books.write(digest)
    assert publish(books) == {}
    assert publish(books, NEXT) == {}
    assert books.write(digest) == before
    assert len(rows(books, "to_delist", NEXT)) == 1


def test_nothing_is_shipped_before_the_bot_says_so(books):
    """Published is not shipped; one sub-order done makes the order part shipped, both make it shipped."""
    allocated(books, orders=1)
    publish(books)
    ids = [row["_id"] for row in rows(books, "to_ship_form")]
    assert books.rows("SELECT ship_state FROM platform_order") == [("none",)]
    books.answer("R1", ids[0], "done")
    assert apply(books, "R1").changed == 1
    state = "SELECT ship_state, f.state FROM platform_order JOIN fulfilment f USING (order_no)"
    assert books.rows(state) == [("part", "labelled")]
    books.answer("R2", ids[1], "found_done")
    apply(books, "R2")
    assert books.rows(state) == [("shipped", "shipped")]
    assert books.rows("SELECT code, qty, to_place FROM move WHERE doc_type = 'issue' ORDER BY code") == [
        ("A", 2, "customer"),
        ("B", 1, "customer"),
    ]
    assert books.rows("SELECT SUM(on_hand), SUM(reserved) FROM quant") == [(97, 0)]


def test_applying_twice_changes_nothing(books):
    """The same run's results again leave the books exactly as they were."""
    allocated(books)
    publish(books)
    for row in rows(books, "to_ship_form") + rows(books, "to_ship_batch"):
        books.answer("R1", row["_id"], "done")
    assert apply(books, "R1").changed == 4
    before = books.write(digest)
    assert apply(books, "R1").changed == 0
    assert books.write(digest) == before
    assert books.rows("SELECT COUNT(*) FROM order_event WHERE type = 'shipped_by_bot'") == [(2,)]


@pytest.mark.parametrize("order", [("R1", "R2"), ("R2", "R1")])
def test_done_is_done_whatever_else_is_reported(books, order):
    """A failure that another run reports, earlier or later, does not undo what was done."""
    books.stock(HZ={"A": 1})
    books.product("P", "X")
    publish(books)
    name = f"to_delist|shop_a|P|{NIGHT}"
    books.answer("R1", name, "failed", at="2026-11-21 03:00:00")
    books.answer("R2", name, "done", at="2026-11-21 02:00:00")
    for run_id in order:
        apply(books, run_id)
    assert (books.commands(), status(books, "P")) == ({name: "done"}, [("下架",)])


def test_the_shelf_follows_the_result(books):
    """Listed and delisted in the books only by done; refused stays as it was and is not asked again the same way."""
    books.stock(HZ={"A": 50})
    books.product("OFF", "X")
    books.product("ON", "A", status="下架")
    publish(books)
    books.answer("R1", f"to_list|shop_a|ON|{NIGHT}", "done")
    books.answer("R1", f"to_delist|shop_a|OFF|{NIGHT}", "rejected")
    apply(books, "R1")
    assert (status(books, "ON"), status(books, "OFF")) == ([("上架",)], [("上架",)])
    assert publish(books, NEXT) == {}


def test_a_failed_row_comes_back_the_next_night(books):
    """A system failure is asked for again, not the same night but the next; a person's case waits."""
    books.stock(HZ={"A": 50})
    books.product("P", "X")
    books.product("Q", "Y")
    publish(books)
    books.answer("R1", f"to_delist|shop_a|P|{NIGHT}", "failed")
    books.answer("R1", f"to_delist|shop_a|Q|{NIGHT}", "person")
    apply(books, "R1")
    assert publish(books) == {}
    assert publish(books, NEXT) == {"to_delist": 1}
    assert [row["商品ID"] for row in rows(books, "to_delist", NEXT)] == ["P"]


def test_what_is_no_longer_wanted_is_withdrawn(books):
    """New stock takes the delisting back, a refund the shipment; wanted again, it is asked again."""
    allocated(books, orders=1)
    books.product("P", "X")
    publish(books)
    more = MoveRow("transfer", "T", "1", 1, "X", "supplier", "HZ", 5, 0, NIGHT, "sha", 1)
    books.write(lambda c: record_moves(c, [more]))
    refunded = order_line.update().where(order_line.c.sub_no == "1-1").values(refund_status="退款成功")
    books.write(lambda c: c.execute(refunded))
    assert publish(books) == {}
    states = books.commands()
    assert states[f"to_delist|shop_a|P|{NIGHT}"] == states[f"to_ship_form|shop_a|1-1|{NIGHT}"] == "withdrawn"
    assert [row["子订单编号"] for row in rows(books, "to_ship_form")] == ["1-2"]
    books.write(lambda c: record_moves(c, [more._replace(doc_id="U", from_place="HZ", to_place="loss")]))
    assert publish(books) == {"to_delist": 1}
    assert rows(books, "to_delist")[0]["_id"] == f"to_delist|shop_a|P|{NIGHT}#2"


def test_goods_that_left_after_their_release_are_still_issued(books):
    """The bot shipped it, then the reservation was given back: the goods are issued from what is free."""
    allocated(books, orders=1)
    publish(books)
    books.write(
        lambda c: c.execute(order_line.update().where(order_line.c.sub_no == "1-1").values(refund_status="退款中"))
    )
    books.write(lambda c: allocate_open_orders(c, NIGHT))
    books.answer("R1", f"to_ship_form|shop_a|1-1|{NIGHT}", "done")
    apply(books, "R1")
    apply(books, "R1")
    assert books.rows("SELECT on_hand, reserved FROM quant WHERE code = 'A'") == [(48, 0)]


def test_a_changed_catalog_does_not_publish_twice(books):
    """A product that was delisted and shows as on the shelf in a later export is asked for again the next night."""
    books.stock(HZ={"A": 50})
    books.product("P", "X")
    publish(books)
    books.answer("R1", f"to_delist|shop_a|P|{NIGHT}", "done")
    apply(books, "R1")
    books.write(lambda c: c.execute(channel_sku.update().values(status="上架")))
    assert publish(books) == {}
    assert publish(books, NEXT) == {"to_delist": 1}
