"""Statements as SWIFT writes them: real ones with their quirks, and one in CNY into the bank's books."""

from pathlib import Path

import pytest

from storage.archive import Archive, Facts
from storage.database.connection import Database, open_database
from storage.database.tables import bank_line, document_row
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.kinds import identify
from storage.documents.mt940 import told
from storage.documents.rows import BankRow, DataRow
from storage.errors import FileUnknown
from storage.ingest import ingest

SAMPLES = Path(__file__).parent / "samples" / "mt940"
CNY = """:20:STMT\r
:25:6222000011112222\r
:28C:7/1\r
:60F:C261231CNY100,00\r
:61:2612310101C20,5NTRFNONREF//A1\r
:86:051?00转账?20货款?21第一批?32杭州某某?33有限公司\r
:61:261231RD5,NTRFNONREF\r
:86:冲正\r
:61:2612310101DR1,00NCHG\r
:61:2612310101DR1,00NCHG\r
:62F:C270101CNY123,50\r
-"""


def read(name: str) -> Document:
    """A real statement by its content."""
    file = SourceFile(name, SAMPLES / name)
    return identify(file).read(file, Facts())


def of(text: str) -> Document:
    """A statement that a test wrote."""
    file = SourceFile("x.sta", text.encode("gb18030"))
    return identify(file).read(file, Facts())


@pytest.mark.parametrize(
    ("name", "rows", "fen", "period", "owner"),
    [
        ("ASNB_mt940.txt", 8, 5694, ("2020-01-01", "2020-01-31"), "NL81ASNB9999999999"),
        ("cmxl_mt940.sta", 16, 8730 + 220000 + 1004000, ("2002-03-25", "2013-10-27"), "45050050/76198810"),
        ("betterplace_with_binary_character.sta", 4, -18018675 + 112000, ("2010-03-18", "2010-03-19"),
         "51230800/0000007055"),
        ("mBank_mt940.sta", 3, 3, ("2017-01-19", "2017-01-19"), "PL29114010810000267002001002"),
        ("self-provided_february_30.sta", 1, -600, ("2016-02-29", "2016-03-01"), "12345678/1020304050"),
    ],
)  # fmt: skip
def test_real_statements_tie(name: str, rows: int, fen: int, period: tuple[str, str], owner: str) -> None:
    """Every entry with its sign; opening and sum are the closing balance of each account; other currencies are rows."""
    document = read(name)
    assert (document.kind, len(document.rows), document.quarantine) == ("mt940", rows, [])
    assert (document.control.tie, document.period, document.owner) == (True, period, owner)
    assert sum(row.amount_fen for row in document.rows if isinstance(row, DataRow)) == fen
    assert len(document.raw) == rows


def test_a_statement_whose_amounts_were_changed_does_not_tie() -> None:
    """The anonymised ING statement states another closing balance: it waits with the difference in words."""
    control = read("jejik_ing.sta").control
    assert (control.tie, control.binding) == (False, True)
    assert "文件写 ¥3.47，逐行算 -¥45.59" in control.words


@pytest.mark.parametrize("name", ["betterplace_amount_formats.sta", "self-provided_sparkassen.sta"])
def test_pieces_without_an_account_are_refused(name: str) -> None:
    """Balances or entries of nobody are no statement."""
    with pytest.raises(FileUnknown):
        read(name)


def test_entries_in_cny_are_the_bank_s() -> None:
    """Booking day over the turn of the year, a reversed debit is income, one decimal or none, the other party apart."""
    document = of(CNY)
    rows = [row for row in document.rows if isinstance(row, BankRow)]
    assert [(row.row_no, row.day, row.amount_fen) for row in rows] == [
        (5, "2027-01-01", 2050), (7, "2026-12-31", 500), (9, "2027-01-01", -100), (10, "2027-01-01", -100),
    ]  # fmt: skip
    assert (rows[0].summary, rows[0].counterparty, rows[1].summary) == ("转账 货款 第一批", "杭州某某有限公司", "冲正")
    assert {row.account for row in rows} == {"6222000011112222"}
    assert rows[2].line_key != rows[3].line_key
    assert (document.control.tie, document.wallet) == (True, "bank")


def test_an_entry_that_cannot_be_read_waits_alone() -> None:
    """Three decimals, a day that there is not, words: each is set aside by its line, and the totals do not tie."""
    for entry in ("2612310101C20,505NTRF", "261331C20,5NTRF", "sehr viel"):
        document = of(CNY.replace("2612310101C20,5NTRFNONREF//A1", entry))
        assert [bad.row_no for bad in document.quarantine] == [5]
        assert (len(document.rows), document.control.tie) == (3, False)
    nameless = of(CNY.replace(":60F:C261231CNY100,00", ":60F:?").replace(":62F:C270101CNY123,50", ":62F:?"))
    assert (len(nameless.rows), {bad.message for bad in nameless.quarantine}) == (
        0, {"「60F」的值  不对：对账单没有写币种"},
    )  # fmt: skip


def test_information_in_free_words_names_no_party() -> None:
    """Only `?32` and `?33` name the other party; what else is said is the summary."""
    assert told("RC AFREKENING\nBETREFT 1") == ("RC AFREKENING BETREFT 1", "")
    assert told("805?00ENTGELT?20Pausc\nhalen?60mehr") == ("ENTGELT Pauschalen mehr", "")


def test_a_statement_is_in_the_books_once(tmp_path: Path) -> None:
    """CNY goes to the account, euros stay document rows; a second look changes nothing."""
    database: Database = open_database(tmp_path / "books.sqlite")
    archive = Archive(tmp_path / "archive")
    for created in ([4, 3], [0, 0]):
        taken = [ingest(database, archive, one, facts=Facts(name="x.sta"))
                 for one in (CNY.encode(), (SAMPLES / "mBank_mt940.sta").read_bytes())]  # fmt: skip
        assert [(one.state, one.created) for one in taken] == [("read", number) for number in created]
    with database.read() as connection:
        assert sum(connection.execute(bank_line.select().with_only_columns(bank_line.c.amount_fen)).scalars()) == 2350
        assert len(connection.execute(document_row.select()).all()) == 3
    database.close()
