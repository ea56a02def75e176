"""What statements state of themselves at their foot is what the books hold of them, to the fen, or they wait."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from bots.practice.world import TINY
from bots.practice.world.exports import ExportRequest, export
from storage.archive import Archive
from storage.database.tables import ad_day, bank_line, bill_line, raw_file
from storage.ingest import ingest
from tests.storage.erp.recon.worlds import Night

SHOPS = {"alipay_fund_bill_csv": "shop_a", "wxpay_trade_bill_all": "shop_c", "icbc_personal_debit": ""}


class Statement(NamedTuple):
    """What a file states, and (fee class, amount, row, key) of its lines in the books."""

    stated: dict[str, int]
    lines: list[tuple[str, int, int, str]]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """A night's files in the books."""
    night = Night(tmp_path_factory.mktemp("night"), TINY, 7)
    night.take_all()
    yield night
    night.database.close()


def statement(night: Night, kind: str) -> Statement:
    """The only file of that kind."""
    b, k, f = bill_line.c, bank_line.c, raw_file.c
    with night.database.read() as connection:
        sha, control = connection.execute(select(f.file_sha, f.control).where(f.kind == kind)).one()
        query = (
            select(k.account, k.amount_fen, k.row_no, k.line_key).where(k.file_sha == sha)
            if kind.startswith("icbc")
            else select(b.fee_type, b.amount_fen, b.row_no, b.flow_no).where(b.file_sha == sha)
        )
        return Statement(json.loads(control)["stated"], [tuple(row) for row in connection.execute(query)])


def total(found: Statement, wanted: Callable[[str, int], bool]) -> int:
    """The sum of the lines of which this holds."""
    return sum(fen for fee, fen, _, _ in found.lines if wanted(fee, fen))


@pytest.mark.function("FMS-28")
def test_alipay_lines_are_the_footers_income_and_expense(night: Night) -> None:
    """Income and expense at the foot of Alipay's bill, and how many of each, are those of the lines."""
    found = statement(night, "alipay_fund_bill_csv")
    assert total(found, lambda _, fen: fen > 0) == found.stated["收入合计"]
    assert total(found, lambda _, fen: fen < 0) == found.stated["支出合计"]
    assert sum(fen > 0 for _, fen, _, _ in found.lines) == found.stated["收入笔数"]
    assert sum(fen < 0 for _, fen, _, _ in found.lines) == found.stated["支出笔数"] > 10


@pytest.mark.function("FMS-29")
def test_wechat_lines_are_the_last_two_lines_totals(night: Night) -> None:
    """Payments, refunds and fees in the last lines of WeChat Pay's bill are those of the lines."""
    found = statement(night, "wxpay_trade_bill_all")
    assert total(found, lambda fee, _: fee == "payment") == found.stated["应结订单总金额"]
    assert total(found, lambda fee, _: fee == "refund") == -found.stated["退款总金额"]
    assert total(found, lambda fee, _: fee == "payment_fee") == -found.stated["手续费总金额"]
    assert sum(fee != "payment_fee" for fee, _, _, _ in found.lines) == found.stated["总交易单数"] > 10


@pytest.mark.function("FMS-30")
def test_bank_lines_are_a_chain_from_opening_to_closing(night: Night) -> None:
    """Each balance of the bank's file is the one before it and the line's amount: opening + Σ = closing."""
    found = statement(night, "icbc_personal_debit")
    newest_first = sorted(found.lines, key=lambda line: line[2])
    chain = [(fen, _fen(key.split("|")[3])) for _, fen, _, key in reversed(newest_first)]
    opening = chain[0][1] - chain[0][0]
    for place, (_, balance) in enumerate(chain, 1):
        assert opening + sum(fen for fen, _ in chain[:place]) == balance
    assert total(found, lambda _, fen: fen > 0) == found.stated["收入合计"]
    assert total(found, lambda _, fen: fen < 0) == -found.stated["支出合计"]


def _fen(text: str) -> int:
    whole, _, cents = text.replace(",", "").partition(".")
    return int(whole) * 100 + int(f"{cents:0<2}")


@pytest.mark.function("FMS-14")
def test_every_file_that_states_totals_is_in_the_books_with_them(night: Night) -> None:
    """Of all files of a night that state totals, the sums of the typed rows are the totals stated."""
    f = raw_file.c
    with night.database.read() as connection:
        rows = connection.execute(select(f.kind, f.file_sha, f.control).where(f.state == "read")).all()
        told = {(row.kind, row.file_sha): json.loads(row.control) for row in rows if json.loads(row.control)["stated"]}
        assert {kind for kind, _ in told} >= {*SHOPS, "practice_ads", "practice_stock"}
        assert all(control["computed"] == control["stated"] for control in told.values())
        for (kind, sha), control in told.items():
            if kind == "practice_ads":
                spent = select(func.sum(ad_day.c.spend_fen)).where(ad_day.c.file_sha == sha)
                assert connection.execute(spent).scalar_one() == control["stated"]["花费"]


@pytest.mark.parametrize("kind", sorted(SHOPS))
def test_an_amount_that_was_changed_leaves_the_whole_file_waiting(night: Night, tmp_path: Path, kind: str) -> None:
    """One amount changed in a statement, and no line of it enters the books: the file is parked, with a sentence."""
    file = export(night.world, kind, ExportRequest(shop_id=SHOPS[kind] or None, since=None, until=None))
    path = tmp_path / file.file_name
    path.write_bytes(_changed(file.content))
    from storage.database.connection import open_database

    database = open_database(tmp_path / "books.db")
    taken = ingest(database, Archive(tmp_path / "archive"), path, shop=SHOPS[kind])
    assert (taken.state, taken.kind, taken.message != "") == ("parked", kind, True)
    with database.read() as connection:
        for table in (bill_line, bank_line):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
    database.close()


def _changed(content: bytes) -> bytes:
    """The file with another digit in the first amount of its middle line; a zip's member in its place."""
    if content[:2] == b"PK":
        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
            for entry in old.infolist():
                inner = old.read(entry)
                new.writestr(entry, _changed(inner) if inner.count(b"\n") > 30 else inner)
        return target.getvalue()
    lines = content.split(b"\n")
    for place in range(len(lines) // 2, len(lines)):
        before = lines[place]
        cells = before.split(b",")
        for cell, value in enumerate(cells):
            digits = value.strip(b'`\t "')
            if digits.count(b".") == 1 and digits.replace(b".", b"").isdigit() and digits > b"1":
                cells[cell] = value.replace(digits, digits[:-1] + (b"1" if digits[-1:] != b"1" else b"2"))
                lines[place] = b",".join(cells)
                return b"\n".join(lines)
    raise AssertionError("no amount in the file")
