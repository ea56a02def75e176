"""What `yeban verify` looks at, check by check: its sentence, how much was looked at, what is wrong, how to mend it."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from schedules.book_files import facts_path
from schedules.desk import Desk
from schedules.settings import today_in_shanghai
from storage.database.tables import metadata
from storage.erp.invariants.verify import INVARIANTS, Finding


class Words(NamedTuple):
    """What one check says, the tables it looks at, and what to do when it does not hold."""

    sentence: str
    tables: tuple[str, ...]
    mend: str


class Check(NamedTuple):
    """One check that was made: its id and words, rows looked at, and every place where it does not hold."""

    name: str
    sentence: str
    looked_at: int
    findings: list[Finding]
    mend: str


REBUILD = "停下发货和导入，把这几行交给维护的人；库存流水是准的，余额可以由它重算"
AGAIN = "找到这份文件，yeban replay 再读一遍；还不对就把它交给维护的人"
NOT_YET = "不要再办同一件事；yeban waiting 看是否有人要核对，再到网站上看真实情况"
WORDS: dict[str, Words] = {
    "I-1": Words("每仓每货的在库等于流水之和", ("quant", "move"), REBUILD),
    "I-2": Words("每笔流水有来处和去处，货不会凭空出现", ("move",), REBUILD),
    "I-3": Words("已占用等于未了结的预留之和", ("quant", "reservation"), REBUILD),
    "I-4": Words("0 ≤ 已占用 ≤ 在库", ("quant",), REBUILD),
    "I-5": Words("每笔预留恰好了结一次", ("reservation",), REBUILD),
    "I-6": Words("包裹里的件数不多于订单的件数", ("fulfilment_line",), "撤回多出来的包裹再分货"),
    "I-7": Words("金额是整数分，没有一处小数", ("platform_order", "bill_line"), AGAIN),
    "I-8": Words("子订单的分摊合计等于订单实付，一分不差", ("platform_order",), AGAIN),
    "I-9": Words("退的钱不多于付的钱", ("platform_order", "refund"), "到平台看这一单的售后，再导出一次售后表"),
    "I-10": Words("每张凭证借贷相等", ("jv", "jv_line"), "停下过账，把凭证号交给财务；用红字凭证更正"),
    "I-11": Words("试算平衡", ("jv_line",), "停下过账，把期间交给财务"),
    "I-12": Words("总账存货等于成本层之和，等于流水价值", ("cost_layer", "move"), "停下过账，先找没有成本的入库"),
    "I-13": Words("成本层的件数等于在库件数，先进先出", ("cost_layer",), "停下过账，先找没有成本的入库"),
    "I-14": Words("应收应付科目等于未清项之和", ("jv_line",), "停下过账，把往来对象交给财务"),
    "I-16": Words("订单停在文件说过的最新状态，旧文件不会把它拉回去", ("platform_order",), AGAIN),
    "I-17": Words("每一行账单恰有一个对账结论", ("recon_item", "bill_line"), "再对一次账（yeban night 的对账一步）"),
    "I-18": Words("组合商品的可用数按各构成一起算", ("bundle",), "检查组合商品的构成表"),
    "I-19": Words("只在真有货的地方预留", ("reservation",), REBUILD),
    "I-20": Words("一个序列号只在一处", ("serial",), REBUILD),
    "I-21": Words("关了的期间不再改", ("jv",), "停下过账，把凭证号交给财务；用下一期的凭证更正"),
    "I-22": Words("每笔流水、包裹、结果都有来源单据", ("move", "fulfilment", "bot_result"), AGAIN),
    "I-23": Words("发布到渠道的数量不多于可卖数量", ("command",), "先撤回发布，再算一次可卖数"),
    "I-24": Words("券和名额：用掉 ≤ 发出 ≤ 总数", ("command",), "先停活动，再核对名额"),
    "I-1-lots": Words("按批号管的货：各批之和等于在库，也等于流水", ("lot",), REBUILD),
    "I-2-transit": Words("在途的货正是没收完的调拨单上的货", ("stock_transfer",), "打开没关的调拨单，收货或登记差异"),
    "I-4-owed": Words("允许负库存的仓：欠的数等于流水里欠的数", ("overdraft",), REBUILD),
    "I-19-holds": Words("冻结的货一件不少地留着，放行以后不再占着", ("stock_hold",), REBUILD),
    "I-19-lots": Words("订单不占不可卖的地方，过期的批次整批冻住", ("lot", "reservation"), "放开这些预留，再分一次货"),
    "PIM-18": Words("任何一秒都没有两个同样具体的有效价", ("price",), "改其中一个价的起止时间或范围"),
    "R-1": Words("退回的件数不多于发出的件数", ("rma_line",), "核对售后单和发货，撤回多出来的"),
    "R-2": Words("售后答应退的钱不多于子订单的实付，也不多于订单的实付", ("rma",), "核对售后单，改小金额"),
    "R-3": Words("同意了的退货恰好有一张待收单，货也对得上", ("inbound",), "核对售后单和待收单"),
    "R-4": Words("收到的不多于应收的，每一件都在库存流水里", ("receipt_line",), REBUILD),
    "R-5": Words("退款只在货收到以后（或约定先退），只退约定的数", ("rma",), NOT_YET),
    "S-1": Words("分给各收款方的佣金合计等于账单里的佣金", ("payee_share",), "核对分账规则，再结算一次"),
    "S-2": Words("开票合计不多于实付减退款", ("invoice",), "先开红字发票，再开新票"),
    "S-3": Words("确认过的结算单不再变", ("settlement_sheet",), "停下结算，查谁改过这张单；用新版本更正"),
    "S-4": Words("退差价不多于实付", ("price_refund",), "核对售后单，改小金额"),
    "S-5": Words("快递账单的每一行都来自一份文件", ("express_bill_line",), AGAIN),
    "SEC-03": Words("改动日志没有被改、被删、被插过一行", ("audit_log",), "停下来，查谁直接动过数据库"),
    "I-25": Words("没有机器人的结果，账上就没有“已办”", ("command", "bot_result", "fulfilment"), NOT_YET),
}
"""In the order of model.md; a check that is not here says itself by its docstring."""


def examine(desk: Desk) -> list[Check]:
    """Every invariant of the books, then the metrics of the reports against the books."""
    with desk.database.read() as connection:
        return [*_invariants(connection), _metrics(desk, connection)]


def _invariants(connection: Connection) -> Iterator[Check]:
    for name, check in INVARIANTS.items():
        words = WORDS.get(name) or Words(_said(check.__doc__, name), (), "把这几行和日志交给维护夜班的人")
        yield Check(name, words.sentence, _rows(connection, words.tables), check(connection), words.mend)


def _said(text: str | None, name: str) -> str:
    return (text or name).strip().splitlines()[0].removeprefix(f"{name}: ")


def _rows(connection: Connection, tables: tuple[str, ...]) -> int:
    known = [metadata.tables[name] for name in tables if name in metadata.tables]
    return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in known)


def _metrics(desk: Desk, connection: Connection) -> Check:
    from storage.reports.check import BOOKS, findings
    from storage.reports.facts.copy import with_copy

    with with_copy(connection, facts_path(desk)):
        found = findings(connection, today_in_shanghai())
    mend = "删掉数据目录里的 facts.duckdb 再查一次；还不对，今天的报表先不要发"
    return Check("BI-55", "报表的每个指标等于账上另算一遍的数", len(BOOKS), found, mend)
