"""Codes: one internal SKU for everything that it is called anywhere (PIM-01, PIM-02).

A code is made once and never renamed or reused; what it is also called is an alias, a barcode, or a platform's id.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables import channel_sku, sku
from storage.database.tables.products import code_name, variant
from storage.erp.audit.actors import require
from storage.erp.audit.rows import put
from storage.erp.products.errors import CodeTaken, CodeUnknown, NameWrong

KINDS = {"alias": "别名", "barcode": "条码", "channel": "平台 SKU"}


class NewSku(NamedTuple):
    """A SKU to be made. `combination`: as `variants.canonical` writes it, "" where the SPU has no axes."""

    code: str
    title: str
    spu: str = ""
    combination: str = ""
    kind: str = "normal"


class ChannelId(NamedTuple):
    """What a platform calls a SKU."""

    platform: str
    shop: str
    platform_sku: str


def same_name(name: str) -> str:
    """Names that people take for one: full-width letters, spaces around and capitals make no other code."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def add_sku(connection: Connection, new: NewSku, *, who: str, why: str = "") -> None:
    """Make a SKU. Raises CodeTaken when the code is any SKU's code or name, NameWrong, RightMissing and the like.

    A code that only exports have told of so far is taken up, with its stock and orders.
    """
    require(connection, who, "edit_products")
    check_name(new.code)
    known = _holder(connection, new.code)
    if known is not None and (known[1] != new.code or known[0] != "export"):
        raise CodeTaken(new.code, KINDS.get(known[0], "编码"), known[1])
    put(connection, sku, {"code": new.code, "title": new.title}, who=who, why=why)
    row = {"code": new.code, "spu": new.spu or new.code, "combination": new.combination or new.code, "kind": new.kind}
    put(connection, variant, {**row, "state": "active"}, who=who, why=why)


def add_name(connection: Connection, code: str, name: str, *, kind: str, who: str, why: str = "") -> bool:
    """Let a SKU be called something else too (alias | barcode); False when it is already.

    Raises CodeTaken when the name is another SKU's, CodeUnknown, NameWrong.
    """
    require(connection, who, "edit_products")
    check_name(name)
    if connection.execute(select(sku.c.code).where(sku.c.code == code)).first() is None:
        raise CodeUnknown(code)
    known = _holder(connection, name)
    if known is not None and known != (kind, code):
        raise CodeTaken(name, KINDS.get(known[0], "编码"), known[1])
    return put(connection, code_name, {"name": same_name(name), "kind": kind, "code": code}, who=who, why=why)


def map_channel(connection: Connection, channel: ChannelId, code: str, *, who: str, why: str = "") -> bool:
    """Say which SKU a platform's id is, where the platform's own code column is empty or wrong."""
    require(connection, who, "edit_products")
    if connection.execute(select(sku.c.code).where(sku.c.code == code)).first() is None:
        raise CodeUnknown(code)
    return put(connection, code_name, {"name": _channel(channel), "kind": "channel", "code": code}, who=who, why=why)


def check_name(name: str) -> None:
    """Raises NameWrong for what is empty, has a separator of ours in it, or is a formula to a spreadsheet."""
    if not name.strip() or name != name.strip():
        raise NameWrong(name, "不能为空，前后不能有空格", "it is empty or has spaces around it")
    if any(sign in name for sign in "|;*\t\n\r"):
        raise NameWrong(name, "不能含 | ; * 和换行", "it holds one of | ; * or a line break")
    if name[0] in "=+-@":
        raise NameWrong(name, "会被表格软件当成公式", "a spreadsheet would compute it")


def resolve(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    """Name → code, for codes, aliases and barcodes; names that mean nothing are left out."""
    codes = set(connection.execute(select(sku.c.code)).scalars())
    called = {row.name: row.code for row in connection.execute(select(code_name).where(code_name.c.kind != "channel"))}
    found = {name: name if name in codes else called.get(same_name(name), "") for name in names}
    return {name: code for name, code in found.items() if code}


def resolve_one(connection: Connection, name: str) -> str:
    """The code that a name means. Raises CodeUnknown."""
    found = resolve(connection, [name])
    if name not in found:
        raise CodeUnknown(name)
    return found[name]


def channel_codes(connection: Connection) -> dict[ChannelId, str]:
    """Every platform id that exports have told of → internal code, "" where nobody can tell.

    What a person said goes first, then the platform's own code column: a code, an alias or a barcode.
    """
    said = {row.name: row.code for row in connection.execute(select(code_name).where(code_name.c.kind == "channel"))}
    c = channel_sku.c
    rows = connection.execute(select(c.platform, c.shop, c.platform_sku, c.code).order_by(*channel_sku.primary_key))
    listed = [(ChannelId(*row[:3]), row.code) for row in rows]
    meant = resolve(connection, {code for _, code in listed if code})
    return {channel: said.get(_channel(channel)) or meant.get(code, "") for channel, code in listed}


def channel_ids(connection: Connection, code: str) -> list[ChannelId]:
    """Every platform id of one SKU."""
    return [channel for channel, found in channel_codes(connection).items() if found == code]


def unmapped(connection: Connection) -> list[ChannelId]:
    """Platform ids of which nobody knows what SKU they are: they are a list for a person, not guessed at."""
    return [channel for channel, code in channel_codes(connection).items() if not code]


def _channel(channel: ChannelId) -> str:
    return "|".join(channel)


def _holder(connection: Connection, name: str) -> tuple[str, str] | None:
    """(kind, code) of the SKU that has this name; kind "" is the code itself, export a code without a variant."""
    wanted = same_name(name)
    called = connection.execute(select(code_name.c.kind, code_name.c.code).where(code_name.c.name == wanted)).first()
    if called is not None:
        return called.kind, called.code
    made = set(connection.execute(select(variant.c.code)).scalars())
    codes: Mapping[str, str] = {same_name(code): code for code in connection.execute(select(sku.c.code)).scalars()}
    if wanted not in codes:
        return None
    return ("" if codes[wanted] in made else "export"), codes[wanted]
