"""Statements byte by byte as wallets and the bank write them: 支付宝账务明细, 微信支付交易账单, 工商银行明细."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from bots.practice.world.books import World
from bots.practice.world.documents import ExportFile, archived
from bots.practice.world.fen import yuan, yuan_grouped
from bots.practice.world.shops import SHOPS

ALIPAY_COLUMNS = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,"
    "交易渠道,业务类型,备注,业务描述,业务账单来源,业务基础订单号,业务订单号"
)
ALIPAY_SUMMARY_COLUMNS = "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）"
WXPAY_COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
WXPAY_TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
ICBC_COLUMNS = (
    "交易日期,摘要,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,"
    "记账金额(收入),记账金额(支出),记账币种,余额,对方户名"
)
_DESCRIPTIONS = {
    "交易付款": "0010001|交易收款-交易收款",
    "交易退款": "0020001|交易退款-交易退款",
    "其它": "0030001|服务费-扣款",
    "提现": "0050001|提现-提现",
    "转账": "0040001|转账-收付款转账",
}


def period_label(since: date, until: date, period: str) -> str:
    """`202611`, `20261120` or `20261101_20261120` for month, day and range."""
    if period == "month":
        return f"{since:%Y%m}"
    if period == "day":
        return f"{since:%Y%m%d}"
    return f"{since:%Y%m%d}_{until:%Y%m%d}"


def _lines(world: World, shop_id: str, since: date, until: date) -> list[dict[str, Any]]:
    return world.rows(
        "SELECT * FROM wallet_line WHERE shop_id = ? AND at >= ? AND at < ? ORDER BY at, id",
        shop_id,
        since.isoformat(),
        (until + timedelta(days=1)).isoformat(),
    )


def alipay_fund_bill_csv(world: World, shop_id: str, since: date, until: date, period: str = "range") -> ExportFile:
    """The zip of 支付宝账务明细 for whole days: the summary first, then the lines; GB18030, CRLF, TAB-padded ids."""
    account, label = SHOPS[shop_id].wallet_account, period_label(since, until, period)
    lines = _lines(world, shop_id, since, until)
    members = [
        (f"{account}_{label}_账务明细(汇总).csv", _alipay_summary(account, since, until, lines)),
        (f"{account}_{label}_账务明细.csv", _alipay_detail(account, since, until, lines)),
    ]
    return ExportFile(f"{account}_{label}.zip", archived(members))


def _alipay_head(title: str, account: str, since: date, until: date, rule: str) -> list[str]:
    span = f"#起始日期：[{since:%Y年%m月%d日} 00:00:00]   终止日期：[{until + timedelta(days=1):%Y年%m月%d日} 00:00:00]"
    return [f"#{title}", f"#账号：[{account}]", span, f"#{'-' * 41}{rule}{'-' * 40}"]


def _alipay_foot(until: date) -> str:
    return f"#导出时间：[{until + timedelta(days=1):%Y年%m月%d日} 09:12:01]"


def _alipay_detail(account: str, since: date, until: date, lines: Sequence[dict[str, Any]]) -> bytes:
    text = _alipay_head("支付宝账务明细查询", account, since, until, "账务明细列表")
    text.append(ALIPAY_COLUMNS)
    text += [_alipay_row(line) for line in lines]
    out_count, out_fen, in_count, in_fen = _both_ways(lines)
    text += [
        f"#{'-' * 41}账务明细列表结束{'-' * 36}",
        f"#支出合计：{out_count}笔，共{yuan(out_fen)}元",
        f"#收入合计：{in_count}笔，共{yuan(in_fen)}元",
        _alipay_foot(until),
    ]
    return _crlf(text, "gb18030")


def _alipay_row(line: dict[str, Any]) -> str:
    amount_fen = line["amount_fen"]
    # Only trade lines say which order they belong to; for the others a reader has to derive it.
    base_order_no = line["order_no"] if line["kind"] in ("payment", "refund") else ""
    cells = (
        f"{line['flow_no']}\t",
        f"{line['flow_no'][:8]}22001{line['flow_no'][-13:]}\t",
        f"{line['business_no']}\t",
        f"{'商品订单' if line['kind'] in ('payment', 'refund') else ''}\t",
        line["at"],
        f"{line['counterparty']}\t",
        yuan(amount_fen) if amount_fen > 0 else " ",
        yuan(amount_fen) if amount_fen <= 0 else " ",
        yuan(line["balance_fen"]),
        "支付宝",
        line["business_type"],
        f"{line['remark']}\t",
        _DESCRIPTIONS[line["business_type"]],
        "天猫" if base_order_no else "其它",
        f"{base_order_no}\t",
        f"{base_order_no}\t",
    )
    return ",".join(cells)


def _both_ways(lines: Iterable[dict[str, Any]]) -> tuple[int, int, int, int]:
    out = [line["amount_fen"] for line in lines if line["amount_fen"] <= 0]
    into = [line["amount_fen"] for line in lines if line["amount_fen"] > 0]
    return len(out), sum(out), len(into), sum(into)


def _alipay_summary(account: str, since: date, until: date, lines: Sequence[dict[str, Any]]) -> bytes:
    text = _alipay_head("支付宝账务汇总查询", account, since, until, "账务汇总列表")
    text.append(ALIPAY_SUMMARY_COLUMNS)
    for business_type in sorted({line["business_type"] for line in lines}):
        text.append(_summary_row(business_type, [ln for ln in lines if ln["business_type"] == business_type]))
    text += [_summary_row("合计", lines), f"#{'-' * 41}账务汇总列表结束{'-' * 36}", _alipay_foot(until)]
    return _crlf(text, "gb18030")


def _summary_row(name: str, lines: Sequence[dict[str, Any]]) -> str:
    out_count, out_fen, in_count, in_fen = _both_ways(lines)
    return f"{name},{in_count},{yuan(in_fen)},{out_count},{yuan(out_fen)},{yuan(in_fen + out_fen)}"


def wxpay_trade_bill_all(world: World, shop_id: str, since: date, until: date, period: str = "range") -> ExportFile:
    """微信支付交易账单 (全部) for whole days: trades and refunds, backticked, totals at the tail. UTF-8 with BOM."""
    lines = [ln for ln in _lines(world, shop_id, since, until) if ln["kind"] in ("payment", "refund")]
    trades = {
        row["order_no"]: (row["flow_no"], row["amount_fen"])
        for row in world.rows(
            "SELECT * FROM wallet_line WHERE shop_id = ? AND kind = 'payment' ORDER BY id DESC",
            shop_id,
        )
    }
    account = SHOPS[shop_id].wallet_account
    text = [WXPAY_COLUMNS]
    text += [_ticked(_wxpay_cells(account, line, trades.get(line["order_no"], ("", 0)))) for line in lines]
    text += [WXPAY_TOTALS, _ticked(_wxpay_totals(lines))]
    label = period_label(since, until, period)
    return ExportFile(f"{account}All{label}.csv", _crlf(text, "utf-8-sig"))


def _wxpay_cells(account: str, line: dict[str, Any], trade: tuple[str, int]) -> Sequence[str]:
    back = line["kind"] == "refund"
    amount_fen = abs(line["amount_fen"])
    trade_no, trade_fen = trade if back else (line["flow_no"], amount_fen)
    head = (line["at"], "wx8f3a61c0d2e7b945", account, "", "", trade_no, line["business_no"])
    buyer = (f"oN{line['flow_no'][-12:]}", "JSAPI", "REFUND" if back else "SUCCESS", "OTHERS", "CNY")
    settled = ("0.00" if back else yuan(amount_fen), "0.00")
    refund = (
        line["flow_no"] if back else "0",
        (line["refund_no"] or "") if back else "0",
        yuan(amount_fen) if back else "0.00",
        "0.00",
        "ORIGINAL" if back else "",
        "SUCCESS" if back else "",
    )
    fee = ("商品订单", "", yuan(line["fee_fen"]), "0.60%")
    return (*head, *buyer, *settled, *refund, *fee, yuan(trade_fen), yuan(amount_fen) if back else "0.00", "")


def _wxpay_totals(lines: Sequence[dict[str, Any]]) -> Sequence[str]:
    paid_fen = sum(line["amount_fen"] for line in lines if line["kind"] == "payment")
    back_fen = -sum(line["amount_fen"] for line in lines if line["kind"] == "refund")
    fee_fen = sum(line["fee_fen"] for line in lines)
    return (
        str(len(lines)),
        yuan(paid_fen),
        yuan(back_fen),
        "0.00",
        yuan(fee_fen),
        yuan(paid_fen),
        yuan(back_fen),
    )


def _ticked(cells: Iterable[str]) -> str:
    return ",".join(f"`{cell}" for cell in cells)


def icbc_personal_debit(world: World, since: date, until: date) -> ExportFile:
    """工商银行明细 for whole days, newest first: preamble, padded cells ending in a TAB, footer 人民币合计. UTF-8."""
    lines = world.rows(
        "SELECT * FROM bank_line WHERE at >= ? AND at < ? ORDER BY at DESC, id DESC",
        since.isoformat(),
        (until + timedelta(days=1)).isoformat(),
    )
    head = [
        "明细查询文件下载",
        "",
        '卡号: 1234****9876,"卡别名: 经营账户"',
        "",
        '子账户序号: 00000,子账户类别: 活期,"子账户别名: "',
        "",
        ICBC_COLUMNS,
    ]
    into_fen = sum(line["amount_fen"] for line in lines if line["amount_fen"] > 0)
    out_fen = -sum(line["amount_fen"] for line in lines if line["amount_fen"] < 0)
    foot = [" ", f"人民币合计,,,,,,,,{_quoted(yuan_grouped(into_fen), 20)},{_quoted(yuan_grouped(out_fen), 20)},", ""]
    content = "\n".join([*head, *(_icbc_row(line) for line in lines), *foot]).encode()
    return ExportFile(f"icbc_9876_{since:%Y%m%d}_{until:%Y%m%d}.csv", content)


def _icbc_row(line: dict[str, Any]) -> str:
    amount_fen = line["amount_fen"]
    into = yuan_grouped(amount_fen) if amount_fen > 0 else ""
    out = yuan_grouped(-amount_fen) if amount_fen < 0 else ""
    cells = (
        _padded(line["at"][:10], 15),
        _quoted(line["summary"], 20),
        _quoted("网上银行", 60),
        _quoted("CHN", 20),
        _padded("钞", 10),
        _quoted("-", 20),
        _quoted("-", 20),
        _padded("-", 15),
        _quoted(into, 20),
        _quoted(out, 20),
        _padded("人民币", 15),
        _quoted(yuan_grouped(line["balance_fen"]), 20),
        _quoted(line["counterparty"], 150),
    )
    return ",".join(cells) + ","


def _padded(text: str, width: int) -> str:
    """`text` filled with blanks to a width in GB18030 bytes, then a TAB, as the bank's fixed fields are."""
    return text + " " * max(0, width - len(text.encode("gb18030"))) + "\t"


def _quoted(text: str, width: int) -> str:
    return f'"{_padded(text, width)}"'


def _crlf(lines: Iterable[str], encoding: str) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode(encoding)
