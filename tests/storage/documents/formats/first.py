"""One dress for each of three ways in which statements and orders are written."""

from collections.abc import Sequence

from tests.storage.documents.formats.dress import Directed, Dress, Split, Truth, yuan


def _pdd_totals(rows: Sequence[Truth]) -> list[str]:
    spent = [row["_amount"] for row in rows if row["_amount"] < 0]
    came = [row["_amount"] for row in rows if row["_amount"] >= 0]
    return [
        f"#支出合计：{len(spent)}笔，共{yuan(sum(spent))}元",
        f"#收入合计：{len(came)}笔，共{yuan(sum(came))}元",
        f"#总计：{yuan(sum(spent) + sum(came))}元",
        "#导出时间：2026-10-01 09:12:01",
    ]


DRESSES = {
    "jd_order_old": Dress(
        header="订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,订单状态,订单类型,"
        "下单帐号,客户姓名,客户地址,联系电话,订单备注,发票类型,发票抬头,发票内容,商家备注,商家备注等级（等级1-5为由高到低）,"
        "运费金额,付款确认时间,增值税发票,货号,订单完成时间,订单来源,订单渠道",
        name="orders.csv",
        encoding="gb18030",
        ids=("订单号", "商品ID", "货号"),
        id_wrap="formula",
        wholes=("订购数量",),
        money_columns=("京东价", "订单金额", "结算金额", "余额支付", "应付金额", "运费金额"),
        moments=("下单时间", "付款确认时间", "订单完成时间"),
        order="订单号",
        per_order=("订单金额", "结算金额", "余额支付", "应付金额", "运费金额"),
        empties=("订单完成时间",),
        trailing_comma=True,
    ),
    "kuaishou_fund": Dress(
        header="账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注",
        name="账务明细.xlsx",
        container="xlsx",
        ids=("账务流水号", "关联业务单号"),
        moments=("入账时间",),
        money_columns=("期末余额（元）",),
        amount=Directed("发生额（元）", "账务方向", "收", "支"),
    ),
    "pdd_fund_detail": Dress(
        header="商户订单号,发生时间,收入金额（+元）,支出金额（-元）,账务类型,备注,业务描述",
        name="pdd-mall-bill-detail.zip",
        container="zip",
        encoding="gb18030",
        lead=(
            "拼多多店铺账务明细查询",
            "",
            "起始时间：2026-09-01 00:00:00 终止时间：2026-09-30 23:59:59",
            "----------------------交易记录明细列表----------------------",
        ),
        foot=_pdd_totals,
        ids=("商户订单号",),
        id_wrap="tab",
        moments=("发生时间",),
        amount=Split("收入金额（+元）", "支出金额（-元）"),
    ),
}
