"""Pick-one sets and lucky bags as people write them down: `A|B*2;C|D` is two bags, from each of which one is drawn."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from storage.database.tables import bundle
from storage.database.tables.lots import stock_set, stock_set_member
from storage.erp.audit.actors import require
from storage.erp.audit.rows import put, put_all, remove, remove_all
from storage.erp.catalog.sets import BAGS_MAX, Member, StockSet
from storage.erp.products.codes import resolve
from storage.erp.products.errors import CodeUnknown, SetWrong

KIND_WORDS = {"bundle": ("组合", "bundle"), "lucky_bag": ("福袋", "lucky bag"), "pick_one": ("多选一", "pick one")}


def read_bags(code: str, text: str) -> StockSet:
    """The set that a person wrote: `;` between bags, `|` between members, `*2` for pieces of one draw. Pure.

    Raises SetWrong for anything else.
    """
    bags = tuple(tuple(_member(code, part) for part in bag.split("|")) for bag in text.replace("；", ";").split(";"))
    draws = {member for bag in bags for member in bag}
    if len(bags) > BAGS_MAX:
        raise SetWrong(code, f"最多 {BAGS_MAX} 袋", f"{BAGS_MAX} bags at most")
    if len({member.code for member in draws}) != len(draws):
        raise SetWrong(code, "同一个编码在各袋里的件数要一样", "a code has one number of pieces in all bags")
    if any(len({member.code for member in bag}) != len(bag) for bag in bags):
        raise SetWrong(code, "同一袋里一个编码只写一次", "a code stands once in a bag")
    kind = "pick_one" if len(bags) == 1 else "bundle" if all(len(bag) == 1 for bag in bags) else "lucky_bag"
    return StockSet(code, kind, bags)


def _member(code: str, part: str) -> Member:
    name, star, pieces = part.strip().partition("*")
    if not name.strip() or (star and not (pieces.strip().isdecimal() and int(pieces) > 0)):
        raise SetWrong(code, f"「{part}」不是 编码 或 编码*件数", f"{part!r} is no CODE or CODE*PIECES")
    return Member(name.strip(), int(pieces) if star else 1)


def bags_text(bags: Sequence[Sequence[Member]]) -> str:
    """A set's bags as `read_bags` reads them. Pure."""
    return ";".join("|".join(one.code + (f"*{one.qty}" if one.qty != 1 else "") for one in bag) for bag in bags)


def define(connection: Connection, one: StockSet, *, who: str, why: str = "") -> bool:
    """Let a code be this set from now on; False when it is already. What was drawn before stays drawn.

    Raises CodeUnknown for a member that nobody made, SetWrong for one that is itself a set or a bundle, RightMissing.
    """
    require(connection, who, "edit_products")
    _checked(connection, one)
    rows = [
        {"code": one.code, "bag": f"{number:02d}", "member": member.code, "qty": member.qty}
        for number, bag in enumerate(one.bags, start=1)
        for member in bag
    ]
    changed = put(connection, stock_set, {"code": one.code, "kind": one.kind}, who=who, why=why)
    wanted = {(row["code"], row["bag"], row["member"]) for row in rows}
    gone = [key for key in _keys(connection, one.code) if key not in wanted]
    removed = remove_all(connection, stock_set_member, gone, who=who, why=why)
    return bool(put_all(connection, stock_set_member, rows, who=who, why=why) + removed) or changed


def _checked(connection: Connection, one: StockSet) -> None:
    members = sorted({member.code for bag in one.bags for member in bag})
    known = resolve(connection, members)
    for code in members:
        if known.get(code) != code:
            raise CodeUnknown(code)
    m, b = stock_set.c.code, bundle.c.code
    made = {*connection.execute(select(m)).scalars(), *connection.execute(select(b).distinct()).scalars(), one.code}
    if inner := sorted(made.intersection(members)):
        raise SetWrong(one.code, f"{inner[0]} 自己就是组合，不能放进袋里", f"{inner[0]} is itself made of others")


def forget(connection: Connection, code: str, *, who: str, why: str = "") -> bool:
    """Let a code be an ordinary one again; False when it was no set. Raises RightMissing."""
    require(connection, who, "edit_products")
    remove_all(connection, stock_set_member, _keys(connection, code), who=who, why=why)
    return remove(connection, stock_set, {"code": code}, who=who, why=why)


def _keys(connection: Connection, code: str) -> list[tuple[str, str, str]]:
    c = stock_set_member.c
    query = select(c.code, c.bag, c.member).where(c.code == code).order_by(c.bag, c.member)
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]
