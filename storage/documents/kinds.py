"""Every document kind by name, one module each: add a file to this folder and a line here."""

from storage.documents import (
    alipay_fund_bill_csv,
    alipay_personal,
    bot_results,
    django_oscar_orders,
    douyin_fund_34,
    douyin_fund_39,
    douyin_settlement_34,
    icbc_personal_debit,
    jd_daily_settlement,
    jd_jzt_charge,
    jd_marketing_reconcile,
    jd_order_old,
    jd_receivable_2026,
    jd_settled_detail_2026,
    jd_settled_fee_2026,
    jd_vc_payable,
    jd_wallet_funds,
    jd_wallet_settle,
    kuaishou_fund,
    kuaishou_settlement,
    pdd_fund_detail,
    practice_ads,
    practice_batches,
    practice_orders,
    practice_products,
    practice_refunds,
    practice_stock,
    practice_waybills,
    practice_withdrawals,
    wxpay_personal,
    wxpay_trade_bill_all,
    xhs_fund,
    xhs_other_services,
    xhs_settlement,
    youzan_fund,
)
from storage.documents.document import Kind
from storage.documents.file import SourceFile
from storage.errors import FileBroken, FileUnknown

KINDS: dict[str, Kind] = {
    "alipay_fund_bill_csv": alipay_fund_bill_csv,
    "alipay_personal": alipay_personal,
    "bot_results": bot_results,
    "django_oscar_orders": django_oscar_orders,
    "douyin_fund_34": douyin_fund_34.LAYOUT,
    "douyin_fund_39": douyin_fund_39.LAYOUT,
    "douyin_settlement_34": douyin_settlement_34.LAYOUT,
    "icbc_personal_debit": icbc_personal_debit,
    "jd_daily_settlement": jd_daily_settlement.LAYOUT,
    "jd_jzt_charge": jd_jzt_charge.LAYOUT,
    "jd_marketing_reconcile": jd_marketing_reconcile.LAYOUT,
    "jd_order_old": jd_order_old.LAYOUT,
    "jd_receivable_2026": jd_receivable_2026.LAYOUT,
    "jd_settled_detail_2026": jd_settled_detail_2026.LAYOUT,
    "jd_settled_fee_2026": jd_settled_fee_2026.LAYOUT,
    "jd_vc_payable": jd_vc_payable.LAYOUT,
    "jd_wallet_funds": jd_wallet_funds.LAYOUT,
    "jd_wallet_settle": jd_wallet_settle.LAYOUT,
    "kuaishou_fund": kuaishou_fund.LAYOUT,
    "kuaishou_settlement": kuaishou_settlement.LAYOUT,
    "pdd_fund_detail": pdd_fund_detail.LAYOUT,
    "practice_ads": practice_ads,
    "practice_batches": practice_batches,
    "practice_orders": practice_orders,
    "practice_products": practice_products,
    "practice_refunds": practice_refunds,
    "practice_stock": practice_stock,
    "practice_waybills": practice_waybills,
    "practice_withdrawals": practice_withdrawals,
    "wxpay_personal": wxpay_personal,
    "wxpay_trade_bill_all": wxpay_trade_bill_all,
    "xhs_fund": xhs_fund.LAYOUT,
    "xhs_other_services": xhs_other_services.LAYOUT,
    "xhs_settlement": xhs_settlement.LAYOUT,
    "youzan_fund": youzan_fund.LAYOUT,
}


def identify(file: SourceFile) -> Kind:
    """The one kind that the content is of. Raises FileBroken for pages and empty files, FileUnknown otherwise."""
    if file.form == "empty":
        raise FileBroken(file.name, "文件是空的")
    found = _most_exact([kind for kind in KINDS.values() if kind.identify(file)])
    if not found and file.form == "page":
        raise FileBroken(file.name, "下载到的是网页，不是表格")
    if len(found) != 1:
        seen = "像几种：" + "、".join(kind.KIND for kind in found) if found else "表头不像任何一种"
        raise FileUnknown(file.name, seen, list(KINDS))
    return found[0]


def _most_exact(found: list[Kind]) -> list[Kind]:
    """Of kinds that know a file, those that ask for most: an older layout is often a part of a newer one."""
    ranks = [getattr(kind, "rank", 0) for kind in found]
    return [kind for kind, rank in zip(found, ranks, strict=True) if rank == max(ranks)]


def named(name: str, file: SourceFile) -> Kind:
    """The kind that a flow names. Raises FileUnknown for a name that is none."""
    if name not in KINDS:
        raise FileUnknown(file.name, f"没有叫 {name} 的种类", list(KINDS))
    return KINDS[name]
