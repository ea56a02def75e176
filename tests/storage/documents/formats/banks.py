"""Dresses of banks' statements."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from tests.storage.documents.formats.dress import Directed, Dress, Signed, Spent, Split, Truth, thousands

_HEADERS = json.loads(Path(__file__).with_name("headers.json").read_text("utf-8"))


def header(kind: str, *more: str) -> str:
    """The columns that were gathered for this format, and those that some files have beyond them."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([*_HEADERS[kind]["columns"], *more])
    return out.getvalue()


def _icbc_totals(rows: Sequence[Truth]) -> list[str]:
    came = sum(row["_amount"] for row in rows if row["_amount"] > 0)
    went = -sum(row["_amount"] for row in rows if row["_amount"] < 0)
    pair = f'"{thousands(came)}           \t","{thousands(went)}           \t"'
    return [" ", f"合计金额,,,,,{pair},\t,{pair},\t"]


BANKS = {
    "abc_personal": Dress(
        header=header("abc_personal"),
        ids=("日 志 号",),
        days=("交易日期",),
        day_format="%Y%m%d",
        money_columns=("本次余额",),
        amount=Signed("交易金额"),
        empties=("交易渠道", "交易附言", "对手信息"),
        short=True,
    ),
    "boc_personal": Dress(
        header=header("boc_personal"),
        encoding="utf-16",
        lead=("中国银行交易流水明细单",),
        ids=("对方卡号/账号", "借记卡号"),
        days=("记账日期",),
        money_columns=("余额",),
        money=thousands,
        amount=Signed("金额"),
        constant={"币别": "人民币"},
        empty="-------------------",
        empties=("网点名称", "附言", "对方账户名", "对方卡号/账号", "对方开户行"),
    ),
    "bocom_personal": Dress(
        header=header("bocom_personal"),
        ids=("对方账号",),
        days=("交易日期",),
        money_columns=("余额",),
        amount=Directed("交易金额", "借贷", "贷 Cr", "借 Dr"),
        empties=("摘要",),
    ),
    "ccb_corporate": Dress(
        header=header("ccb_corporate"),
        encoding="gb18030",
        ids=("账户明细编号-交易流水号", "企业流水号", "对方账号", "凭证号"),
        days=("记账日期",),
        day_format="%Y%m%d",
        money_columns=("余额",),
        money=thousands,
        amount=Split("贷方发生额/元(收入)", "借方发生额/元(支取)", negative=False, empty="0.00"),
        constant={"币种": "人民币元"},
    ),
    "ccb_personal_xls": Dress(
        header=header("ccb_personal_xls"),
        name="交易明细.xls",
        container="xls",
        lead=("China Construction Bank", "开户机构：", "币　　种：人民币", "账　　号：6217*********0001", ""),
        foot=lambda _: ("以上数据仅供参考|具体内容请以柜台为准",),
        title_pad="            ",
        ids=("对方账号",),
        days=("记账日", "交易日期"),
        day_format="%Y%m%d",
        money_columns=("账户余额",),
        amount=Split("收入", "支出", negative=False, empty="0.0"),
        constant={"币种": "人民币"},
    ),
    "cmb_corporate": Dress(
        header=header("cmb_corporate"),
        name="账务明细.xlsx",
        container="xlsx",
        lead=("招商银行", "查询条件", "", "", "", "", "", "", ""),
        ids=(
            "账号",
            "流水号",
            "流程实例号",
            "业务参考号",
            "收(付)方账号",
            "收(付)方开户行行号",
            "母(子)公司账号",
            "票据号",
            "商务支付订单号",
            "内部编号",
        ),
        days=("交易日", "起息日"),
        day_format="%Y%m%d",
        money_columns=("余额",),
        money=thousands,
        amount=Split("贷方金额", "借方金额", negative=False),
        constant={"币种": "人民币"},
        empties=("票据号", "商务支付订单号", "母(子)公司账号"),
    ),
    "cmb_personal_credit": Dress(
        header=header("cmb_personal_credit"),
        encoding="utf-8",
        newline="\n",
        lead=("招商银行信用卡对账单（个人消费卡账户 2026年09月）（补）",),
        ids=("卡号末四位",),
        days=("交易日", "记账日"),
        day_format="%m/%d",
        money=thousands,
        amount=Spent("人民币金额"),
        empties=("交易日",),
        constant={"交易地金额": "-3.90(CN)"},
    ),
    "cmb_personal_debit": Dress(
        header=header("cmb_personal_debit"),
        encoding="utf-8",
        newline="\n",
        days=("记账日期",),
        money_columns=("联机余额",),
        money=thousands,
        amount=Signed("交易金额"),
        constant={"货币": "CNY"},
        empties=("对手信息",),
    ),
    "icbc_personal_credit": Dress(
        header=header("icbc_personal_credit"),
        encoding="utf-8",
        newline="\n",
        lead=("明细查询文件下载", "", '卡号: 1234****5678,"卡别名: "', "", "子账户类别:", ""),
        foot=_icbc_totals,
        pad="                \t",
        trailing_comma=True,
        days=("交易日期", "记账日期"),
        money_columns=("交易金额(收入)", "余额"),
        money=thousands,
        amount=Split("记账金额(收入)", "记账金额(支出)", negative=False),
        constant={"交易金额(支出)": "", "记账币种": "人民币"},
    ),
    "spdb_personal_xls": Dress(
        header=header("spdb_personal_xls"),
        name="明细.xls",
        container="xls",
        lead=("账号：6217********0001",),
        ids=("交易对手账号",),
        moments=("交易日期",),
        moment_format="%Y-%m-%d  %H:%M:%S",
        money_columns=("余额",),
        amount=Split("存入金额", "取出金额", negative=False),
        empties=("附言",),
    ),
}
