"""What formats.md says of shops, wallets and ads outside China and of banks, and what no dress can show."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.archive import Archive, Facts
from storage.database.connection import open_database
from storage.database.tables import bank_line, document_row
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS, identify
from storage.documents.layout import Layout, sums
from storage.documents.rows import DataRow
from storage.errors import CellInvalid
from storage.ingest import ingest
from tests.storage.documents.formats.dress import Dress, Truth, made, truths
from tests.storage.documents.formats.world import DRESSES


def _read(content: bytes, name: str = "x.csv") -> Document:
    file = SourceFile(name, content)
    return identify(file).read(file, Facts())


def _table(kind: str, *rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A file with the dress's header and these cells."""
    dress = DRESSES[kind]
    lines = [dress.titles, *([row.get(title, "") for title in dress.titles] for row in rows)]
    quoted = [delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line) for line in lines]
    return "\r\n".join([*dress.lead, *quoted, ""]).encode(encoding)


def _rows(document: Document) -> list[DataRow]:
    assert document.quarantine == []
    return [row for row in document.rows if isinstance(row, DataRow)]


def _stated(kind: str, seed: int = 5) -> tuple[Dress, list[Truth]]:
    return DRESSES[kind], truths(DRESSES[kind], seed)


@pytest.mark.parametrize("kind", ["amazon_settlement_v2", "icbc_personal_credit"])
def test_a_changed_cent_parks_the_file(kind: str) -> None:
    """Where a file states what its rows add up to, one cent more on one row binds and is said."""
    dress, rows = _stated(kind)
    assert _read(made(dress, rows)).control.tie is True
    other = [dict(row) for row in rows]
    other[3]["_amount"] += 1 if other[3]["_amount"] > 0 else -1
    stated = {"foot": lambda _: dress.foot(rows), "total": (lambda _: dress.total(rows)) if dress.total else None}
    control = _read(made(replace(dress, **stated), other)).control
    assert (control.tie, control.binding) == (False, True)
    assert "逐行算" in control.words


@pytest.mark.parametrize("kind", ["amazon_settlement_v2", "icbc_personal_credit"])
def test_a_file_without_its_totals_parks(kind: str) -> None:
    """A settlement without row 1 and a bank's file without its footer were perhaps cut."""
    dress, rows = _stated(kind)
    control = _read(made(replace(dress, foot=lambda _: (), total=None), rows)).control
    assert (control.tie, control.binding) == (False, True)


def test_amazon_settlement_says_its_currency_once() -> None:
    """Every row is in the currency of row 1, which is itself no row."""
    dress, rows = _stated("amazon_settlement_v2")
    document = _read(made(dress, rows))
    assert {row.currency for row in _rows(document)} == {"EUR"}
    assert len(document.rows) == len(document.raw) - 1 == len(rows)


def test_amazon_orders_in_a_western_encoding() -> None:
    """A file in Windows-1252 whose rows end early is read; a pending order has no price."""
    row = {"amazon-order-id": "113-1234567-1234567", "purchase-date": "2026-09-01T06:03:00+00:00", "sku": "A-1"}
    row |= {"asin": "B0ABCDEFGH", "quantity": "1", "order-status": "Pending", "ship-city": "Besançon"}
    full = _table("amazon_all_orders", row, delimiter="\t", encoding="cp1252")
    read = _rows(_read(full.removesuffix(b'\t""\t""\r\n') + b"\r\n"))[0]
    assert (read.data["ship-city"], read.at, read.order_no) == (
        "Besançon",
        "2026-09-01 06:03:00",
        "113-1234567-1234567",
    )
    assert "item-price" not in read.data


def _paypal(**cells: str) -> dict[str, str]:
    row = {
        "Date": "28/09/2026",
        "Gross": "10,00",
        "Fee": "-0,50",
        "Net": "9,50",
        "Currency": "EUR",
        "Status": "Completed",
    }
    return row | {"Transaction ID": "8AB12345CD678901E", "Balance Impact": "Credit", **cells}


def test_paypal_moves_nothing_by_a_memo_or_what_is_pending() -> None:
    """Memos, pending and denied rows stay rows with their figures, and bring no money."""
    still = [{"Balance Impact": "Memo"}, {"Status": "Pending"}, {"Status": "Denied"}, {}]
    rows = _rows(_read(_table("paypal_activity", *(_paypal(**cells) for cells in still))))
    assert [row.amount_fen for row in rows] == [0, 0, 0, 950]
    assert [row.data["Net"] for row in rows] == [950] * 4


@pytest.mark.parametrize(
    ("days", "first"),
    [
        (("03/09/2026", "28/09/2026"), "2026-09-03"),
        (("09/03/2026", "09/28/2026"), "2026-09-03"),
        (("09/09/2026", "08/08/2026"), "2026-09-09"),
    ],
)
def test_paypal_days_are_told_by_one_above_the_twelfth(days: tuple[str, str], first: str) -> None:
    """The account's country says which of day and month is first: one day decides for the whole file."""
    rows = _rows(_read(_table("paypal_activity", *(_paypal(Date=day) for day in days))))
    assert rows[0].at == first


def test_paypal_days_that_could_be_months_are_not_guessed() -> None:
    """A file of the first days of a month is refused with what to export instead."""
    with pytest.raises(CellInvalid, match="13 日以后"):
        _read(_table("paypal_activity", _paypal(Date="03/09/2026"), _paypal(Date="04/09/2026")))


def test_paypal_orders_by_invoice_else_by_custom_number() -> None:
    """A shop's order number comes in one of two columns; the rule says which."""
    cells = [{"Invoice Number": "T1001", "Custom Number": "C9"}, {"Custom Number": "T1002"}, {}]
    rows = _rows(_read(_table("paypal_activity", *(_paypal(**each) for each in cells))))
    found = [(row.order_no, row.order_rule) for row in rows]
    assert found == [("T1001", "paypal.invoice_no"), ("T1002", "paypal.custom_no"), ("", "")]


def test_stripe_net_that_is_not_gross_less_fee_is_refused() -> None:
    """A row whose three amounts disagree is held back alone; currencies are in capitals, yen have no cents."""
    row = {"automatic_payout_id": "po_1", "created_utc": "2026-09-01 14:03:22", "currency": "jpy"}
    good = row | {"balance_transaction_id": "txn_1", "gross": "1200", "fee": "43", "net": "1157"}
    bad = row | {"balance_transaction_id": "txn_2", "gross": "1200", "fee": "43", "net": "1243"}
    document = _read(_table("stripe_payout_reconciliation", good, bad))
    assert [(row.amount_fen, row.currency) for row in document.rows if isinstance(row, DataRow)] == [(115700, "JPY")]
    assert [held.row_no for held in document.quarantine] == [3]


def test_shopify_order_level_amounts_are_counted_once() -> None:
    """The second row of an order has its item only; ids lose their apostrophe, notes keep their line ends."""
    first = {"Name": "#1001", "Financial Status": "paid", "Total": "1659.95", "Currency": "EUR", "Notes": "a\nb"}
    item = {
        "Name": "#1001",
        "Created at": "2025-05-11 09:55:16 -0400",
        "Lineitem quantity": "1",
        "Shipping Zip": "'02139",
    }
    lines = [first | item | {"Lineitem name": "Card", "Lineitem price": "10.00"}, item | {"Lineitem price": "24.95"}]
    document = _read(_table("shopify_orders_export", *lines))
    rows, layout = _rows(document), KINDS["shopify_orders_export"]
    assert isinstance(layout, Layout)
    totals = sums(rows, layout)
    assert (totals["Total"], totals["Lineitem price"]) == (165995, 3495)
    assert (rows[0].data["Shipping Zip"], rows[0].data["Notes"]) == ("02139", "a\nb")
    assert (rows[0].at, [row.row_no for row in rows]) == ("2025-05-11 09:55:16", [2, 4])


def test_shopify_older_payment_files_have_no_payout_id() -> None:
    """A file without the column is still the same kind, and a payout that comes later does not make another row."""
    cells = {"Transaction Date": "2026-09-01 10:00:00 +0800", "Type": "charge", "Order": "#1001", "Checkout": "#c1"}
    cells |= {"Amount": "$21.83", "Fee": "$0.93", "Net": "$20.90", "Currency": "USD", "Payout Status": "pending"}
    pending = _rows(_read(_table("shopify_payments_transactions", cells)))[0]
    paid = _rows(_read(_table("shopify_payments_transactions", cells | {"Payout ID": "77", "Payout Status": "paid"})))[
        0
    ]
    older = _table("shopify_payments_transactions", cells).replace(b'"Payout ID",', b"")
    assert KINDS["shopify_payments_transactions"].identify(SourceFile("x.csv", older))
    assert (pending.row_key, pending.amount_fen) == (paid.row_key, 2090)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("shopify_payouts", {"Status": "scheduled", "_amount": 9000}, {"Status": "paid", "_amount": 8810}),
        ("ebay_transaction_report", {"Payout ID": "--"}, {"Payout ID": "5512345678"}),
        ("google_ads_campaign", {"Campaign ID": ""}, {"Campaign ID": "1234567890"}),
        ("meta_ads_campaign", {"Attribution setting": ""}, {"Attribution setting": "7-day click"}),
    ],
)
def test_what_a_later_export_adds_is_no_other_row(kind: str, before: Truth, after: Truth) -> None:
    """A payout that was made, a status that moved on and a column that was chosen later do not count money twice."""
    dress, rows = _stated(kind)
    keys = [_rows(_read(made(replace(dress, total=None), [rows[0] | cells])))[0].row_key for cells in (before, after)]
    assert keys[0] == keys[1]


def test_ebay_details_below_an_order_move_nothing() -> None:
    """The order's row has the totals; the items below it have `--` and stay rows of their order."""
    order = {"Transaction creation date": "Aug 15, 2026", "Type": "Order", "Order number": "12-34567-89012"}
    total = order | {"Net amount": "17.61", "Payout currency": "USD", 'Very high "item not as described" fee': "-1.10"}
    rows = _rows(_read(_table("ebay_transaction_report", total, order | {"Net amount": "--", "Item ID": "1122"})))
    assert [row.amount_fen for row in rows] == [1761, 0]
    assert rows[0].data['Very high "item not as described" fee'] == -110
    assert {row.order_no for row in rows} == {"12-34567-89012"}


def test_tiktok_american_moments() -> None:
    """Shops in America write the month first, with AM and PM."""
    cells = {"Order ID": "576461413038785752\t", "SKU ID": "1729\t", "Quantity": "1", "Order Amount": "12.50"}
    row = _rows(_read(_table("tiktok_order", cells | {"Created Time": "09/03/2026 1:05:09 PM\t"})))[0]
    assert (row.at, row.order_no, row.currency) == ("2026-09-03 13:05:09", "576461413038785752", "")


def test_meta_currency_stands_in_the_title() -> None:
    """The same report of an account in euros is the same kind, its rows in euros, its row of totals no row."""
    dress, rows = _stated("meta_ads_campaign")
    document = _read(made(dress, rows).replace(b"(USD)", b"(EUR)"))
    assert {row.currency for row in _rows(document)} == {"EUR"}
    assert sum(int(row.data.get("Amount spent", 0)) for row in _rows(document)) == sum(
        row["Amount spent (USD)"] for row in rows
    )


def test_google_in_commas_says_the_same() -> None:
    """UTF-16 with TABs and UTF-8 with commas are two ways to write one report."""
    dress, rows = _stated("google_ads_campaign")
    other = replace(dress, encoding="utf-8", delimiter=",", foot=lambda _: ("Total: Account,,,1,1,1.00,--,,",))
    assert _rows(_read(made(dress, rows))) == _rows(_read(made(other, rows)))
    assert {row.currency for row in _rows(_read(made(dress, rows)))} == {"USD"}


def test_oscar_report_covers_the_days_of_its_name() -> None:
    """Days without an order are covered too; Chinese dashboards write other moments."""
    content = _table("django_oscar_order_report", {"Order number": "100031", "Date placed": "2026年9月3日 14:05"})
    document = _read(content, "orders-2026-09-01-to-2026-09-30.csv")
    assert document.period == ("2026-09-01", "2026-09-30")
    assert _rows(document)[0].at == "2026-09-03 14:05:00"


def test_magento_numbers_keep_their_zeros() -> None:
    """`000000123` is a name, not a number."""
    cells = {"ID": "000000123", "Purchase Date": "Sep 01, 2026, 8:00:00", "Grand Total (Base)": "$1,234.50"}
    row = _rows(_read(_table("magento2_order_grid", cells)))[0]
    assert (row.order_no, row.at, row.data["Grand Total (Base)"]) == ("000000123", "2026-09-01 08:00:00", 123450)


_CMB = "招商银行信用卡对账单（个人消费卡账户{}）\n交易日,记账日,交易摘要,人民币金额,卡号末四位,交易地金额\n{}\n"


def test_cmb_credit_of_january_holds_days_of_december() -> None:
    """Days take the year of the statement's month, later months that of the year before; what was spent is minus."""
    lines = ',12/29,还款,-1.23,1234,-1.23\n01/05,01/07,中国移动,"8,000.00",1234,"8,000.00(CN)"'
    rows = _rows(_read(_CMB.format(" 2024年01月", lines).encode()))
    assert [(row.at, row.amount_fen) for row in rows] == [("2023-12-29", 123), ("2024-01-07", -800000)]


def test_cmb_credit_without_its_month_is_held_back() -> None:
    """A day whose year nobody says is not guessed: the row waits, the file stays readable."""
    document = _read(_CMB.format("", "01/05,01/07,中国移动,8.00,1234,8.00").encode())
    assert (len(document.rows), len(document.quarantine)) == (0, 1)


@pytest.mark.parametrize(
    ("kind", "owner"),
    [
        ("ccb_personal_xls", "6217*********0001"),
        ("spdb_personal_xls", "6217********0001"),
        ("icbc_personal_credit", "1234****5678"),
    ],
)
def test_a_statement_says_whose_it_is(kind: str, owner: str) -> None:
    """The account in the preamble is the owner of the rows where nobody named one."""
    dress, rows = _stated(kind)
    assert _read(made(dress, rows)).owner == owner


@pytest.mark.parametrize(("kind", "column"), [("cmb_corporate", "账号"), ("boc_personal", "借记卡号")])
def test_a_statement_says_whose_it_is_on_its_rows(kind: str, column: str) -> None:
    """Where no preamble says it, the first row does; it is read as a row all the same."""
    dress, rows = _stated(kind)
    document = _read(made(dress, rows))
    assert (document.owner, len(document.rows)) == (rows[0][column], len(rows))
    assert {row.currency for row in _rows(document)} == {"CNY"}


def test_every_file_is_in_the_books_once(tmp_path: Path) -> None:
    """Each format's rows are in the books with their amounts, and a second time changes nothing."""
    database, archive = open_database(tmp_path / "books.sqlite"), Archive(tmp_path / "archive")
    try:
        for kind, dress in DRESSES.items():
            rows = truths(dress, 6, 5)
            first = ingest(database, archive, made(dress, rows), shop="shop_a")
            again = ingest(database, archive, made(dress, rows), shop="shop_a")
            assert (first.kind, first.state, first.created, again.created) == (kind, "read", 5, 0), first.message
            said = sum(row["_amount"] for row in rows) if dress.amount else 0
            layout = KINDS[kind]
            assert isinstance(layout, Layout)
            it = document_row if layout.books is None else bank_line
            with database.read() as connection:
                held = select(func.sum(it.c.amount_fen)).where(it.c.file_sha == first.file_sha)
                assert connection.execute(held).scalar() == said
    finally:
        database.close()
