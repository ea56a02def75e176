"""The checks of the review, each a small pure function: what it has against an order, or nothing."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.erp.allocation.read import NO_REFUND, PAID
from storage.erp.allocation.words import yuan
from storage.erp.orders.divisions import cities_of, province_of
from storage.erp.orders.model import Case, Finding, Settings

SPECIAL = {"brushing": "补单（刷单）", "test": "测试单"}
_NOTHING_ASKED = re.compile(r"[\s,，。.!！~～、]*(?:无|没有|谢谢|谢谢老板|辛苦了?|麻烦了|好评)?[\s,，。.!！~～、]*")


def number(settings: Settings, name: str) -> int:
    """A whole number from a rule's settings."""
    value = settings[name]
    if not isinstance(value, int):
        raise TypeError(f"setting {name} is no whole number: {value!r}")
    return value


def words_of(settings: Settings, name: str) -> tuple[str, ...]:
    """A list of words from a rule's settings."""
    value = settings[name]
    if not isinstance(value, list | tuple):
        raise TypeError(f"setting {name} is no list: {value!r}")
    return tuple(str(word) for word in value)


def later(moment: str, minutes: int) -> str:
    """A business moment so many minutes later."""
    return (datetime.fromisoformat(moment) + timedelta(minutes=minutes)).isoformat(" ")


def paid(case: Case, _settings: Settings) -> Sequence[Finding]:
    """The buyer has paid all of it: by the platform's word and, where payments are known, by their sum."""
    if case.pay_state not in PAID:
        return [Finding("NOT_PAID", "还没有付款", case.pay_state)]
    if case.received_fen is not None and case.received_fen < case.paid_fen:
        missing = case.paid_fen - case.received_fen
        return [Finding("NOT_PAID", f"应付 {yuan(case.paid_fen)} 元，还差 {yuan(missing)} 元", str(missing))]
    return []


def mapped(case: Case, _settings: Settings) -> Sequence[Finding]:
    """Every sub-order's platform SKU is known as one of our codes."""
    lost = sorted(line.sub_no for line in case.lines if not line.known)
    if not lost and case.lines:
        return []
    words = f"子订单 {'、'.join(lost)} 没有对应到商品编码" if lost else "订单没有明细"
    return [Finding("UNMAPPED", words, ",".join(lost), {"sub_nos": lost})]


def address(case: Case, _settings: Settings) -> Sequence[Finding]:
    """The address can be delivered to; one that only the platform knows is the platform's to check."""
    if case.address_state not in ("", "complete", "masked"):
        return [Finding("ADDRESS", f"地址不完整：{case.address_state}", case.address_state)]
    if case.province and not province_of(case.province):
        return [Finding("ADDRESS", f"没有「{case.province}」这个省", case.province)]
    if case.province and case.city and not cities_of(case.province, case.city):
        return [Finding("ADDRESS", f"{case.province}没有「{case.city}」", case.city)]
    return []


def refund_open(case: Case, _settings: Settings) -> Sequence[Finding]:
    """Nobody has asked for all of the money back; sub-orders that are refunded alone are left out of the parcel."""
    asked = sorted(line.sub_no for line in case.lines if line.refund_status not in NO_REFUND)
    if asked and len(asked) < len(case.lines):
        return []
    if not asked and case.refund_state != "open":
        return []
    return [Finding("REFUND_OPEN", f"有退款：{'、'.join(asked) or '整单'}", ",".join(asked))]


def remark(case: Case, settings: Settings) -> Sequence[Finding]:
    """Nobody wrote or flagged something that a person has to read; courtesies and carrier wishes are understood."""
    if not (case.buyer_memo or case.seller_memo or case.flag):
        return []
    found = []
    rest = case.buyer_memo
    for word in words_of(settings, "understood"):
        rest = rest.replace(word, "")
    if not _NOTHING_ASKED.fullmatch(rest):
        found.append(Finding("BUYER_MEMO", f"买家留言：{case.buyer_memo}", case.buyer_memo))
    if any(word in case.seller_memo for word in words_of(settings, "stop_words")):
        found.append(Finding("SELLER_MEMO", f"卖家备注：{case.seller_memo}", case.seller_memo))
    if case.flag and case.flag in words_of(settings, "stop_flags"):
        found.append(Finding("FLAG", f"旗标：{case.flag}", case.flag))
    return found


def campaign(case: Case, settings: Settings) -> Sequence[Finding]:
    """The buyer is within the campaign's limit, its time and its group. `limits`: campaign → its rule."""
    limits = settings["limits"]
    rule = limits.get(case.campaign) if isinstance(limits, dict) and case.campaign else None
    if not rule:
        return []
    found = []
    bought = case.history.campaign_qty + sum(line.qty for line in case.lines)
    if rule.get("qty") and bought > rule["qty"]:
        words = f"活动 {case.campaign} 每人限购 {rule['qty']} 件，连这单买了 {bought} 件"
        found.append(Finding("CAMPAIGN_LIMIT", words, case.campaign, {"bought": bought, "limit": rule["qty"]}))
    orders = case.history.campaign_orders + 1
    if rule.get("orders") and orders > rule["orders"]:
        words = f"活动 {case.campaign} 每人限 {rule['orders']} 单，这是第 {orders} 单"
        found.append(Finding("CAMPAIGN_LIMIT", words, case.campaign, {"orders": orders, "limit": rule["orders"]}))
    begin, end = rule.get("begin", ""), rule.get("end", "")
    if (begin and case.created_at < begin) or (end and case.created_at >= end):
        found.append(
            Finding("CAMPAIGN_TIME", f"下单时间不在活动 {case.campaign} 期间（{begin} 至 {end}）", case.campaign)
        )
    if rule.get("new_buyers") and case.history.orders:
        found.append(
            Finding("CAMPAIGN_GROUP", f"活动 {case.campaign} 只给新客，他买过 {case.history.orders} 单", case.campaign)
        )
    return found


def presale(case: Case, _settings: Settings) -> Sequence[Finding]:
    """A presale order has its balance paid, and its pieces are within what may be promised in advance."""
    if case.order_type != "presale":
        return []
    found = []
    if case.balance_state != "balance_paid":
        found.append(Finding("PRESALE_BALANCE", "预售尾款还没付", case.balance_state))
    for line in case.lines:
        if line.quota_left is not None and line.qty > line.quota_left:
            words = f"{line.code} 的预售名额剩 {max(0, line.quota_left)} 件，这单要 {line.qty} 件"
            found.append(Finding("PRESALE_QUOTA", words, line.code, {"left": line.quota_left, "qty": line.qty}))
    return found


def cooling(case: Case, settings: Settings) -> Sequence[Finding]:
    """The buyer has had the minutes in which orders are still merged or cancelled."""
    minutes = number(settings, "minutes")
    until = later(case.paid_at or case.created_at, minutes) if minutes and case.created_at else ""
    if until <= case.now:
        return []
    return [Finding("COOLING", f"等到 {until} 再发，以便合单或取消", until, until=until)]


def special(case: Case, _settings: Settings) -> Sequence[Finding]:
    """No parcel leaves for an order that is none: it stays visible, and a person says what becomes of it."""
    if case.order_type not in SPECIAL:
        return []
    return [Finding(case.order_type.upper(), f"{SPECIAL[case.order_type]}，不计业绩", case.order_type)]


def stock(case: Case, settings: Settings) -> Sequence[Finding]:
    """Something of it can be packed now; with `whole` everything can."""
    lines = [line for line in case.lines if line.known and line.refund_status in NO_REFUND]
    short = [line for line in lines if line.free < line.qty]
    if not short or (len(short) < len(lines) and not number(settings, "whole")):
        return []
    words = "；".join(f"{line.code} 要 {line.qty} 件，单仓最多 {line.free} 件" for line in short)
    return [Finding("OUT_OF_STOCK", f"缺货：{words}", ",".join(sorted(line.code for line in short)))]
