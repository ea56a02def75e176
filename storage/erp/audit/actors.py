"""People and bots by name, what their roles may do, and what they may read.

A bot has an account of its own, the least rights there are, and signs what it brings; it never approves, whatever the
row about it says.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables.privacy import actor, org_unit, reading_grant
from storage.erp.audit.errors import AccountTaken, ActorUnknown, BotCannotDecide, RightMissing, SignatureWrong
from storage.erp.audit.log import noted
from storage.erp.audit.rows import put

ROLES: Mapping[str, frozenset[str]] = {
    "auditor": frozenset({"read_log"}),
    "bot": frozenset({"collect", "publish"}),
    "finance": frozenset({"approve"}),
    "owner": frozenset({"approve", "edit_products", "export_plain", "forget", "grant", "read_log", "reveal"}),
    "products": frozenset({"edit_products"}),
    "reader": frozenset(),
    "support": frozenset({"reveal"}),
    "warehouse": frozenset({"export_plain", "reveal"}),
}
"""Role → rights. `reveal`: look at one order's address; `export_plain`: many at once, for labels."""

BOT_ROLES = frozenset({"bot"})


class Actor(NamedTuple):
    """Somebody who acts in the books."""

    who: str
    kind: str
    role: str
    account: str
    public_key: str


def register(connection: Connection, new: Actor, *, by: str, why: str = "") -> bool:
    """Make somebody known, or change the role; False when it is so already.

    The first one registers himself and must be an owner; then `by` needs the right to grant. Raises BotCannotDecide for
    a bot with a person's role, AccountTaken for a bot on another bot's account.
    """
    anybody = connection.execute(select(actor.c.who).limit(1)).first()
    if anybody or new.role != "owner" or new.who != by:
        require(connection, by, "grant")
    if new.role not in ROLES or new.kind not in ("person", "bot"):
        raise RightMissing(new.who, new.role, new.kind)
    if new.kind == "bot":
        if new.role not in BOT_ROLES:
            raise BotCannotDecide(new.who, new.role)
        _account_is_free(connection, new)
    return put(connection, actor, {**new._asdict(), "state": "active"}, who=by, why=why)


def _account_is_free(connection: Connection, new: Actor) -> None:
    a = actor.c
    mine = (a.account == new.account, a.kind == "bot", a.state == "active", a.who != new.who)
    known = connection.execute(select(a.who).where(*mine)).scalar()
    if known or not new.account:
        raise AccountTaken(new.who, new.account, known or "")


def close(connection: Connection, who: str, *, by: str, why: str) -> bool:
    """Nobody acts under this name any more; what was done under it stays. Raises ActorUnknown."""
    require(connection, by, "grant")
    _actor(connection, who)
    return put(connection, actor, {"who": who, "state": "closed"}, who=by, why=why)


def require(connection: Connection, who: str, right: str) -> Actor:
    """Who it is, if he may. Raises ActorUnknown, RightMissing; BotCannotDecide for any bot that would approve."""
    found = _actor(connection, who)
    if found.kind == "bot" and right not in ROLES["bot"]:
        raise BotCannotDecide(who, right)
    if right not in ROLES.get(found.role, frozenset()):
        raise RightMissing(who, found.role, right)
    return found


def may(connection: Connection, who: str, right: str) -> bool:
    """Whether somebody has a right; False for a name that nobody knows."""
    try:
        require(connection, who, right)
    except (ActorUnknown, BotCannotDecide, RightMissing):
        return False
    return True


def approve(connection: Connection, who: str, what: str, subject: str, *, why: str) -> None:
    """A person with the right says yes, and the log keeps who, what and why. Raises as `require`."""
    require(connection, who, "approve")
    noted(connection, who, f"approve.{what}", subject, why=why)


def _actor(connection: Connection, who: str) -> Actor:
    columns = [actor.c[name] for name in Actor._fields]
    row = connection.execute(select(*columns).where(actor.c.who == who, actor.c.state == "active")).first()
    if row is None:
        raise ActorUnknown(who)
    return Actor(*row)


def grant(connection: Connection, who: str, scope: str, name: str, *, by: str, why: str = "") -> bool:
    """Let somebody read an org, a shop or a warehouse ("*" = all of that scope); False when he may already."""
    require(connection, by, "grant")
    _actor(connection, who)
    return put(connection, reading_grant, {"who": who, "scope": scope, "name": name}, who=by, why=why)


def belongs(connection: Connection, scope: str, name: str, org: str, *, by: str) -> bool:
    """Say which org a shop or warehouse belongs to; False when it is said already."""
    require(connection, by, "grant")
    return put(connection, org_unit, {"scope": scope, "name": name, "org": org}, who=by)


def new_bot_key() -> tuple[str, str]:
    """(private, public) Ed25519 key as hex: the private one is for the bot's vault, the public one for the books."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    return key.private_bytes_raw().hex(), key.public_key().public_bytes_raw().hex()


def sign_manifest(private_key: str, manifest: Mapping[str, object]) -> str:
    """The bot's signature under its manifest (any JSON-able mapping), as hex."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private_key)).sign(_canonical(manifest)).hex()


def check_manifest(connection: Connection, who: str, manifest: Mapping[str, object], signature: str) -> None:
    """Return when the bot signed exactly this manifest. Raises SignatureWrong, ActorUnknown."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    public_key = _actor(connection, who).public_key
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), _canonical(manifest)
        )
    except (InvalidSignature, ValueError) as error:
        raise SignatureWrong(who) from error


def _canonical(manifest: Mapping[str, object]) -> bytes:
    return json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
