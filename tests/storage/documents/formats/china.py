"""How 京东, 拼多多, 抖店, 快手, 小红书, 有赞, 菜鸟 and 千川 write their files."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.storage.documents.formats.dress import Directed, Dress, Signed, Spent, Split, Summed, Truth, yuan

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

_ORDERS = {
    "douyin_order": Dress(
        header=_header("douyin_order"),
        name="1791430000_5f0c2b7a.csv",
        ids=("主订单编号", "子订单编号", "商品ID", "商家编码", "达人ID", "仓库ID", "商品69码"),
        id_wrap="lead_tab",
        money_columns=(
            "商品单价", "订单应付金额", "运费", "优惠总金额", "平台优惠", "商家优惠", "达人优惠", "商家改价",
            "支付优惠", "红包抵扣", "手续费", "降价类优惠", "平台实际承担优惠金额", "商家实际承担优惠金额",
            "达人实际承担优惠金额",
        ),
        wholes=("商品数量",),
        moments=("订单提交时间", "订单完成时间", "支付完成时间", "承诺发货时间", "发货时间"),
        constant={"收件人": "##tKf8vZ1xq##", "收件人手机号": "$$9aQ$$", "售后状态": ""},
        empties=("订单完成时间", "支付完成时间", "发货时间", "达人ID", "仓库ID", "商品69码", "手续费"),
        empty="-",
        order="主订单编号",
    ),
    "kuaishou_order": Dress(
        header=_header("kuaishou_order"),
        container="xlsx",
        ids=(
            "订单号", "赠品订单号", "活动订单编号", "商品ID", "SKU编码", "CPS达人ID", "团长ID", "快赚客ID",
            "授权推广者ID", "快递单号", "服务门店ID",
        ),
        money_columns=(
            "实付款", "快递费", "店铺优惠", "平台补贴", "主播补贴", "混资活动优惠", "支付优惠", "商品单价",
            "预估推广佣金",
        ),
        wholes=("成交数量",),
        rates=("预估推广者分佣比例",),
        moments=("订单创建时间", "订单支付时间", "预售定金支付时间", "发货时间"),
        empties=("赠品订单号", "活动订单编号", "订单支付时间", "预售定金支付时间", "发货时间", "快递单号"),
    ),
    "pdd_order_2026": Dress(
        header=_header("pdd_order_2026"),
        name="orders_export2026-09-30.csv",
        encoding="gb18030",
        ids=("订单号", "商品id", "样式ID", "快递单号"),
        id_wrap="tab",
        pad="\t",
        money_columns=(
            "商品总价(元)", "邮费(元)", "店铺优惠折扣(元)", "平台优惠折扣(元)", "多多支付立减金额(元)",
            "用户实付金额(元)", "商家实收金额(元)",
        ),
        wholes=("商品数量(件)",),
        moments=("发货时间", "确认收货时间", "订单成交时间"),
        constant={"订单状态": "已发货，待签收", "售后状态": "无售后或售后取消"},
        empties=("发货时间", "确认收货时间", "快递单号"),
    ),
    "xhs_order": Dress(
        header=_header("xhs_order"),
        container="xlsx",
        sheet="包裹详情",
        ids=(
            "订单号", "小红书编码", "条形码", "规格ID", "达人ID", "支付渠道订单号", "快递单号", "第三方机构订单号",
            "商品ID",
        ),
        money_columns=(
            "商品总价(元)", "用户应付金额(元)", "平台优惠(元)", "店铺优惠(元)", "支付渠道优惠(元)", "SKU商家改价(元)",
            "商家应收金额(元)（支付金额）", "包裹总运费(元)",
        ),
        wholes=("SKU件数",),
        rates=("sku净重(kg)", "包裹总净重(kg)"),
        moments=("支付时间", "订单创建时间", "承诺发货时间", "订单发货时间", "订单完成时间"),
        constant={"是否为赠品": "否"},
        empties=("支付时间", "订单发货时间", "订单完成时间", "达人ID", "快递单号", "第三方机构订单号"),
        order="订单号",
    ),
    "youzan_order": Dress(
        header=_header("youzan_order"),
        encoding="utf-8",
        ids=("订单号", "支付流水号"),
        id_wrap="tab",
        money_columns=(
            "商品金额合计", "运费", "店铺优惠合计", "应收订单金额", "订单实付金额", "支付优惠合计", "订单实收金额",
            "订单已退款金额",
        ),
        wholes=("订单抵用积分数", "商品种类数"),
        moments=("订单创建时间", "买家付款时间", "交易成功时间"),
        empties=("支付流水号", "买家付款时间", "交易成功时间"),
    ),
}  # fmt: skip

_FEES = {
    "cainiao_order": Dress(
        header=_header("cainiao_order"),
        name="order.xls",
        container="xls",
        ids=("支付流水号", "交易订单号", "运单号"),
        moments=("支付时间",),
        empties=("交易订单号", "运单号"),
        amount=Spent("支付金额"),
    ),
    "cainiao_sale": Dress(
        header=_header("cainiao_sale"),
        name="sale.xls",
        container="xls",
        ids=("支付流水号",),
        moments=("支出时间",),
        amount=Spent("支出金额"),
    ),
    "cainiao_sku": Dress(
        header=_header("cainiao_sku"),
        name="sku.xls",
        container="xls",
        ids=("支付流水号", "增值服务单号", "关联单据号", "商品编码"),
        wholes=("计划操作数量", "实际操作数量"),
        moments=("支付时间", "提交时间"),
        empties=("关联单据号",),
        amount=Spent("支付金额"),
    ),
    "douyin_bic": Dress(
        header=_header("douyin_bic"),
        container="xlsx",
        ids=("结算单号", "订单码", "关联订单号", "关联运单号", "动账流水号"),
        id_wrap="quote",
        money_columns=("结算金额",),
        moments=("计费完成时间", "业务发生时间", "结算时间"),
        empties=("结算时间", "动账流水号"),
    ),
    "douyin_freight_insurance": Dress(
        header=_header("douyin_freight_insurance"),
        container="xlsx",
        ids=("投保单号", "订单编号", "动账流水号", "保险交易单号"),
        id_wrap="quote",
        money_columns=("支付保费", "平台优惠【营销补贴】", "平台优惠【特殊活动】", "平台优惠"),
        moments=("下单时间", "承保时间", "动账时间"),
        empties=("动账流水号", "动账时间"),
    ),
    "kuaishou_freight_insurance": Dress(
        header=_header("kuaishou_freight_insurance"),
        container="xlsx",
        ids=("订单编号", "收费编号"),
        money_columns=("服务费用（元）", "商家承担服务费用（元）", "平台补贴费用（元）"),
        moments=("生效时间",),
    ),
}

_PROMO_MONEY = (
    "成交花费(元)", "交易额(元)", "总花费(元)", "净交易额(元)", "结算交易额(元)", "直接交易额(元)", "间接交易额(元)",
    "询单花费(元)", "收藏花费(元)", "关注花费(元)",
)  # fmt: skip


def _promo_total(rows: Sequence[Truth]) -> dict[str, str]:
    return {"日期": "总计", "商品ID": "-", "总花费(元)": yuan(sum(row["总花费(元)"] for row in rows)), "曝光量": "-"}


_ADS = {
    "pdd_promo_daily_flow": Dress(
        header=_header("pdd_promo_daily_flow"),
        name="流水.xls",
        container="xls",
        money_columns=("交易金额", "余额"),
        moments=("时间",),
        constant={"资金类型": "现金", "交易摘要": "推广支出： 明星店铺1100.13元； 商品推广4688.89元；"},
    ),
    "pdd_promo_goods": Dress(
        header=_header("pdd_promo_goods"),
        container="xlsx",
        ids=("商品ID",),
        money_columns=_PROMO_MONEY,
        wholes=(
            "净成交笔数", "结算成交笔数", "成交笔数", "直接成交笔数", "间接成交笔数", "曝光量", "点击量", "询单量",
            "收藏量", "关注量",
        ),
        rates=(
            "实际投产比", "净实际投产比", "净交易额占比", "净成交笔数占比", "结算投产比", "退款豁免率", "退单豁免率",
            "交易额结算率", "订单结算率", "每笔净成交花费(元)", "每笔净成交金额(元)", "每笔结算成交花费(元)",
            "每笔结算成交金额(元)", "每笔成交花费(元)", "每笔成交金额(元)", "平均询单成本(元)", "平均收藏成本(元)",
            "平均关注成本(元)",
        ),
        days=("日期",),
        empties=("平均关注成本(元)", "关注花费(元)"),
        empty="-",
        total=_promo_total,
    ),
    "qianchuan_material": Dress(
        header=_header("qianchuan_material"),
        name="素材报表_20260901.csv",
        title_pad="\t\n",
        ids=("素材ID",),
        money_columns=("整体消耗", "基础消耗", "追投调控消耗", "整体成交金额", "净成交金额"),
        wholes=("整体成交订单数", "整体展现次数", "整体点击次数", "净成交订单数"),
        rates=("追投调控支付ROI", "整体支付ROI", "净成交ROI", "1小时内退款率", "净成交金额结算率"),
        at="2026-09-01",
    ),
}  # fmt: skip

_STOCK = {
    "jdl_inventory_flow": Dress(
        header=_header("jdl_inventory_flow"),
        encoding="gb18030",
        ids=(
            "事业部编码", "仓库编码", "商家商品编码", "事业部商品编号", "商家单据编码", "京东单据编码", "关联单据编码",
        ),
        moments=("业务发生时间",),
        constant={
            "实际原始库存": 120, "实际库存加减数量": -3, "实际库存结存": 117,
            "可用原始库存": 100, "可用库存加减数量": -3, "可用库存结存": 97,
        },
        empties=("关联单据编码", "商家单据编码"),
    ),
    "jdl_sales_outbound": Dress(
        header=_header("jdl_sales_outbound"),
        container="xlsx",
        ids=(
            "事业部编码", "ECLP订单号", "首个三方运单号", "第三方运单号", "ISV商家单号", "销售平台订单号", "运单号",
            "父单号", "团单号", "批量号", "门店编号", "商家关联单号", "众邮运单号", "逆向运单号",
        ),
        money_columns=("订单金额", "应收金额", "实际出库金额"),
        wholes=("数量", "批量订单数量", "包裹数量", "实际发货数量", "WMS分配数量", "sku行数"),
        rates=("体积(cm³)", "重量(kg)"),
        moments=(
            "下单时间", "创建时间", "复核时间", "首次分拣验收时间", "发货时间", "妥投时间", "取消成功时间",
        ),
        empties=("运单号", "妥投时间", "取消成功时间", "逆向运单号"),
    ),
}  # fmt: skip

DRESSES: Mapping[str, Dress] = {
    **_JD,
    **_DOUYIN,
    **_KUAISHOU,
    **_XHS,
    **_YOUZAN,
    **_ORDERS,
    **_FEES,
    **_ADS,
    **_STOCK,
}
