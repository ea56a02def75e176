"""Who gets an order: kept sealed, found by blind index, shown masked, revealed one at a time with a reason."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, select

from storage.database.bulk import merge
from storage.database.tables import platform_order
from storage.database.tables.privacy import address_book, audit_log
from storage.erp.audit.actors import may, require
from storage.erp.audit.log import Entry, noted_all
from storage.erp.audit.rows import found, put_all
from storage.erp.audit.scope import reader_of
from storage.erp.privacy.errors import AddressMissing, LookUnexplained, ShopOutOfReach
from storage.erp.privacy.normal import is_masked, masked, plain_fields
from storage.erp.privacy.sealing import Keys, blind, blind_together, seal, unseal

FIELDS = ("name", "phone", "address")
SEALED = tuple(f"{name}_sealed" for name in FIELDS)
HIDDEN = (*SEALED, *(f"{name}_index" for name in FIELDS), "person_index")
PERSONAL = (*HIDDEN, *(f"{name}_masked" for name in FIELDS), "oaid")
"""What is deleted when its time is over, and what the log never holds: only that it changed."""
KEPT, FORGOTTEN = "kept", "forgotten"
TITLES = ("平台", "店铺", "订单号", "收件人", "电话", "地址", "省", "市", "区")


class OrderKey(NamedTuple):
    """Which order."""

    platform: str
    shop: str
    order_no: str


class Address(NamedTuple):
    """Where an order goes, plain. `address` is the whole of it or only street and number; "" is not told."""

    name: str = ""
    phone: str = ""
    address: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    oaid: str = ""
    ordered_at: str = ""

    def __repr__(self) -> str:
        """Without the personal part: it must not end in a log by accident."""
        return f"Address({self.province}{self.city}{self.district}, oaid={self.oaid!r})"


class Masked(NamedTuple):
    """What anybody may see of it. `person_index`: orders with the same one go to one person at one place."""

    order: OrderKey
    name: str
    phone: str
    address: str
    province: str
    city: str
    district: str
    oaid: str
    person_index: str
    state: str


class Told(NamedTuple):
    """An address as a file tells it: when the file was made, which it is and in which row."""

    address: Address
    exported_at: str
    file_sha: str
    row_no: int


def sealed_row(keys: Keys, order: OrderKey, address: Address) -> dict[str, Any]:
    """The row of `address_book`. Pure. What came masked from the platform is kept as it came and is not indexed."""
    row: dict[str, Any] = {**order._asdict(), "state": KEPT, "person_index": person_index(keys, address)}
    row["plain_fields"] = plain_fields(address[:3])
    row |= {name: getattr(address, name) for name in ("province", "city", "district", "oaid", "ordered_at")}
    region = f"{address.province}{address.city}{address.district}"
    for name in FIELDS:
        plain = getattr(address, name).strip()
        row[f"{name}_sealed"] = "" if is_masked(plain) else seal(keys, plain, _about(order, name))
        row[f"{name}_index"] = blind(keys, name, plain)
        row[f"{name}_masked"] = masked(name, plain, keep=region)
    return row


def person_index(keys: Keys, address: Address) -> str:
    """The same for orders of one person to one place, "" where nobody can tell; the platform's OAID decides first."""
    if address.oaid:
        return blind_together(keys, {"oaid": address.oaid})
    where = f"{address.province}{address.city}{address.district}{address.address}"
    if is_masked(address.address) or not address.address:
        return ""
    return blind_together(keys, {"name": address.name, "phone": address.phone, "address": where})


def keep(connection: Connection, keys: Keys, addresses: Mapping[OrderKey, Address], *, who: str, why: str = "") -> int:
    """Keep or change addresses, log each; returns how many are other than before. The same again changes nothing.

    An address whose time was over is not taken again: an old export must not bring it back.
    """
    rows = [sealed_row(keys, order, address) for order, address in addresses.items()]
    gone = _forgotten(connection, addresses)
    fresh = [row for row in rows if (row["platform"], row["shop"], row["order_no"]) not in gone]
    return put_all(connection, address_book, fresh, who=who, why=why, hide=PERSONAL)


def take(connection: Connection, keys: Keys, told: Mapping[OrderKey, Told]) -> int:
    """Keep the addresses that files tell, whichever comes first; returns how many orders are new or changed.

    What says more in plain wins, then the later export: a platform masks its orders after a while. The log is told of
    the file, not of each row: see `storage/receivers.py`. A forgotten address is not taken again.
    """
    gone = _forgotten(connection, told)
    rows = [
        sealed_row(keys, order, one.address)
        | {"exported_at": one.exported_at, "file_sha": one.file_sha, "row_no": one.row_no}
        for order, one in told.items()
        if tuple(order) not in gone
    ]
    counts = merge(connection, address_book, rows, version=("plain_fields", "exported_at"))
    return counts.created + counts.changed


def _forgotten(connection: Connection, orders: Iterable[OrderKey]) -> set[tuple[str, ...]]:
    b = address_book.c
    shops = {order.shop for order in orders}
    query = select(b.platform, b.shop, b.order_no).where(b.state == FORGOTTEN, b.shop.in_(sorted(shops)))
    return {tuple(row) for row in connection.execute(query)}


def find(connection: Connection, keys: Keys, *, name: str = "", phone: str = "", address: str = "") -> list[Masked]:
    """Orders whose name, phone and address are exactly these (spaces, +86 and width aside); "" is not asked for.

    Shows masked rows only; on a connection of `audit.scope.reading` only those in the reader's scope. What cannot be
    looked for (all empty, or masked) finds nothing.
    """
    asked = {"name": name, "phone": phone, "address": address}
    indexes = {kind: blind(keys, kind, plain) for kind, plain in asked.items() if plain}
    if not indexes or not all(indexes.values()):
        return []
    where = [address_book.c[f"{kind}_index"] == index for kind, index in indexes.items()]
    return list(_masked(connection, *where))


def shown(connection: Connection, orders: Iterable[OrderKey] | None = None) -> list[Masked]:
    """The masked rows of some orders (default: all), by key."""
    found = _masked(connection)
    if orders is None:
        return list(found)
    wanted = set(orders)
    return [row for row in found if row.order in wanted]


def orders_of(connection: Connection, order_no: str) -> list[OrderKey]:
    """The orders of this number that the book knows, whatever their shop."""
    b = address_book.c
    query = select(b.platform, b.shop, b.order_no).where(b.order_no == order_no).order_by(b.platform, b.shop)
    return [OrderKey(*row) for row in connection.execute(query)]


def _masked(connection: Connection, *where: Any) -> Iterator[Masked]:
    b = address_book.c
    columns = [b.platform, b.shop, b.order_no, b.name_masked, b.phone_masked, b.address_masked,
               *(b[name] for name in Masked._fields[4:])]  # fmt: skip
    for row in connection.execute(select(*columns).where(*where).order_by(b.platform, b.shop, b.order_no)):
        yield Masked(OrderKey(*row[:3]), *row[3:])


def reveal(connection: Connection, keys: Keys, order: OrderKey, *, who: str, why: str) -> Address:
    """One address in plain, after the look was logged under `who` and `why` in the same transaction.

    Raises LookUnexplained, RightMissing and the like, ShopOutOfReach, AddressMissing, KeyMissing, SealBroken.
    """
    if not who.strip() or not why.strip():
        raise LookUnexplained
    require(connection, who, "reveal")
    return _open(connection, keys, [order], who, why)[order]


def plain_rows(
    connection: Connection, keys: Keys, orders: Iterable[OrderKey], *, who: str, why: str
) -> dict[OrderKey, Address]:
    """Many addresses in plain, for labels; each is logged as a look of its own. Raises as `reveal`."""
    if not who.strip() or not why.strip():
        raise LookUnexplained
    require(connection, who, "export_plain")
    return _open(connection, keys, list(orders), who, why)


def export_rows(
    connection: Connection, keys: Keys, orders: Iterable[OrderKey], *, who: str, why: str
) -> list[tuple[str, ...]]:
    """TITLES and a row for each order that `who` may see: plain for those who may take many out, masked for others.

    Plain rows are logged as looks. Raises ActorUnknown, LookUnexplained.
    """
    shops = reader_of(connection, who).shops
    kept = [row for row in shown(connection, orders) if row.state == KEPT]
    mine = [row for row in kept if shops is None or row.order.shop in shops]
    if not may(connection, who, "export_plain"):
        return [TITLES, *((*row.order, *row[1:7]) for row in mine)]
    told = plain_rows(connection, keys, [row.order for row in mine], who=who, why=why)
    return [TITLES, *((*order, *address[:6]) for order, address in told.items())]


def _open(
    connection: Connection, keys: Keys, orders: Sequence[OrderKey], who: str, why: str
) -> dict[OrderKey, Address]:
    shops = reader_of(connection, who).shops
    rows = found(connection, address_book, orders)
    for order in orders:
        if shops is not None and order.shop not in shops:
            raise ShopOutOfReach(who, order.shop)
        if rows.get(order, {}).get("state") != KEPT:
            raise AddressMissing(order.order_no)
    noted_all(connection, [Entry(who, "address.reveal", "|".join(order), why=why) for order in orders])
    return {order: _plain(keys, order, rows[order]) for order in orders}


def _plain(keys: Keys, order: OrderKey, row: Mapping[str, Any]) -> Address:
    told = {name: unseal(keys, row[f"{name}_sealed"], _about(order, name)) or row[f"{name}_masked"] for name in FIELDS}
    return Address(**told, **{name: row[name] for name in Address._fields[3:]})


def looks(connection: Connection) -> dict[str, int]:
    """How many addresses each person or program has looked at, by name."""
    counts: dict[str, int] = {}
    found = select(audit_log.c.who).where(audit_log.c.what == "address.reveal").order_by(audit_log.c.who)
    for who in connection.execute(found).scalars():
        counts[who] = counts.get(who, 0) + 1
    return counts


def rotate(connection: Connection, keys: Keys, *, who: str) -> int:
    """Seal anew with the current key whatever an older one sealed; returns how many rows. Raises KeyMissing."""
    fresh = []
    for row in connection.execute(select(address_book)).mappings():
        order = OrderKey(row["platform"], row["shop"], row["order_no"])
        sealed = {name: row[f"{name}_sealed"] for name in FIELDS}
        if all(not one or one.partition(".")[0] == keys.current for one in sealed.values()):
            continue
        again = {
            f"{name}_sealed": seal(keys, unseal(keys, one, _about(order, name)), _about(order, name))
            for name, one in sealed.items()
        }
        fresh.append({**order._asdict(), **again})
    return put_all(connection, address_book, fresh, who=who, why=f"key {keys.current}", hide=HIDDEN)


def forget(connection: Connection, before: str, *, who: str, why: str) -> int:
    """Delete what is personal of every order of before `before` (business time); returns of how many.

    Where the address has no moment of its own, that of its order counts. Province, city and district stay for the
    figures. Raises RightMissing and the like.
    """
    require(connection, who, "forget")
    b = address_book.c
    o = platform_order.c
    same = and_(o.platform == b.platform, o.shop == b.shop, o.order_no == b.order_no)
    moment = func.coalesce(func.nullif(b.ordered_at, ""), o.created_at, "")
    old = (
        select(b.platform, b.shop, b.order_no)
        .outerjoin_from(address_book, platform_order, same)
        .where(b.state == KEPT, moment != "", moment < before)
    )
    empty = dict.fromkeys(PERSONAL, "")
    rows = [{**OrderKey(*key)._asdict(), **empty, "state": FORGOTTEN} for key in connection.execute(old).all()]
    return put_all(connection, address_book, rows, who=who, why=why, hide=PERSONAL)


def _about(order: OrderKey, name: str) -> str:
    return "\0".join((*order, name))
