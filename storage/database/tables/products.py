"""The product library: what a product is, what it costs where, and how platforms are to show it."""

from sqlalchemy import CheckConstraint, Index, Table, UniqueConstraint

from storage.database.tables.base import fen, key, metadata, text, whole

spu = Table("spu", metadata, key("spu"), text("title"), text("category"), text("family"))
spu_axis = Table("spu_axis", metadata, key("spu"), key("axis"), whole("position"), text("options"))  # JSON list

# What the house knows of a code beyond what exports tell (`sku`). 0 in a measure: nobody measured it yet.
variant = Table(
    "variant",
    metadata,
    key("code"),
    text("spu"),
    text("combination"),  # 尺码=L;颜色=红, axes in byte order; the code itself where the SPU has no axes
    text("kind"),  # normal | gift
    whole("weight_g"),
    whole("length_mm"),
    whole("width_mm"),
    whole("height_mm"),
    whole("per_carton"),
    text("state"),  # active | retired
    UniqueConstraint("spu", "combination", name="uq_variant_combination"),
    CheckConstraint("weight_g >= 0 AND length_mm >= 0 AND width_mm >= 0 AND height_mm >= 0", name="measures"),
)
# Everything a code is also called: kind alias | barcode. One name, one code, whatever its kind.
code_name = Table("code_name", metadata, key("name"), text("kind"), text("code"), Index("ix_code_name_code", "code"))

attribute = Table(
    "attribute", metadata, key("attribute"), text("type"), text("options"), text("unit")
)  # a value is text | whole | decimal | choice | yes_no | date
family_attribute = Table("family_attribute", metadata, key("family"), key("attribute"))
channel_attribute = Table("channel_attribute", metadata, key("platform"), key("family"), key("attribute"))  # required
attribute_value = Table("attribute_value", metadata, key("code"), key("attribute"), text("value"))

# The tree as it stood from a moment on: reports of earlier days keep the tree of their day. parent "" is the root.
category = Table("category", metadata, key("category"), text("title"))
category_place = Table("category_place", metadata, key("category"), key("valid_from"), text("parent"))
platform_category = Table("platform_category", metadata, key("platform"), key("platform_category"), text("category"))

# kind: retail | channel | member | activity. "" or 0 in a scope column means everywhere, everybody, from one piece.
# Valid from `valid_from` on and before `valid_to` ("" = for ever), Asia/Shanghai.
price = Table(
    "price",
    metadata,
    key("price_id"),
    text("code"),
    text("kind"),
    text("platform"),
    text("shop"),
    text("level"),
    whole("min_qty", 1),
    text("valid_from"),
    text("valid_to"),
    fen("price_fen"),
    text("state"),  # active | withdrawn
    text("reason"),
    Index("ix_price_code", "code"),
    CheckConstraint("price_fen >= 0 AND min_qty >= 1", name="price"),
)

# How a platform is to show a SKU, field by field: title, price_fen, code, and status (上架 | 下架; platform_sku "" = of
# the product). `confirmed` is what a bot's result said last, at `confirmed_at`; what the export says is in channel_sku.
listing = Table(
    "listing",
    metadata,
    key("platform"),
    key("shop"),
    key("product_id"),
    key("platform_sku"),
    key("field"),
    text("desired"),
    text("decided_by"),
    text("confirmed"),
    text("confirmed_at"),
    text("confirmed_by"),  # the command
)

# One row of a campaign's sheet. state: blocked (below the floor: never sent) | ready | sent | done | rejected | failed
# | person. quota: pieces for the activity; issued: pieces the platform granted; used: pieces sold in it.
activity_offer = Table(
    "activity_offer",
    metadata,
    key("activity_id"),
    key("platform"),
    key("shop"),
    key("platform_sku"),
    text("product_id"),
    text("code"),
    fen("price_fen"),
    fen("cost_fen"),
    fen("margin_fen"),
    whole("quota"),
    whole("issued"),
    whole("used"),
    whole("buyer_limit"),  # 0 = none
    text("state"),
    text("reason"),
    text("command_id"),
    CheckConstraint("used >= 0 AND used <= issued AND issued <= quota", name="quota"),
)
activity_use = Table(
    "activity_use",
    metadata,
    key("activity_id"),
    key("platform"),
    key("shop"),
    key("platform_sku"),
    key("order_no"),
    text("buyer"),  # a blind index, never a name
    whole("qty"),
)

# A gift in a parcel: the goods left by a stock move of their own at their cost, which is the campaign's.
gift_given = Table(
    "gift_given",
    metadata,
    key("campaign"),
    key("platform"),
    key("shop"),
    key("order_no"),
    key("code"),
    text("warehouse"),
    whole("qty"),
    fen("cost_fen"),
    text("at"),
)

# A sheet that was imported, and each row of the books that it changed, so that all of it can be taken back.
product_batch = Table(
    "product_batch", metadata, key("batch_id"), text("name"), text("state"), text("decided_by"), text("recorded_at")
)  # state: applied | rolled_back
product_change = Table(
    "product_change",
    metadata,
    key("batch_id"),
    key("subject"),  # JSON list: table, then the row's key
    whole("position"),
    text("before"),  # JSON, "" = there was no such row
    text("after"),
)
