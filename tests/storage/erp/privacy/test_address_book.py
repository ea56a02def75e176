"""Addresses in the books: nothing plain on disk, masked for everybody, every look counted."""

from pathlib import Path

import pytest
from sqlalchemy import text

from storage.archive import Archive, Facts
from storage.database.digest import digest
from storage.database.tables import platform_order
from storage.erp.audit.errors import ActorUnknown, BotCannotDecide, RightMissing
from storage.erp.audit.log import broken, history
from storage.erp.audit.scope import Reader, reading
from storage.erp.privacy import address_book as book
from storage.erp.privacy.address_book import Address, OrderKey
from storage.erp.privacy.errors import AddressMissing, LookUnexplained, ShopOutOfReach
from storage.erp.privacy.raw_rows import kind_of, mask_books, mask_files
from storage.ingest import ingest

ZHANG = Address(
    "张三丰", "13912345678", "文一西路969号3幢", "浙江省", "杭州市", "余杭区", ordered_at="2026-05-01 08:00:00"
)
LI = Address(
    "李小龙", "+86 136 8765 4321", "体育东路118号", "广东省", "广州市", "天河区", ordered_at="2026-11-01 08:00:00"
)
ONE, TWO, THREE = (OrderKey("practice", shop, no) for shop, no in (("shop_a", "1"), ("shop_a", "2"), ("shop_b", "3")))
PLAIN = ("张三丰", "13912345678", "文一西路", "李小龙", "13687654321", "136 8765 4321", "体育东路")


def kept(database, keys):
    """Three orders of two people in two shops."""
    with database.write() as connection:
        return book.keep(connection, keys, {ONE: ZHANG, TWO: LI, THREE: ZHANG}, who="import")


ORDERS = {
    "店铺": "shop_a", "主订单编号": "\t1", "子订单编号": "\t1-1", "订单状态": "待发货", "商品ID": "15123456789",
    "SKU ID": "1", "商家编码": "A", "商品名称": "杯", "数量": "1", "单价": "10.00", "订单商家优惠": "0.00",
    "订单平台优惠": "0.00", "订单运费": "0.00", "订单实付金额": "10.00", "子订单优惠分摊": "0.00",
    "子订单实付分摊": "10.00", "子订单退款金额": "0.00", "售后状态": "无售后",
    "下单时间": "2026-11-01 08:00:00", "付款时间": "2026-11-01 08:01:00",
    "发货时间": "", "完成时间": "", "更新时间": "2026-11-01 08:01:00", "收件人": "张三丰", "手机号": "13912345678",
    "收货地址": "文一西路969号3幢", "买家留言": "放门口，打 136 8765 4321",
}  # fmt: skip
"""An order export of a platform that gives everything in plain."""


@pytest.mark.function("SEC-05")
def test_the_database_files_hold_nothing_plain(database, keys, tmp_path: Path) -> None:
    """While it is open: neither the file nor its WAL nor a dump holds a name, a number or a street.

    After an export that told of them was taken in, a change, a rotation, a look and a search; nor does the
    log of changes. An id that looks like a mobile number stays.
    """
    kept(database, keys)
    later = keys.rotated("2")
    content = "\n".join(",".join(cells) for cells in (ORDERS, [f'"{cell}"' for cell in ORDERS.values()])).encode(
        "utf-8"
    )
    taken = ingest(
        database, Archive(tmp_path / "archive"), content, facts=Facts(name="订单.csv", received_at="2026-11-02")
    )
    assert (taken.kind, taken.state, taken.quarantined) == ("practice_orders", "read", 0), taken.message
    assert mask_files(database, who="boss") == 0, "what files bring is masked on its way in"
    with database.write() as connection:
        book.keep(connection, keys, {TWO: LI._replace(address="体育东路120号")}, who="kefu")
        book.rotate(connection, later, who="boss")
        assert book.reveal(connection, later, ONE, who="kefu", why="客户来电").phone == "13912345678"
        assert book.find(connection, later, phone="13912345678")
    with database.read() as connection:
        dump = "\n".join(str(tuple(row)) for table in database.engine.dialect.get_table_names(connection)
                         for row in connection.execute(text(f'SELECT * FROM "{table}"')))  # fmt: skip
        logs = connection.execute(text("SELECT before || after FROM audit_log")).scalars().all()
    files = {path.name: path.read_bytes() for path in tmp_path.glob("books.db*")}
    assert {"books.db", "books.db-wal"} <= set(files)
    for plain in PLAIN:
        assert plain not in dump
        assert [name for name, content in files.items() if plain.encode() in content] == []
    assert "139****5678" not in "".join(logs)
    for kept_as in ("139****5678", "136****4321", "15123456789"):
        assert kept_as in dump


def test_the_keys_are_not_in_the_database(database, keys, tmp_path: Path) -> None:
    """Whoever steals the file has no key with it."""
    kept(database, keys)
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (keys.index, *keys.sealing.values()):
        assert secret not in content
        assert secret.hex().encode() not in content


def test_the_same_addresses_again_change_nothing(database, keys) -> None:
    """Importing twice leaves every table as it was, the log too."""
    assert kept(database, keys) == 3
    with database.read() as connection:
        before = digest(connection)
    assert kept(database, keys) == 0
    with database.read() as connection:
        assert digest(connection) == before


def test_a_person_is_found_by_what_he_says(database, keys) -> None:
    """By phone, name or street, however written; shown masked; what is masked or empty finds nobody."""
    kept(database, keys)
    with database.read() as connection:
        assert [row.order for row in book.find(connection, keys, phone="139-1234-5678")] == [ONE, THREE]
        assert [row.order for row in book.find(connection, keys, name="李 小龙", phone="13687654321")] == [TWO]
        assert [row.order for row in book.find(connection, keys, address="体育东路118号")] == [TWO]
        assert book.find(connection, keys, name="李小龙", phone="13912345678") == []
        assert book.find(connection, keys) == book.find(connection, keys, phone="139****5678") == []
        found = book.find(connection, keys, phone="13912345678")[0]
        merged = {row.order: row.person_index for row in book.shown(connection)}
    assert (found.name, found.phone, found.address) == ("张**", "139****5678", "浙江省杭州市余杭区****")
    assert merged[ONE] == merged[THREE] != merged[TWO]


@pytest.mark.function("SEC-10")
def test_every_look_is_counted_and_time_ends_it(database, keys) -> None:
    """Masked by default; a reveal needs who, why and the right, and is counted per user; retention deletes for good."""
    kept(database, keys)
    with database.write() as connection:
        for order, who in ((ONE, "kefu"), (TWO, "kefu"), (THREE, "boss")):
            book.reveal(connection, keys, order, who=who, why="退货上门")
        assert list(book.plain_rows(connection, keys, [ONE, THREE], who="cangku", why="打印面单")) == [ONE, THREE]
        assert book.looks(connection) == {"boss": 1, "cangku": 2, "kefu": 2}
        assert [entry.why for entry in history(connection, "|".join(ONE))] == ["退货上门", "打印面单"]
        assert {row.phone for row in book.shown(connection)} == {"139****5678", "136****4321"}
        assert book.forget(connection, "2026-10-01 00:00:00", who="boss", why="保存期满") == 2
        with pytest.raises(AddressMissing):
            book.reveal(connection, keys, ONE, who="kefu", why="再看")
        assert book.find(connection, keys, phone="13912345678") == []
        assert book.keep(connection, keys, {ONE: ZHANG}, who="import") == 0
        gone = {row.order: row for row in book.shown(connection)}
        assert (gone[ONE].province, gone[ONE].phone, gone[TWO].phone) == ("浙江省", "", "136****4321")
        assert book.looks(connection) == {"boss": 1, "cangku": 2, "kefu": 2}
        assert broken(connection) == []


@pytest.mark.parametrize(
    ("who", "why", "order", "error"),
    [
        ("", "退货", ONE, LookUnexplained),
        ("kefu", " ", ONE, LookUnexplained),
        ("caiwu", "好奇", ONE, RightMissing),
        ("nobody", "好奇", ONE, ActorUnknown),
        ("bot-1", "发货", ONE, BotCannotDecide),
        ("kefu", "退货", THREE, ShopOutOfReach),
    ],
)
def test_a_look_without_right_or_reason_shows_nothing(database, keys, who, why, order, error) -> None:
    """No name, no reason, no right, a bot, another shop's order: refused, and not counted as a look."""
    kept(database, keys)
    with pytest.raises(error), database.write() as connection:
        book.reveal(connection, keys, order, who=who, why=why)
    with database.read() as connection:
        assert book.looks(connection) == {}


def test_many_plain_addresses_are_for_those_who_print_labels(database, keys) -> None:
    """Support sees one at a time; only those with the right take out many."""
    kept(database, keys)
    with pytest.raises(RightMissing), database.write() as connection:
        book.plain_rows(connection, keys, [ONE, TWO], who="kefu", why="名单")


def test_an_export_is_plain_or_masked_by_role(database, keys) -> None:
    """The warehouse gets what labels need and each row is a look; support gets masked rows of its shop; others none."""
    kept(database, keys)
    rows = {}
    for who in ("cangku", "kefu", "caiwu"):
        with database.write() as connection:
            rows[who] = book.export_rows(connection, keys, [ONE, TWO, THREE], who=who, why="打印面单")[1:]
    assert rows["cangku"][0][3:6] == ("张三丰", "13912345678", "文一西路969号3幢")
    assert [row[1:6] for row in rows["kefu"]] == [
        ("shop_a", "1", "张**", "139****5678", "浙江省杭州市余杭区****"),
        ("shop_a", "2", "李**", "136****4321", "广东省广州市天河区****"),
    ]
    assert rows["caiwu"] == []
    with database.read() as connection:
        assert book.looks(connection) == {"cangku": 3}


def test_an_address_without_a_moment_is_as_old_as_its_order(database, keys) -> None:
    """Retention finds it by the order's day; what has no day at all is kept until somebody says one."""
    with database.write() as connection:
        book.keep(connection, keys, {ONE: ZHANG._replace(ordered_at=""), TWO: LI._replace(ordered_at="")}, who="x")
        order = {**ONE._asdict(), "created_at": "2026-05-01 08:00:00"}
        connection.execute(platform_order.insert(), [order])
        assert book.forget(connection, "2026-06-01", who="boss", why="期满") == 1
        assert {row.order: row.state for row in book.shown(connection)} == {ONE: "forgotten", TWO: "kept"}


def test_search_stays_in_the_readers_shops(database, keys) -> None:
    """On a reader's connection a phone finds his shops' orders only."""
    kept(database, keys)
    with reading(database, Reader("kefu", frozenset({"shop_a"}), None)) as connection:
        assert [row.order for row in book.find(connection, keys, phone="13912345678")] == [ONE]
        assert {row.order for row in book.shown(connection)} == {ONE, TWO}


def test_rotation_leaves_nothing_to_the_old_key(database, keys) -> None:
    """After it the new key alone opens everything, and a second rotation finds nothing to do."""
    kept(database, keys)
    later = keys.rotated("2")
    alone = type(keys)("2", {"2": later.sealing["2"]}, keys.index)
    with database.write() as connection:
        assert book.rotate(connection, later, who="boss") == 3
        assert book.rotate(connection, later, who="boss") == 0
        assert book.reveal(connection, alone, TWO, who="boss", why="查").address == LI.address


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("收货人姓名", "name"), ("收件人", "name"), ("收货人", "name"),
        ("客户姓名", "name"), ("收货人/提货人", "name"),
        ("联系手机", "phone"), ("联系电话 ", "phone"), ("收件人手机号", "phone"),
        ("收货人手机号/提货人手机号", "phone"),
        ("收货地址 ", "address"), ("收件人地址", "address"), ("详细收货地址/提货地址", "address"), ("街道", "address"),
        ("客户地址", "address"), ("修改后的收货地址", "address"), ("收件人身份证号", "id"), ("收货地址-省", ""),
        ("市", ""),
        ("订单确认收货时间", ""), ("是否手机订单", ""), ("店铺名称", ""), ("商品名称", ""), ("订单号", ""),
        ("收货人省份", ""), ("买家留言", "free"), ("对方账号", "free"), ("支付单号", ""),
    ],
)  # fmt: skip
def test_personal_columns_are_known_by_their_titles(title: str, kind: str) -> None:
    """The columns of the platforms' order exports that hold a person, and those beside them that do not."""
    assert kind_of(title) == kind


def test_raw_rows_are_masked_once(database) -> None:
    """Rows that came before masking are masked by a sweep; order numbers stay; a second sweep does nothing."""
    rows = '{"收件人": "张三丰", "手机号": "13912345678", "订单号": "7391391234567899", "留言": "打 13687654321 谢谢"}'
    with database.write() as connection:
        connection.execute(text("INSERT INTO raw_row (file_sha, row_no, payload) VALUES ('f', 1, :p)"), {"p": rows})
        assert (mask_books(connection, who="boss"), mask_books(connection, who="boss")) == (1, 0)
        stored = connection.execute(text("SELECT payload FROM raw_row")).scalar_one()
    assert (
        stored
        == '{"收件人": "张**", "手机号": "139****5678", "订单号": "7391391234567899", "留言": "打 136****4321 谢谢"}'
    )
