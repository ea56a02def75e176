"""Files that tell of people: in plain in the archive only, sealed in the address book, masked everywhere else."""

import os
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from storage.archive import Archive, Facts
from storage.database.connection import Database, open_database
from storage.database.tables import document_row, quarantine, raw_row, row_fix
from storage.database.tables.privacy import address_book, audit_log
from storage.erp.audit.errors import ReasonlessChange
from storage.erp.audit.log import broken, recent
from storage.erp.audit.recording import Recorded
from storage.erp.privacy.address_book import OrderKey, find, reveal
from storage.erp.privacy.raw_rows import masked_row
from storage.erp.privacy.sealing import Keys
from storage.errors import FixWrong
from storage.ingest import ingest
from storage.quarantine import export_rows, fix_rows, waiting_rows
from storage.receivers import seal_waiting, waiting
from storage.runs import DatabaseJournal
from tests.storage.documents.formats.dress import Truth, made, truths
from tests.storage.documents.formats.dresses import DRESSES

KEYS = Keys.new()
PEOPLE = {
    "douyin_order": ("收件人", "收件人手机号", "街道", "详细地址"),
    "jd_order_old": ("客户姓名", "客户地址", "联系电话"),
    "jdl_sales_outbound": ("收货人", "收货地址", "收货人手机"),
    "kuaishou_order": ("收货人姓名", "收货人电话", "收货地址-街道", "收货地址"),
    "magento2_order_grid": ("Bill-to Name", "Ship-to Name", "Billing Address", "Shipping Address", "Customer Email",
                            "Customer Name"),
    "paypal_activity": ("Name", "From Email Address", "Shipping Address", "Address Line 1", "Contact Phone Number"),
    "shopify_orders_export": ("Email", "Billing Name", "Billing Street", "Billing Address1", "Billing Phone",
                              "Shipping Name", "Shipping Street", "Shipping Address1", "Shipping Phone", "Phone"),
    "taobao_order_list_2018": ("买家会员名", "收货人姓名", "收货地址 ", "联系电话 ", "联系手机", "修改后的收货地址"),
    "taobao_order_list_2022": ("买家会员名", "收货人姓名", "收货地址", "联系电话", "联系手机", "修改后的收货地址"),
    "tiktok_order": ("Buyer Username", "Recipient", "Phone #"),
    "wxstore_order": ("收件人姓名", "收件人地址", "收件人手机"),
    "xhs_order": ("收件人姓名", "收件人电话", "收件人地址", "订购人身份证姓名/ID Name", "订购人身份证号/ID Number",
                  "收件人身份证姓名", "收件人身份证号"),
    "youzan_order": ("收货人/提货人", "收货人手机号/提货人手机号", "详细收货地址/提货地址", "买家昵称", "买家手机号"),
}  # fmt: skip
"""Every kind of file of orders or parcels that tells of a person, and where: written down by hand from the headers."""
WORDS = {
    "douyin_order": ("买家留言", "商家备注"), "kuaishou_order": ("买家留言", "订单备注"), "xhs_order": ("用户备注",),
    "taobao_order_list_2022": ("买家留言", "订单备注"), "youzan_order": ("买家备注",), "wxstore_order": ("买家备注",),
}  # fmt: skip
"""Where people write what they like: a number to ring among other things."""
ALSO = {
    "practice_orders": (
        "店铺,主订单编号,子订单编号,订单状态,商品ID,SKU ID,商家编码,商品名称,数量,单价,订单商家优惠,订单平台优惠,"
        "订单运费,订单实付金额,子订单优惠分摊,子订单实付分摊,子订单退款金额,售后状态,下单时间,付款时间,发货时间,完成时间,更新时间,"
        "收件人,手机号,收货地址,买家留言\n"
        "a,\t77001,\t77001-1,待发货,15123456789,1,A,杯,1,10.00,0.00,0.00,0.00,10.00,0.00,10.00,0.00,无售后,"
        "2026-11-01 08:00:00,2026-11-01 08:01:00,,,2026-11-01 08:01:00,慕容练习,13566660001,练习路66号,打 13566660002\n"
    ),
    "practice_refunds": (
        "店铺,退款编号,主订单编号,子订单编号,退款金额,申请时间,完成时间,售后状态,结算后退款,买家姓名,退货人电话,退货说明\n"
        "a,\t88001,\t77001,\t77001-1,1.00,2026-11-02 08:00:00,,待处理,否,慕容退货,13566660003,请打 0571-66660004\n"
    ),
    "bot_results": (
        '{"worklist": "to_ship", "outcome": "done", "key": "77001-1", "shop": "a", "at": "2026-11-02T08:00:00Z", '
        '"data": {"_id": "77001-1", "收件人": "慕容机器", "电话": "13566660005", "address": "练习路77号"}}\n'
    ),
}
ALSO_PLAIN = ("慕容", "1356666", "练习路", "0571-6666")


class People:
    """Cells that nobody else has, remembered in order to be looked for."""

    def __init__(self) -> None:
        self.plain: list[str] = []

    def cell(self, column: str) -> str:
        """A person's name, number, address or mail address, as the column has it."""
        n = len(self.plain)
        lower = column.lower()
        if "身份证号" in column:
            cell = f"3301061990{n:08d}"
        elif any(word in lower for word in ("电话", "手机", "phone")):
            cell = f"13877{n:06d}"
        elif "mail" in lower:
            cell = f"buyer{n}@home{n}.example"
        elif any(word in lower for word in ("地址", "街道", "address", "street")):
            cell = f"星河路{n}号梧桐苑"
        else:
            cell = f"诸葛明{n}"
        self.plain.append(cell)
        return cell

    def into(self, kind: str, rows: list[Truth]) -> list[Truth]:
        """The rows with people in them."""
        for row in rows:
            row |= {column: self.cell(column) for column in PEOPLE[kind]}
            row |= {column: f"放门口，打 {self.cell('电话')} 谢谢" for column in WORDS.get(kind, ())}
        return rows


def file_of(kind: str, people: People, rows: int = 3) -> bytes:
    """A file of the kind, as its platform writes it, full of people."""
    return made(DRESSES[kind], people.into(kind, truths(DRESSES[kind], 5, rows)))


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Database]:
    """Empty books in a folder of their own."""
    (tmp_path / "books").mkdir()
    opened = open_database(tmp_path / "books" / "yeban.db")
    yield opened
    opened.close()


def on_disk(books: Path) -> dict[str, bytes]:
    """The database with its WAL, as a thief would take them."""
    return {path.name: path.read_bytes() for path in books.iterdir()}


def leaks(books: Path, wanted: list[bytes]) -> list[tuple[str, str]]:
    """Which of these stand in which file of the database."""
    return [(name, one.decode()) for name, content in on_disk(books).items() for one in wanted if one in content]


@pytest.mark.function("SEC-05")
def test_a_dump_of_the_database_holds_no_plain_person(books: Database, archive: Archive, tmp_path: Path) -> None:
    """Every kind of file that tells of people, taken in as commands do: no phone, address, name or mail on the disk.

    While the books are open, their WAL included, and after it is written back; what the shop needs is found by a search
    and shown to who may see it. The originals lie in the archive.
    """
    people = People()
    for kind in PEOPLE:
        taken = ingest(
            books, archive, file_of(kind, people), shop="店", facts=Facts(name=f"{kind}.x"), keys=lambda: KEYS
        )
        assert (taken.kind, taken.state, taken.quarantined) == (kind, "read", 0), taken.message
    for kind, text in ALSO.items():
        facts = Facts(name=f"{kind}.csv", kind=kind, run_id="R1")
        taken = ingest(books, archive, text.encode("utf-8"), facts=facts, keys=lambda: KEYS)
        assert (taken.kind, taken.state, taken.quarantined) == (kind, "read", 0), taken.message
    journal = DatabaseJournal(books, shown=masked_row)
    journal.start_run("R2", {"flow": "practice/ship", "account": "a"})
    journal.start_item("R2", "77001-1", {"_id": "77001-1", "收件人": "慕容运行", "电话": "13566660006"})
    wanted = [cell.encode() for cell in (*people.plain, *ALSO_PLAIN)]
    assert {"yeban.db", "yeban.db-wal"} <= set(on_disk(tmp_path / "books"))
    assert leaks(tmp_path / "books", wanted) == []
    with books.read() as connection:
        (order,) = (row.order for row in find(connection, KEYS, phone="13566660001"))
        sealed = set(connection.execute(select(address_book.c.platform)).scalars())
    books.close()
    assert leaks(tmp_path / "books", wanted) == []
    assert order == OrderKey("practice", "a", "77001")
    assert len(sealed) >= 10
    assert any(people.plain[0].encode() in archive.path(sha).read_bytes() for sha in archive.documents())
    assert os.name == "nt" or archive.root.stat().st_mode & 0o077 == 0, "the originals are for their owner only"


def export(phone: str, address: str, note: str = "") -> bytes:
    """Orders of the practice mall: one with this receiver."""
    header, row = ALSO["practice_orders"].splitlines()
    row = row.replace("13566660001", phone).replace("练习路66号", address).replace("打 13566660002", note)
    return f"{header}\n{row}\n".encode()


def addresses(books: Database) -> list[tuple[str, str, str]]:
    """Name, number and address that the book holds for the order, opened."""
    with books.write() as connection:
        connection.exec_driver_sql("INSERT INTO actor (who, kind, role, state) VALUES ('boss', 'person', 'owner', "
                                   "'active') ON CONFLICT DO NOTHING")  # fmt: skip
        connection.exec_driver_sql("INSERT INTO reading_grant (who, scope, name) VALUES ('boss', 'shop', '*') "
                                   "ON CONFLICT DO NOTHING")  # fmt: skip
        keys = connection.execute(select(address_book.c.platform, address_book.c.shop, address_book.c.order_no)).all()
        found = [reveal(connection, KEYS, OrderKey(*key), who="boss", why="查") for key in keys]
    return [(one.name, one.phone, one.address) for one in found]


@pytest.mark.usefixtures("file_size")
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_latest_plain_address_counts(books: Database, archive: Archive, order: tuple[int, ...]) -> None:
    """Whichever of three exports is taken in first: the buyer's change counts, the platform's later masks do not."""
    exports = [("13566660001", "练习路66号"), ("13566660009", "练习路99号"), ("135****0009", "****")]
    for place in order:
        content = export(*exports[place], note=str(place))
        ingest(books, archive, content, facts=Facts(name=f"{place}.csv", received_at=f"2026-11-0{place + 2}"),
               keys=lambda: KEYS)  # fmt: skip
    assert addresses(books) == [("慕容练习", "13566660009", "练习路99号")]


def test_what_came_without_the_keys_is_sealed_later(books: Database, archive: Archive) -> None:
    """Masked at once, sealed from the archive by the night that has the keys; a second night finds nothing to do."""
    ingest(books, archive, export("13566660001", "练习路66号"), facts=Facts(name="1.csv", received_at="2026-11-02"))
    with books.read() as connection:
        assert [one["received_at"] for one in waiting(connection)] == ["2026-11-02"]
        assert "13566660001" not in connection.execute(select(raw_row.c.payload)).scalar_one()
    assert (seal_waiting(books, archive, lambda: KEYS), seal_waiting(books, archive, lambda: KEYS)) == (1, 0)
    assert addresses(books) == [("慕容练习", "13566660001", "练习路66号")]
    with books.read() as connection:
        assert waiting(connection) == []
        assert connection.execute(
            select(audit_log.c.who).where(audit_log.c.what == "address.seal")
        ).scalars().all() == ["ingest"]


@pytest.mark.usefixtures("file_size")
def test_a_correction_carries_no_masks_back(books: Database, archive: Archive, tmp_path: Path) -> None:
    """A row with a wrong amount is listed and corrected under masks; what is sealed at last is what the file says.

    Neither the reason, nor the row, nor the correction has the number; a person column cannot be written into.
    """
    good = "10.00,0.00,无售后"
    content = export("13566660001", "练习路66号", "打 13566660002").replace(good.encode(), f"x{good[5:]}".encode())
    both = content + export("13566660007", "练习路77号").splitlines()[1].replace(b"77001", b"77002") + b"\n"
    taken = ingest(books, archive, both, facts=Facts(name="1.csv", received_at="2026-11-02"), keys=lambda: KEYS)
    assert (taken.created, taken.quarantined) == (1, 1), taken.message
    sheet = tmp_path / "改.xlsx"
    export_rows(waiting_rows(books), sheet)
    book = openpyxl.load_workbook(sheet)
    cells = {cell.value: cell.column for cell in book.worksheets[0][1]}
    assert book.worksheets[0].cell(2, cells["手机号"]).value == "135****0001"
    book.worksheets[0].cell(2, cells["子订单实付分摊"]).value = "10.00"
    book.save(sheet)
    (done,) = fix_rows(books, archive, sheet, "王芳")
    assert (done.state, done.created, done.quarantined) == ("read", 1, 0)
    assert seal_waiting(books, archive, lambda: KEYS) == 1
    assert sorted(addresses(books))[0] == ("慕容练习", "13566660001", "练习路66号")
    with books.read() as connection:
        said = [connection.execute(select(column)).scalars().all() for column in
                (raw_row.c.payload, row_fix.c.payload, quarantine.c.message, document_row.c.data)]  # fmt: skip
    assert "1356666" not in str(said)
    book.worksheets[0].cell(2, cells["手机号"]).value = "13566660008"
    book.save(sheet)
    with pytest.raises(FixWrong, match="手机号"):
        fix_rows(books, archive, sheet, "王芳")


@pytest.mark.function("SEC-03")
def test_what_people_decide_about_files_is_in_the_log(books: Database, archive: Archive, tmp_path: Path) -> None:
    """A correction, given through the books as commands open them: who, why, from what to what; nothing personal.

    The rows that follow from it are not in the log: each says which file and row it is from. Without a reason nothing
    is changed.
    """
    broken_row = export("13566660001", "练习路66号").replace(b"10.00,0.00,\xe6\x97\xa0", b"x,0.00,\xe6\x97\xa0")
    good_row = export("13566660007", "练习路77号").splitlines()[1].replace(b"77001", b"77002")
    ingest(books, archive, broken_row + good_row + b"\n", facts=Facts(name="1.csv", received_at="2026-11-02"))
    sheet = tmp_path / "改.xlsx"
    export_rows(waiting_rows(books), sheet)
    book = openpyxl.load_workbook(sheet)
    place = next(cell.column for cell in book.worksheets[0][1] if cell.value == "子订单实付分摊")
    book.worksheets[0].cell(2, place).value = "10.00"
    book.save(sheet)
    with pytest.raises(ReasonlessChange):
        fix_rows(Recorded(books, "王芳", ""), archive, sheet, "王芳")
    fix_rows(Recorded(books, "王芳", "客户没看清"), archive, sheet, "王芳")
    with books.read() as connection:
        entries = {entry.what: entry for entry in recent(connection, 9)}
        assert broken(connection) == []
    assert set(entries) == {"row_fix.add", "raw_file.change", "quarantine.change"}
    assert {(entry.who, entry.why) for entry in entries.values()} == {("王芳", "客户没看清")}
    told = entries["raw_file.change"]
    assert ('"rows_ok": 1' in told.before, '"rows_ok": 2' in told.after) == (True, True)
    assert '"payload": "sha256:' in entries["row_fix.add"].after
