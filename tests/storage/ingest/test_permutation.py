"""The same files, in any order and any number of times, leave the same books."""

import random
import shutil
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bots.practice.world import TINY, World, build
from bots.practice.world.documents import workbook
from bots.practice.world.exports import EXPORTS, ORDER_COLUMNS, PRODUCT_COLUMNS, REFUND_COLUMNS, ExportRequest
from storage.archive import Archive, Facts
from storage.database.connection import Database, open_database
from storage.database.digest import digests
from storage.database.tables import bundle, channel_sku, order_line, platform_order, refund, sku
from storage.ingest import ingest

Cells = dict[str, str | int]


class Incoming(NamedTuple):
    """A file as it arrives."""

    name: str
    content: bytes
    received_at: str
    shop: str = ""


def _sheet(columns: Sequence[str], rows: Sequence[Cells]) -> bytes:
    return workbook("Sheet", [list(columns), *([row.get(name, "") for name in columns] for row in rows)])


def _order(no: str, sub: str, status: str, modified: str, **more: str | int) -> Cells:
    money = ("单价", "订单商家优惠", "订单平台优惠", "订单运费", "子订单优惠分摊", "子订单退款金额")
    base: Cells = {"店铺": "shop_a", "主订单编号": f"\t{no}", "子订单编号": f"\t{no}{sub}", "订单状态": status}
    base |= {"商品ID": "\t61", "SKU ID": "\t611", "商家编码": "A", "商品名称": "杯", "数量": 1, "售后状态": "无售后"}
    base |= dict.fromkeys(money, "0.00") | {"订单实付金额": "10.00", "子订单实付分摊": "10.00"}
    base |= {"下单时间": "2026-05-01 08:00:00", "付款时间": "2026-05-01 08:01:00", "更新时间": modified}
    return base | more


def _orders(*rows: Cells) -> bytes:
    return _sheet(ORDER_COLUMNS, rows)


def _refund(done: str, status: str) -> bytes:
    row: Cells = {"店铺": "shop_a", "退款编号": "\t35", "主订单编号": "\t1002", "子订单编号": "\t100201"}
    row |= {"退款金额": "3.00", "申请时间": "2026-05-03 09:00:00", "完成时间": done, "售后状态": status}
    return _sheet(REFUND_COLUMNS, [row | {REFUND_COLUMNS[-1]: "否"}])


def _products(*rows: tuple[str, str, str, str, str]) -> bytes:
    common: Cells = {"店铺": "shop_a", "商品ID": "\t61", "价格": "9.00", "平台库存": 5, "活动最高价": "8.00"}
    names = ("SKU ID", "商家编码", "商品名称", PRODUCT_COLUMNS[4], "组合构成")
    return _sheet(PRODUCT_COLUMNS, [common | dict(zip(names, row, strict=True)) for row in rows])


DAY1, DAY2, DAY3 = "2026-05-02T01:00:00+00:00", "2026-05-03T01:00:00+00:00", "2026-05-04T01:00:00+00:00"
PAID, SENT = "等待卖家发货", "卖家已发货"
FILES = (
    Incoming("o1.xlsx", _orders(_order("1001", "01", PAID, "2026-05-01 08:01:00")), DAY1),
    Incoming(
        "o2.xlsx",
        _orders(
            _order("1001", "01", SENT, "2026-05-02 10:00:00", 快递单号="\t78"),
            _order("1002", "01", PAID, "2026-05-01 08:01:00"),
        ),
        DAY2,
    ),
    Incoming(
        "o3.xlsx",
        _orders(
            _order("1002", "01", PAID, "2026-05-03 09:00:00", 售后状态="退款中"),
            _order("1002", "02", PAID, "2026-05-03 09:00:00"),
        ),
        DAY3,
    ),
    Incoming("o4.xlsx", _orders(_order("1002", "02", PAID, "2026-05-03 09:00:00", 优先级=1)), DAY3),
    Incoming("s1.xlsx", _orders(_order("1003", "01", PAID, "2026-05-02 09:00:00")), DAY1),
    Incoming("s2.xlsx", _orders(_order("1003", "01", PAID, "2026-05-02 09:00:00", 售后状态="退款中")), DAY2),
    Incoming("r1.xlsx", _refund("", "退款中"), DAY1),
    Incoming("r2.xlsx", _refund("2026-05-03 11:00:00", "退款成功"), DAY2),
    Incoming("p1.xlsx", _products(("611", "A", "旧杯", "上架", ""), ("612", "B", "组合", "上架", "A*2;C*1")), DAY1),
    Incoming("p2.xlsx", _products(("611", "A", "杯", "下架", ""), ("612", "B", "组合", "上架", "A*3")), DAY2),
    Incoming("p3.xlsx", _products(("613", "D", "双杯", "上架", "A*2")), DAY3),
)


class Books(NamedTuple):
    """Books that can be emptied: the migrated file is put back in place, its engine keeps what it has compiled."""

    room: Path
    database: Database

    def emptied(self) -> None:
        """Back to migrated tables without a row, and no archive."""
        self.database.close()
        for old in self.room.glob("books.sqlite*"):
            old.unlink()
        shutil.rmtree(self.room / "archive", ignore_errors=True)
        shutil.copy(self.room / "empty", self.room / "books.sqlite")


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """Books for all tests of this module, one after the other."""
    room = tmp_path_factory.mktemp("books")
    database = open_database(room / "books.sqlite")
    database.close()
    shutil.copy(room / "books.sqlite", room / "empty")
    yield Books(room, database)
    database.close()


def _digest(books: Books, files: Sequence[Incoming]) -> dict[str, str]:
    """What emptied books hold after these files, which stays in them."""
    books.emptied()
    archive = Archive(books.room / "archive")
    for file in files:
        facts = Facts(name=file.name, received_at=file.received_at, shop=file.shop)
        taken = ingest(books.database, archive, file.content, facts=facts)
        assert (taken.state, taken.quarantined) == ("read", 0), taken.message
    with books.database.read() as connection:
        return digests(connection)


@pytest.fixture(scope="module")
def expected(books: Books) -> dict[str, str]:
    """The books after every file once, oldest first."""
    return _digest(books, FILES)


@pytest.mark.function("RPA-13")
@settings(max_examples=40, deadline=None)
@given(order=st.permutations(range(len(FILES))), again=st.lists(st.integers(0, len(FILES) - 1), max_size=4))
def test_any_order_and_repetition_leaves_the_same_books(
    books: Books, expected: dict[str, str], order: list[int], again: list[int]
) -> None:
    """Overlapping exports, older and newer: whatever the order and however often, every table is the same."""
    shuffled = [FILES[index] for index in order]
    for place, index in enumerate(again):
        shuffled.insert(place * 2, FILES[index])
    assert _digest(books, shuffled) == expected


def test_what_the_books_say_is_the_newest(books: Books) -> None:
    """Newest first, then older: the later modification, the later export, the done refund and the new bundle hold."""
    _digest(books, FILES[::-1])
    with books.database.read() as connection:
        orders = connection.execute(select(platform_order).order_by(platform_order.c.order_no)).all()
        lines = connection.execute(select(order_line.c.sub_no, order_line.c.waybill_no, order_line.c.refund_status))
        assert [(o.order_no, o.ship_state, o.refund_state, o.platform_modified_at) for o in orders] == [
            ("1001", "shipped", "none", "2026-05-02 10:00:00"),
            ("1002", "none", orders[1].refund_state, "2026-05-03 09:00:00"),
            ("1003", "none", "open", "2026-05-02 09:00:00"),
        ]
        assert sorted(lines) == [
            ("100101", "78", "无售后"), ("100201", "", "退款中"), ("100202", "", "无售后"), ("100301", "", "退款中"),
        ]  # fmt: skip
        assert connection.execute(select(refund.c.status)).scalars().all() == ["退款成功"]
        status = {
            row[0]: row[1] for row in connection.execute(select(channel_sku.c.platform_sku, channel_sku.c.status))
        }
        assert status == {"611": "下架", "612": "上架", "613": "上架"}
        parts = sorted(connection.execute(select(bundle.c.code, bundle.c.component, bundle.c.qty)))
        assert parts == [("B", "A", 3), ("D", "A", 2)]
        titles = {row[0]: row[1] for row in connection.execute(select(sku.c.code, sku.c.title))}
        assert titles == {"A": "杯", "B": "组合", "C": "", "D": "双杯"}


@pytest.mark.function("RPA-15")
def test_a_change_in_the_second_of_the_last_export_is_not_lost(books: Books) -> None:
    """Of two states of one second the one exported later stands, in any order; also when it is what was told first."""
    at = "2026-05-02 09:00:00"
    before, meanwhile = _order("1003", "01", PAID, at), _order("1003", "01", PAID, at, 售后状态="退款中")
    beside = _order("1004", "01", PAID, at)
    exports = [
        Incoming("e1.xlsx", _orders(before), "2026-05-02T01:00:00+00:00"),
        Incoming("e2.xlsx", _orders(meanwhile), "2026-05-02T01:10:00+00:00"),
        Incoming("e3.xlsx", _orders(before, beside), "2026-05-02T01:20:00+00:00"),
    ]
    for told, stands in ((exports[:2], "退款中"), (exports, "无售后")):
        for turn in permutations(told):
            _digest(books, turn)
            with books.database.read() as connection:
                query = select(order_line.c.refund_status).where(order_line.c.order_no == "1003")
                assert connection.execute(query).scalar_one() == stands
                states = connection.execute(select(platform_order.c.refund_state)).scalars().all()
                assert states == (["open"] if stands == "退款中" else ["none", "none"])


@pytest.fixture(scope="module")
def mall_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Incoming]]:
    """Everything the tiny mall exports, by day, by half and whole, so that files overlap."""
    last = date(2026, 11, 20)
    world = build(tmp_path_factory.mktemp("mall") / "mall.sqlite", last_day=last, size=TINY)
    yield list(_exports(world, last))


def _exports(world: World, last: date) -> Iterator[Incoming]:
    wallets = {row["shop_id"]: row["wallet"] for row in world.rows("SELECT shop_id, wallet FROM shop")}
    bills = {"alipay": "alipay_fund_bill_csv", "wxpay": "wxpay_trade_bill_all"}
    middle = last - timedelta(days=4)
    spans = [
        (world.first_day, last, "range"),
        (world.first_day, middle, "range"),
        (middle, last, "range"),
        (last, last, "day"),
    ]
    for since, until, period in spans:
        for shop, wallet in wallets.items():
            for kind in ("practice_orders", "practice_refunds", "practice_withdrawals", bills[wallet]):
                request = ExportRequest(shop_id=shop, since=since, until=until, period=period)
                yield _exported(world, kind, request)
        for kind in ("practice_ads", "icbc_personal_debit"):
            yield _exported(world, kind, ExportRequest(since=since, until=until))
    for kind in ("practice_products", "practice_stock", "practice_waybills"):
        yield _exported(world, kind, ExportRequest())


def _exported(world: World, kind: str, request: ExportRequest) -> Incoming:
    file = EXPORTS[kind](world, request)
    return Incoming(file.file_name, file.content, DAY3, request.shop_id or "")


@pytest.mark.function("RPA-13")
def test_the_mall_s_own_exports_in_any_order(books: Books, mall_files: list[Incoming]) -> None:
    """All overlapping exports of a mall, shuffled and repeated: the same books as in their own order."""
    expected = _digest(books, mall_files)
    for seed in range(3):
        shuffled = [*mall_files, *mall_files[::3]]
        random.Random(seed).shuffle(shuffled)
        assert _digest(books, shuffled) == expected


def test_the_books_hold_what_the_mall_holds(books: Books, mall_files: list[Incoming], tmp_path: Path) -> None:
    """Orders, sub-orders, their money and the statement lines are the mall's own, none lost and none twice."""
    _digest(books, mall_files)
    with books.database.read() as connection:
        world = build(tmp_path / "mall.sqlite", last_day=date(2026, 11, 20), size=TINY)
        query = select(platform_order.c.order_no, platform_order.c.paid_fen, platform_order.c.refunded_fen)
        mine = sorted(connection.execute(query).all())
        theirs = sorted(
            tuple(row.values()) for row in world.rows("SELECT order_no, paid_fen, refunded_fen FROM orders")
        )
        assert mine == theirs
        lines = sorted(connection.execute(select(order_line.c.sub_no, order_line.c.qty)))
        assert lines == sorted(tuple(r.values()) for r in world.rows("SELECT sub_no, qty FROM order_line"))
        wallet = "SELECT wallet, shop_id, flow_no, sum(amount_fen) s FROM wallet_line GROUP BY 1, 2, 3"
        total = sum(row["s"] for row in world.rows(wallet))
        fees = "SELECT sum(fee_fen) s FROM wallet_line WHERE wallet = 'wxpay' AND kind IN ('payment', 'refund')"
        bills = connection.exec_driver_sql("SELECT sum(amount_fen) FROM bill_line").scalar_one()
        assert bills == total - world.rows(fees)[0]["s"]
