"""拼多多 商品推广: spend and what came of it per day and item; a 总计 row ends it, which may be more than the sum."""

from storage.documents import numbers
from storage.documents.control import compare, missing
from storage.documents.document import Control
from storage.documents.layout import Layout, wordy
from storage.documents.rows import DataRow
from storage.documents.table import Reading, Table

SPENT = "总花费(元)"


def _control(_table: Table, reading: Reading[DataRow]) -> Control:
    """The total's spend beside the rows'; more than the rows is 全店托管 and binds nobody, less parks the file."""
    spent = [row.data.get(SPENT) or 0 for row in reading.rows]
    computed = {"总花费": sum(fen for fen in spent if isinstance(fen, int))}
    stated = numbers.money(SPENT, reading.footer[0].cell(SPENT)) if reading.footer else None
    if stated is None:
        return missing(computed, "总计")._replace(binding=False)
    return compare({"总花费": stated}, computed, binding=stated < computed["总花费"])


LAYOUT = Layout(
    "pdd_promo_goods",
    platform="pdd",
    title="拼多多 商品推广报表",
    verified="described",
    header="日期,商品ID,商品名称,推广场景,推广名称,出价方式,分组,是否已删除,成交花费(元),交易额(元),实际投产比,"
    "总花费(元),净交易额(元),净实际投产比,净成交笔数,每笔净成交花费(元),净交易额占比,净成交笔数占比,"
    "每笔净成交金额(元),结算交易额(元),结算投产比,结算成交笔数,退款豁免率,退单豁免率,每笔结算成交花费(元),"
    "交易额结算率,订单结算率,每笔结算成交金额(元),成交笔数,每笔成交花费(元),每笔成交金额(元),直接交易额(元),"
    "间接交易额(元),直接成交笔数,间接成交笔数,曝光量,点击量,询单花费(元),询单量,平均询单成本(元),"
    "收藏花费(元),收藏量,平均收藏成本(元),关注花费(元),关注量,平均关注成本(元)",
    key=("日期", "商品ID", "推广场景", "推广名称"),
    blanks=("推广场景", "推广名称"),
    needed=("日期", "商品ID", "推广场景", "推广名称", "总花费(元)"),
    tells=("商品ID", "推广场景", "成交花费(元)", "总花费(元)", "净实际投产比"),
    ids=("商品ID",),
    money=(
        "成交花费(元)",
        "交易额(元)",
        "总花费(元)",
        "净交易额(元)",
        "结算交易额(元)",
        "直接交易额(元)",
        "间接交易额(元)",
        "询单花费(元)",
        "收藏花费(元)",
        "关注花费(元)",
    ),
    wholes=(
        "净成交笔数",
        "结算成交笔数",
        "成交笔数",
        "直接成交笔数",
        "间接成交笔数",
        "曝光量",
        "点击量",
        "询单量",
        "收藏量",
        "关注量",
    ),
    rates=(
        "实际投产比",
        "净实际投产比",
        "每笔净成交花费(元)",
        "净交易额占比",
        "净成交笔数占比",
        "每笔净成交金额(元)",
        "结算投产比",
        "退款豁免率",
        "退单豁免率",
        "每笔结算成交花费(元)",
        "交易额结算率",
        "订单结算率",
        "每笔结算成交金额(元)",
        "每笔成交花费(元)",
        "每笔成交金额(元)",
        "平均询单成本(元)",
        "平均收藏成本(元)",
        "平均关注成本(元)",
    ),
    days=("日期",),
    moment_formats=("%Y%m%d",),
    at="日期",
    ends=wordy("日期"),
    control=_control,
)
