"""How large a world is: the named sizes and the numbers behind them."""

from dataclasses import dataclass

DAY_S = 86_400
HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class WorldSize:
    """The counts a world is made to. Money in fen, spans in the unit their name ends with."""

    name: str
    days: int
    shop_ids: tuple[str, ...]
    warehouses: int
    styles: int
    max_specs: int
    bundles: int
    orders: int
    pending: int
    to_delist: int
    to_list: int
    empty_off_shelf: int
    scarce: int
    ample: int
    waybills: int
    receive_days: tuple[int, int]
    withdraw_every_days: int
    opening_balance_fen: int
    kept_balance_fen: int
    deposit_fen: int
    ad_products: int
    refund_weight: int
    planted: dict[str, int]


_FULL_PLANTED = {
    "commission_back_missing": 2,
    "commission_missing": 2,
    "commission_rate": 3,
    "line_repeated": 2,
    "order_unknown": 2,
    "payment_closed_order": 2,
    "payment_duplicated": 2,
    "payment_missing": 3,
    "payment_over": 2,
    "payment_rounding": 2,
    "payment_short": 2,
    "refund_missing": 2,
    "refund_over": 2,
    "refund_unknown": 2,
    "subsidy_missing": 2,
    "unknown_fee": 2,
    "withdrawal_ambiguous": 1,
    "withdrawal_not_arrived": 1,
    "withdrawal_short": 1,
    "wrong_shop": 2,
}
_TINY_PLANTED = {
    "commission_rate": 1,
    "line_repeated": 1,
    "order_unknown": 1,
    "payment_duplicated": 1,
    "payment_missing": 1,
    "payment_short": 1,
    "unknown_fee": 1,
    "withdrawal_not_arrived": 1,
}

FULL = WorldSize(
    name="full",
    days=40,
    shop_ids=("shop_a", "shop_b", "shop_c"),
    warehouses=4,
    styles=480,
    max_specs=5,
    bundles=72,
    orders=20_800,
    pending=600,
    to_delist=10,
    to_list=7,
    empty_off_shelf=5,
    scarce=6,
    ample=24,
    waybills=3_600,
    receive_days=(3, 9),
    withdraw_every_days=7,
    opening_balance_fen=800_000,
    kept_balance_fen=300_000,
    deposit_fen=100_000,
    ad_products=8,
    refund_weight=1,
    planted=_FULL_PLANTED,
)
SMALL = WorldSize(
    name="small",
    days=40,
    shop_ids=("shop_a", "shop_b", "shop_c"),
    warehouses=4,
    styles=44,
    max_specs=5,
    bundles=12,
    orders=1_500,
    pending=60,
    to_delist=3,
    to_list=2,
    empty_off_shelf=1,
    scarce=2,
    ample=4,
    waybills=400,
    receive_days=(3, 9),
    withdraw_every_days=7,
    opening_balance_fen=500_000,
    kept_balance_fen=300_000,
    deposit_fen=30_000,
    ad_products=3,
    refund_weight=2,
    planted=dict.fromkeys(_FULL_PLANTED, 1),
)
TINY = WorldSize(
    name="tiny",
    days=10,
    shop_ids=("shop_a", "shop_c"),
    warehouses=2,
    styles=15,
    max_specs=3,
    bundles=2,
    orders=62,
    pending=4,
    to_delist=1,
    to_list=1,
    empty_off_shelf=0,
    scarce=0,
    ample=2,
    waybills=40,
    receive_days=(2, 4),
    withdraw_every_days=3,
    opening_balance_fen=400_000,
    kept_balance_fen=300_000,
    deposit_fen=5_000,
    ad_products=2,
    refund_weight=2,
    planted=_TINY_PLANTED,
)

SIZES: dict[str, WorldSize] = {"full": FULL, "small": SMALL, "tiny": TINY}
