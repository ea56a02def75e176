"""The core's steps of a night by name, each with what it does in both languages; plans are checked against it.

Plain data, so that a plan can be read and the command line can list the steps without opening the books; the steps
themselves are `schedules.books.STEPS`, which has the same names.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """A step's short name and what it does, one sentence, in each language."""

    name_zh: str
    name_en: str
    zh: str
    en: str


STEP_NAMES: Mapping[str, Words] = {
    "collect": Words(
        "收单",
        "orders in",
        "把各平台订单文件里的订单收进订单池",
        "takes the orders of platforms' own files into the pool",
    ),
    "reconcile": Words("对账", "reconcile", "每一行账单得到一个对账结论", "gives every statement line its one outcome"),
    "aftersales": Words(
        "售后",
        "after-sales",
        "收售后单，写换货补发订单，列出该退的钱",
        "takes in after-sales, writes replacement orders, asks for the refunds owed",
    ),
    "tend": Words(
        "理货",
        "tend stock",
        "留下前一天的库存快照，到期的占用放开，过期批次冻住",
        "keeps yesterday's balances, lets expired reservations go, freezes lots past their date",
    ),
    "review": Words(
        "审单",
        "review",
        "没问题的通过，有问题的说明为什么拦下",
        "reviews orders: clean ones pass, held ones say why",
    ),
    "allocate": Words(
        "配货", "allocate", "给通过的订单配货、分包裹、选快递", "gives reviewed orders stock, a parcel and a carrier"
    ),
    "publish": Words(
        "派活",
        "worklists",
        "给机器人列清单：上下架、报活动、发货、改商品、改库存数；报出低于下限的库存",
        "writes the worklists: shelf, campaigns, shipping, edits, stock figures; tells of stock below its limit",
    ),
    "purchase": Words(
        "采购",
        "purchase",
        "预测销量，列采购建议，写采购单草稿（不下单）",
        "forecasts, suggests purchases and drafts orders (orders nothing)",
    ),
    "post": Words("记账", "post", "前一天为止的业务变成凭证", "turns what happened up to the day before into vouchers"),
    "settle": Words(
        "结算",
        "settle",
        "快递账单、佣金分账、发票答复、运费凭证",
        "freight bills, payees' shares, invoices, freight vouchers",
    ),
    "facts": Words(
        "副本",
        "report copies",
        "报表读的副本跟上账：只重读变了的日子",
        "brings the copies that reports read to the books: only days that changed are read again",
    ),
    "verify": Words(
        "查账", "verify", "检查账里的全部不变式和报表指标", "checks every invariant of the books and every metric"
    ),
    "report": Words("早报", "report", "写早报（Excel）", "writes the morning report (Excel)"),
}
"""In the order in which a night usually has them."""


def steps_listed() -> str:
    """Every step with its two sentences, for the help of the command that plays them (Markdown)."""
    lines = [f"- `{name}` {words.name_zh}：{words.zh} / {words.en}" for name, words in STEP_NAMES.items()]
    return "\n".join(["计划里 core: 可以写的步骤 / steps of the core that a plan may name:", "", *lines])


def shown_name(flow: str, lang: str) -> str:
    """What tables call a job: a flow by its name, a step of the core by its short one in the reader's language."""
    words = STEP_NAMES.get(flow.removeprefix("core/")) if flow.startswith("core/") else None
    if words is None:
        return flow
    return f"{words.name_en if lang == 'en' else words.name_zh} · {flow}"
