"""How each event of the business is booked: one small pure function each, and a table that says so in words.

The entries are those of Chinese e-commerce practice (canet.com.cn, 电商企业账务处理): goods sent are 发出商品 until the
buyer confirms, the platform is the debtor, fees are taken from what it owes. Every figure is a fact.
"""

from collections.abc import Callable
from typing import NamedTuple

from storage.erp.finance.chart import (
    ACCRUED,
    BANK,
    CLEARING,
    COST_OF_SALES,
    DEPOSIT,
    FEE_ACCOUNTS,
    INPUT_TAX,
    NO_SALE,
    OPENING,
    OUTPUT_TAX,
    PAYABLE,
    PENDING_LOSS,
    PREPAID,
    RECEIVABLE,
    RETURN_COST,
    RETURNED_COST,
    RETURNED_REVENUE,
    RETURNS_OWED,
    REVENUE,
    SHIPPED,
    STOCK,
    SUSPENSE,
    WALLET,
)
from storage.erp.finance.policy import tax_within
from storage.erp.finance.vouchers import Draft, Line, credit, debit

ADS_EXPENSE = "660103"
BANK_LINES = {"transit": CLEARING, "fee": "660301", "": SUSPENSE}
PAYABLES = {"invoice": PAYABLE, "expense": "6602", "payroll": "2211", "tax": "222103", "other": "2241"}
STOCK_LOSS = "660207"


class GoodsLine(NamedTuple):
    """Some pieces of a code and what they are worth. `carried`: of goods that come back, their cost was carried."""

    code: str
    qty: int
    value_fen: int
    carried: bool = False


class GoodsDocument(NamedTuple):
    """One stock document, or what one occasion of it moved. `incoming`: into our own places."""

    rule: str
    source_type: str
    source_id: str
    day: str
    incoming: bool
    lines: tuple[GoodsLine, ...]
    platform: str = ""
    shop: str = ""
    order_no: str = ""
    party: str = ""
    file_sha: str = ""
    row_no: int = 0


class SoldLine(NamedTuple):
    """What the buyer of one line owes or gets back, with tax."""

    code: str
    gross_fen: int


class SaleDocument(NamedTuple):
    """An order that is recognised, or a refund of it. `special`: what it is, in Chinese, when it is no sale."""

    source_id: str
    day: str
    platform: str
    shop: str
    order_no: str
    lines: tuple[SoldLine, ...]
    vat_bp: int
    file_sha: str
    row_no: int
    special: str = ""


class StatementDocument(NamedTuple):
    """One line of a wallet's statement: its parts by fee class, signed, + to the seller."""

    source_id: str
    day: str
    platform: str
    shop: str
    wallet: str
    flow_no: str
    order_no: str
    parts: tuple[tuple[str, int], ...]
    file_sha: str
    row_no: int


class BankDocument(NamedTuple):
    """One line of a bank statement, signed, + into the account; `known_as`: what reconciliation says that it is
    (`transit`: a withdrawal or a payment that the books have; `fee`: of the bank itself; "": nobody knows yet)."""

    source_id: str
    day: str
    account: str
    counterparty: str
    summary: str
    amount_fen: int
    known_as: str
    file_sha: str
    row_no: int


class AdsDocument(NamedTuple):
    """What the advertisements of a shop took on a day, or how much more than was booked before."""

    source_id: str
    day: str
    platform: str
    shop: str
    amount_fen: int
    file_sha: str
    row_no: int


def _stock_side(document: GoodsDocument) -> list[Line]:
    """库存商品 by code; debit when goods come in."""
    sign = 1 if document.incoming else -1
    return [
        debit(STOCK, sign * line.value_fen, document.platform, document.shop, line.code)
        for line in document.lines
        if line.value_fen
    ]


def _goods(document: GoodsDocument, words: str, *against: Line) -> Draft:
    stock = _stock_side(document)
    lines = (*stock, *against) if document.incoming else (*against, *stock)
    return Draft(document.rule, document.source_type, document.source_id, document.day, words, lines,
                 document.file_sha, document.row_no)  # fmt: skip


def _receipt_no(document: GoodsDocument) -> str:
    """A receipt is one open item, however many vouchers it has."""
    return document.source_id.partition("#")[0]


def _value(document: GoodsDocument) -> int:
    return sum(line.value_fen for line in document.lines)


def opening(document: GoodsDocument) -> Draft:
    """借 库存商品 贷 期初建账."""
    return _goods(document, f"期初库存 {document.source_id}", credit(OPENING, _value(document)))


def receipt(document: GoodsDocument) -> Draft:
    """借 库存商品 贷 应付账款-暂估."""
    against = credit(ACCRUED, _value(document), party=document.party, item=_receipt_no(document))
    return _goods(document, f"采购入库 {document.source_id}，发票未到，按订单价暂估", against)


def purchase_return(document: GoodsDocument) -> Draft:
    """借 应付账款-暂估 贷 库存商品."""
    against = debit(ACCRUED, _value(document), party=document.party, item=_receipt_no(document))
    return _goods(document, f"采购退货 {document.source_id}", against)


def ship(document: GoodsDocument) -> Draft:
    """借 发出商品 贷 库存商品, at layer cost."""
    against = [
        debit(SHIPPED, line.value_fen, document.platform, document.shop, line.code, item=document.order_no)
        for line in document.lines
        if line.value_fen
    ]
    return _goods(document, f"订单 {document.order_no} 发货，出库单 {document.source_id}", *against)


def goods_back(document: GoodsDocument) -> Draft:
    """借 库存商品 贷 发出商品, or 贷 主营业务成本 where the cost was carried; at the cost they left with."""
    against = [
        credit(COST_OF_SALES if line.carried else SHIPPED, line.value_fen, document.platform, document.shop, line.code,
               item=document.order_no)
        for line in document.lines
        if line.value_fen
    ]  # fmt: skip
    return _goods(document, f"订单 {document.order_no} 退货入库 {document.source_id}，按发出时的成本", *against)


def count(document: GoodsDocument) -> Draft:
    """盘盈 借 库存商品 贷 待处理财产损溢; 盘亏 the other way round."""
    against = credit(PENDING_LOSS, _value(document) if document.incoming else -_value(document))
    return _goods(document, f"盘{'盈' if document.incoming else '亏'} {document.source_id}，待处理", against)


def loss(document: GoodsDocument) -> Draft:
    """借 管理费用-存货损耗 贷 库存商品."""
    against = debit(STOCK_LOSS, -_value(document) if document.incoming else _value(document))
    return _goods(document, f"报损 {document.source_id}", against)


def revenue(document: SaleDocument) -> Draft:
    """借 应收账款-平台 贷 主营业务收入, 应交税费-销项税额; of what is no sale 贷 其他应收款-补单."""
    words = f"订单 {document.order_no} 确认收入"
    if document.special:
        words = f"订单 {document.order_no} 是{document.special}，不确认收入和销项税，货款记往来"
    return _sale(document, "revenue", "order", 1, words)


def refund(document: SaleDocument) -> Draft:
    """借 主营业务收入, 应交税费-销项税额 贷 应收账款-平台; of what is no sale 借 其他应收款-补单."""
    number = document.source_id.rpartition("|")[2]
    what = f"{document.special}，冲减往来" if document.special else "冲减收入"
    return _sale(document, "refund", "refund", -1, f"订单 {document.order_no} 退款 {number}，{what}")


def _sale(document: SaleDocument, kind: str, source_type: str, sign: int, words: str) -> Draft:
    platform, shop, order_no = document.platform, document.shop, document.order_no
    total_fen = tax_fen = 0
    sold = []
    if document.special:
        total_fen = sum(gross_fen for _, gross_fen in document.lines)
        sold.append(credit(NO_SALE, sign * total_fen, platform, shop, party=platform, item=order_no))
    for code, gross_fen in () if document.special else document.lines:
        if gross_fen:
            tax = tax_within(gross_fen, document.vat_bp)
            total_fen, tax_fen = total_fen + gross_fen, tax_fen + tax
            sold.append(credit(REVENUE, sign * (gross_fen - tax), platform, shop, code, item=order_no))
    lines = [debit(RECEIVABLE, sign * total_fen, platform, shop, party=platform, item=order_no), *sold]
    if tax_fen:
        lines.append(credit(OUTPUT_TAX, sign * tax_fen, platform, shop, item=order_no))
    return Draft(kind, source_type, document.source_id, document.day, words, tuple(lines), document.file_sha,
                 document.row_no)  # fmt: skip


def cost(document: GoodsDocument) -> Draft:
    """借 主营业务成本 贷 发出商品."""
    lines: list[Line] = []
    for line in document.lines:
        if line.value_fen:
            where = (document.platform, document.shop, line.code, "", document.order_no)
            lines += [debit(COST_OF_SALES, line.value_fen, *where), credit(SHIPPED, line.value_fen, *where)]
    return Draft("cost", document.source_type, document.source_id, document.day,
                 f"订单 {document.order_no} 结转成本，发货凭证 {document.source_id}", tuple(lines), document.file_sha,
                 document.row_no)  # fmt: skip


def statement(document: StatementDocument) -> Draft:
    """借 平台钱包 贷 应收账款 (payments), 借 销售费用 贷 平台钱包 (fees), 借 在途资金 贷 平台钱包 (withdrawals) …"""
    platform, shop = document.platform, document.shop
    total_fen, against = 0, []
    for fee, amount_fen in document.parts:
        if amount_fen:
            total_fen += amount_fen
            account = FEE_ACCOUNTS.get(fee, SUSPENSE)
            item = _item_of(document, account, fee)
            against.append(credit(account, amount_fen, platform, shop, party=platform or document.wallet, item=item))
    wallet = debit(WALLET, total_fen, platform, shop, party=document.wallet, item=document.flow_no)
    words = f"{document.wallet} 流水 {document.flow_no}"
    if document.order_no:
        words = f"{words}，订单 {document.order_no}"
    lines = (wallet, *against) if total_fen else tuple(against)
    return Draft("statement", "bill_line", document.source_id, document.day, words, lines, document.file_sha,
                 document.row_no)  # fmt: skip


def _item_of(document: StatementDocument, account: str, fee: str) -> str:
    """Fees and payments belong to their order; prepaid and deposited money to the account it lies on."""
    if account in (PREPAID, DEPOSIT):
        return f"{'ads' if account == PREPAID else fee}|{document.shop}"
    if account in (CLEARING, SUSPENSE):
        return document.flow_no
    return document.order_no or document.flow_no


def bank(document: BankDocument) -> Draft:
    """借 银行存款 贷 在途资金 for what is explained, 贷 其他应收款-待查款项 for what is not; fees are an expense."""
    mine = debit(BANK, document.amount_fen, party=document.account, item=document.source_id)
    party = document.counterparty or document.account
    against = credit(BANK_LINES[document.known_as], document.amount_fen, party=party, item=document.source_id)
    words = f"银行 {document.account}：{document.counterparty} {document.summary}".rstrip()
    return Draft("bank", "bank_line", document.source_id, document.day, words, (mine, against), document.file_sha,
                 document.row_no)  # fmt: skip


def bank_explained(document: BankDocument) -> Draft:
    """借 待查款项 贷 在途资金 (or the fee), when reconciliation finds out what a booked line was."""
    party = document.counterparty or document.account
    lines = (
        debit(SUSPENSE, document.amount_fen, party=party, item=document.source_id),
        credit(BANK_LINES[document.known_as], document.amount_fen, party=party, item=document.source_id),
    )
    return Draft("bank_explained", "bank_line", document.source_id, document.day, f"待查款项已核对：{party}", lines,
                 document.file_sha, document.row_no)  # fmt: skip


class PayableDocument(NamedTuple):
    """A payment that somebody authorised, on the day it is due. `kind`: invoice | expense | payroll | tax | other."""

    payable_no: str
    kind: str
    day: str
    payee: str
    reference: str
    amount_fen: int
    file_sha: str
    row_no: int


def payable(document: PayableDocument) -> Draft:
    """借 应付账款 (or what the kind says) 贷 在途资金, until the bank has paid it."""
    item = document.reference or document.payable_no
    lines = (
        debit(PAYABLES[document.kind], document.amount_fen, party=document.payee, item=item),
        credit(CLEARING, document.amount_fen, party=document.payee, item=document.payable_no),
    )
    return Draft("payable", "payable", document.payable_no, document.day,
                 f"付款 {document.payable_no}：{document.payee} {document.reference}".rstrip(), lines,
                 document.file_sha, document.row_no)  # fmt: skip


def ads(document: AdsDocument) -> Draft:
    """借 销售费用-推广费 贷 预付账款 (the account of the advertisements)."""
    platform, shop = document.platform, document.shop
    lines = (
        debit(ADS_EXPENSE, document.amount_fen, platform, shop),
        credit(PREPAID, document.amount_fen, platform, shop, party=platform, item=f"ads|{shop}"),
    )
    return Draft("ads", "ad_day", document.source_id, document.day, f"{shop} {document.day} 推广消耗", lines,
                 document.file_sha, document.row_no)  # fmt: skip


class InvoiceDocument(NamedTuple):
    """A supplier's invoice: what was accrued for its goods, what it says without tax, and where the difference goes."""

    source_id: str
    invoice_no: str
    supplier: str
    day: str
    accrued: tuple[tuple[tuple[str, str], int], ...]  # ((who it was accrued for, receipt), fen)
    differences: tuple[Line, ...]  # debit: the goods cost more than was accrued
    net_fen: int
    tax_fen: int
    file_sha: str
    row_no: int


def supplier_invoice(document: InvoiceDocument) -> Draft:
    """借 应付账款-暂估, 进项税额 (and what the price differs by) 贷 应付账款."""
    lines = [debit(ACCRUED, fen, party=party, item=item) for (party, item), fen in document.accrued if fen]
    lines += document.differences
    if document.tax_fen:
        lines.append(debit(INPUT_TAX, document.tax_fen, party=document.supplier, item=document.invoice_no))
    owed = document.net_fen + document.tax_fen
    lines.append(credit(PAYABLE, owed, party=document.supplier, item=document.invoice_no))
    return Draft("supplier_invoice", "supplier_invoice", document.source_id, document.day,
                 f"{document.supplier} 发票 {document.invoice_no}，冲暂估", tuple(lines), document.file_sha,
                 document.row_no)  # fmt: skip


class ReturnsDocument(NamedTuple):
    """What a month's end expects to come back: (platform, shop, code) -> fen, of the revenue and of the cost."""

    month: str
    day: str
    revenue: tuple[tuple[tuple[str, str, str], int], ...]
    cost: tuple[tuple[tuple[str, str, str], int], ...]


def expected_returns(document: ReturnsDocument) -> Draft:
    """借 主营业务收入-预计退货 贷 预计负债; 借 应收退货成本 贷 主营业务成本-预计退货 (CAS 14, article 32)."""
    return _returns(document, "expected_returns", 1, f"{document.month} 月末预计退货，依据见预计退货明细")


def expected_returns_over(document: ReturnsDocument) -> Draft:
    """The same with the sides exchanged on the first day of the next month, whose own end is estimated anew."""
    return _returns(document, "expected_returns_over", -1, f"冲回 {document.month} 月末预计退货，本月末重新估计")


def _returns(document: ReturnsDocument, kind: str, sign: int, words: str) -> Draft:
    lines: list[Line] = []
    for where, fen in document.revenue:
        lines += [debit(RETURNED_REVENUE, sign * fen, *where), credit(RETURNS_OWED, sign * fen, *where)]
    for where, fen in document.cost:
        lines += [debit(RETURN_COST, sign * fen, *where), credit(RETURNED_COST, sign * fen, *where)]
    return Draft(kind, "period", document.month, document.day, words, tuple(lines))


class Rule(NamedTuple):
    """An event: what it is called, how it is booked, in words, and the function that books it."""

    title: str
    entry: str
    draft: Callable[..., Draft]


RULES: dict[str, Rule] = {
    "ads": Rule("推广消耗", "借 销售费用-推广费；贷 预付账款", ads),
    "bank": Rule("银行流水", "借 银行存款；贷 在途资金（未核对：待查款项）", bank),
    "bank_explained": Rule("待查款项已核对", "借 待查款项；贷 在途资金", bank_explained),
    "cost": Rule("结转成本", "借 主营业务成本；贷 发出商品", cost),
    "count": Rule("盘点", "盘盈 借 库存商品；贷 待处理财产损溢（盘亏相反）", count),
    "expected_returns": Rule(
        "预计退货", "借 主营业务收入-预计退货；贷 预计负债（成本：借 应收退货成本）", expected_returns
    ),
    "expected_returns_over": Rule("冲回预计退货", "与上月末预计退货相反", expected_returns_over),
    "loss": Rule("报损", "借 管理费用-存货损耗；贷 库存商品", loss),
    "opening": Rule("期初库存", "借 库存商品；贷 期初建账", opening),
    "payable": Rule("付款", "借 应付账款/费用/薪酬/税费；贷 在途资金", payable),
    "purchase_return": Rule("采购退货", "借 应付账款-暂估；贷 库存商品", purchase_return),
    "receipt": Rule("采购入库", "借 库存商品；贷 应付账款-暂估", receipt),
    "refund": Rule("退款", "借 主营业务收入、销项税额；贷 应收账款-平台", refund),
    "return": Rule("退货入库", "借 库存商品；贷 发出商品（成本已结转：主营业务成本）", goods_back),
    "revenue": Rule("确认收入", "借 应收账款-平台；贷 主营业务收入、销项税额", revenue),
    "ship": Rule("发货", "借 发出商品；贷 库存商品", ship),
    "statement": Rule("钱包流水", "借 平台钱包；贷 应收账款/费用/在途资金", statement),
    "supplier_invoice": Rule("采购发票", "借 应付账款-暂估、进项税额；贷 应付账款", supplier_invoice),
}

# Which rule books a stock move, by its end outside our own places.
COMES_FROM: dict[str, str] = {
    "opening": "opening",
    "supplier": "receipt",
    "customer": "return",
    "count": "count",
    "loss": "loss",
    "owed": "count",
}
GOES_TO: dict[str, str] = {
    "supplier": "purchase_return",
    "customer": "ship",
    "count": "count",
    "loss": "loss",
    "owed": "count",
    "opening": "count",
}
