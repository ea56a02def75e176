"""The core's steps of a night by name, each with what it does in both languages; plans are checked against it.

Plain data, so that a plan can be read and the command line can list the steps without opening the books; the steps
themselves are `schedules.books.STEPS`, which has the same names.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """What a step does, one sentence in each language."""

    zh: str
    en: str


STEP_NAMES: Mapping[str, Words] = {
    "collect": Words("把各平台订单文件里的订单收进订单池", "takes the orders of platforms' own files into the pool"),
    "reconcile": Words("每一行账单得到一个对账结论", "gives every statement line its one outcome"),
    "aftersales": Words(
        "收售后单，写换货补发订单，列出该退的钱",
        "takes in after-sales, writes replacement orders, asks for the refunds owed",
    ),
    "tend": Words(
        "库存日常：留下前一天的库存快照，到期的占用放开，过期批次冻住",
        "stock: keeps yesterday's balances, lets expired reservations go, freezes lots past their date",
    ),
    "review": Words("审单：没问题的通过，有问题的说明为什么拦下", "reviews orders: clean ones pass, held ones say why"),
    "allocate": Words("给通过的订单配货、分包裹、选快递", "gives reviewed orders stock, a parcel and a carrier"),
    "publish": Words(
        "给机器人列清单：上下架、报活动、发货、改商品、改库存数；报出低于下限的库存",
        "writes the worklists: shelf, campaigns, shipping, edits, stock figures; tells of stock below its limit",
    ),
    "purchase": Words(
        "预测销量，列采购建议，写采购单草稿（不下单）",
        "forecasts, suggests purchases and drafts orders (orders nothing)",
    ),
    "post": Words("前一天为止的业务变成凭证", "turns what happened up to the day before into vouchers"),
    "settle": Words(
        "快递账单、佣金分账、发票答复、运费凭证", "freight bills, payees' shares, invoices, freight vouchers"
    ),
    "verify": Words("检查账里的全部不变式和报表指标", "checks every invariant of the books and every metric"),
    "report": Words("写早报（Excel）", "writes the morning report (Excel)"),
}
"""In the order in which a night usually has them."""


def steps_listed() -> str:
    """Every step with its two sentences, for the help of the command that plays them (Markdown)."""
    lines = [f"- `{name}` {words.zh} / {words.en}" for name, words in STEP_NAMES.items()]
    return "\n".join(["计划里 core: 可以写的步骤 / steps of the core that a plan may name:", "", *lines])
