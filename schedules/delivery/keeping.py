"""How long documents are kept: what the law asks, and which filed copies may go. The archive never loses anything.

Only copies under readable names are ever taken away, when delivery.yaml says after how many days, and only what is
delivered to everybody whom a rule names; the original stays in the archive and the copy can be made again.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, select

from schedules.delivery.filing import folder_of, sha256_of
from schedules.delivery.receipts import DELIVERED
from schedules.delivery.rules import BANK, DeliveryFile
from storage.archive import Archive
from storage.database.tables.delivery import delivery, filed
from storage.errors import FileMissing

Class = Literal["bank", "money", "trade"]


class Law(NamedTuple):
    """How many years such documents are kept at the least, and where that is written."""

    years: int
    zh: str
    en: str
    source: str


ARCHIVES = "《会计档案管理办法》（财政部、国家档案局令第 79 号，2016-01-01 起施行）附表一"
LAWS: Mapping[Class, Law] = {
    "bank": Law(10, "银行对账单", "bank statements", ARCHIVES),
    "money": Law(30, "原始凭证（平台和支付账单据以记账）", "source documents of vouchers", ARCHIVES),
    "trade": Law(
        10,
        "涉税资料（订单、售后、商品、推广报表）",
        "papers that bear on taxes",
        "《税收征收管理法实施细则》第二十九条",
    ),
}
"""The classes of documents. A bank's statement that is itself the evidence of a voucher is kept as that: 30 years."""
TRADE = (
    "*_order", "*_orders", "*_orders_*", "*_order_*", "*_refunds", "*_waybills", "*_products", "*_stock", "*_batches",
    "*_ads", "*_campaign", "*_goods", "*_material", "*_template", "*_item_report_*", "*_order_grid", "jdl_*",
    "rlyq_*", "bot_results",
)  # fmt: skip
"""Kinds that tell of trade and not of money. All others are taken for what vouchers rest on, taught ones too."""
FEES = ("cainiao_*",)
"""Kinds whose names look like trade and whose rows are fees."""


def class_of(kind: str, platform: str) -> Class:
    """Which law a kind of document falls under; the longer term where it could be either. Pure."""
    if platform == BANK:
        return "bank"
    trade = any(fnmatchcase(kind, one) for one in TRADE) and not any(fnmatchcase(kind, one) for one in FEES)
    return "trade" if trade else "money"


class Copy(NamedTuple):
    """A filed copy that is older than its days. `why`: what keeps it all the same, "" when it may go."""

    path: str
    file_sha: str
    kind: str
    size: int
    why: str = ""


def old_copies(
    connection: Connection, archive: Archive, file: DeliveryFile, home: Path, banks: frozenset[str], today: date
) -> list[Copy]:
    """Filed copies that lie there and are older than delivery.yaml keeps them, each with what keeps it, by path."""
    query = (
        select(filed.c.path, filed.c.file_sha, filed.c.kind, filed.c.owner, filed.c.size, filed.c.recorded_at)
        .add_columns(filed.c.period_from, filed.c.period_to)
        .order_by(filed.c.path)
    )
    known: dict[str, dict[str, str]] = {}
    for rule, path, state in connection.execute(select(delivery.c.rule, delivery.c.path, delivery.c.state)):
        known.setdefault(path, {})[rule] = state
    found = {}
    for row in map(dict, connection.execute(query).mappings()):
        if row["path"] in found or not is_due(file, row, today):
            continue
        if (folder_of(home) / row["path"]).is_file():
            why = _owed(file, row, known.get(row["path"], {}), banks) or _unsafe(
                archive, home, row["path"], row["file_sha"]
            )
            found[row["path"]] = Copy(row["path"], row["file_sha"], row["kind"], row["size"], why)
    return list(found.values())


def is_due(file: DeliveryFile, row: Mapping[str, Any], today: date) -> bool:
    """Whether a filed document's copy has stayed as long as delivery.yaml says. Pure."""
    days = file.keep.days(row["kind"])
    last = date.fromisoformat((row["period_to"] or row["recorded_at"])[:10])
    return days > 0 and last + timedelta(days=days) < today


def _owed(file: DeliveryFile, row: dict[str, str], known: Mapping[str, str], banks: frozenset[str]) -> str:
    """Whoever a rule names, or named, and who has not got it; `known`: rule → state of its receipt."""
    states = {name: "" for name, rule in file.rules.items() if rule.wants(row, banks)} | dict(known)
    owed = sorted(name for name, state in states.items() if state != DELIVERED)
    return f"还没有送到 / not delivered yet: {', '.join(owed)}" if owed else ""


def _unsafe(archive: Archive, home: Path, path: str, sha: str) -> str:
    """A copy goes only while the archive has its content, and only if nobody has changed it."""
    try:
        archive.path(sha)
    except FileMissing:
        return "存档里没有它 / not in the archive"
    if sha256_of(folder_of(home) / path) != sha:
        return "被人改过 / changed by somebody"
    return ""


def take_away(home: Path, copies: Sequence[Copy]) -> int:
    """These copies are gone, with folders that are empty now; returns how many bytes. What something keeps stays."""
    size = 0
    for one in copies:
        if one.why:
            continue
        target = folder_of(home) / one.path
        target.chmod(0o600)
        target.unlink()
        size += one.size
        for folder in list(target.parents)[: one.path.count("/")]:
            if any(folder.iterdir()):
                break
            folder.rmdir()
    return size
