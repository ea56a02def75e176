"""What a company decides about its books: when revenue counts, how stock is valued, which tax rate. Plain data."""

from typing import Literal, NamedTuple

Recognition = Literal["ship", "finish", "window", "settle"]
Costing = Literal["fifo", "average"]


class Policy(NamedTuple):
    """`recognise`: revenue counts when the goods left (ship), when the buyer confirmed (finish), `window_days` after
    that (window: the days of returning without a reason are over), or when the platform first paid (settle).

    `vat_bp`: value added tax inside prices, in hundredths of a percent; 0 for who is exempt.
    """

    recognise: Recognition = "finish"
    window_days: int = 7
    costing: Costing = "fifo"
    vat_bp: int = 1300


def tax_within(gross_fen: int, vat_bp: int) -> int:
    """The tax inside an amount with tax, in fen, half up (half away from zero)."""
    size, whole = abs(gross_fen) * vat_bp, 10_000 + vat_bp
    tax = (2 * size + whole) // (2 * whole)
    return tax if gross_fen >= 0 else -tax
