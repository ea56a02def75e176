"""Rows of files as the books keep them: the personal cells masked. The file itself lies in the archive, unchanged.

Which cells are personal is told by their titles; in notes and names of accounts a mobile number is told by its form.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any, cast

from sqlalchemy import Connection, select

from storage.database.connection import Database
from storage.database.tables import document_row, raw_file, raw_row, row_fix
from storage.erp.audit.log import noted
from storage.erp.privacy.normal import MASK, masked
from storage.row_text import row_said

_NAME = re.compile(
    r"(收[货件]人|收件方|客户|买家(?:真实)?|提货人|收货)[^地电手]*(姓名|名称|名字)$|^(收[货件]人|提货人|姓名)(/提货人)?$"
    r"|^买家(会员名|会员昵称|昵称)$|(证|实名)姓名|^(recipient|receiver|consignee|customer)$"
    r"|(recipient|receiver|consignee|customer|buyer|bill(ing)?|ship(ping)?)[ _-]?(to[ _-]?)?(full|user)?[ _-]?name$",
    re.IGNORECASE,
)
_PHONE = re.compile(r"电话|手机(?!订单)|联系方式|phone|mobile|^tel", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(收货|收件|客户|详细|修改后的收货|街道|(ship|bill)(?:p?ing)?[ _-]?(to[ _-]?)?)\S*(地址|address\w*|street)"
    r"|^(收货)?地址$|^街道$|^address( line|$)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"e-?mail|邮箱", re.IGNORECASE)
_ID = re.compile(r"身份证号|证件号")
_REGION = re.compile(r"[-_/]?(省|市|区|省份|城市|地区)$")
_FREE = re.compile(r"留言|备注|说明|摘要|对方|账[号户]|remark|note|memo|message", re.IGNORECASE)
_KINDS = (("id", _ID), ("email", _EMAIL), ("phone", _PHONE), ("address", _ADDRESS), ("name", _NAME))
_MOBILE = re.compile(r"1(?:(?<!\d1)|(?<=(?<!\d)861))[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"0(?<!\d0)\d{2,3}-\d{7,8}(?:-\d{1,6})?(?!\d)")
"""Both begin with a sign of their own: texts without it, which is most of them, are looked through at once."""
_BY_KIND = {
    "bot_results": {"line": "json"},
    "django_oscar_order_report": {"Name": "name"},
    "paypal_activity": {"Name": "name"},
    "paypal_activity_new": {"Name": "name"},
}
"""Titles that name a person in files of one kind only: `Name` is the order's number at Shopify."""


@lru_cache(4096)
def kind_of(title: str) -> str:
    """name, phone, address, email or id for a column of personal data, free for one of free text; "" for any other."""
    plain = title.strip()
    if _REGION.search(plain):
        return ""
    for kind, titles in _KINDS:
        if titles.search(plain):
            return kind
    return "free" if _FREE.search(plain) else ""


@lru_cache(8192)
def _personal(titles: tuple[str, ...], document_kind: str) -> tuple[tuple[str, str], ...]:
    own = _BY_KIND.get(document_kind, {})
    return tuple((title, kind) for title in titles if (kind := own.get(title) or kind_of(title)))


def personal_titles(titles: Iterable[str], document_kind: str = "") -> dict[str, str]:
    """Which of these columns are personal, title → its kind as `kind_of` says; not those of free text."""
    return {title: kind for title, kind in _personal(tuple(titles), document_kind) if kind != "free"}


def masked_row(row: Mapping[str, Any], document_kind: str = "") -> Mapping[str, Any]:
    """The row, title → cell, with personal cells masked, and phone numbers in free text; itself where none is. Pure.

    Ids of orders, goods and parcels stay as they are, also where they look like a mobile number.
    """
    changed: dict[str, Any] | None = None
    for title, kind in _personal(tuple(row), document_kind):
        cell = row[title]
        if cell and isinstance(cell, str) and (hidden := _hidden(kind, cell)) != cell:
            changed = changed if changed is not None else dict(row)
            changed[title] = hidden
    return row if changed is None else changed


def hidden_places(document_kind: str, titles: tuple[str, ...]) -> list[tuple[int, Callable[[str], str]]]:
    """Which cells of a row with these titles are personal, and what hides each. Pure."""
    kinds = dict(_personal(titles, document_kind))
    return [(place, partial(_hidden, kinds[title])) for place, title in enumerate(titles) if title in kinds]


def masked_text(text: str) -> str:
    """Words that people wrote, with the phone numbers in them masked. Pure."""
    if len(text) < len("13812345678"):
        return text
    return _LANDLINE.sub(_veiled, _MOBILE.sub(_veiled, text))


def _veiled(found: re.Match[str]) -> str:
    return masked("phone", found.group(0))


def masked_words(text: str, row: Mapping[str, Any], document_kind: str = "") -> str:
    """A sentence about a row, without what is personal in that row. Pure."""
    for title, kind in _personal(tuple(row), document_kind):
        cell = str(row[title]).strip()
        if len(cell) > 1 and cell in text and (hidden := _hidden(kind, cell)) != cell:
            text = text.replace(cell, hidden)
    return text


def masked_json(text: str) -> str:
    """An object written as JSON, with personal cells masked wherever they stand in it; itself where none is. Pure."""
    try:
        told = json.loads(text)
    except ValueError:
        return masked_text(text)
    hidden = _masked_within(told)
    return text if hidden == told else json.dumps(hidden, ensure_ascii=False)


def _masked_within(told: Any) -> Any:
    if not isinstance(told, dict):
        return [_masked_within(one) for one in told] if isinstance(told, list) else told
    return masked_row({title: _masked_within(one) for title, one in told.items()})


@lru_cache(32_768)
def _hidden(kind: str, cell: str) -> str:
    """The cell as it may be seen; a file's cells come twice, as a raw row and as a typed one."""
    if kind == "json":
        return masked_json(cell)
    if kind == "free":
        return masked_text(cell)
    if not (plain := cell.strip()):
        return cell
    if kind == "id":
        return MASK * 4
    if kind == "email":
        name, _, domain = plain.partition("@")
        return f"{name[:1]}{MASK * 3}@{domain}" if domain and MASK not in name else masked_text(cell)
    if MASK in plain:  # masked by the platform; not so a number that stands beside
        return masked_text(cell) if len(plain) > 11 else cell
    return masked(kind, cell)


def mask_files(database: Database, *, who: str) -> int:
    """Mask what files left in the books and scrub the disk of what was there before; returns how many rows changed.

    Runs after files were taken in: a second run changes nothing and scrubs nothing.
    """
    with database.write() as connection:
        changed = mask_books(connection, who=who)
    if changed:
        _scrub(database)
    return changed


def _scrub(database: Database) -> None:
    """Write the tables anew: no freed page, and in SQLite no old frame of the WAL, still holds what was masked."""
    with database.engine.connect() as plain:
        if database.dialect == "sqlite":
            raw = cast(sqlite3.Connection, plain.connection.dbapi_connection)
            raw.execute("PRAGMA query_only=0")
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        for table in (raw_row, document_row, row_fix):
            connection.exec_driver_sql(f"VACUUM FULL {table.name}")


def mask_books(connection: Connection, *, who: str) -> int:
    """Mask the rows that files left in the books before they were masked on their way in; returns how many changed."""
    count = sum(_mask(connection, table, column) for table, column in (
        (raw_row, "payload"), (document_row, "data"), (row_fix, "payload")))  # fmt: skip
    if count:
        noted(connection, who, "raw_row.mask", f"{count} rows", why="个人信息不留明文")
    return count


def _mask(connection: Connection, table: Any, column: str) -> int:
    keys = list(table.primary_key)
    titles = dict(connection.execute(select(raw_file.c.file_sha, raw_file.c.titles)).all()) if table is raw_row else {}
    changed = 0
    for *key, content in connection.execute(select(*keys, table.c[column])).all():
        before = row_said(content, titles.get(key[0], ""))
        if (after := masked_row(before)) == before:
            continue
        mine = [name == value for name, value in zip(keys, key, strict=True)]
        connection.execute(table.update().where(*mine).values({column: json.dumps(after, ensure_ascii=False)}))
        changed += 1
    return changed
