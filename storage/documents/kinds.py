"""Every document kind by name, one module each: add a file to this folder and a line here."""

from collections.abc import Mapping

from storage.documents import (
    abc_personal,
    alimama_account_flow,
    alipay_business_detail,
    alipay_fund_bill_csv,
    alipay_fund_bill_short,
    alipay_fund_bill_summary,
    alipay_fund_flow_new,
    alipay_personal,
    alipay_personal_old,
    alipay_trade_order_new,
    amazon_all_orders,
    amazon_date_range_report,
    amazon_settlement_v2,
    boc_personal,
    bocom_personal,
    bot_results,
    cainiao_order,
    cainiao_sale,
    cainiao_sku,
    ccb_corporate,
    ccb_personal_xls,
    cmb_corporate,
    cmb_personal_credit,
    cmb_personal_debit,
    django_oscar_order_report,
    django_oscar_orders,
    douyin_bic,
    douyin_freight_insurance,
    douyin_fund_34,
    douyin_fund_39,
    douyin_order,
    douyin_settlement_34,
    ebay_transaction_report,
    google_ads_campaign,
    icbc_personal_credit,
    icbc_personal_debit,
    jd_daily_settlement,
    jd_jzt_charge,
    jd_marketing_reconcile,
    jd_order_old,
    jd_personal,
    jd_receivable_2026,
    jd_settled_detail_2026,
    jd_settled_fee_2026,
    jd_vc_payable,
    jd_wallet_funds,
    jd_wallet_settle,
    jdl_inventory_flow,
    jdl_sales_outbound,
    kuaishou_freight_insurance,
    kuaishou_fund,
    kuaishou_order,
    kuaishou_settlement,
    magento2_order_grid,
    mapping,
    meta_ads_campaign,
    mt940,
    paypal_activity,
    paypal_activity_new,
    pdd_fund_detail,
    pdd_order_2026,
    pdd_promo_daily_flow,
    pdd_promo_goods,
    practice_ads,
    practice_batches,
    practice_orders,
    practice_products,
    practice_refunds,
    practice_stock,
    practice_waybills,
    practice_withdrawals,
    qianchuan_material,
    qianniu_expense_day_summary,
    qianniu_fund_detail_month,
    qianniu_fund_detail_range,
    qianniu_income_bill,
    rlyq_tcp_predict,
    shopee_orders_ph,
    shopify_orders_export,
    shopify_payments_transactions,
    shopify_payouts,
    spdb_personal_xls,
    stripe_balance_history,
    stripe_itemized_payouts,
    stripe_payout_reconciliation,
    taobao_cps_refund,
    taobao_cps_settle,
    taobao_order_items_2022,
    taobao_order_items_old,
    taobao_order_list_2018,
    taobao_order_list_2022,
    taobao_order_list_2026,
    tiktok_order,
    tmall_publish_template,
    woocommerce_analytics_orders,
    wxpay_fund_bill,
    wxpay_personal,
    wxpay_trade_bill_all,
    wxstore_bic,
    wxstore_fund,
    wxstore_order,
    wxt_item_report_csv,
    wxt_item_report_xlsx,
    wxt_item_report_zip_csv,
    xhs_fund,
    xhs_order,
    xhs_other_services,
    xhs_settlement,
    youzan_fund,
    youzan_order,
)
from storage.documents.document import Kind
from storage.documents.file import PACKED, SourceFile
from storage.errors import FileBroken, FileError, FileUnknown

KINDS: dict[str, Kind] = {
    "abc_personal": abc_personal.LAYOUT,
    "alimama_account_flow": alimama_account_flow.LAYOUT,
    "alipay_business_detail": alipay_business_detail.LAYOUT,
    "alipay_fund_bill_csv": alipay_fund_bill_csv,
    "alipay_fund_bill_short": alipay_fund_bill_short.LAYOUT,
    "alipay_fund_bill_summary": alipay_fund_bill_summary.LAYOUT,
    "alipay_fund_flow_new": alipay_fund_flow_new.LAYOUT,
    "alipay_personal": alipay_personal,
    "alipay_personal_old": alipay_personal_old.LAYOUT,
    "alipay_trade_order_new": alipay_trade_order_new.LAYOUT,
    "amazon_all_orders": amazon_all_orders.LAYOUT,
    "amazon_date_range_report": amazon_date_range_report.LAYOUT,
    "amazon_settlement_v2": amazon_settlement_v2.LAYOUT,
    "boc_personal": boc_personal.LAYOUT,
    "bocom_personal": bocom_personal.LAYOUT,
    "bot_results": bot_results,
    "cainiao_order": cainiao_order.LAYOUT,
    "cainiao_sale": cainiao_sale.LAYOUT,
    "cainiao_sku": cainiao_sku.LAYOUT,
    "ccb_corporate": ccb_corporate.LAYOUT,
    "ccb_personal_xls": ccb_personal_xls.LAYOUT,
    "cmb_corporate": cmb_corporate.LAYOUT,
    "cmb_personal_credit": cmb_personal_credit.LAYOUT,
    "cmb_personal_debit": cmb_personal_debit.LAYOUT,
    "django_oscar_order_report": django_oscar_order_report.LAYOUT,
    "django_oscar_orders": django_oscar_orders,
    "douyin_bic": douyin_bic.LAYOUT,
    "douyin_freight_insurance": douyin_freight_insurance.LAYOUT,
    "douyin_fund_34": douyin_fund_34.LAYOUT,
    "douyin_fund_39": douyin_fund_39.LAYOUT,
    "douyin_order": douyin_order.LAYOUT,
    "douyin_settlement_34": douyin_settlement_34.LAYOUT,
    "ebay_transaction_report": ebay_transaction_report.LAYOUT,
    "google_ads_campaign": google_ads_campaign.LAYOUT,
    "icbc_personal_credit": icbc_personal_credit.LAYOUT,
    "icbc_personal_debit": icbc_personal_debit,
    "jd_daily_settlement": jd_daily_settlement.LAYOUT,
    "jd_jzt_charge": jd_jzt_charge.LAYOUT,
    "jd_marketing_reconcile": jd_marketing_reconcile.LAYOUT,
    "jd_order_old": jd_order_old.LAYOUT,
    "jd_personal": jd_personal,
    "jd_receivable_2026": jd_receivable_2026.LAYOUT,
    "jd_settled_detail_2026": jd_settled_detail_2026.LAYOUT,
    "jd_settled_fee_2026": jd_settled_fee_2026.LAYOUT,
    "jd_vc_payable": jd_vc_payable.LAYOUT,
    "jd_wallet_funds": jd_wallet_funds.LAYOUT,
    "jd_wallet_settle": jd_wallet_settle.LAYOUT,
    "jdl_inventory_flow": jdl_inventory_flow.LAYOUT,
    "jdl_sales_outbound": jdl_sales_outbound.LAYOUT,
    "kuaishou_freight_insurance": kuaishou_freight_insurance.LAYOUT,
    "kuaishou_fund": kuaishou_fund.LAYOUT,
    "kuaishou_order": kuaishou_order.LAYOUT,
    "kuaishou_settlement": kuaishou_settlement.LAYOUT,
    "magento2_order_grid": magento2_order_grid.LAYOUT,
    "meta_ads_campaign": meta_ads_campaign.LAYOUT,
    "mt940": mt940,
    "paypal_activity": paypal_activity.LAYOUT,
    "paypal_activity_new": paypal_activity_new.LAYOUT,
    "pdd_fund_detail": pdd_fund_detail.LAYOUT,
    "pdd_order_2026": pdd_order_2026.LAYOUT,
    "pdd_promo_daily_flow": pdd_promo_daily_flow.LAYOUT,
    "pdd_promo_goods": pdd_promo_goods.LAYOUT,
    "practice_ads": practice_ads,
    "practice_batches": practice_batches,
    "practice_orders": practice_orders,
    "practice_products": practice_products,
    "practice_refunds": practice_refunds,
    "practice_stock": practice_stock,
    "practice_waybills": practice_waybills,
    "practice_withdrawals": practice_withdrawals,
    "qianchuan_material": qianchuan_material.LAYOUT,
    "qianniu_expense_day_summary": qianniu_expense_day_summary.LAYOUT,
    "qianniu_fund_detail_month": qianniu_fund_detail_month.LAYOUT,
    "qianniu_fund_detail_range": qianniu_fund_detail_range.LAYOUT,
    "qianniu_income_bill": qianniu_income_bill.LAYOUT,
    "rlyq_tcp_predict": rlyq_tcp_predict.LAYOUT,
    "shopee_orders_ph": shopee_orders_ph.LAYOUT,
    "shopify_orders_export": shopify_orders_export.LAYOUT,
    "shopify_payments_transactions": shopify_payments_transactions.LAYOUT,
    "shopify_payouts": shopify_payouts.LAYOUT,
    "spdb_personal_xls": spdb_personal_xls.LAYOUT,
    "stripe_balance_history": stripe_balance_history.LAYOUT,
    "stripe_itemized_payouts": stripe_itemized_payouts.LAYOUT,
    "stripe_payout_reconciliation": stripe_payout_reconciliation.LAYOUT,
    "taobao_cps_refund": taobao_cps_refund.LAYOUT,
    "taobao_cps_settle": taobao_cps_settle.LAYOUT,
    "taobao_order_items_2022": taobao_order_items_2022.LAYOUT,
    "taobao_order_items_old": taobao_order_items_old.LAYOUT,
    "taobao_order_list_2018": taobao_order_list_2018.LAYOUT,
    "taobao_order_list_2022": taobao_order_list_2022.LAYOUT,
    "taobao_order_list_2026": taobao_order_list_2026.LAYOUT,
    "tiktok_order": tiktok_order.LAYOUT,
    "tmall_publish_template": tmall_publish_template.LAYOUT,
    "woocommerce_analytics_orders": woocommerce_analytics_orders.LAYOUT,
    "wxpay_fund_bill": wxpay_fund_bill.LAYOUT,
    "wxpay_personal": wxpay_personal,
    "wxpay_trade_bill_all": wxpay_trade_bill_all,
    "wxstore_bic": wxstore_bic.LAYOUT,
    "wxstore_fund": wxstore_fund.LAYOUT,
    "wxstore_order": wxstore_order.LAYOUT,
    "wxt_item_report_csv": wxt_item_report_csv.LAYOUT,
    "wxt_item_report_xlsx": wxt_item_report_xlsx.LAYOUT,
    "wxt_item_report_zip_csv": wxt_item_report_zip_csv.LAYOUT,
    "xhs_fund": xhs_fund.LAYOUT,
    "xhs_order": xhs_order.LAYOUT,
    "xhs_other_services": xhs_other_services.LAYOUT,
    "xhs_settlement": xhs_settlement.LAYOUT,
    "youzan_fund": youzan_fund.LAYOUT,
    "youzan_order": youzan_order.LAYOUT,
}


_SUMMARY = frozenset({"alipay_fund_bill_summary"})
BESIDE: Mapping[str, frozenset[str]] = dict.fromkeys(
    ("alipay_business_detail", "alipay_fund_bill_csv", "alipay_fund_bill_short", "alipay_fund_flow_new"), _SUMMARY
)
"""Kinds whose zip brings another kind's file along that says nothing of its own: 支付宝 sends 汇总 beside 明细."""


def identify(file: SourceFile) -> Kind:
    """The one kind that the content is of. Raises FileBroken for pages and empty files, FileUnknown otherwise, also
    for a zip of several kinds.

    FileUnknown too where the header is that of another kind but for a changed title: it would be read with less.
    """
    if file.form == "empty":
        raise FileBroken(file.name, "文件是空的")
    found = _most_exact([kind for kind in KINDS.values() if kind.identify(file)])
    if len(found) == 1:
        found = _nearest(found[0], file)
    if len(found) == 1 and file.form in PACKED:
        found = _kinds_within(file, found[0])
    if not found and file.form == "page":
        raise FileBroken(file.name, "下载到的是网页，不是表格")
    if len(found) != 1:
        seen = "像几种：" + "、".join(kind.KIND for kind in found) if found else "表头不像任何一种"
        raise FileUnknown(file.name, seen, list(KINDS))
    return found[0]


def _kinds_within(file: SourceFile, known: Kind) -> list[Kind]:
    """The kind of a zip and those of files in it that it would not read: they would be lost without a word."""
    found = [known]
    for part in file.parts():
        try:
            other = identify(part)
        except FileError:
            continue
        if other not in found and other.KIND not in BESIDE.get(known.KIND, ()):
            found.append(other)
    return found


def _most_exact(found: list[Kind]) -> list[Kind]:
    """Of kinds that know a file, those that ask for most: an older layout is often a part of a newer one."""
    ranks = [getattr(kind, "rank", 0) for kind in found]
    return [kind for kind, rank in zip(found, ranks, strict=True) if rank == max(ranks)]


def _nearest(known: Kind, file: SourceFile) -> list[Kind]:
    """The kind that knows the file, unless the header has more columns of another one: an older layout would take a
    newer file of which one title changed, and lose what it has no column for.

    Then it is the other one, where that can be read with nothing renamed; none where a title has to be explained first.
    """
    others = [kind for kind in KINDS.values() if kind is not known]
    nearer = mapping.nearer(file, known, others)
    if nearer is None:
        return [known]
    return [] if mapping.is_renamed(file, nearer, known) else [nearer]


def named(name: str, file: SourceFile) -> Kind:
    """The kind that a flow names. Raises FileUnknown for a name that is none."""
    if name not in KINDS:
        raise FileUnknown(file.name, f"没有叫 {name} 的种类", list(KINDS))
    return KINDS[name]
