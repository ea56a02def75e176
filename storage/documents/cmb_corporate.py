"""招商银行 网上企业银行: about nine lines before the header, debit and credit in columns of their own."""

from storage.documents.amounts import Split
from storage.documents.file import SourceFile
from storage.documents.layout import Layout
from storage.documents.statements import Bank
from storage.documents.table import Table


def _account(table: Table, _file: SourceFile) -> str:
    first = table.first()
    return first.identity("账号", required=False) if first else ""


LAYOUT = Layout(
    "cmb_corporate",
    platform="bank",
    title="招商银行 企业网银明细",
    verified="described",
    header="账号,账号名称,币种,交易日,交易时间,起息日,交易类型,借方金额,贷方金额,余额,摘要,流水号,流程实例号,"
    "业务名称,用途,业务参考号,业务摘要,其他摘要,收(付)方分行名,收(付)方名称,收(付)方账号,收(付)方开户行行号,"
    "收(付)方开户行名,收(付)方开户行地址,母(子)公司账号分行名,母(子)公司账号,母(子)公司名称,信息标志,"
    "有否附件信息,冲账标志,扩展摘要,交易分析码,票据号,商务支付订单号,内部编号",
    key=("账号", "流水号", "借方金额", "贷方金额"),
    needed=("账号", "交易日", "借方金额", "贷方金额", "余额", "流水号"),
    tells=("账号", "交易日", "借方金额", "贷方金额", "流水号", "起息日"),
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
    moment_formats=("%Y%m%d",),
    money=("借方金额", "贷方金额", "余额"),
    at="交易日",
    amount=Split("贷方金额", "借方金额"),
    currency="币种",
    shop=_account,
    books=Bank(summary="摘要", party="收(付)方名称", account="账号"),
)
