"""Who gets an order, as each platform's file tells it: one line of data per kind of file. Pure.

Columns are those of the document kinds (`storage/documents`); `甲|乙` is the first of them that says something.
"""

from collections.abc import Mapping
from itertools import chain
from typing import Any, NamedTuple

from storage.erp.privacy.address_book import Address
from storage.erp.privacy.normal import MASK, plain_fields


class Receiver(NamedTuple):
    """Which column of a kind says what of the receiver; "" where the file does not say it."""

    name: str
    phone: str
    address: str
    province: str = ""
    city: str = ""
    district: str = ""
    ordered_at: str = ""


RECEIVERS: Mapping[str, Receiver] = {
    "django_oscar_order_report": Receiver("Name", "", ""),
    "douyin_order": Receiver("收件人", "收件人手机号", "详细地址|街道", "省", "市", "区", "订单提交时间"),
    "jd_order_old": Receiver("客户姓名", "联系电话", "客户地址", ordered_at="下单时间"),
    "jdl_sales_outbound": Receiver("收货人", "收货人手机", "收货地址", "目的省份", "目的城市", "", "下单时间"),
    "kuaishou_order": Receiver("收货人姓名", "收货人电话", "收货地址|收货地址-街道", "收货地址-省", "收货地址-市",
                               "收货地址-区", "订单创建时间"),
    "magento2_order_grid": Receiver("Ship-to Name|Customer Name", "", "Shipping Address"),
    "practice_orders": Receiver("收件人", "手机号", "收货地址", "省", "市", "区", "下单时间"),
    "shopify_orders_export": Receiver("Shipping Name|Billing Name", "Shipping Phone|Phone|Billing Phone",
                                      "Shipping Street|Shipping Address1", "Shipping Province Name", "Shipping City",
                                      ordered_at="Created at"),
    "taobao_order_list_2018": Receiver("收货人姓名", "联系手机|联系电话", "修改后的收货地址|收货地址",
                                       ordered_at="订单创建时间"),
    "taobao_order_list_2022": Receiver("收货人姓名", "联系手机|联系电话", "修改后的收货地址|收货地址",
                                       ordered_at="订单创建时间"),
    "tiktok_order": Receiver("Recipient", "Phone #", "", ordered_at="Created Time"),
    "wxstore_order": Receiver("收件人姓名", "收件人手机", "收件人地址", "省", "市", "区", "订单下单时间"),
    "xhs_order": Receiver("收件人姓名", "收件人电话", "收件人地址", "省", "市", "区", "订单创建时间"),
    "youzan_order": Receiver("收货人/提货人", "收货人手机号/提货人手机号|买家手机号", "详细收货地址/提货地址",
                             "收货人省份", "收货人城市", "收货人地区", "订单创建时间"),
}  # fmt: skip
"""Kinds of files that tell of receivers. Personal columns of any other kind are masked and stay in the archive only."""


_Titles = tuple[str, ...]
_TITLES: dict[str, tuple[tuple[_Titles, _Titles, _Titles], dict[str, _Titles]]] = {}
"""The same as they are looked up: name, phone and address, and the rest."""


def address_in(kind: str, cells: Mapping[str, Any]) -> Address | None:
    """The receiver in a row of a file; None where all of it came masked, or nothing is told."""
    person, places = _TITLES[kind]
    for title in chain.from_iterable(person):
        if (cell := cells.get(title)) and MASK not in cell:
            break
    else:  # most platforms mask every row
        return None
    name, phone, address = (_said(cells, titles) for titles in person)
    if not plain_fields((name, phone, address)):
        return None
    return Address(name, phone, address, **{place: _said(cells, titles) for place, titles in places.items()})


def _said(cells: Mapping[str, Any], titles: _Titles) -> str:
    for title in titles:
        if value := str(cells.get(title) or "").strip():
            return value
    return ""


def _spelled(columns: str) -> _Titles:
    """The titles in the order in which they are asked; 淘宝 writes `收货地址 `."""
    return tuple(title for column in columns.split("|") if column for title in (column, f"{column} "))


for _kind, _columns in RECEIVERS.items():
    _person = (_spelled(_columns.name), _spelled(_columns.phone), _spelled(_columns.address))
    _TITLES[_kind] = _person, {place: _spelled(getattr(_columns, place)) for place in Receiver._fields[3:]}
