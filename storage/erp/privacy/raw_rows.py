"""Rows of files as the books keep them: the personal cells masked. The file itself lies in the archive, unchanged.

Which cells are personal is told by their titles; in notes and names of accounts a mobile number is told by its form.
"""

import json
import re
import sqlite3
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, select

from storage.database.connection import Database
from storage.database.tables import document_row, raw_row, row_fix
from storage.erp.audit.log import noted
from storage.erp.privacy.normal import masked

_NAME = re.compile(
    r"(收[货件]人|收件方|客户|买家(?:真实)?|提货人|收货)[^地电手]*(姓名|名称|名字)$|^(收[货件]人|提货人|姓名)(/提货人)?$"
)
_PHONE = re.compile(r"电话|手机(?!订单)|联系方式|phone|mobile|^tel", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(收货|收件|客户|详细|修改后的收货|街道|ship(?:ping)?[ _-]?)\S*(地址|address\w*)|^(收货)?地址|^街道$",
    re.IGNORECASE,
)
_ID = re.compile(r"身份证号|证件号")
_REGION = re.compile(r"[-_/]?(省|市|区|省份|城市|地区)$")
_FREE = re.compile(r"留言|备注|说明|摘要|对方|账[号户]|remark|note|memo|message", re.IGNORECASE)
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")


@lru_cache(4096)
def kind_of(title: str) -> str:
    """name, phone, address or id for a column of personal data, free for one of free text; "" for any other."""
    plain = title.strip()
    if _REGION.search(plain):
        return ""
    for kind, titles in (("id", _ID), ("phone", _PHONE), ("address", _ADDRESS), ("name", _NAME)):
        if titles.search(plain):
            return kind
    return "free" if _FREE.search(plain) else ""


def masked_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row, title → cell, with personal cells masked, and mobile numbers in free text. Pure.

    Ids of orders, goods and parcels stay as they are, also where they look like a mobile number.
    """
    return {title: _cell(title, cell) for title, cell in row.items()}


def _cell(title: str, cell: Any) -> Any:
    kind = kind_of(title)
    if not kind or not isinstance(cell, str) or not cell.strip():
        return cell
    if kind == "free":
        return _MOBILE.sub(lambda found: masked("phone", found.group(0)), cell)
    return "****" if kind == "id" else masked(kind, cell)


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
    changed = 0
    for *key, content in connection.execute(select(*keys, table.c[column])).all():
        before = json.loads(content or "{}")
        if not isinstance(before, dict) or (after := masked_row(before)) == before:
            continue
        mine = [name == value for name, value in zip(keys, key, strict=True)]
        connection.execute(table.update().where(*mine).values({column: json.dumps(after, ensure_ascii=False)}))
        changed += 1
    return changed
