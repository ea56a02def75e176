"""How an order was judged before it ships: holds, reasons, rules, splits and merges."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _batch_result()
    _carrier_gap()
    _carrier_rate()
    _fulfilment_share()
    _gift_line()
    _order_detail()
    _order_hold()
    _order_payment()
    _order_review()
    _order_state()
    _parcel()
    _parcel_fulfilment()
    _pick_task()
    _presale_quota()
    _rule_set()
    _ship_instruction()
    _shop_zone()
    _track_event()
    _waybill_void()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "batch_result",
    "carrier_gap",
    "carrier_rate",
    "fulfilment_share",
    "gift_line",
    "order_detail",
    "order_hold",
    "order_payment",
    "order_review",
    "order_state",
    "parcel",
    "parcel_fulfilment",
    "pick_task",
    "presale_quota",
    "rule_set",
    "ship_instruction",
    "shop_zone",
    "track_event",
    "waybill_void",
)


def _batch_result() -> None:
    op.create_table(
        "batch_result",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "n", name=op.f("pk_batch_result")),
    )


def _carrier_gap() -> None:
    op.create_table(
        "carrier_gap",
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("carrier", "province", "city", "district", name=op.f("pk_carrier_gap")),
    )


def _carrier_rate() -> None:
    op.create_table(
        "carrier_rate",
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("first_g", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("step_g", sa.Integer(), server_default="0", nullable=False),
        sa.Column("step_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("carrier", "origin", "province", name=op.f("pk_carrier_rate")),
    )


def _fulfilment_share() -> None:
    op.create_table(
        "fulfilment_share",
        sa.Column("fulfilment_id", sa.Text(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("freight_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("split_because", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("fulfilment_id", name=op.f("pk_fulfilment_share")),
    )


def _gift_line() -> None:
    op.create_table(
        "gift_line",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="wanted", nullable=False),
        sa.Column("fulfilment_id", sa.Text(), server_default="", nullable=False),
        sa.Column("explanation", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_gift_line_qty_positive")),
        sa.PrimaryKeyConstraint("platform", "shop", "order_no", "line_no", name=op.f("pk_gift_line")),
    )


def _order_detail() -> None:
    op.create_table(
        "order_detail",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("order_type", sa.Text(), server_default="normal", nullable=False),
        sa.Column("buyer", sa.Text(), server_default="", nullable=False),
        sa.Column("oaid", sa.Text(), server_default="", nullable=False),
        sa.Column("address_key", sa.Text(), server_default="", nullable=False),
        sa.Column("district", sa.Text(), server_default="", nullable=False),
        sa.Column("address_state", sa.Text(), server_default="", nullable=False),
        sa.Column("buyer_memo", sa.Text(), server_default="", nullable=False),
        sa.Column("seller_memo", sa.Text(), server_default="", nullable=False),
        sa.Column("flag", sa.Text(), server_default="", nullable=False),
        sa.Column("campaign", sa.Text(), server_default="", nullable=False),
        sa.Column("balance_state", sa.Text(), server_default="", nullable=False),
        sa.Column("entered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("entered_why", sa.Text(), server_default="", nullable=False),
        sa.Column("told_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "order_no", name=op.f("pk_order_detail")),
    )
    op.create_index("ix_order_detail_buyer", "order_detail", ["buyer"], unique=False)


def _order_hold() -> None:
    op.create_table(
        "order_hold",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("topic", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("facts", sa.Text(), server_default="", nullable=False),
        sa.Column("held_by", sa.Text(), server_default="", nullable=False),
        sa.Column("release_by", sa.Text(), server_default="", nullable=False),
        sa.Column("until", sa.Text(), server_default="", nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("due_at", sa.Text(), server_default="", nullable=False),
        sa.Column("held_at", sa.Text(), server_default="", nullable=False),
        sa.Column("released_at", sa.Text(), server_default="", nullable=False),
        sa.Column("released_by", sa.Text(), server_default="", nullable=False),
        sa.Column("released_why", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "order_no", "code", "nth", name=op.f("pk_order_hold")),
    )
    op.create_index("ix_order_hold_state", "order_hold", ["state"], unique=False)


def _order_payment() -> None:
    op.create_table(
        "order_payment",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("payment_no", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), server_default="", nullable=False),
        sa.Column("method", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("paid_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "payment_no", name=op.f("pk_order_payment")),
    )
    op.create_index("ix_order_payment_order", "order_payment", ["order_no"], unique=False)


def _order_review() -> None:
    op.create_table(
        "order_review",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("rule_set", sa.Integer(), nullable=False),
        sa.Column("reasons_hash", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), server_default="", nullable=False),
        sa.Column("reasons", sa.Text(), server_default="", nullable=False),
        sa.Column("reviewed_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint(
            "platform", "shop", "order_no", "rule_set", "reasons_hash", name=op.f("pk_order_review")
        ),
    )


def _order_state() -> None:
    op.create_table(
        "order_state",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), server_default="new", nullable=False),
        sa.Column("pay", sa.Text(), server_default="unpaid", nullable=False),
        sa.Column("ship", sa.Text(), server_default="none", nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "order_no", name=op.f("pk_order_state")),
    )
    op.create_index("ix_order_state_process", "order_state", ["process"], unique=False)


def _parcel() -> None:
    op.create_table(
        "parcel",
        sa.Column("parcel_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("warehouse", sa.Text(), server_default="", nullable=False),
        sa.Column("merge_key", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("explanation", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("parcel_id", name=op.f("pk_parcel")),
    )


def _parcel_fulfilment() -> None:
    op.create_table(
        "parcel_fulfilment",
        sa.Column("parcel_id", sa.Text(), nullable=False),
        sa.Column("fulfilment_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="in", nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("parcel_id", "fulfilment_id", name=op.f("pk_parcel_fulfilment")),
    )
    op.create_index("ix_parcel_fulfilment_fulfilment", "parcel_fulfilment", ["fulfilment_id"], unique=False)


def _pick_task() -> None:
    op.create_table(
        "pick_task",
        sa.Column("fulfilment_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), server_default="", nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_pick_task_qty_positive")),
        sa.PrimaryKeyConstraint("fulfilment_id", "code", name=op.f("pk_pick_task")),
    )


def _presale_quota() -> None:
    op.create_table(
        "presale_quota",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("qty", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", "code", name=op.f("pk_presale_quota")),
    )


def _rule_set() -> None:
    op.create_table(
        "rule_set",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rules", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("active_from", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rule_set")),
    )


def _ship_instruction() -> None:
    op.create_table(
        "ship_instruction",
        sa.Column("fulfilment_id", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="issued", nullable=False),
        sa.Column("packed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("issued_at", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("fulfilment_id", name=op.f("pk_ship_instruction")),
    )


def _shop_zone() -> None:
    op.create_table(
        "shop_zone",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("shop", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), server_default="Asia/Shanghai", nullable=False),
        sa.PrimaryKeyConstraint("platform", "shop", name=op.f("pk_shop_zone")),
    )


def _track_event() -> None:
    op.create_table(
        "track_event",
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill_no", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("carrier", "waybill_no", "at", "words", name=op.f("pk_track_event")),
    )


def _waybill_void() -> None:
    op.create_table(
        "waybill_void",
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill_no", sa.Text(), nullable=False),
        sa.Column("fulfilment_id", sa.Text(), server_default="", nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.Column("voided_at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("carrier", "waybill_no", name=op.f("pk_waybill_void")),
    )
