"""拼多多 推广账户流水: .xls, unsigned amounts whose way 流水类型 alone says; of 资金类型 only 现金 is money."""

from storage.documents.layout import Layout

LAYOUT = Layout(
    "pdd_promo_daily_flow",
    platform="pdd",
    title="拼多多 推广账户流水",
    verified="described",
    header="时间,资金类型,流水类型,店铺名称,交易金额,余额,交易摘要",
    key=("时间", "资金类型", "流水类型", "店铺名称", "交易金额", "余额"),
    blanks=("余额",),
    tells=("资金类型", "流水类型", "交易金额", "交易摘要"),
    money=("交易金额", "余额"),
    moments=("时间",),
    moment_formats=("%Y-%m-%d", "%Y%m%d"),
    at="时间",
)
