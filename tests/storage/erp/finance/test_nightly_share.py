"""Large books are not gone through whole every night: what is new is found at once, what is old within its turn."""

from datetime import UTC, date, datetime, timedelta

import pytest

from storage.erp.finance import ledger
from storage.erp.invariants import nightly
from storage.erp.invariants.verify import verify
from tests.storage.erp.finance.small_books import Accounts, note

LATER = date(2030, 1, 1)
"""Long after the vouchers of these tests were written."""


@pytest.fixture
def large(books: Accounts) -> Accounts:
    """Books with sixty vouchers of two months."""
    drafts = [note(f"N{n}", f"2026-0{5 + n % 2}-10") for n in range(60)]
    books.write(lambda c: ledger.post_many(c, drafts))
    return books


def found(books: Accounts, night: date) -> set[str]:
    """What a night finds, by place."""
    return {one.where for one in books.write(lambda c: nightly.vouchers_of(c, night.isoformat()))}


def forge(books: Accounts, sql: str) -> None:
    """Change the books behind the ledger's back."""
    books.write(lambda c: c.exec_driver_sql(sql))


def test_what_was_written_lately_is_looked_at_whole(large: Accounts) -> None:
    """Of the vouchers of the last days every one is hashed, whichever turn it is."""
    today = datetime.now(UTC).date()
    for no in ("2026-05-0000003", "2026-06-0000017"):
        forge(large, f"UPDATE jv_line SET dr_fen = dr_fen + 1 WHERE no = '{no}' AND dr_fen > 0")
        forge(large, f"UPDATE jv_line SET cr_fen = cr_fen + 1 WHERE no = '{no}' AND cr_fen > 0")
    assert found(large, today) == {"2026-05-0000003", "2026-06-0000017"}


def test_what_is_old_is_found_within_its_turn(large: Accounts) -> None:
    """After so many nights every voucher was looked at; each forgery is found in exactly one of them."""
    forge(large, "UPDATE jv SET words = '改过' WHERE no = '2026-05-0000003'")
    nights = [LATER + timedelta(days) for days in range(nightly.TURN)]
    assert sum("2026-05-0000003" in found(large, night) for night in nights) == 1
    assert [one.where for one in large.write(verify)] == ["I-21 2026-05-0000003"]


def test_a_voucher_that_is_gone_is_missed_the_same_night(large: Accounts) -> None:
    """Numbers without a gap and the last voucher of a month are looked at every night."""
    assert found(large, LATER) == set()
    forge(large, "DELETE FROM jv_line WHERE no = '2026-05-0000004'")
    forge(large, "DELETE FROM jv WHERE no = '2026-05-0000004'")
    assert "2026-05" in found(large, LATER)
    forge(large, "DELETE FROM jv_line WHERE no = '2026-06-0000030'")
    forge(large, "DELETE FROM jv WHERE no = '2026-06-0000030'")
    assert found(large, LATER) >= {"2026-05", "2026-06"}


def test_small_books_are_looked_at_whole_and_large_ones_in_turn(
    large: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing waits for its turn where everything is quickly looked at; sixty vouchers are many where fifty are."""
    forge(large, "UPDATE jv SET words = '改过' WHERE no = '2026-05-0000003'")
    other = next(
        night for night in (LATER + timedelta(days) for days in range(2)) if night.toordinal() % nightly.TURN != 3
    )
    assert [one.where for one in large.write(lambda c: verify(c, other.isoformat()))] == ["I-21 2026-05-0000003"]
    monkeypatch.setattr(nightly, "LARGE_VOUCHERS", 50)
    assert large.write(lambda c: verify(c, other.isoformat())) == []
