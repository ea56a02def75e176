"""Which statements are whose wallet or bank account, as data beside the layout, and their rows as the books have them.

    LAYOUT = Layout("wxstore_fund", …, books=Wallet("wxstore", business="动帐类型", refund="关联售后单号"))
    LAYOUT = Layout("ccb_corporate", …, books=Bank(summary="摘要", party="对方户名"))

A layout with `books` is a statement of money that moved, once: its rows become lines of `bill_line` or `bank_line`,
which balances and reconciliation are made of. A layout without stays `document_row`: it tells of the same money as
another statement does (业务明细 beside 账务明细), of no money, of another currency, or its signs are not certain.
Rows in another currency than CNY stay document rows too: the books of wallets and banks have no other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

from storage.documents.cells import unwrap
from storage.documents.document import Document, Kind
from storage.documents.rows import BankRow, BillRow, DataRow, Row

UNCLASSIFIED = "unclassified"
BANK, CARD = "bank", "card"
WALLET_TABLE, BANK_TABLE, DOCUMENT_TABLE, OWN_TABLES = "bill_line", "bank_line", "document_row", "own"
Data = Mapping[str, str | int]


class Part(NamedTuple):
    """A part of a row's amount: its fee class, the rule that says so, the column it stands in, signed fen."""

    fee: str
    rule_id: str
    column: str
    amount_fen: int


@dataclass(frozen=True)
class Wallet:
    """The statement of a wallet. `wallet`: its name in the books. `platform`: whose orders its lines are about.

    `business`, `remark`, `refund`: the columns that say what a line is, the remark, the refund's number. `party`: the
    columns of the counterparty, the filled ones together. `refund_of`: the refund's number out of the row, where no
    column has it. `parts`: what a row's amount is made of, where one row is several fees at once.
    """

    wallet: str
    platform: str = ""
    business: str = ""
    remark: str = "备注"
    party: tuple[str, ...] = ()
    refund: str = ""
    refund_of: Callable[[DataRow], str] | None = None
    parts: Callable[[Data, int], Sequence[Part]] | None = None

    @property
    def table(self) -> str:
        """Where its lines are."""
        return WALLET_TABLE

    @property
    def own(self) -> bool:
        """Whether the file itself knows best whose it is."""
        return False

    def lines(self, row: DataRow) -> Sequence[BillRow]:
        """One line per fee class of the row; their sum is its amount.

        Parts of one class are one line: equal ones (two subsidies of one yuan) would be called repeated.
        """
        found: dict[str, tuple[int, list[str]]] = {}
        for part in self._parts(row):
            fen, rules = found.get(part.fee, (0, []))
            found[part.fee] = (fen + part.amount_fen, [*rules, part.rule_id] if part.rule_id else rules)
        return [self._line(row, fee, fen, "+".join(dict.fromkeys(rules))) for fee, (fen, rules) in found.items()]

    def _parts(self, row: DataRow) -> Sequence[Part]:
        whole = [Part(row.fee_type or UNCLASSIFIED, row.class_rule, "", row.amount_fen)]
        return (self.parts(row.data, row.amount_fen) if self.parts else whole) or whole

    def _line(self, row: DataRow, fee: str, amount_fen: int, rule: str) -> BillRow:
        refund_no = self.refund_of(row) if self.refund_of else _said(row.data, self.refund)
        told_twice = bool(refund_no) and refund_no == row.order_no  # the number of a refund is no order's
        return BillRow(
            row_no=row.row_no,
            platform=self.platform or row.platform,
            shop=row.shop,
            wallet=self.wallet,
            flow_no=row.row_key,
            fee_type=fee,
            n=row.n,
            order_no="" if told_twice else row.order_no,
            order_rule="" if told_twice else row.order_rule,
            refund_no=refund_no,
            business_type=_said(row.data, self.business),
            remark=unwrap(_said(row.data, self.remark)),
            counterparty="".join(_said(row.data, column) for column in self.party),
            amount_fen=amount_fen,
            at=row.at,
            class_rule=rule,
        )


@dataclass(frozen=True)
class Bank:
    """The statement of a bank account. `summary`, `party`: the columns of the bank's words and of the counterparty.

    `card`: of a credit card, on which no wallet pays out. `account`: the column that says each row's account, where a
    file may hold several. Else it is the one that the file names, else the shop that it was brought for, else the kind:
    accounts of two banks are never one.
    """

    summary: str
    party: str = ""
    account: str = ""
    card: bool = False

    @property
    def wallet(self) -> str:
        """What its lines are of, as the books say it."""
        return CARD if self.card else BANK

    @property
    def table(self) -> str:
        """Where its lines are."""
        return BANK_TABLE

    @property
    def own(self) -> bool:
        """Whether the file itself knows best whose it is: an account is not the shop that it was fetched for."""
        return True

    def lines(self, row: DataRow) -> Sequence[BankRow]:
        """The one line; banks give no number: what makes it that line is the layout's key."""
        return [
            BankRow(
                row_no=row.row_no,
                account=_said(row.data, self.account) or row.shop or row.kind,
                line_key=f"{row.row_key}|{row.n}",
                day=row.at[:10],
                summary=_said(row.data, self.summary),
                counterparty=_said(row.data, self.party),
                amount_fen=row.amount_fen,
            )
        ]


Books = Wallet | Bank


def _said(data: Data, column: str) -> str:
    return str(data.get(column) or "") if column else ""


def into(kind: Kind) -> tuple[str, str]:
    """The table that rows of this kind go to, and whose statement it is ("" for none): what `yeban kinds` says."""
    books: Books | None = getattr(kind, "books", None)
    if books is not None:
        return books.table, books.wallet
    wallet = str(getattr(kind, "WALLET", ""))
    if wallet:
        return (BANK_TABLE if wallet == BANK else WALLET_TABLE), wallet
    return (DOCUMENT_TABLE if hasattr(kind, "books") else OWN_TABLES), ""


class _Lines(Sequence[Row]):
    """Rows as lines of the books, made as they are asked for: a statement of a year is not held twice."""

    def __init__(self, rows: Sequence[Row], books: Mapping[str, Books]) -> None:
        self._rows, self._books = rows, books

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            into = self._books.get(row.kind) if isinstance(row, DataRow) and row.currency == "CNY" else None
            if into is not None and isinstance(row, DataRow):
                yield from into.lines(row)
            else:
                yield row

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return bool(self._rows)

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        return list(self)[place]


def booked(document: Document, books: Mapping[str, Books]) -> Document:
    """The document with the rows of statements as lines of their wallet or account; all others as they were.

    `books`: kind of row -> its books; a workbook may hold rows of several kinds.
    """
    wallet = next((one.wallet for one in books.values()), document.wallet)
    return document._replace(rows=_Lines(document.rows, books), wallet=wallet)
