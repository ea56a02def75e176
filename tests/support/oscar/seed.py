"""What is in the oscar shop: 210 products, 520 orders over 60 days, stock alerts, dashboard users; from one seed."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

PRODUCTS = 210
ORDERS = 520
LOW_STOCK = 40
ALERTS = 30
LAST_DAY = datetime(2026, 11, 20, 18, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
USERNAME = "ops@example.com"
PASSWORD = "oscar-practice-password"
STATUSES = ("Pending", "Being processed", "Complete", "Cancelled")


def seed() -> None:
    """Fill the empty, migrated database."""
    from django.contrib.auth import get_user_model
    from django.contrib.sites.models import Site

    get_user_model().objects.create_superuser("ops", USERNAME, PASSWORD)
    get_user_model().objects.create_user("buyer", "buyer@example.com", PASSWORD)
    Site.objects.update_or_create(id=1, defaults={"domain": "127.0.0.1", "name": "test"})
    chance = random.Random(20261120)
    seed_orders(chance, seed_products(chance))


def seed_products(chance: random.Random) -> list[Any]:
    """Products of one class with a price and stock, a few of them running low; returns their stock records."""
    from oscar.apps.catalogue.models import Product, ProductClass
    from oscar.apps.offer.models import Range
    from oscar.apps.partner.models import Partner, StockRecord

    partner = Partner.objects.create(name="Warehouse")
    kind = ProductClass.objects.create(name="Goods", requires_shipping=True, track_stock=True)
    records = []
    for number in range(1, PRODUCTS + 1):
        upc = f"69{number:011d}"
        product = Product.objects.create(
            product_class=kind, title=f"Item {number:04d}", upc=upc, slug=f"item-{number}", is_public=True
        )
        record = StockRecord(
            product=product,
            partner=partner,
            partner_sku=f"SKU-{number:04d}",
            price_currency="CNY",
            price=Decimal(chance.randrange(900, 29900)) / 100,
            num_in_stock=chance.randrange(0, 200),
        )
        records.append(record)
    StockRecord.objects.bulk_create(records)
    Range.objects.create(name="Everything", slug="everything", includes_all_products=True)
    seed_alerts(records)
    return records


def seed_alerts(records: list[Any]) -> None:
    """A warning for each of some products whose stock is below its threshold; one of them is settled already."""
    from oscar.apps.partner.models import StockAlert, StockRecord

    low = [record for record in records if record.num_in_stock < LOW_STOCK][:ALERTS]
    for record in low:
        record.low_stock_threshold = LOW_STOCK
    StockRecord.objects.bulk_update(low, ["low_stock_threshold"])
    alerts = [StockAlert(stockrecord=record, threshold=LOW_STOCK) for record in low]
    alerts[0].status = StockAlert.CLOSED
    StockAlert.objects.bulk_create(alerts)


def seed_orders(chance: random.Random, records: list[Any]) -> None:
    """Orders with one to four lines each, placed at odd seconds over 60 days; each total is the sum of its lines."""
    from django.contrib.auth import get_user_model
    from django.contrib.sites.models import Site
    from oscar.apps.address.models import Country
    from oscar.apps.order.models import Line, Order, ShippingAddress

    user = get_user_model().objects.get(username="ops")
    site = Site.objects.get(id=1)
    country = Country.objects.create(
        iso_3166_1_a2="CN", iso_3166_1_a3="CHN", printable_name="China", name="China", is_shipping_country=True
    )
    addresses = [
        ShippingAddress(
            first_name="Buyer", last_name=f"{number:04d}", line1="1 Road", line4="Hangzhou", country=country
        )
        for number in range(1, ORDERS + 1)
    ]
    orders, lines = [], []
    for number, address in enumerate(ShippingAddress.objects.bulk_create(addresses), start=1):
        order = Order(
            number=str(100000 + number),
            site=site,
            user=user,
            currency="CNY",
            shipping_incl_tax=0,
            shipping_excl_tax=0,
            shipping_address=address,
            status=chance.choice(STATUSES),
            date_placed=LAST_DAY - timedelta(seconds=chance.randrange(60 * 86400)),
        )
        bought = [
            line_of(order, record, chance.randrange(1, 4)) for record in chance.sample(records, chance.randrange(1, 5))
        ]
        order.total_incl_tax = order.total_excl_tax = sum(line.line_price_incl_tax for line in bought)
        orders.append(order)
        lines += bought
    Order.objects.bulk_create(orders)
    for line in lines:
        line.order_id = line.order.pk
    Line.objects.bulk_create(lines)


def line_of(order: Any, record: Any, quantity: int) -> Any:
    """One line of an order."""
    from oscar.apps.order.models import Line

    amount = record.price * quantity
    return Line(
        order=order,
        partner=record.partner,
        partner_name="Warehouse",
        partner_sku=record.partner_sku,
        stockrecord=record,
        product=record.product,
        title=record.product.title,
        upc=record.product.upc,
        quantity=quantity,
        num_allocated=0,
        allocation_cancelled=False,
        status="Pending",
        line_price_incl_tax=amount,
        line_price_excl_tax=amount,
        line_price_before_discounts_incl_tax=amount,
        line_price_before_discounts_excl_tax=amount,
        unit_price_incl_tax=record.price,
        unit_price_excl_tax=record.price,
    )
