"""Which number of a file is whose: every rule that derives a row's order number, as data.

A reader names its rule (`Layout.order`, `order_rule` of a row), this table says what that number is and which column of
the order file it meets. Alipay's own rules, in the order in which they are tried, are in `alipay_rules.ORDER_RULES`.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

Number = Literal["order", "parent order", "order or payment", "payment", "batch", "parcel", "purchase", "none of ours"]
Relation = Literal["one", "many lines", "many orders"]


class JoinKey(NamedTuple):
    """`meets`: the column of the order file with the same number; `number`: what it is the number of.

    `relation`: one line per order, many lines of one order, or a line that is about many orders. `note`: what else has
    to be known before two rows are taken for a pair.
    """

    rule_id: str
    platform: str
    number: Number
    meets: str
    relation: Relation = "many lines"
    note: str = ""


JOIN_KEYS: tuple[JoinKey, ...] = (
    JoinKey("amazon.order_id", "amazon", "order", "amazon-order-id", note="with order-item-code and sku for lines"),
    JoinKey("cainiao.trade_no", "cainiao", "order", "订单编号", note="also by 运单号"),
    JoinKey("douyin.order_no", "douyin", "order", "主订单编号", note="子订单号 first where both files have it"),
    JoinKey("ebay.order_no", "ebay", "order", "Order Number", note="with Item ID for lines; payouts by Payout ID"),
    JoinKey("jd.order_no", "jd", "order", "订单号", note="a split order is found by 父单号"),
    JoinKey("jd.purchase_no", "jd", "purchase", "", note="PO of 京东自营: no order of a buyer"),
    JoinKey(
        "jd.wallet_batch", "jd", "batch", "", "many orders", "商户订单号 of the wallet = that of the settlement rows"
    ),
    JoinKey("jd.wallet_remark", "jd", "order", "订单号", note="read out of the remark of a wallet line"),
    JoinKey("jdl.merchant_order_no", "jdl", "parcel", "订单号", note="the merchant's own document number"),
    JoinKey("jdl.platform_order_no", "jdl", "order", "订单号", note="also by 运单号"),
    JoinKey("kuaishou.business_no", "kuaishou", "order", "订单号", note="关联业务单号; withdrawals name none"),
    JoinKey("kuaishou.order_no", "kuaishou", "order", "订单号"),
    JoinKey("magento.increment_id", "magento", "order", "ID", "one"),
    JoinKey("oscar.order_no", "oscar", "order", "Order number", "one"),
    JoinKey(
        "paypal.invoice_no", "paypal", "order", "", note="our order number in Invoice; refunds by Reference Txn ID"
    ),
    JoinKey("pdd.order_no", "pdd", "order", "订单号", note="text with a hyphen, equal sign for sign"),
    JoinKey("personal.merchant_no", "personal", "none of ours", "", note="the number of the shop that was bought at"),
    JoinKey("qianniu.order_no", "taobao", "order", "订单编号"),
    JoinKey("qianniu.remark", "taobao", "order", "订单编号", note="read out of 备注 where no column names an order"),
    JoinKey("shopee.order_id", "shopee", "order", "Order ID", note="of incomes only the rows View By=Order"),
    JoinKey("shopify.order_name", "shopify", "order", "Name", note="`#1001`; payouts by Payout ID"),
    JoinKey("stripe.metadata_order_id", "stripe", "order", "", note="our order number, if the shop writes it there"),
    JoinKey("taobao.main_order_no", "taobao", "order", "订单编号"),
    JoinKey("taobao.order_no", "taobao", "order", "订单编号"),
    JoinKey("taobao.parent_order_no", "taobao", "parent order", "订单编号"),
    JoinKey("tiktok.order_id", "tiktok", "order", "Order ID", note="with SKU ID for lines"),
    JoinKey("woocommerce.order_no", "woocommerce", "order", "Order #", "one"),
    JoinKey("wxpay.voucher_no", "wxpay", "payment", "商户订单号", note="业务凭证号; 微信订单号 second"),
    JoinKey("wxstore.order_no", "wxstore", "order", "订单号"),
    JoinKey("wxstore.order_or_payment_no", "wxstore", "order or payment", "订单号", note="else 交易单号"),
    JoinKey("xhs.business_no", "xhs", "order", "订单号", note="业务单号; other business than orders has its own"),
    JoinKey("xhs.order_no", "xhs", "order", "订单号"),
    JoinKey("youzan.order_no", "youzan", "order", "订单号"),
    JoinKey("youzan.related_no", "youzan", "order or payment", "订单号", note="关联单号; else 支付流水号"),
)

_BY_RULE: Mapping[str, JoinKey] = {one.rule_id: one for one in JOIN_KEYS}


def join_key(rule_id: str) -> JoinKey | None:
    """What the rule's number is; None for a rule that is not of this table (Alipay's, a taught kind's)."""
    return _BY_RULE.get(rule_id)


def without_key(rule_ids: Iterable[str]) -> list[str]:
    """Rules that nobody has described."""
    return sorted({rule_id for rule_id in rule_ids if rule_id not in _BY_RULE})
