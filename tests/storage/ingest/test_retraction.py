"""What was read under a wrong explanation leaves the books, and only that."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from storage import shelves
from storage.archive import Archive, Facts
from storage.database.connection import Database, open_database
from storage.database.tables import bill_line, document_row, platform_order, quarantine, raw_file
from storage.ingest import accept, ingest
from storage.quarantine import propose, replay, settle_meanings, waiting_files
from storage.retraction import forget_rows_of, forget_titles

HEADER = "账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注"
DRIFTED = HEADER.replace("账务流水号", "流水编码").replace("期末余额（元）", "当前余额")
TAUGHT = "kind: supplier_bill\ntitle: 供应商\ncolumns: {单号: id, 金额: money}\nkey: [单号]\n"


class Books:
    """Books and archive of a home folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.database: Database = open_database(home / "books.db")
        self.archive = Archive(home / "archive")

    def take(self, name: str, header: str, *amounts: str, first: int = 1, shop: str = "a") -> str:
        """Take in a statement of 快手; gives its sha256."""
        rows = [
            f"7000000000000000{n}\t,2400000000000000{n}\t,2026-09-01 08:00:0{n},收,{amount},{n}.00,货款,成交,"
            for n, amount in enumerate(amounts, first)
        ]
        content = "\r\n".join([header, *rows]).encode("gb18030")
        return ingest(self.database, self.archive, content, shop=shop, facts=Facts(name=name)).file_sha

    def explain(self, file_sha: str, title: str) -> None:
        """Say that the flow number goes by this title."""
        asked = propose(self.database, self.archive, file_sha)
        settle_meanings(self.database, self.archive, asked, {"账务流水号": title}, "a", "王芳")

    def flows(self) -> list[tuple[str, int]]:
        """The statement's lines: number and amount."""
        with self.database.read() as connection:
            found = connection.execute(
                select(bill_line.c.flow_no, bill_line.c.amount_fen).order_by(bill_line.c.flow_no)
            )
            return [(str(number), int(fen)) for number, fen in found]

    def count(self, table: object) -> int:
        """How many rows a table has."""
        with self.database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """Empty books."""
    return Books(tmp_path)


def test_a_wrong_title_is_forgotten_and_said_right(books: Books) -> None:
    """Two months under a wrong number leave the books together, wait again, and come back once, as they should."""
    files = [books.take("九月.csv", DRIFTED, "1.00", "2.00"), books.take("十月.csv", DRIFTED, "3.00", first=3)]
    books.explain(files[0], "当前余额")
    assert [number for number, _ in books.flows()] == ["1.00", "2.00", "3.00"]
    gone = forget_titles(books.database, books.archive, shelves.explained(books.database))
    assert (sorted(gone.waiting), list(gone.kept)) == (sorted(files), [])
    assert (books.flows(), shelves.explained(books.database), books.count(quarantine)) == ([], [], 0)
    assert [one.asks_titles for one in waiting_files(books.database)] == [True, True]
    books.explain(files[0], "流水编码")
    assert books.flows() == [("70000000000000001", 100), ("70000000000000002", 200), ("70000000000000003", 300)]


def test_what_another_file_told_too_stays(books: Books) -> None:
    """A line that a sound file has as well is in the books after the wrong one has gone, whoever came first."""
    drifted = books.take("变.csv", DRIFTED, "1.00", "2.00")
    books.explain(drifted, "流水编码")
    books.take("好.csv", HEADER, "2.00", first=2)
    before = books.flows()
    forget_titles(books.database, books.archive, shelves.explained(books.database))
    assert len(before) == 2
    assert books.flows() == before[1:]


def test_files_without_the_title_are_left_alone(books: Books) -> None:
    """The kind's other files, and another shop's, stay as they are."""
    books.take("好.csv", HEADER, "5.00", first=5)
    drifted = books.take("变.csv", DRIFTED, "1.00")
    books.explain(drifted, "流水编码")
    gone = forget_titles(books.database, books.archive, shelves.explained(books.database))
    assert list(gone.waiting) == [drifted]
    assert books.flows() == [("70000000000000005", 500)]


def test_a_file_that_told_of_orders_stays(books: Books) -> None:
    """Orders have had consequences: the file is named as kept, and nothing of it goes."""
    drifted = books.take("变.csv", DRIFTED, "1.00")
    books.explain(drifted, "流水编码")
    order = {"platform": "p", "shop": "a", "order_no": "1", "file_sha": drifted}
    with books.database.write() as connection:
        connection.execute(platform_order.insert(), [order])
    gone = forget_titles(books.database, books.archive, shelves.explained(books.database))
    assert (list(gone.waiting), list(gone.kept)) == ([], [drifted])
    assert len(books.flows()) == 1


def test_an_unreadable_archive_forgets_nothing(books: Books) -> None:
    """All or none: while one file of the kind cannot be read again, titles and rows are as they were."""
    drifted = books.take("变.csv", DRIFTED, "1.00")
    books.explain(drifted, "流水编码")
    sound = books.take("好.csv", HEADER, "5.00", first=5)
    before = books.flows()
    path = books.archive.path(sound)
    path.chmod(0o644)
    path.write_bytes(b"\xff\xfe broken")
    with pytest.raises(Exception, match=r"好\.csv"):
        forget_titles(books.database, books.archive, shelves.explained(books.database))
    assert books.flows() == before
    assert len(shelves.explained(books.database)) == 1


def test_a_taught_kind_is_forgotten(books: Books) -> None:
    """Its rows go, its files are unknown again and can be taught anew; its description stays under another name."""
    folder = books.home / "kinds"
    folder.mkdir()
    (folder / "supplier_bill.yaml").write_text(TAUGHT, "utf-8")
    content = "单号,金额\nHD001,3.50\nHD002,4.00\n".encode()
    sha = ingest(books.database, books.archive, content, facts=Facts(name="对账.csv")).file_sha
    assert books.count(document_row) == 2
    assert list(forget_rows_of(books.database, books.archive, "supplier_bill").waiting) == [sha]
    first = shelves.forget_kind(books.archive, "supplier_bill")
    assert (first.read_text("utf-8"), books.count(document_row)) == (TAUGHT, 0)
    assert [one.state for one in waiting_files(books.database)] == ["refused"]
    first.rename(folder / "supplier_bill.yaml")
    assert ingest(books.database, books.archive, content, facts=Facts(name="对账.csv")).created == 2
    (folder / "supplier_bill.forgotten1").write_text("", "utf-8")
    assert shelves.forget_kind(books.archive, "supplier_bill").name == "supplier_bill.forgotten2"


def test_parked_files_say_what_they_wait_for(books: Books) -> None:
    """A changed header asks for its titles; a file with rows that is parked asks for something else."""
    books.take("变.csv", DRIFTED, "1.00")
    sha = books.take("好.csv", HEADER, "5.00", first=5)
    with books.database.write() as connection:
        connection.execute(update(raw_file).where(raw_file.c.file_sha == sha).values(state="parked"))
    assert [(one.name, one.asks_titles) for one in waiting_files(books.database)] == [
        ("变.csv", True),
        ("好.csv", False),
    ]


def test_a_statement_that_a_person_let_in_stays_in(books: Books) -> None:
    """Another kind told of the wallet's day: parked, released by a person; read again, or beside a forgotten file, it
    is not stopped a second time."""
    first = books.take("资金.csv", HEADER, "1.00")
    with books.database.write() as connection:
        connection.execute(update(raw_file).where(raw_file.c.file_sha == first).values(kind="other_fund"))
    second = books.take("交易.csv", HEADER, "2.00", first=2)
    assert [one.file_sha for one in waiting_files(books.database)] == [second]
    accept(books.database, books.archive, second, "王芳", "是另外的钱")
    assert replay(books.database, books.archive, second).state == "read"
    drifted = books.take("变.csv", DRIFTED, "2.00", "3.00", first=2)
    books.explain(drifted, "流水编码")
    forget_titles(books.database, books.archive, shelves.explained(books.database))
    assert [fen for _, fen in books.flows()] == [100, 200]
