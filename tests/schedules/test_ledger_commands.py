"""`vouchers` through the command line itself, on the books of a tiny mall with their vouchers."""

import csv
from pathlib import Path

import openpyxl
import pytest
from beancount import loader

from bots.practice.world import TINY
from storage.database.connection import open_database
from storage.erp.finance.post_events import post_events
from storage.erp.reconciliation.reconcile import reconcile
from tests.storage.erp.recon.worlds import LAST_DAY, Night
from tests.support.command_line import Yeban


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A home folder, and how many vouchers its books have."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "settings.yaml").write_text("lang: zh\n", "utf-8")
    night = Night(folder / "mall", TINY, 7, open_database(folder / "yeban.db"))
    night.take_all()
    with night.database.write() as connection:
        reconcile(connection, night.contracts, LAST_DAY)
        count = post_events(connection, str(LAST_DAY)).vouchers
    night.database.close()
    return folder, count


@pytest.fixture
def home(posted: tuple[Path, int]) -> Path:
    """That home."""
    return posted[0]


def test_vouchers_as_sheets(yeban: Yeban, posted: tuple[Path, int], tmp_path: Path) -> None:
    """Each voucher is in the sheet of either style, debit and credit equal to the fen."""
    code, said = yeban("vouchers", tmp_path / "凭证.csv", "--style", "yonyou")
    assert (code, "凭证.csv" in said) == (0, True), said
    with (tmp_path / "凭证.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    debit, credit = ([round(100 * float(row[name] or 0)) for row in rows] for name in ("借方金额", "贷方金额"))
    assert sum(debit) == sum(credit) > 0
    assert len({(row["制单日期"][:7], row["凭证号"]) for row in rows}) == posted[1]
    assert yeban("vouchers", tmp_path / "凭证.xlsx")[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "凭证.xlsx").worksheets[0]
    assert sheet.max_row == len(rows) + 1


def test_the_whole_books_as_text(yeban: Yeban, tmp_path: Path) -> None:
    """beancount's own checker accepts the file; hledger's text is written too."""
    assert yeban("vouchers", tmp_path / "books.beancount", "--style", "beancount")[0] == 0
    entries, errors, _ = loader.load_file(str(tmp_path / "books.beancount"))
    assert (errors, len(entries) > 50) == ([], True)
    assert yeban("vouchers", tmp_path / "books.journal", "--style", "hledger")[0] == 0
    assert (tmp_path / "books.journal").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x.xlsx", "--style", "sap"), "没有 sap 这种样式"),
        (("x.txt",), ".xlsx 或 .csv"),
        (("x.beancount", "--style", "beancount", "--from", "2026-11-01"), "整本账"),
    ],
)
def test_what_cannot_be_written_is_said(yeban: Yeban, arguments: tuple[str, ...], said: str) -> None:
    """A style that is not there, an ending that is none, some days of a whole book: refused in words."""
    code, written = yeban("vouchers", *arguments)
    assert (code, said in written) == (2, True), written
