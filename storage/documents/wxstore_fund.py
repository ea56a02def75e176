"""微信小店 动账: an unsigned amount beside its direction; the order may be a payment number; once without gifts."""

from storage.documents import fees
from storage.documents.amounts import Directed
from storage.documents.layout import Layout
from storage.documents.statements import Wallet

_FEES = {
    "订单支付": "payment",
    "订单退款": "refund",
    "技术服务费": "software_fee",
    "达人佣金": "affiliate",
    "运费险": "freight_insurance",
    "提现": "withdrawal",
}

LAYOUT = Layout(
    "wxstore_fund",
    platform="wxstore",
    title="微信小店 动账",
    verified="template",
    header="流水单号,记账时间,动帐类型,收支类型,收支金额,账户余额,关联订单号,关联售后单号,关联提现单号,关联保单号,关联礼物单号,详情",
    key=("流水单号",),
    needed=("流水单号", "记账时间", "动帐类型", "收支类型", "收支金额", "关联订单号", "关联售后单号"),
    ids=("流水单号", "关联订单号", "关联售后单号", "关联提现单号", "关联保单号", "关联礼物单号"),
    moments=("记账时间",),
    money=("收支金额", "账户余额"),
    order=("关联订单号", "wxstore.order_or_payment_no"),
    at="记账时间",
    amount=Directed("收支金额", "收支类型", plus="收入", minus="支出"),
    classify=fees.by_word("动帐类型", "wxstore", _FEES),
    books=Wallet("wxstore", business="动帐类型", remark="详情", refund="关联售后单号"),
)
