"""Whether a parcel can be delivered to an address: places from the dictionary, a detail to find, a number to ring.

Platforms give names, numbers and details masked (`张**`, `138****5678`) with an OAID beside them: that is not a fault,
the platform fills them in on the label. Pure: what is personal never leaves this module: only codes and words go on.
"""

import re
import unicodedata
from typing import NamedTuple

from storage.erp.orders.divisions import cities_of, has_district, province_of

_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_MASKED_MOBILE = re.compile(r"(?:\+?86)?1[\d*]{10}|\*{4,}|[*#$~+/=\w]{16,}")
_VIRTUAL = re.compile(r"1[3-9]\d{9}[-转,，]\d{2,6}")  # a platform's number that rings through to the buyer's
_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(?:-\d{1,6})?")
_HONG_KONG = re.compile(r"(?:\+?852)?[2-9]\d{7}|(?:\+?853)?6\d{7}|(?:\+?886)?0?9\d{8}")
_WHERE = re.compile(
    r"\d|[一二三四五六七八九十百]+[号栋幢座组队楼层室单]|村|组|队|苑|园|城|广场|大厦|公寓|小区|学|医院|局|馆|寺|庙|营|部队"
    r"|驿站|超市|银行|公司|厂|店|院|所|站|码头|桥|口|旁|对面|里|弄|巷|街|路|道"
)
_NOISE = re.compile(r"[\s,，。.、;；:：\-—_/\\()（）\[\]【】]+")
DETAIL_MIN = 4


class Address(NamedTuple):
    """Where a parcel goes, in plain; lives in memory only. `oaid`: the platform's token for the address."""

    province: str
    city: str
    district: str
    detail: str
    name: str
    phone: str
    oaid: str = ""


class Fault(NamedTuple):
    """What is wrong with an address: a code, and in words without anything personal."""

    code: str
    words: str


def faults(address: Address) -> tuple[Fault, ...]:
    """Everything that would keep the parcel from arriving; empty when the address is complete."""
    found = [*_place(address), *_detail(address), *_person(address)]
    return tuple(Fault(*one) for one in found)


def is_masked(text: str) -> bool:
    """Whether the platform hides this value."""
    return "*" in text or text.strip().startswith(("~", "$", "##"))


def verdict(address: Address) -> str:
    """What the books may keep of it: `complete`, `masked`, or the codes of its faults joined by a comma."""
    found = faults(address)
    if found:
        return ",".join(sorted({fault.code for fault in found}))
    hidden = address.oaid or any(is_masked(text) for text in (address.detail, address.name, address.phone))
    return "masked" if hidden else "complete"


def _place(address: Address) -> list[tuple[str, str]]:
    if not address.province.strip():
        return [("PROVINCE", "没有省份")]
    if not province_of(address.province):
        return [("PROVINCE", f"没有「{address.province}」这个省")]
    if not address.city.strip():
        return [("CITY", "没有城市")]
    if not cities_of(address.province, address.city):
        return [("CITY", f"{address.province}没有「{address.city}」")]
    if not address.district.strip():
        return [] if _needs_no_district(address) else [("DISTRICT", "没有区县")]
    if not has_district(address.province, address.city, address.district):
        return [("DISTRICT", f"{address.province}{address.city}没有「{address.district}」")]
    return []


def _needs_no_district(address: Address) -> bool:
    """东莞, 中山, 儋州 and 嘉峪关 have none; neither have cities that stand directly under their province."""
    bare = address.city.strip().removesuffix("市")
    return bare in {"东莞", "中山", "儋州", "嘉峪关"} or len(cities_of(address.province, address.city)) > 1 or (
        cities_of(address.province, address.city)[0].endswith("行政区划")
    )  # fmt: skip


def _detail(address: Address) -> list[tuple[str, str]]:
    detail = unicodedata.normalize("NFKC", address.detail).strip()
    if is_masked(detail) or (address.oaid and not detail):
        return []
    rest = _without_place(detail, address)
    if len(rest) < DETAIL_MIN:
        return [("DETAIL", f"详细地址太短（{len(rest)} 个字）")]
    if not _WHERE.search(rest):
        return [("DETAIL", "详细地址里没有路名、门牌或楼名")]
    if len(set(rest)) < 3:
        return [("DETAIL", "详细地址是重复的字")]
    return []


def _without_place(detail: str, address: Address) -> str:
    """The detail without the province, city and district that some platforms repeat in it."""
    rest = _NOISE.sub("", detail)
    for name in (address.province, address.city, address.district):
        rest = rest.removeprefix(name.strip()) if name.strip() else rest
    return rest


def _person(address: Address) -> list[tuple[str, str]]:
    found = []
    name, phone = address.name.strip(), re.sub(r"[\s ]", "", unicodedata.normalize("NFKC", address.phone))
    if not name and not address.oaid:
        found.append(("NAME", "没有收件人"))
    if not phone:
        return found if address.oaid else [*found, ("PHONE", "没有电话")]
    if is_masked(phone) and _MASKED_MOBILE.fullmatch(phone):
        return found
    far = province_of(address.province) in {"香港特别行政区", "澳门特别行政区", "台湾省"}
    forms = [_MOBILE, _VIRTUAL, _LANDLINE, *([_HONG_KONG] if far else [])]
    if not any(form.fullmatch(phone) for form in forms):
        found.append(("PHONE", f"电话不成号码（{len(phone)} 位）"))
    elif len(set(phone[-8:])) == 1:
        found.append(("PHONE", "电话是同一个数字"))
    return found


def address_text(address: Address) -> str:
    """One text for one place and person, as addresses are compared: without titles, blanks and punctuation."""
    parts = (province_of(address.province) or address.province, address.city, address.district)
    detail = _without_place(unicodedata.normalize("NFKC", address.detail), address)
    return "|".join([*(part.strip() for part in parts), detail, address.name.strip(), address.phone.strip()])
