"""How 京东, 拼多多, 抖店, 快手, 小红书, 有赞, 菜鸟 and 千川 write their files."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.storage.documents.formats.dress import Directed, Dress, Signed, Spent, Split, Summed

_GATHERED = json.loads(Path(__file__).with_name("headers.json").read_text("utf-8"))


def _header(kind: str) -> str:
    """The header as it was gathered, names with commas in quotes."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(_GATHERED[kind]["columns"])
    return out.getvalue()


_JD = {
    "jd_daily_settlement": Dress(
        header=_header("jd_daily_settlement"),
        name="123456_20260901.xlsx",
        container="xlsx",
        sheet="123456_20260901",
        ids=("订单编号", "单据编号", "商品编号", "商户订单号", "店铺号"),
        id_wrap="formula",
        wholes=("商品数量",),
        moments=("费用发生时间", "费用计费时间", "费用结算时间"),
        days=("对账日期",),
        constant={"币种": "CNY"},
        empties=("订单编号", "商品编号", "费用结算时间"),
        amount=Directed("金额", "收支方向", "收入", "支出", signed=True),
    ),
    "jd_jzt_charge": Dress(
        header=_header("jd_jzt_charge"),
        name="jzt.xlsx",
        container="xlsx",
        ids=("流水单号", "计划ID"),
        days=("投放日期",),
        constant={"交易类型": "快车扣费"},
        empties=("计划ID",),
        empty="--",
        amount=Spent("支出"),
    ),
    "jd_marketing_reconcile": Dress(
        header=_header("jd_marketing_reconcile"),
        ids=("订单编号", "商品编号", "优惠活动ID"),
        money_columns=("京东承担金额", "商家承担金额", "政府承担金额"),
        wholes=("商品数量",),
        moments=("订单下单时间",),
        empties=("优惠活动ID",),
    ),
    "jd_receivable_2026": Dress(
        header=_header("jd_receivable_2026"),
        container="xlsx",
        lead=("应结明细：账单生成后可查，以实际结算为准",),
        ids=("订单编号", "父单号", "售后服务单号", "商品编号", "商户订单号"),
        wholes=("商品数量",),
        rates=("佣金比例",),
        moments=("订单下单时间", "订单完成时间", "售后退款时间", "预计结算时间", "账单生成时间", "到账时间"),
        constant={"币种": "CNY"},
        empties=("售后服务单号", "售后退款时间", "到账时间"),
        amount=Directed("应结金额", "收支方向", "收入", "支出", signed=True),
    ),
    "jd_settled_detail_2026": Dress(
        header=_header("jd_settled_detail_2026"),
        container="xlsx",
        sheet_before=("说明",),
        ids=("商家ID", "公司ID", "订单编号", "业务单据编号", "父单号", "商品编号", "商户订单号"),
        money_columns=("商品单价",),
        wholes=("商品数量",),
        moments=("下单时间", "完成时间", "结算时间"),
        amount=Summed("结算金额合计", "收入金额合计", "支出金额合计"),
    ),
    "jd_settled_fee_2026": Dress(
        header=_header("jd_settled_fee_2026"),
        container="xlsx",
        ids=("订单编号", "父单号", "商品编号", "商户订单号", "结算单号"),
        money_columns=("商品单价",),
        wholes=("商品数量",),
        moments=("订单下单时间", "订单完成时间", "结算时间"),
        empties=("商品编号",),
        amount=Signed("应结金额"),
    ),
    "jd_vc_payable": Dress(
        header=_header("jd_vc_payable"),
        container="xlsx",
        ids=("单据ID", "单据编号", "采购单号", "结算单号"),
        moments=("进入应付账时间", "单据日期"),
        empties=("结算单号",),
        amount=Signed("总金额"),
    ),
    "jd_wallet_funds": Dress(
        header=_header("jd_wallet_funds"),
        container="xlsx",
        sheet="资金表",
        ids=("商户号", "账户代码", "商户订单号"),
        money_columns=("账户余额(元)",),
        moments=("日期",),
        days=("账单日期",),
        day_format="%Y%m%d",
        empties=("商户订单号",),
        empty="--",
        amount=Split("收入金额(元)", "支出金额(元)", negative=False, empty="--"),
    ),
    "jd_wallet_settle": Dress(
        header=_header("jd_wallet_settle"),
        container="xlsx",
        sheet="结算表",
        ids=("订单编号", "单据编号", "商品编号", "商户订单号", "店铺号"),
        wholes=("商品数量",),
        moments=("费用发生时间", "费用计费时间", "费用结算时间"),
        days=("账单日期",),
        day_format="%Y%m%d",
        constant={"币种": "CNY"},
        empties=("订单编号", "商品编号"),
        empty="--",
        amount=Directed("金额", "收支方向", "收入", "支出", signed=True),
    ),
}

_DOUYIN_SHARES = (
    "订单实付应结", "运费实付", "实际平台补贴_运费", "实际平台补贴", "以旧换新抵扣", "政府补贴平台垫资", "实际达人补贴",
    "实际抖音支付补贴", "实际抖音月付营销补贴", "银行补贴", "订单退款", "平台服务费", "佣金", "服务商佣金", "渠道分成",
    "招商服务费", "站外推广费", "其他分成", "免佣金额",
)  # fmt: skip
_FUND_34 = Dress(
    header=_header("douyin_fund_34"),
    ids=("动帐流水号", "子订单号", "订单号", "售后编号", "商品ID"),
    id_wrap="quote",
    moments=("动账时间", "下单时间"),
    money_columns=_DOUYIN_SHARES,
    empties=("子订单号", "订单号", "售后编号"),
    amount=Directed("动账金额", "动账方向", "入账", "出账"),
)
_FUND_39 = replace(
    _FUND_34,
    header=_header("douyin_fund_39"),
    ids=(*_FUND_34.ids, "达人ID"),
    money_columns=(*_DOUYIN_SHARES, "其他平台补贴"),
)
_DOUYIN = {
    "douyin_fund_34": _FUND_34,
    "douyin_fund_39": _FUND_39,
    "douyin_settlement_34": Dress(
        header=_header("douyin_settlement_34"),
        name="DL20261001.csv",
        ids=("订单号", "子订单号", "商品ID"),
        id_wrap="quote",
        wholes=("商品数量",),
        money_columns=(
            "订单总价", "商品总价", "运费", "店铺劵", "结算前退款金额", "平台补贴", "达人补贴", "抖音支付补贴",
            "抖音月付营销补贴", "用户实付", "收入合计", "平台服务费", "佣金", "渠道分成", "招商服务费", "站外推广费",
            "其他分成", "支出合计", "免佣金额",
        ),
        moments=("结算时间", "下单时间"),
        under=("结算的时间", "订单编号", "子订单编号", "收入+支出"),
        empties=("子订单号",),
        order="订单号",
        amount=Signed("结算金额"),
    ),
}  # fmt: skip

_KUAISHOU = {
    "kuaishou_settlement": Dress(
        header=_header("kuaishou_settlement"),
        container="xlsx",
        ids=("商家ID", "订单号", "商品ID", "达人ID", "MCN机构ID", "团长id", "快赚客ID", "服务商ID", "结算商户号"),
        wholes=("商品数量",),
        money_columns=(
            "订单实付(元)", "政府补贴", "支付营销补贴", "平台补贴", "商家补贴(元)", "达人补贴", "合计收入(元)",
            "订单退款(元)", "支付营销回退（元）", "技术服务费(元)", "预售增收技术服务费（元）", "达人佣金(元)",
            "团长佣金(元)", "快赚客佣金(元)", "服务商佣金(元)", "分账基数", "其他收费", "合计支出(元)",
        ),
        moments=("订单创建时间", "实际结算时间"),
        empties=("达人ID", "MCN机构ID", "团长id"),
        amount=Signed("实际结算金额(元)"),
    ),
}  # fmt: skip

_XHS = {
    "xhs_fund": Dress(
        header=_header("xhs_fund"),
        container="xlsx",
        ids=("业务单号",),
        money_columns=("账户余额（元）",),
        moments=("创建时间",),
        empties=("业务单号",),
        amount=Split("收入（元）", "支出（元）", negative=False),
    ),
    "xhs_other_services": Dress(
        header=_header("xhs_other_services"),
        container="xlsx",
        ids=("订单号", "业务单据号"),
        moments=("结算时间",),
        empties=("订单号",),
        money_columns=("动账金额",),
    ),
    "xhs_settlement": Dress(
        header=_header("xhs_settlement"),
        container="xlsx",
        sheet="商品结算明细",
        ids=("订单号", "售后单号"),
        money_columns=(
            "计佣基数", "商品实付/实退", "运费实付/实退", "平台优惠补贴", "平台运费补贴", "跨境税代缴", "商品税金",
            "运费税金", "佣金", "支付渠道费", "分销佣金", "代运营服务商佣金", "代开发服务商佣金", "花呗分期手续费",
            "国补订单毛保金额",
        ),
        moments=("下单时间", "结算时间"),
        empties=("售后单号",),
        amount=Signed("动账金额"),
    ),
}  # fmt: skip

_YOUZAN = {
    "youzan_fund": Dress(
        header=_header("youzan_fund"),
        container="xlsx",
        ids=("业务单号", "支付流水号", "关联单号"),
        money_columns=("余额(元)",),
        moments=("下单时间", "入账时间"),
        empties=("关联单号", "下单时间"),
        amount=Split("收入(元)", "支出(元)", negative=False, empty="0.00"),
    ),
}

DRESSES: Mapping[str, Dress] = {**_JD, **_DOUYIN, **_KUAISHOU, **_XHS, **_YOUZAN}
