"""Advertising: what each plan spent per day and product, and what it brought."""

from dataclasses import dataclass
from random import Random

from bots.practice.world.catalog import Catalog, Product
from bots.practice.world.orders import Calendar
from bots.practice.world.sizes import WorldSize

_PLANS = ("关键词推广-日常", "人群推广-拉新", "货品运营-爆款")


@dataclass(frozen=True, slots=True)
class AdDay:
    """One row of the ad centre's report."""

    day: str
    shop_id: str
    plan: str
    product_id: str
    spend_fen: int
    impressions: int
    clicks: int
    orders: int
    gmv_fen: int


def make_ads(rng: Random, size: WorldSize, calendar: Calendar, catalog: Catalog) -> list[AdDay]:
    """Every plan's days; a product is advertised in one plan of its shop."""
    rows: list[AdDay] = []
    for shop_id in size.shop_ids:
        on_shelf = [product for product in catalog.products if product.shop_id == shop_id and product.on_shelf]
        chosen = rng.sample(on_shelf, min(size.ad_products, len(on_shelf)))
        for position, product in enumerate(chosen):
            plan = _PLANS[position % len(_PLANS)]
            rows += [_row(rng, calendar, day, plan, product) for day in range(calendar.days)]
    return sorted(rows, key=lambda row: (row.day, row.shop_id, row.plan, row.product_id))


def _row(rng: Random, calendar: Calendar, day: int, plan: str, product: Product) -> AdDay:
    impressions = rng.randint(800, 9_000)
    clicks = impressions * rng.randint(8, 60) // 1_000
    orders = clicks * rng.randint(0, 80) // 1_000
    return AdDay(
        day=calendar.day(day * 86_400).isoformat(),
        shop_id=product.shop_id,
        plan=plan,
        product_id=product.product_id,
        spend_fen=clicks * rng.randint(35, 180),
        impressions=impressions,
        clicks=clicks,
        orders=orders,
        gmv_fen=orders * product.price_fen * rng.randint(95, 160) // 100,
    )
