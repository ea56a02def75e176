"""The product library: what a product is, what it costs where, and how platforms see it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _activity_offer()
    _activity_use()
    _attribute()
    _attribute_value()
    _category()
    _category_place()
    _channel_attribute()
    _code_name()
    _family_attribute()
    _gift_given()
    _listing()
    _platform_category()
    _price()
    _product_batch()
    _product_change()
    _spu()
    _spu_axis()
    _variant()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "activity_offer",
    "activity_use",
    "attribute",
    "attribute_value",
    "category",
    "category_place",
    "channel_attribute",
    "code_name",
    "family_attribute",
    "gift_given",
    "listing",
    "platform_category",
    "price",
    "product_batch",
    "product_change",
    "spu",
    "spu_axis",
    "variant",
)


def _activity_offer() -> None:
    op.create_table(
        "activity_offer",
        sa.Column("activity_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("platform_sku", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("margin_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("quota", sa.Integer(), server_default="0", nullable=False),
        sa.Column("issued", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("buyer_limit", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("command_id", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("used >= 0 AND used <= issued AND issued <= quota", name=op.f("ck_activity_offer_quota")),
        sa.PrimaryKeyConstraint("activity_id", "platform", "shop", "platform_sku", name=op.f("pk_activity_offer")),
    )


def _activity_use() -> None:
    op.create_table(
        "activity_use",
        sa.Column("activity_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("platform_sku", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("buyer", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(
            "activity_id", "platform", "shop", "platform_sku", "order_no", name=op.f("pk_activity_use")
        ),
    )


def _attribute() -> None:
    op.create_table(
        "attribute",
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), server_default="", nullable=False),
        sa.Column("options", sa.Text(), server_default="", nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("attribute", name=op.f("pk_attribute")),
    )


def _attribute_value() -> None:
    op.create_table(
        "attribute_value",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", "attribute", name=op.f("pk_attribute_value")),
    )


def _category() -> None:
    op.create_table(
        "category",
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("category", name=op.f("pk_category")),
    )


def _category_place() -> None:
    op.create_table(
        "category_place",
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("category", "valid_from", name=op.f("pk_category_place")),
    )


def _channel_attribute() -> None:
    op.create_table(
        "channel_attribute",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "family", "attribute", name=op.f("pk_channel_attribute")),
    )


def _code_name() -> None:
    op.create_table(
        "code_name",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_code_name")),
    )
    op.create_index("ix_code_name_code", "code_name", ["code"], unique=False)


def _family_attribute() -> None:
    op.create_table(
        "family_attribute",
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("family", "attribute", name=op.f("pk_family_attribute")),
    )


def _gift_given() -> None:
    op.create_table(
        "gift_given",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("campaign", "platform", "shop", "order_no", "code", name=op.f("pk_gift_given")),
    )


def _listing() -> None:
    op.create_table(
        "listing",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("platform_sku", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("desired", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed_at", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed_by", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "product_id", "platform_sku", "field", name=op.f("pk_listing")),
    )


def _platform_category() -> None:
    op.create_table(
        "platform_category",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("platform_category", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("platform", "platform_category", name=op.f("pk_platform_category")),
    )


def _price() -> None:
    op.create_table(
        "price",
        sa.Column("price_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("level", sa.Text(), server_default="", nullable=False),
        sa.Column("min_qty", sa.Integer(), server_default="1", nullable=False),
        sa.Column("valid_from", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_to", sa.Text(), server_default="", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("price_fen >= 0 AND min_qty >= 1", name=op.f("ck_price_price")),
        sa.PrimaryKeyConstraint("price_id", name=op.f("pk_price")),
    )
    op.create_index("ix_price_code", "price", ["code"], unique=False)


def _product_batch() -> None:
    op.create_table(
        "product_batch",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_product_batch")),
    )


def _product_change() -> None:
    op.create_table(
        "product_change",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("before", sa.Text(), server_default="", nullable=False),
        sa.Column("after", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "subject", name=op.f("pk_product_change")),
    )


def _spu() -> None:
    op.create_table(
        "spu",
        sa.Column("spu", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("category", sa.Text(), server_default="", nullable=False),
        sa.Column("family", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("spu", name=op.f("pk_spu")),
    )


def _spu_axis() -> None:
    op.create_table(
        "spu_axis",
        sa.Column("spu", sa.Text(), nullable=False),
        sa.Column("axis", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("options", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("spu", "axis", name=op.f("pk_spu_axis")),
    )


def _variant() -> None:
    op.create_table(
        "variant",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("spu", sa.Text(), server_default="", nullable=False),
        sa.Column("combination", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("weight_g", sa.Integer(), server_default="0", nullable=False),
        sa.Column("length_mm", sa.Integer(), server_default="0", nullable=False),
        sa.Column("width_mm", sa.Integer(), server_default="0", nullable=False),
        sa.Column("height_mm", sa.Integer(), server_default="0", nullable=False),
        sa.Column("per_carton", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "weight_g >= 0 AND length_mm >= 0 AND width_mm >= 0 AND height_mm >= 0", name=op.f("ck_variant_measures")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_variant")),
        sa.UniqueConstraint("spu", "combination", name="uq_variant_combination"),
    )
