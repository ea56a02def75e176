"""京东钱包 结算表: what a wallet movement is the sum of (商户订单号); the 资金表 stands on another sheet."""

from collections import Counter
from collections.abc import Sequence

from storage.documents import jd_wallet_funds
from storage.documents.amounts import Directed
from storage.documents.control import compare, untotalled
from storage.documents.document import Control
from storage.documents.layout import Layout
from storage.documents.rows import DataRow, Row


def _batches(rows: Sequence[Row]) -> Control:
    """Each wallet movement beside the settlement rows of its batch (商户订单号), where both sheets have the batch.

    It binds nobody: an export by day may hold a part of a batch only.
    """
    sums: dict[str, Counter[str]] = {"jd_wallet_settle": Counter(), "jd_wallet_funds": Counter()}
    for row in (row for row in rows if isinstance(row, DataRow)):
        if batch := row.data.get("商户订单号"):
            sums[row.kind][f"批次 {batch}"] += row.amount_fen
    settled, moved = sums.values()
    shared = [batch for batch in moved if batch in settled]
    if not shared:
        return untotalled(len(rows))
    stated, computed = ({batch: side[batch] for batch in shared} for side in (moved, settled))
    return compare(stated, computed, binding=False)


LAYOUT = Layout(
    "jd_wallet_settle",
    platform="jd",
    title="京东钱包 结算表",
    verified="template",
    header="订单编号,单据编号,单据类型,商品编号,商户订单号,商品名称,费用发生时间,费用计费时间,费用结算时间,费用项,金额,币种,商家应收/应付,钱包结算备注,店铺号,京东门店编号,品牌门店编号,"
    "门店名称,备注,收支方向,账单日期,商品数量",
    key=("订单编号", "单据编号", "单据类型", "商品编号", "费用项", "收支方向", "费用发生时间"),
    blanks=("订单编号", "商品编号"),
    needed=("订单编号", "单据编号", "单据类型", "商品编号", "费用项", "收支方向", "费用发生时间", "金额"),
    tells=("单据类型", "费用项", "钱包结算备注", "账单日期"),
    ids=("订单编号", "单据编号", "商品编号", "商户订单号", "店铺号"),
    money=("金额",),
    wholes=("商品数量",),
    moments=("费用发生时间", "费用计费时间", "费用结算时间"),
    days=("账单日期",),
    moment_formats=("%Y%m%d",),
    order=("订单编号", "jd.order_no"),
    at="费用发生时间",
    currency="币种",
    amount=Directed("金额", "收支方向", plus="收入", minus="支出"),
    beside=(jd_wallet_funds.LAYOUT,),
    across=_batches,
    rank=1,
)
