"""千牛 支出账单 日汇总: three types of bill, each with a part of these columns; brackets of two widths in one title."""

from storage.documents.layout import Layout

_MONEY = (
    "账单金额",
    "本月付款",
    "本月交易额",
    "扣费金额合计 (元）",
    "退款金额",
    "支出金额合计（元）",
    "退款金额合计 (元）",
)

LAYOUT = Layout(
    "qianniu_expense_day_summary",
    platform="taobao",
    title="千牛 支出账单日汇总",
    verified="described",
    header="日期,业务大类,开票方向,币种,账单金额,本月付款,本月交易额,扣费金额合计 (元）,退款金额,支出金额合计（元）,"
    "退款金额合计 (元）",
    key=("日期", "业务大类", "开票方向"),
    needed=("日期", "业务大类"),
    tells=("日期", "业务大类", "账单金额|本月付款|扣费金额合计 (元）|支出金额合计（元）"),
    days=("日期",),
    money=_MONEY,
    at="日期",
)
