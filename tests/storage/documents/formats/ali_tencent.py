"""How 千牛, 万相台, 支付宝 and 微信 write their files; headers are those that were gathered."""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from tests.storage.documents.formats.dress import Directed, Dress, Signed, Split, Summed, Truth, yuan

_HEADERS = json.loads(Path(__file__).with_name("headers.json").read_text("utf-8"))
_PERCENT = ("净实际投产比", "实际投产比", "点击率", "点击转化率")


def _header(kind: str) -> str:
    return ",".join(_HEADERS[kind]["columns"])


def _columns(kind: str, *without: str) -> tuple[str, ...]:
    return tuple(name for name in _HEADERS[kind]["columns"] if name not in without)


def _percent(rate: str) -> str:
    return f"{Decimal(rate) * 100}%"


def _backtick(value: object) -> str:
    return f"`{value}"


def _both(rows: Sequence[Truth]) -> tuple[list[int], list[int]]:
    amounts = [row["_amount"] for row in rows]
    return [fen for fen in amounts if fen > 0], [fen for fen in amounts if fen <= 0]


def alipay_footer(rows: Sequence[Truth]) -> list[str]:
    """The last four lines of a statement."""
    into, out = _both(rows)
    return [
        "#-----------------------------------------账务明细列表结束------------------------------------",
        f"#支出合计：{len(out)}笔，共{yuan(sum(out))}元",
        f"#收入合计：{len(into)}笔，共{yuan(sum(into))}元",
        "#导出时间：[2026年06月02日 09:12:01]",
    ]


def _alipay_lead(what: str) -> tuple[str, ...]:
    return (
        f"#支付宝{what}查询",
        "#账号：[20886011230304570156]",
        "#起始日期：[2026年05月01日 00:00:00]   终止日期：[2026年06月01日 00:00:00]",
        f"#-----------------------------------------{what}列表----------------------------------------",
    )


def _flow_total(rows: Sequence[Truth]) -> Mapping[str, str]:
    into, out = _both(rows)
    return {"序号": "合计", "收入（+元）": yuan(sum(into)), "支出（-元）": yuan(-sum(out))}


def _sum_of(*names: str) -> Callable[[Sequence[Truth]], Mapping[str, str]]:
    return lambda rows: {"商户订单号": "合计", **{name: yuan(sum(row[name] for row in rows)) for name in names}}


def _wxpay_totals(rows: Sequence[Truth]) -> list[str]:
    into, out = _both(rows)
    values = (len(rows), len(into), yuan(sum(into)), len(out), yuan(-sum(out)))
    return ["资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额", ",".join(map(_backtick, values))]


_TRADE = ("商家实收(元)", "商家实退(元)", "服务费(元)", "退服务费(元)")
_ORDER_IDS = ("订单编号", "店铺Id", "特权订金订单id", "新零售导购门店id", "新零售发货门店id")
_ORDER_MONEY = (
    *("买家应付货款", "买家应付邮费", "总金额", "买家实际支付金额", "卖家服务费", "买家服务费"),
    *("退款金额", "打款商家金额", "含应开票给个人的个人红包"),
)
_ORDER_WRITES: Mapping[str, Callable[..., str]] = {
    "打款商家金额": lambda fen: f"{yuan(fen)}元",
    "物流单号": lambda no: f"No:{no}",
    "物流单号 ": lambda no: f"No:{no}",
    "联系手机": lambda no: f"'{no}",
}
_XLSX_TEXT = ("日期", "场景名字", "原二级场景名字", "计划名字", "主体类型", "主体名称")
_XLSX_IDS = ("场景ID", "原二级场景ID", "计划ID", "主体ID")
_XLSX_RATES = (
    *(name for name in _columns("wxt_item_report_xlsx") if name.endswith(("率", "占比", "比", "成本"))),
    *("平均点击花费", "千次展现花费", "平均访问页面数", "人均成交笔数", "人均成交金额"),
    *("平台助推总成交", "平台助推直接成交", "宝贝优惠券撬动总成交", "宝贝优惠券撬动直接成交"),
)
_XLSX_MONEY = tuple(
    name
    for name in _columns("wxt_item_report_xlsx")
    if (name.endswith("金额") or name == "花费") and name not in _XLSX_RATES
)

DRESSES = {
    "alimama_account_flow": Dress(
        header=_header("alimama_account_flow"),
        encoding="gb18030",
        moments=("记账时间",),
        days=("交易日期",),
        money_columns=("操作后余额(元)",),
        amount=Directed("操作金额(元)", "收支类型", "收入", "支出"),
    ),
    "alipay_business_detail": Dress(
        header=_header("alipay_business_detail"),
        encoding="gb18030",
        lead=_alipay_lead("业务明细"),
        foot=lambda _: ["#----------------------------------业务明细列表结束-----------------------------------"],
        ids=("支付宝交易号", "商户订单号", "门店编号", "终端号", "退款批次号/请求号"),
        id_wrap="tab",
        empties=("退款批次号/请求号", "门店编号", "终端号"),
        moments=("创建时间", "完成时间"),
        money_columns=(
            *(
                "订单金额（元）",
                "支付宝红包（元）",
                "集分宝（元）",
                "支付宝优惠（元）",
                "商家优惠（元）",
                "券核销金额（元）",
            ),
            *("商家红包消费金额（元）", "卡消费金额（元）", "服务费（元）", "分润（元）"),
        ),
        amount=Signed("商家实收（元）"),
    ),
    "alipay_fund_bill_short": Dress(
        header=_header("alipay_fund_bill_short"),
        name="20886011230304570156_202605_账务明细.zip",
        container="zip",
        encoding="gb18030",
        lead=_alipay_lead("账务明细"),
        foot=alipay_footer,
        ids=("账务流水号", "业务流水号", "商户订单号"),
        id_wrap="tab",
        pad="  ",
        moments=("发生时间",),
        money_columns=("账户余额（元）",),
        amount=Split("收入金额（+元）", "支出金额（-元）", empty=" "),
    ),
    "alipay_fund_bill_summary": Dress(
        header=_header("alipay_fund_bill_summary"),
        encoding="gb18030",
        lead=_alipay_lead("账务汇总"),
        foot=lambda _: ["#-----------------------------------账务汇总列表结束------------------------------------"],
        wholes=("收入笔数", "支出笔数"),
        amount=Summed("总金额（元）", "收入金额（+元）", "支出金额（-元）"),
        at="2026-05-01",
    ),
    "alipay_fund_flow_new": Dress(
        header=_header("alipay_fund_flow_new"),
        name="资金流水.xlsx",
        container="xlsx",
        lead=("支付宝资金流水", "起始时间：2026-05-01 00:00:00"),
        total=_flow_total,
        ids=("序号", "支付宝交易号", "支付宝流水号", "商户订单号", "银行订单号", "业务基础订单号", "业务订单号"),
        moments=("入账时间",),
        money_columns=("账户余额（元）", "服务费（元）"),
        amount=Split("收入（+元）", "支出（-元）", negative=False),
    ),
    "alipay_personal_old": Dress(
        header=_header("alipay_personal_old"),
        encoding="gb18030",
        lead=(
            "支付宝交易记录明细查询",
            "---------------------------------交易记录明细列表------------------------------------",
        ),
        foot=lambda _: ["------------------------------------------------------------------------------------"],
        ids=("交易号", "商家订单号"),
        id_wrap="tab",
        pad="   ",
        title_pad="   ",
        trailing_comma=True,
        moments=("交易创建时间", "付款时间", "最近修改时间"),
        money_columns=("服务费（元）", "成功退款（元）"),
        amount=Directed("金额（元）", "收/支", "收入", "支出"),
    ),
    "alipay_trade_order_new": Dress(
        header=_header("alipay_trade_order_new"),
        name="交易订单.xlsx",
        container="xlsx",
        lead=("支付宝交易订单", "起始时间：2026-05-01 00:00:00"),
        total=_sum_of(*_TRADE),
        ids=("商户订单号", "支付宝交易号"),
        moments=("创建时间",),
        money_columns=_TRADE,
    ),
    "qianniu_expense_day_summary": Dress(
        header=_header("qianniu_expense_day_summary"),
        name="支出账单.xlsx",
        container="xlsx",
        days=("日期",),
        money_columns=_columns("qianniu_expense_day_summary", "日期", "业务大类", "开票方向", "币种"),
        constant={"币种": "人民币"},
    ),
    "qianniu_fund_detail_month": Dress(
        header=_header("qianniu_fund_detail_month"),
        name="nuanwu_202609_1.xlsx",
        container="xlsx",
        ids=("支付流水号", "主订单id", "子订单id"),
        id_wrap="quote",
        empties=("主订单id", "子订单id"),
        days=("入帐日期",),
        moments=("入帐时间",),
        amount=Split("收入金额(元)", "支出金额(元)", negative=False, empty="0.00"),
    ),
    "qianniu_fund_detail_range": Dress(
        header=_header("qianniu_fund_detail_range"),
        name="收支明细.xlsx",
        container="xlsx",
        ids=("支付流水号", "淘宝订单编号"),
        id_wrap="backtick",
        empties=("淘宝订单编号",),
        moments=("入账时间",),
        amount=Split("收入金额（元）", "支出金额", negative=False),
    ),
    "qianniu_income_bill": Dress(
        header=_header("qianniu_income_bill"),
        name="交易货款_202608_202608.csv",
        encoding="gb18030",
        ids=("订单号", "子订单号", "商品ID", "退款单号", "业务流水号", "商户订单号"),
        id_wrap="tab",
        pad="\t",
        empty="\t",
        empties=("退款单号", "退款金额（元）"),
        days=("账期",),
        day_format="%Y%m%d",
        moments=("下单时间", "确认收货时间", "打款时间", "打款更新时间"),
        wholes=("数量",),
        money_columns=("单价（元）", "订单实际金额（元）", "退款金额（元）"),
        constant={"sku": "6177628402264|颜色:米白;尺码:L#号"},
        writes={"sku": lambda words: words.replace(":", "#3A").replace(";", "#3B")},
    ),
    "rlyq_tcp_predict": Dress(
        header=_header("rlyq_tcp_predict"),
        ids=("淘宝主订单号", "淘宝子订单号", "商品ID"),
        moments=("订单创建时间", "订单支付时间", "订单确认收货时间"),
        rates=("出佣比例",),
        money_columns=("订单支付金额", "订单退款金额", "预估计佣金额", "预估出佣总额"),
        empties=("订单退款金额",),
        empty="-",
        constant={"订单状态": "订单已支付"},
    ),
    "taobao_cps_refund": Dress(
        header=_header("taobao_cps_refund"),
        name="维权退款.xlsx",
        container="xlsx",
        ids=("淘宝订单编号", "淘宝子订单编号"),
        moments=("订单结算时间", "维权创建时间", "维权完成时间"),
        money_columns=("维权退款金额", "应退回服务费", "应退回佣金"),
    ),
    "taobao_cps_settle": Dress(
        header=_header("taobao_cps_settle"),
        name="结算明细.xlsx",
        container="xlsx",
        ids=("商品id", "淘宝父订单编号", "淘宝子订单编号"),
        moments=("确认收货时间", "账户支出时间", "淘客结算时间", "创建时间"),
        wholes=("成交商品数",),
        rates=("佣金比例", "服务费率"),
        writes={"佣金比例": _percent, "服务费率": _percent},
        money_columns=("实际成交价格", "佣金", "服务费金额"),
    ),
    "taobao_order_items_2022": Dress(
        header=_header("taobao_order_items_2022"),
        name="ExportOrderDetailList202209121048.csv",
        encoding="gb18030",
        ids=("子订单编号", "主订单编号", "外部系统编号", "商家编码", "支付单号"),
        id_wrap="formula",
        order="主订单编号",
        moments=("订单创建时间", "订单付款时间"),
        wholes=("购买数量",),
        money_columns=("价格", "买家应付货款", "买家实际支付金额", "退款金额"),
        empties=("退款金额", "订单付款时间"),
    ),
    "taobao_order_items_old": Dress(
        header=_header("taobao_order_items_old"),
        name="ExportOrderDetailList201903121048.csv",
        encoding="gb18030",
        ids=("订单编号", "外部系统编号", "商家编码"),
        id_wrap="formula",
        order="订单编号",
        wholes=("购买数量",),
        money_columns=("价格",),
        empties=("外部系统编号",),
        empty="null",
    ),
    "taobao_order_list_2018": Dress(
        header=_header("taobao_order_list_2018"),
        name="ExportOrderList201903121048.csv",
        encoding="gb18030",
        ids=(*_ORDER_IDS, "联系电话 ", "联系手机", "物流单号 "),
        id_wrap="formula",
        moments=("订单创建时间", "订单付款时间 ", "确认收货时间"),
        wholes=("宝贝种类 ", "宝贝总数量"),
        money_columns=_ORDER_MONEY,
        writes=_ORDER_WRITES,
        empties=("物流单号 ", "特权订金订单id", "退款金额", "确认收货时间", "修改后的sku"),
        empty="null",
    ),
    "taobao_order_list_2022": Dress(
        header=_header("taobao_order_list_2022"),
        name="ExportOrderList202209121048.csv",
        encoding="gb18030",
        ids=(
            *(*_ORDER_IDS, "支付单号", "联系电话", "联系手机", "物流单号"),
            *("新零售成交门店id", "新零售成交经销商id", "主订单编号"),
        ),
        id_wrap="formula",
        moments=("虚拟号过期时间", "订单创建时间", "订单付款时间", "确认收货时间", "体验期结束时间", "发货时间"),
        wholes=("宝贝种类", "宝贝总数量"),
        money_columns=(*_ORDER_MONEY, "返现金额", "延迟发货自动赔付金额"),
        writes=_ORDER_WRITES,
        empties=("物流单号", "发货时间", "退款金额", "体验期结束时间"),
        empty="NULL",
    ),
    "taobao_order_list_2026": Dress(
        header=_header("taobao_order_list_2026"),
        name="ExportOrderList26242309550.xlsx",
        container="xlsx",
        ids=("订单编号", "支付单号"),
        moments=("订单创建时间", "订单付款时间", "主动赔付出账时间"),
        money_columns=(
            *("买家应付货款", "买家应付邮费", "总金额", "买家实付金额", "退款金额", "主动赔付金额", "C2B小额收款"),
            *("确认收货打款金额", "含应开票给个人红包", "总金额(旧版)"),
        ),
        empties=("主动赔付金额", "主动赔付出账时间", "C2B小额收款"),
    ),
    "tmall_publish_template": Dress(
        header=_header("tmall_publish_template"),
        name="发布模板.xlsx",
        container="xlsx",
        lead=("发布模板", ""),
        ids=("商品Id", "类目id", "商家编码", "skuId", "商家编码#2"),
        empties=("skuId", "商家编码", "商家编码#2"),
        wholes=("数量",),
        money_columns=("一口价", "价格（元）"),
    ),
    "wxpay_fund_bill": Dress(
        header=_header("wxpay_fund_bill"),
        name="1900000109All2026-09-01.csv",
        foot=_wxpay_totals,
        ids=("微信支付业务单号", "资金流水单号", "业务凭证号"),
        id_wrap="backtick",
        moments=("记账时间",),
        moment_format="`%Y-%m-%d %H:%M:%S",
        money_columns=("账户结余(元)",),
        money=lambda fen: _backtick(yuan(fen)),
        amount=Directed("收支金额(元)", "收支类型", "`收入", "`支出"),
        writes=dict.fromkeys(("业务名称", "业务类型", "资金变更提交申请人", "备注"), _backtick),
    ),
    "wxstore_bic": Dress(
        header=_header("wxstore_bic"),
        name="质检账单.xlsx",
        container="xlsx",
        ids=("订单编号",),
        money_columns=_columns("wxstore_bic", "订单编号", "质检仓", "质检机构", "质检状态", "结算状态"),
    ),
    "wxstore_fund": Dress(
        header=_header("wxstore_fund"),
        name="动账明细.xlsx",
        container="xlsx",
        ids=("流水单号", "关联订单号", "关联售后单号", "关联提现单号", "关联保单号", "关联礼物单号"),
        empties=("关联订单号", "关联售后单号", "关联提现单号", "关联保单号", "关联礼物单号"),
        moments=("记账时间",),
        money_columns=("账户余额",),
        amount=Directed("收支金额", "收支类型", "收入", "支出"),
    ),
    "wxstore_order": Dress(
        header=_header("wxstore_order"),
        name="订单.xlsx",
        container="xlsx",
        ids=(
            *("订单号", "交易单号", "快递单号", "礼物单号", "商品编码(平台)", "商品编码(自定义)", "SKU编码(自定义)"),
            "收件人手机",
        ),
        moments=("订单下单时间", "订单发货时间", "订单确认收货时间", "订单完成结算时间", "支付时间"),
        wholes=("商品数量",),
        rates=("带货佣金率",),
        money_columns=(
            *(
                "商品总价",
                "订单实际支付金额",
                "订单实际收款金额",
                "订单运费",
                "商品优惠",
                "跨店优惠",
                "商品改价",
                "积分抵扣",
            ),
            *("技术服务费", "技术服务费（将以人气卡形式返还）", "运费险预计投保费用", "带货费用", "商品价格(单件)"),
            *("商品实际价格(单件)", "商品实际价格(总共)", "商品平台券优惠", "商品平均运费", "商品已退款金额"),
        ),
        order="订单号",
        per_order=("订单实际支付金额", "订单实际收款金额", "订单运费"),
        empties=("SKU编码(自定义)", "订单发货时间", "快递单号", "礼物单号"),
    ),
    "wxt_item_report_csv": Dress(
        header=_header("wxt_item_report_csv"),
        encoding="gb18030",
        ids=("主体ID",),
        days=("日期",),
        wholes=(
            *("净成交笔数", "总成交笔数", "展现量", "点击量", "总购物车数", "直接购物车数", "收藏宝贝数"),
            *("直接收藏宝贝数", "宝贝收藏加购数", "直接净成交笔数"),
        ),
        rates=(*_PERCENT, "平均点击花费", "千次展现花费"),
        writes={name: _percent for name in _PERCENT if name.startswith("点击")},
        money_columns=("花费", "净成交金额", "总成交金额", "直接净成交金额"),
        empties=("点击率", "点击转化率", "平均点击花费"),
        empty="nan",
    ),
    "wxt_item_report_xlsx": Dress(
        header=_header("wxt_item_report_xlsx"),
        name="商品报表.xlsx",
        container="xlsx",
        ids=_XLSX_IDS,
        days=("日期",),
        rates=_XLSX_RATES,
        money_columns=_XLSX_MONEY,
        wholes=_columns("wxt_item_report_xlsx", *_XLSX_TEXT, *_XLSX_IDS, *_XLSX_RATES, *_XLSX_MONEY),
    ),
    "wxt_item_report_zip_csv": Dress(
        header=_header("wxt_item_report_zip_csv"),
        name="商品报表_20260901_e2cbd482.zip",
        container="zip",
        encoding="gb18030",
        ids=("场景ID", "原二级场景ID", "计划ID", "主体ID"),
        wholes=("展现量", "点击量"),
        money_columns=("花费", "净成交金额", "总成交金额"),
        at="2026-09-01",
    ),
}
