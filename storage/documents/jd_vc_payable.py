"""京东 供应商 (VC) 应付账: large results come as a zip of several workbooks, which are one document."""

from storage.documents.amounts import Signed
from storage.documents.layout import Layout

LAYOUT = Layout(
    "jd_vc_payable",
    platform="jd",
    title="京东 供应商应付账",
    verified="described",
    header="单据ID,单据编号,单据类型,单据子类型,采购单号,部门,组别,合同主体,进入应付账时间,单据日期,总金额,结算单号,核销状态,结算状态,对账状态,采购员,采购渠道",
    key=("单据ID",),
    tells=("单据ID", "单据子类型", "进入应付账时间", "核销状态"),
    ids=("单据ID", "单据编号", "采购单号", "结算单号"),
    money=("总金额",),
    moments=("进入应付账时间", "单据日期"),
    moment_formats=("%Y-%m-%d",),
    order=("采购单号", "jd.purchase_no"),
    at="进入应付账时间",
    amount=Signed("总金额"),
)
