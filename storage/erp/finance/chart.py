"""The chart of accounts: Chinese standard numbers, and what each account is. One line per account; plain data.

Numbers of the first level are those of the Ministry of Finance's 企业会计准则——应用指南 (财会[2006]18号) and its later
additions; the two digits after them are ours, and 1475, which has a name (财会[2017]22号) but no number there.
"""

from typing import Literal, NamedTuple

from storage.erp.finance.errors import AccountUnknown

Kind = Literal["asset", "liability", "equity", "income", "expense"]


class Account(NamedTuple):
    """`control`: every line needs a party and an item, the lines of one item are what is open between the two.

    `cash`: money; a statement of cash flows explains the movement of these. `flow`: the line of that statement that
    money against this account belongs to.
    """

    name: str
    kind: Kind
    control: bool = False
    cash: bool = False
    flow: str = "operating_other"

    @property
    def debit(self) -> bool:
        """Whether its balance is normally on the debit side."""
        return self.kind in ("asset", "expense")


BANK, WALLET, CLEARING = "1002", "101201", "101299"
RECEIVABLE, PREPAID, DEPOSIT, NO_SALE, SUSPENSE = "1122", "1123", "122101", "122102", "122199"
STOCK, SHIPPED, PENDING_LOSS = "1405", "1406", "1901"
PAYABLE, ACCRUED = "220201", "220202"
INPUT_TAX, OUTPUT_TAX = "222101", "222102"
CAPITAL, YEAR_PROFIT, OPENING = "4001", "4103", "410490"
REVENUE, COST_OF_SALES = "6001", "6401"
RETURN_COST, RETURNS_OWED, RETURNED_REVENUE, RETURNED_COST = "1475", "2801", "600190", "640190"
EXCHANGE = "660302"

CHART: dict[str, Account] = {
    "1001": Account("库存现金", "asset", cash=True),
    BANK: Account("银行存款", "asset", cash=True),
    WALLET: Account("其他货币资金-平台钱包", "asset", cash=True),
    CLEARING: Account("其他货币资金-在途资金", "asset", cash=True),
    RECEIVABLE: Account("应收账款-平台", "asset", control=True, flow="operating_sales"),
    PREPAID: Account("预付账款", "asset", control=True, flow="operating_purchases"),
    DEPOSIT: Account("其他应收款-保证金", "asset", control=True),
    NO_SALE: Account("其他应收款-补单及测试单", "asset", control=True),
    SUSPENSE: Account("其他应收款-待查款项", "asset", control=True),
    STOCK: Account("库存商品", "asset", flow="operating_purchases"),
    SHIPPED: Account("发出商品", "asset", flow="operating_purchases"),
    RETURN_COST: Account("应收退货成本", "asset"),
    "1601": Account("固定资产", "asset", flow="investing"),
    "1602": Account("累计折旧", "asset", flow="investing"),
    PENDING_LOSS: Account("待处理财产损溢", "asset"),
    "2001": Account("短期借款", "liability", flow="financing"),
    PAYABLE: Account("应付账款-货款", "liability", control=True, flow="operating_purchases"),
    ACCRUED: Account("应付账款-暂估", "liability", control=True, flow="operating_purchases"),
    "2211": Account("应付职工薪酬", "liability", flow="operating_staff"),
    INPUT_TAX: Account("应交税费-应交增值税（进项税额）", "liability", flow="operating_purchases"),
    OUTPUT_TAX: Account("应交税费-应交增值税（销项税额）", "liability", flow="operating_sales"),
    "222103": Account("应交税费-未交增值税", "liability", flow="operating_tax"),
    "2241": Account("其他应付款", "liability", control=True),
    RETURNS_OWED: Account("预计负债-应付退货款", "liability"),
    CAPITAL: Account("实收资本", "equity", flow="financing"),
    YEAR_PROFIT: Account("本年利润", "equity"),
    "410401": Account("利润分配-未分配利润", "equity"),
    OPENING: Account("利润分配-期初建账", "equity", flow="opening"),
    REVENUE: Account("主营业务收入", "income", flow="operating_sales"),
    RETURNED_REVENUE: Account("主营业务收入-预计退货", "income"),
    "6051": Account("其他业务收入", "income"),
    "6301": Account("营业外收入", "income"),
    COST_OF_SALES: Account("主营业务成本", "expense", flow="operating_purchases"),
    RETURNED_COST: Account("主营业务成本-预计退货", "expense"),
    "6402": Account("其他业务成本", "expense"),
    "6403": Account("税金及附加", "expense", flow="operating_tax"),
    "660101": Account("销售费用-平台佣金", "expense"),
    "660102": Account("销售费用-平台服务费", "expense"),
    "660103": Account("销售费用-推广费", "expense"),
    "660104": Account("销售费用-达人及分销佣金", "expense"),
    "660105": Account("销售费用-保险费", "expense"),
    "660106": Account("销售费用-售后赔付", "expense"),
    "660107": Account("销售费用-积分及红包", "expense"),
    "660108": Account("销售费用-运费", "expense"),
    "6602": Account("管理费用", "expense"),
    "660201": Account("管理费用-职工薪酬", "expense", flow="operating_staff"),
    "660207": Account("管理费用-存货损耗", "expense"),
    "660301": Account("财务费用-手续费", "expense"),
    EXCHANGE: Account("财务费用-汇兑损益", "expense", flow="exchange"),
    "671101": Account("营业外支出-平台扣罚", "expense"),
    "671102": Account("营业外支出-公益捐赠", "expense"),
    "6801": Account("所得税费用", "expense", flow="operating_tax"),
}

FEE_ACCOUNTS: dict[str, str] = {
    "ad_spend": PREPAID,  # what the advertisements took is told by the day, see rule `ads`
    "ad_top_up": PREPAID,
    "advertising": "660103",
    "affiliate": "660104",
    "affiliate_rebate": "660104",
    "annual_fee": "660102",
    "bank_fee": "660301",
    "campaign_commission": "660101",
    "campaign_fee": "660102",
    "commission": "660101",
    "compensation": "660106",
    "deposit": DEPOSIT,
    "donation": "671102",
    "freight_insurance": "660105",
    "inspection_fee": "660102",
    "instalment_fee": "660301",
    "other_share": "660104",
    "payment": RECEIVABLE,
    "payment_fee": "660301",
    "penalty": "671101",
    "points": "660107",
    "price_insurance": "660105",
    "red_packet": "660107",
    "refund": RECEIVABLE,
    "refund_affiliate": "660104",
    "refund_commission": "660101",
    "return_freight": "660108",
    "software_fee": "660102",
    "subsidy": RECEIVABLE,
    "top_up": CLEARING,
    "transfer": CLEARING,
    "withdrawal": CLEARING,
}
"""Which account stands against the wallet for each fee class of a statement line; any other class is SUSPENSE."""


def account(number: str) -> Account:
    """What an account is. Raises AccountUnknown."""
    try:
        return CHART[number]
    except KeyError:
        raise AccountUnknown(number) from None


def accounts(*kinds: Kind) -> tuple[str, ...]:
    """The numbers of all accounts of some kinds, sorted."""
    return tuple(sorted(number for number, found in CHART.items() if found.kind in kinds))


def control_accounts() -> frozenset[str]:
    """The accounts whose lines are open items."""
    return frozenset(number for number, found in CHART.items() if found.control)


def cash_accounts() -> frozenset[str]:
    """The accounts that are money."""
    return frozenset(number for number, found in CHART.items() if found.cash)
