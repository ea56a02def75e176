"""支付宝 业务明细: `#` preamble and footer, ids end with a tab; payments and refunds as the merchant received them."""

from storage.documents import alipay_statement
from storage.documents.amounts import Signed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "alipay_business_detail",
    platform="alipay",
    title="支付宝 业务明细",
    verified="described",
    header="支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,"
    "支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注",
    key=("支付宝交易号", "业务类型", "退款批次号/请求号"),
    blanks=("退款批次号/请求号",),
    needed=(
        "支付宝交易号",
        "商户订单号",
        "业务类型",
        "完成时间",
        "订单金额（元）",
        "商家实收（元）",
        "退款批次号/请求号",
    ),
    ids=("支付宝交易号", "商户订单号", "门店编号", "终端号", "退款批次号/请求号"),
    moments=("创建时间", "完成时间"),
    money=(
        "订单金额（元）",
        "商家实收（元）",
        "支付宝红包（元）",
        "集分宝（元）",
        "支付宝优惠（元）",
        "商家优惠（元）",
        "券核销金额（元）",
        "商家红包消费金额（元）",
        "卡消费金额（元）",
        "服务费（元）",
        "分润（元）",
    ),
    at="完成时间",
    amount=Signed("商家实收（元）"),
    derive=alipay_statement.order,
    shop=alipay_statement.account,
    covers=alipay_statement.covers,
    ends=alipay_statement.is_footer,
)
