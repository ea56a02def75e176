"""What is in the oscar shop: 210 products, 520 orders over 60 days, a user for the dashboard; all from one seed."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

PRODUCTS = 210
ORDERS = 520
LAST_DAY = datetime(2026, 11, 20, 18, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
USERNAME = "ops@example.com"
PASSWORD = "oscar-practice-password"
STATUSES = ("Pending", "Being processed", "Complete", "Cancelled")


def seed() -> None:
    """Fill the empty, migrated database."""
    from django.contrib.auth import get_user_model
    from django.contrib.sites.models import Site

    get_user_model().objects.create_superuser("ops", USERNAME, PASSWORD)
    Site.objects.update_or_create(id=1, defaults={"domain": "127.0.0.1", "name": "test"})
    chance = random.Random(20261120)
    seed_orders(chance, seed_products(chance))


def seed_products(chance: random.Random) -> list[object]:
    """Products of one class with a price and stock; returns them."""
    from oscar.apps.catalogue.models import Product, ProductClass
    from oscar.apps.partner.models import Partner, StockRecord

    partner = Partner.objects.create(name="Warehouse")
    kind = ProductClass.objects.create(name="Goods", requires_shipping=True, track_stock=True)
    products = []
    for number in range(1, PRODUCTS + 1):
        upc = f"69{number:011d}"
        product = Product.objects.create(
            product_class=kind, title=f"Item {number:04d}", upc=upc, slug=f"item-{number}", is_public=True
        )
        StockRecord.objects.create(
            product=product,
            partner=partner,
            partner_sku=f"SKU-{number:04d}",
            price_currency="CNY",
            price=Decimal(chance.randrange(900, 29900)) / 100,
            num_in_stock=chance.randrange(0, 200),
        )
        products.append(product)
    return products


def seed_orders(chance: random.Random, products: list[object]) -> None:
    """Orders with one to four lines each, placed at odd seconds over 60 days."""
    from django.contrib.auth import get_user_model
    from django.contrib.sites.models import Site
    from oscar.apps.address.models import Country
    from oscar.apps.order.models import Order, ShippingAddress

    user = get_user_model().objects.get(username="ops")
    site = Site.objects.get(id=1)
    country = Country.objects.create(
        iso_3166_1_a2="CN", iso_3166_1_a3="CHN", printable_name="China", name="China", is_shipping_country=True
    )
    for number in range(1, ORDERS + 1):
        address = ShippingAddress.objects.create(
            first_name="Buyer", last_name=f"{number:04d}", line1="1 Road", line4="Hangzhou", country=country
        )
        order = Order.objects.create(
            number=str(100000 + number),
            site=site,
            user=user,
            currency="CNY",
            total_incl_tax=0,
            total_excl_tax=0,
            shipping_incl_tax=0,
            shipping_excl_tax=0,
            shipping_address=address,
            status=chance.choice(STATUSES),
            date_placed=LAST_DAY - timedelta(seconds=chance.randrange(60 * 86400)),
        )
        seed_lines(chance, products, order)


def seed_lines(chance: random.Random, products: list[object], order: object) -> None:
    """The lines of one order; its total is their sum."""
    from oscar.apps.order.models import Line

    total = Decimal(0)
    for product in chance.sample(products, chance.randrange(1, 5)):
        record = product.stockrecords.get()  # type: ignore[attr-defined]
        quantity = chance.randrange(1, 4)
        amount = record.price * quantity
        Line.objects.create(
            order=order,
            partner=record.partner,
            partner_name="Warehouse",
            partner_sku=record.partner_sku,
            stockrecord=record,
            product=product,
            title=product.title,  # type: ignore[attr-defined]
            upc=product.upc,  # type: ignore[attr-defined]
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
        total += amount
    order.total_incl_tax = order.total_excl_tax = total  # type: ignore[attr-defined]
    order.save()  # type: ignore[attr-defined]
