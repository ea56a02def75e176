"""Makes a world: draws the catalog, the orders, the money, the stock and the ads from a seed and writes them down."""

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from itertools import chain
from pathlib import Path
from random import Random

from bots.practice.world.ads import AdDay, make_ads
from bots.practice.world.books import World
from bots.practice.world.catalog import Catalog, make_catalog
from bots.practice.world.money import (
    BankLine,
    Flow,
    balance_bank,
    deposits,
    number_and_balance,
    order_flows,
    withdraw,
)
from bots.practice.world.orders import Calendar, Order, make_orders
from bots.practice.world.planted import Ground, Planted, plant_lines, plant_withdrawals
from bots.practice.world.shops import SHOPS, make_accounts
from bots.practice.world.sizes import FULL, WorldSize
from bots.practice.world.stock import WAREHOUSES, Count, make_stock, make_waybills, set_platform_stock

ACTIVITY_ID = "ACT2026NB"
_ACTIVITY_STOCK = (200, 2_000)


@dataclass(slots=True)
class Draft:
    """A world before it is written: every table's content."""

    size: WorldSize
    seed: int
    calendar: Calendar
    catalog: Catalog
    orders: list[Order]
    counts: list[Count]
    waybills: list[tuple[str, str]]
    flows: list[Flow]
    bank: list[BankLine]
    planted: list[Planted]
    ads: list[AdDay]


def build(path: Path, *, seed: int = 7, last_day: date, days: int | None = None, size: WorldSize = FULL) -> World:
    """A new world at `path`, equal in every table for equal arguments.

    `last_day` is the last day of history (the night's yesterday); `days` of history end with it, by default the
    size's own (40, tiny 10). The file appears complete or not at all. FileExistsError if there is one already.
    """
    if path.exists():
        raise FileExistsError(path)
    length = days or size.days
    calendar = Calendar(last_day - timedelta(days=length - 1), length)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    _write(unfinished, draw(seed, calendar, size))
    for left_over in ("-wal", "-shm"):  # of a deleted world of this name: SQLite would read them into the new one
        path.with_name(f"{path.name}{left_over}").unlink(missing_ok=True)
    unfinished.replace(path)
    return World.open(path)


def draw(seed: int, calendar: Calendar, size: WorldSize) -> Draft:
    """The content of a world. Each part has its own random source, so that one part's change leaves the others be."""

    def source(part: str) -> Random:
        return Random(f"{seed}:{part}")

    catalog = make_catalog(source("catalog"), size)
    orders = make_orders(source("orders"), size, calendar, catalog)
    counts = make_stock(source("stock"), size, catalog, orders)
    set_platform_stock(source("platform"), catalog, counts)
    flows, bank, planted = _money(source("money"), size, calendar, orders)
    return Draft(
        size=size,
        seed=seed,
        calendar=calendar,
        catalog=catalog,
        orders=orders,
        counts=counts,
        waybills=make_waybills(source("waybills"), size),
        flows=flows,
        bank=bank,
        planted=planted,
        ads=make_ads(source("ads"), size, calendar, catalog),
    )


def _money(
    rng: Random, size: WorldSize, calendar: Calendar, orders: list[Order]
) -> tuple[list[Flow], list[BankLine], list[Planted]]:
    flows = list(chain.from_iterable(order_flows(rng, order) for order in orders)) + deposits(size, calendar)
    ground = Ground(rng, size, calendar, orders, flows)
    planted = plant_lines(ground, size.planted)
    used_fen: set[int] = set()
    withdrawals: list[Flow] = []
    for shop_id in size.shop_ids:
        own = [flow for flow in flows if flow.shop_id == shop_id]
        withdrawals += withdraw(size, calendar, shop_id, own, used_fen)
    more, bank = plant_withdrawals(rng, calendar, withdrawals, size.planted)
    return number_and_balance(size, calendar, flows + withdrawals), balance_bank(bank), planted + more


def _write(path: Path, draft: Draft) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(files("bots.practice.world").joinpath("schema.sql").read_text("utf-8"))
        connection.execute("BEGIN")
        _write_shops(connection, draft)
        _write_catalog(connection, draft.catalog)
        _write_stock(connection, draft)
        _write_orders(connection, draft)
        _write_money(connection, draft)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def _many(connection: sqlite3.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        marks = ",".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _write_shops(connection: sqlite3.Connection, draft: Draft) -> None:
    calendar = draft.calendar
    settings = {
        "seed": str(draft.seed),
        "size": draft.size.name,
        "first_day": calendar.first_day.isoformat(),
        "last_day": calendar.day(calendar.cutoff).isoformat(),
    }
    _many(connection, "setting", [*settings.items()])
    accounts = make_accounts(draft.seed, draft.size)
    _many(connection, "account", [(a.username, a.password, a.totp_secret, a.site, a.shop_id) for a in accounts])
    shops = [SHOPS[shop_id] for shop_id in draft.size.shop_ids]
    _many(connection, "shop", [(s.shop_id, s.name, s.wallet, s.commission_bp) for s in shops])
    night = datetime.combine(calendar.first_day, datetime.min.time()) + timedelta(days=calendar.days)
    starts, ends = night + timedelta(days=3), night + timedelta(days=10)
    _many(
        connection,
        "activity",
        [(ACTIVITY_ID, "年末家居大促", *_ACTIVITY_STOCK, starts.isoformat(" "), ends.isoformat(" "))],
    )


def _write_catalog(connection: sqlite3.Connection, catalog: Catalog) -> None:
    _many(
        connection,
        "product",
        [
            (p.product_id, p.shop_id, p.title, p.category, int(p.on_shelf), p.price_fen, p.floor_price_fen)
            for p in catalog.products
        ],
    )
    _many(
        connection,
        "sku",
        [(s.sku_id, s.product.product_id, s.code, s.spec, s.price_fen, s.platform_stock) for s in catalog.skus],
    )
    parts = [(code, part, qty) for code, makes in catalog.bundles.items() for part, qty in makes.items()]
    _many(connection, "bundle", [*parts])


def _write_stock(connection: sqlite3.Connection, draft: Draft) -> None:
    _many(connection, "warehouse", [*WAREHOUSES[: draft.size.warehouses]])
    _many(connection, "warehouse_stock", [(c.warehouse, c.code, c.qty, c.unit_cost_fen) for c in draft.counts])
    _many(connection, "waybill_pool", [*draft.waybills])


def _write_orders(connection: sqlite3.Connection, draft: Draft) -> None:
    text = draft.calendar.text

    def moment(second: int | None) -> str | None:
        return None if second is None else text(second)

    _many(connection, "orders", [_order_row(order, draft.calendar) for order in draft.orders])
    lines, refunds, shipments = [], [], []
    for order in draft.orders:
        for line in order.lines:
            shares = (line.discount_share_fen, line.paid_share_fen, line.refunded_fen, line.refund_status)
            lines.append((order.order_no, line.sub_no, line.sku.sku_id, line.qty, line.sku.price_fen, *shares))
            if line.shipped_at is not None:
                shipped = (line.carrier, line.waybill_no, text(line.shipped_at), "history")
                shipments.append((None, order.order_no, line.sub_no, *shipped))
        for case in order.refunds:
            times = (text(case.created_at), moment(case.done_at), int(case.after_settlement))
            refunds.append((case.refund_no, order.order_no, case.sub_no, case.amount_fen, *times))
    _many(connection, "order_line", [*lines])
    _many(connection, "refund", [*refunds])
    _many(connection, "shipment", [*shipments])


def _order_row(order: Order, calendar: Calendar) -> tuple[object, ...]:
    text = calendar.text
    times = [None if at is None else text(at) for at in (order.paid_at, order.shipped_at, order.finished_at)]
    latest_ship_at = None if order.paid_at is None else text(order.paid_at + 48 * 3_600)
    return (
        order.order_no,
        order.shop_id,
        text(order.created_at),
        *times,
        latest_ship_at,
        order.status,
        order.goods_fen,
        order.freight_fen,
        order.seller_discount_fen,
        order.platform_discount_fen,
        order.paid_fen,
        order.refunded_fen,
        *order.place,
        order.receiver,
        order.phone,
        order.note,
        order.priority,
        text(order.modified_at),
    )


def _write_money(connection: sqlite3.Connection, draft: Draft) -> None:
    text = draft.calendar.text
    _many(connection, "wallet_line", [_flow_row(flow, draft.calendar) for flow in draft.flows])
    bank = [(None, text(b.at), "他行汇入", b.counterparty, b.amount_fen, b.balance_fen) for b in draft.bank]
    _many(connection, "bank_line", [*bank])
    planted = [
        (None, p.kind, p.shop_id, p.order_no, p.flow.flow_no if p.flow else None, p.amount_fen, p.note)
        for p in draft.planted
    ]
    _many(connection, "planted", [*planted])
    _many(
        connection,
        "ad_day",
        [
            (a.day, a.shop_id, a.plan, a.product_id, a.spend_fen, a.impressions, a.clicks, a.orders, a.gmv_fen)
            for a in draft.ads
        ],
    )


def _flow_row(flow: Flow, calendar: Calendar) -> tuple[object, ...]:
    return (
        None,
        SHOPS[flow.shop_id].wallet,
        flow.shop_id,
        flow.flow_no,
        flow.business_no,
        calendar.text(flow.at),
        flow.kind,
        flow.order_no,
        flow.refund_no,
        flow.amount_fen,
        flow.balance_fen,
        flow.fee_fen,
        flow.counterparty,
        flow.remark,
        flow.business_type,
    )
