"""Orders that are as they should be, decided in the database: most of them, at a tenth of the cost of one by one.

Only what is certain without a second look is decided here: the order is settled; each component that is due has just
one line of just its amount; at most one refund, which the statement shows to the fen; fees without a contract are there
once. Everything else (`rest.py`) goes to `matching.match_orders`, which gives plain orders the very same answers: the
tests hold the two together. One shop after the other (`plain_shop.py`), each in the order of its keys.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from storage.database.bulk import Counts
from storage.database.tables import bill_line
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.expectations import REFUSED_WORDS
from storage.erp.reconciliation.plain_shop import Shop, decide_shop, says, write_shop
from storage.erp.reconciliation.reading import distinct
from storage.erp.reconciliation.rows import day_after

TABLES = ("recon_shop", "recon_span", "recon_back", "recon_sure", "recon_odd", "recon_rest")
_MINE = "s.order_no = b.order_no AND s.shop = b.shop AND s.platform = b.platform"
_REF = "b.shop || '|' || b.wallet || '|' || b.flow_no || '|' || b.fee_type || '|1'"
_GROUP = "'order|' || s.platform || '|' || s.shop || '|' || s.order_no"


class Plain(NamedTuple):
    """What was decided in the database: `counts` of items, how many `lines`, `groups`; `wallets`: of shops with one."""

    counts: Counts
    lines: int
    groups: int
    wallets: dict[tuple[str, str], str]


def decide_plain(connection: Connection, contracts: Contracts, periods: dict[str, tuple[str, str]]) -> Plain:
    """Write items and groups of plain orders. Until `forget`, `recon_sure` holds those orders and `recon_rest` the
    numbers on lines that are not theirs. `periods`: file -> (first day, last day) that it speaks about.
    """
    forget(connection)
    for statement in (*_TABLES, *_BACK):
        connection.execute(text(statement))
    wallets = _wallets(connection)
    shops = _shops(connection, wallets, contracts)
    _spans(connection, periods)
    unnamed = bool(connection.execute(text(_UNNAMED)).scalar_one())
    for shop in shops:
        connection.execute(text(decide_shop(shop, unnamed_refunds=unnamed)), shop.names())
    for statement in _LEFT:
        connection.execute(text(statement))
    groups, lines = connection.execute(text("SELECT count(*), coalesce(sum(lines), 0) FROM recon_sure")).one()
    counts = _write(connection, shops, int(lines)) if groups else Counts()
    return Plain(counts, int(lines), int(groups), wallets)


def forget(connection: Connection) -> None:
    """Drop the working tables."""
    for name in TABLES:
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))


def plain_keys(connection: Connection) -> set[tuple[str, str, str]]:
    """The keys of the items of plain orders."""
    query = f"SELECT {_REF} FROM bill_line b CROSS JOIN recon_sure s WHERE {_MINE}"
    return {("orders", "statement", ref) for ref in connection.execute(text(query)).scalars()}


def plain_groups(connection: Connection) -> set[str]:
    """The groups of plain orders."""
    return set(connection.execute(text(f"SELECT {_GROUP} FROM recon_sure s")).scalars())


def _wallets(connection: Connection) -> dict[tuple[str, str], str]:
    """(platform, shop) -> wallet; shops with several wallets are nobody's plain business."""
    found = distinct(connection, bill_line.c.platform, bill_line.c.shop, bill_line.c.wallet)
    several = {owner for owner, count in Counter((row[0], row[1]) for row in found).items() if count > 1}
    return {(row[0], row[1]): row[2] for row in found if (row[0], row[1]) not in several}


def _shops(connection: Connection, wallets: dict[tuple[str, str], str], contracts: Contracts) -> list[Shop]:
    """Shops whose orders can be plain, with their contracts; `recon_shop` holds them for `rest.py`."""
    shops = [
        Shop(
            platform,
            shop,
            wallet,
            wallet in contracts.paid_out_at_payment,
            contracts.commission_bp.get(shop),
            contracts.payment_fee_bp.get(wallet),
        )
        for (platform, shop), wallet in sorted(wallets.items())
        if wallet != "personal"
    ]
    rows: list[dict[str, object]] = [
        {"platform": one.platform, "shop": one.shop, "at_payment": int(one.at_payment)} for one in shops
    ]
    _fill(connection, "recon_shop", rows)
    return shops


def _spans(connection: Connection, periods: dict[str, tuple[str, str]]) -> None:
    told = sorted(periods.items())
    rows: list[dict[str, object]] = [
        {"file_sha": sha, "first_day": first, "end_day": day_after(last, 1)} for sha, (first, last) in told
    ]
    _fill(connection, "recon_span", rows)


def _fill(connection: Connection, table: str, rows: Sequence[dict[str, object]]) -> None:
    if rows:
        names = list(rows[0])
        marks = ", ".join(f":{name}" for name in names)
        connection.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"), rows)


_TABLES = (
    """CREATE TEMPORARY TABLE recon_shop (platform text, shop text, at_payment integer,
       PRIMARY KEY (shop, platform))""",
    "CREATE TEMPORARY TABLE recon_span (file_sha text PRIMARY KEY, first_day text, end_day text)",
    """CREATE TEMPORARY TABLE recon_sure (order_no text, shop text, platform text, refund_no text, lines bigint,
       PRIMARY KEY (order_no, shop, platform))""",
    "CREATE TEMPORARY TABLE recon_odd (sub_no text, order_no text)",
    "CREATE TEMPORARY TABLE recon_rest (order_no text PRIMARY KEY)",
)

_DONE = f"(r.done_at <> '' AND NOT {says('r.status', REFUSED_WORDS)})"
_BACK = (
    f"""
CREATE TEMPORARY TABLE recon_back AS
SELECT r.platform, r.shop, r.order_no, count(*) AS refunds, max(r.refund_no) AS refund_no,
       max(CASE WHEN {_DONE} THEN 1 ELSE 0 END) AS done, max(r.after_settlement) AS after_settlement,
       max(r.amount_fen) AS refund_fen
  FROM refund r GROUP BY r.platform, r.shop, r.order_no
""",
    "CREATE UNIQUE INDEX ux_recon_back ON recon_back (order_no, shop, platform)",
)
"""Orders with refunds; of one with several only their number counts."""

_UNNAMED = "SELECT count(*) FROM (SELECT 1 FROM bill_line WHERE order_no = '' AND fee_type = 'refund' LIMIT 1) one"

_LEFT = (
    """
INSERT INTO recon_rest
SELECT t.order_no FROM (SELECT DISTINCT order_no FROM bill_line) t
 WHERE NOT EXISTS (SELECT 1 FROM recon_sure s WHERE s.order_no = t.order_no)
""",
    """
INSERT INTO recon_odd SELECT n.sub_no, n.order_no FROM order_line n
 WHERE n.sub_no <> n.order_no AND n.sub_no IN (SELECT order_no FROM recon_rest WHERE order_no <> '')
""",
    "DELETE FROM recon_sure WHERE order_no IN (SELECT order_no FROM recon_odd)",
    "INSERT INTO recon_rest SELECT DISTINCT order_no FROM recon_odd WHERE true ON CONFLICT (order_no) DO NOTHING",
)
"""Numbers on lines that are still to be decided. Such a line may name a sub-order (`recon_odd`): then it is one of its
order."""


def _write(connection: Connection, shops: Sequence[Shop], lines: int) -> Counts:
    before = _items(connection)
    touched = 0
    for shop in shops:
        prefixes = {"ref": f"{shop.shop}|{shop.wallet}|", "group_id": f"order|{shop.platform}|{shop.shop}|"}
        touched += connection.execute(text(write_shop(shop)), {**shop.names(), **prefixes}).rowcount
    created = _items(connection) - before if touched else 0
    connection.execute(text(_GROUPS))
    return Counts(created, touched - created, lines - touched)


def _items(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM recon_item")).scalar_one())


_GROUPS = f"""
INSERT INTO recon_group (group_id, kind, residual_fen)
SELECT {_GROUP}, CASE WHEN s.lines = 1 THEN '1-1' ELSE 'N-1' END, 0
  FROM recon_sure s WHERE true
ON CONFLICT (group_id) DO UPDATE SET kind = excluded.kind, residual_fen = excluded.residual_fen
 WHERE recon_group.kind <> excluded.kind OR recon_group.residual_fen <> excluded.residual_fen
"""
