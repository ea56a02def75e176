"""How platforms are to show a SKU, what they say they show, and commands for the difference only.

Desired: what people said (`listing.desired`). Reported: what the platform's newest export says, or what a bot's result
said after it. Nothing counts as shown before one of the two says so.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from storage.database.tables import channel_sku, command
from storage.database.tables.products import listing
from storage.erp.allocation.words import yuan
from storage.erp.audit.actors import require
from storage.erp.audit.rows import put, put_all
from storage.erp.commands.results import DONE
from storage.erp.commands.wanted import Wanted
from storage.erp.products.codes import ChannelId, channel_ids
from storage.erp.products.errors import CodeUnknown, ValueWrong
from storage.erp.products.sending import CORE, OPEN, answers, send, withdraw

FIELDS = {"code": "商家编码", "price_fen": "价格", "title": "商品名称"}
"""Fields of a SKU that can be changed at a platform, as its form calls them."""
STATUS = "status"
SHELF = {"上架": "to_list", "下架": "to_delist"}
EDIT = "to_edit"
LOCAL = ZoneInfo("Asia/Shanghai")


class Shown(NamedTuple):
    """One field of one SKU (or product) at a platform."""

    platform: str
    shop: str
    product_id: str
    platform_sku: str
    field: str


class Difference(NamedTuple):
    """Where a platform shows something else than is wanted; `reported` "" = nobody has told yet."""

    where: Shown
    desired: str
    reported: str
    decided_by: str


class Alert(NamedTuple):
    """A bot said it was done, and the platform's later export says otherwise."""

    where: Shown
    message: str


def wish(connection: Connection, where: Shown, value: str, *, who: str, why: str = "") -> bool:
    """Say how a platform is to show something; False when that was said already. Raises ValueWrong, CodeUnknown."""
    require(connection, who, "edit_products")
    if where.field == STATUS:
        right = value in SHELF and not where.platform_sku
    else:
        right = where.field in FIELDS and bool(value) and (where.field != "price_fen" or value.isdigit())
    if not right:
        raise ValueWrong(where.field, value, "上架、下架，或 " + "、".join(FIELDS))
    c = channel_sku.c
    mine = [c.platform == where.platform, c.shop == where.shop, c.product_id == where.product_id]
    if where.platform_sku:
        mine.append(c.platform_sku == where.platform_sku)
    if connection.execute(select(c.platform_sku).where(*mine).limit(1)).first() is None:
        raise CodeUnknown(where.platform_sku or where.product_id)
    return put(connection, listing, {**where._asdict(), "desired": value, "decided_by": who}, who=who, why=why)


def wish_everywhere(connection: Connection, code: str, fields: Mapping[str, str], *, who: str, why: str = "") -> int:
    """Edit a SKU once, for every platform and shop that has it; returns how many wishes are new."""
    c = channel_sku.c
    products = {
        ChannelId(*row[:3]): row[3]
        for row in connection.execute(select(c.platform, c.shop, c.platform_sku, c.product_id))
    }
    ids = channel_ids(connection, code)
    if not ids:
        raise CodeUnknown(code)
    return sum(
        wish(connection, Shown(one.platform, one.shop, products[one], one.platform_sku, field), value, who=who, why=why)
        for one in ids
        for field, value in fields.items()
    )


def reported(connection: Connection) -> dict[Shown, tuple[str, str]]:
    """What platforms' exports say: field → (value, moment of the export). A product is on the shelf when a SKU is."""
    found: dict[Shown, tuple[str, str]] = {}
    for row in connection.execute(select(channel_sku)).mappings():
        where = Shown(row["platform"], row["shop"], row["product_id"], row["platform_sku"], "")
        for field in FIELDS:
            found[where._replace(field=field)] = (str(row[field]), row["exported_at"])
        product = where._replace(platform_sku="", field=STATUS)
        if found.get(product, ("下架", ""))[0] == "下架":
            found[product] = (row["status"], row["exported_at"])
    return found


def decided_shelf(connection: Connection) -> dict[tuple[str, str], str]:
    """(shop, product) → 上架 or 下架 where a person has said it: a rule of the house must not ask for the opposite."""
    c = listing.c
    rows = connection.execute(select(c.shop, c.product_id, c.desired).where(c.field == STATUS, c.desired != ""))
    return {(row.shop, row.product_id): row.desired for row in rows}


def differences(connection: Connection) -> list[Difference]:
    """Every wish that neither the newest export nor a later result shows to be so, by place."""
    exports = reported(connection)
    result = []
    for row in connection.execute(select(listing).order_by(*listing.primary_key)).mappings():
        where = Shown(*(row[name] for name in Shown._fields))
        value, exported_at = exports.get(where, ("", ""))
        if row["confirmed_at"] and instant(row["confirmed_at"]) > instant(exported_at):
            value = row["confirmed"]
        if row["desired"] and row["desired"] != value:
            result.append(Difference(where, row["desired"], value, row["decided_by"]))
    return result


def publish_differences(connection: Connection, night: str) -> list[str]:
    """Commands for what differs and nothing else; returns the new ones' ids. A second call writes none.

    One to_edit row per SKU with the changed fields only; to_list or to_delist per product. What waits and is no longer
    different is withdrawn from to_edit; shelf commands belong to the rule by stock too and wait on, unless a person
    said the opposite. Runs after `commands.publish` of the same night.
    """
    edits: dict[tuple[str, str, str], dict[str, str]] = {}
    why: dict[tuple[str, str, str], list[str]] = {}
    wanted: list[Wanted] = []
    titles = _titles(connection)
    for one in differences(connection):
        where = one.where
        if where.field == STATUS:
            title = titles.get((where.platform, where.shop, where.product_id), "")
            row = {"店铺": where.shop, "商品ID": where.product_id, "商品名称": title}
            reason = f"{one.decided_by} 要求{one.desired}，平台显示{one.reported or '未知'}"
            wanted.append(Wanted(SHELF[one.desired], where.shop, where.product_id, row, reason))
            continue
        key = (where.shop, where.product_id, where.platform_sku)
        edits.setdefault(key, {})[FIELDS[where.field]] = _form(where.field, one.desired)
        change = f"{FIELDS[where.field]} {_form(where.field, one.reported)} → {_form(where.field, one.desired)}"
        why.setdefault(key, []).append(change)
    for (shop, product, platform_sku), fields in edits.items():
        row = {"店铺": shop, "商品ID": product, "SKU ID": platform_sku, **fields}
        words = "；".join(why[shop, product, platform_sku])
        wanted.append(Wanted(EDIT, shop, f"{product}|{platform_sku}", row, words))
    keep = [(one.shop, one.subject) for one in wanted if one.worklist == EDIT]
    withdraw(connection, EDIT, keep, why="平台显示的已经一致")
    _withdraw_opposites(connection)
    return [new.command_id for new in send(connection, wanted, night, again=True)]


def _withdraw_opposites(connection: Connection) -> None:
    """What a person said of the shelf goes before the rule by stock: what waits for the opposite is withdrawn."""
    decided = decided_shelf(connection)
    c = command.c
    waiting = select(c.command_id, c.worklist, c.shop, c.subject)
    open_ = connection.execute(waiting.where(c.worklist.in_(sorted(SHELF.values())), c.state.in_(OPEN))).all()
    rows = [
        {"command_id": row.command_id, "state": "withdrawn"}
        for row in open_
        if SHELF.get(decided.get((row.shop, row.subject), ""), row.worklist) != row.worklist
    ]
    put_all(connection, command, rows, who=CORE, why="人已决定上下架")


def _titles(connection: Connection) -> dict[tuple[str, str, str], str]:
    """(platform, shop, product) → title, as the stock rule's worklists say it."""
    c = channel_sku.c
    rows = connection.execute(select(c.platform, c.shop, c.product_id, c.title).order_by(c.platform_sku.desc()))
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def _form(field: str, value: str) -> str:
    return yuan(int(value)) if field == "price_fen" and value else value


def apply_answers(connection: Connection, run_id: str) -> int:
    """Keep what a run's results say was done, field by field; returns how many fields are new. Again changes nothing.

    Runs after `commands.apply_results`, which settles the commands themselves.
    """
    rows: list[dict[str, str]] = []
    for answer in answers(connection, run_id, (EDIT, *SHELF.values())):
        if answer.outcome not in DONE:
            continue
        said = {field: answer.data[title] for field, title in FIELDS.items() if title in answer.data}
        if answer.worklist == EDIT:
            product, _, platform_sku = answer.subject.partition("|")
        else:
            product, platform_sku = answer.subject, ""
            said = {STATUS: next(status for status, name in SHELF.items() if name == answer.worklist)}
        rows += _confirmed(connection, answer.shop, product, platform_sku, said, answer.at, answer.command_id)
    return put_all(connection, listing, rows, who=CORE, why=run_id)


def _confirmed(
    connection: Connection,
    shop: str,
    product: str,
    platform_sku: str,
    said: Mapping[str, str],
    at: str,
    command_id: str,
) -> Iterable[dict[str, str]]:
    """Rows of `listing` that a result confirms; an answer older than the one that is there says nothing new."""
    c = listing.c
    mine = (c.shop == shop, c.product_id == product, c.platform_sku == platform_sku)
    for row in connection.execute(select(listing).where(*mine)).mappings().all():
        if row["field"] in said and instant(row["confirmed_at"]) <= instant(at):
            value = said[row["field"]]
            fen = str(int(Decimal(value) * 100)) if row["field"] == "price_fen" else value
            key = {name: row[name] for name in Shown._fields}
            yield {**key, "confirmed": fen, "confirmed_at": at, "confirmed_by": command_id}


def contradictions(connection: Connection) -> list[Alert]:
    """Where a bot's result said it was done and a later export of the platform says it is not so."""
    exports = reported(connection)
    alerts = []
    for row in connection.execute(select(listing).where(listing.c.confirmed_at != "")).mappings():
        where = Shown(*(row[name] for name in Shown._fields))
        value, exported_at = exports.get(where, ("", ""))
        if value != row["confirmed"] and instant(exported_at) > instant(row["confirmed_at"]):
            name = FIELDS.get(where.field, "状态")
            alerts.append(
                Alert(where, f"{row['confirmed_by']} 报告{name}已为「{_form(where.field, row['confirmed'])}」，"
                             f"之后的导出（{exported_at}）却是「{_form(where.field, value)}」")
            )  # fmt: skip
    return sorted(alerts)


def instant(moment: str) -> datetime:
    """A moment as the books write them: with a zone, or Asia/Shanghai without; "" is before everything."""
    if not moment:
        return datetime.min.replace(tzinfo=UTC)
    told = datetime.fromisoformat(moment)
    return (told if told.tzinfo else told.replace(tzinfo=LOCAL)).astimezone(UTC)
