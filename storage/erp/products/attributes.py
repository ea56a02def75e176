"""Typed attributes, which of them a platform requires, and how complete a SKU is for it (PIM-05)."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables.products import (
    attribute,
    attribute_value,
    channel_attribute,
    family_attribute,
    spu,
    variant,
)
from storage.erp.audit.actors import require
from storage.erp.audit.rows import put
from storage.erp.products.errors import ValueWrong

TYPES = {
    "choice": "选项之一", "date": "日期 YYYY-MM-DD", "decimal": "数字", "text": "文字", "whole": "整数",
    "yes_no": "是 或 否",
}  # fmt: skip
_YES_NO = {"是": "是", "否": "否", "yes": "是", "no": "否", "1": "是", "0": "否"}


class Completeness(NamedTuple):
    """How much of what a platform requires a SKU has; `percent` is rounded down: 100 is really everything."""

    code: str
    platform: str
    required: int
    filled: int
    missing: tuple[str, ...]

    @property
    def percent(self) -> int:
        """0 to 100; 100 where nothing is required."""
        return 100 * self.filled // self.required if self.required else 100


def define(
    connection: Connection, name: str, type_: str, *, who: str, options: Sequence[str] = (), unit: str = ""
) -> bool:
    """Make or change an attribute. Raises ValueWrong for a type that is none, or a choice without options."""
    require(connection, who, "edit_products")
    if type_ not in TYPES or (type_ == "choice") != bool(options):
        raise ValueWrong(name, type_, "、".join(TYPES))
    row = {"attribute": name, "type": type_, "options": json.dumps(list(options), ensure_ascii=False), "unit": unit}
    return put(connection, attribute, row, who=who)


def belongs(connection: Connection, family: str, name: str, *, who: str) -> bool:
    """Products of this family have the attribute."""
    require(connection, who, "edit_products")
    return put(connection, family_attribute, {"family": family, "attribute": name}, who=who)


def demand(connection: Connection, platform: str, family: str, name: str, *, who: str) -> bool:
    """The platform does not list products of this family without the attribute."""
    require(connection, who, "edit_products")
    return put(connection, channel_attribute, {"platform": platform, "family": family, "attribute": name}, who=who)


def set_value(connection: Connection, code: str, name: str, value: str, *, who: str) -> bool:
    """A SKU's value, kept in its one spelling. Raises ValueWrong."""
    require(connection, who, "edit_products")
    row = connection.execute(select(attribute).where(attribute.c.attribute == name)).first()
    if row is None:
        raise ValueWrong(name, value, "已定义的属性")
    spelt = typed(name, value, row.type, json.loads(row.options))
    return put(connection, attribute_value, {"code": code, "attribute": name, "value": spelt}, who=who)


def typed(name: str, value: str, type_: str, options: Sequence[str] = ()) -> str:
    """The value in its one spelling: `1.50` → `1.5`, `yes` → 是. Pure. Raises ValueWrong."""
    text = value.strip()
    spelt = _spelt(text, type_, options)
    if spelt is None:
        raise ValueWrong(name, value, "、".join(options) if type_ == "choice" else TYPES[type_])
    return spelt


def _spelt(text: str, type_: str, options: Sequence[str]) -> str | None:
    if not text:
        return ""  # taken back: it counts as missing
    if type_ == "choice":
        return text if text in options else None
    if type_ == "yes_no":
        return _YES_NO.get(text.lower())
    try:
        if type_ == "whole":
            return str(int(text))
        if type_ == "decimal":
            number = Decimal(text)
            return f"{number.normalize():f}" if number.is_finite() else None
        if type_ == "date":
            return date.fromisoformat(text).isoformat()
    except (InvalidOperation, ValueError):
        return None
    return text


def completeness(connection: Connection, platform: str, codes: Sequence[str] | None = None) -> list[Completeness]:
    """Every SKU (or some) against what the platform requires of its family, by code."""
    v, s, c, a = variant.c, spu.c, channel_attribute.c, attribute_value.c
    required: dict[str, list[str]] = {}
    for row in connection.execute(select(c.family, c.attribute).where(c.platform == platform).order_by(c.attribute)):
        required.setdefault(row.family, []).append(row.attribute)
    have = {(row.code, row.attribute) for row in connection.execute(select(a.code, a.attribute).where(a.value != ""))}
    families = connection.execute(
        select(v.code, s.family).join_from(variant, spu, v.spu == s.spu, isouter=True).order_by(v.code)
    )
    result = []
    for code, family in families:
        if codes is not None and code not in codes:
            continue
        wanted = required.get(family or "", [])
        missing = tuple(name for name in wanted if (code, name) not in have)
        result.append(Completeness(code, platform, len(wanted), len(wanted) - len(missing), missing))
    return result
