"""Money rules of the mall: integer fen only, every split exact, one rounding."""

from collections.abc import Sequence
from decimal import Decimal

WXPAY_FEE_BP = 60


def share(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Parts of `total_fen` (>= 0) that add up to it exactly, by largest remainder; ties go to the earlier part."""
    whole = sum(weights)
    if whole <= 0:
        raise ValueError(f"weights must add up to something positive, not {whole}")
    parts = [total_fen * weight // whole for weight in weights]
    left = total_fen - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_fen * weights[i] % whole), i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return parts


def basis_points(amount_fen: int, rate_bp: int) -> int:
    """`rate_bp` / 10 000 of `amount_fen` (>= 0), rounded half up to the fen."""
    return (amount_fen * rate_bp * 2 + 10_000) // 20_000


def yuan(amount_fen: int) -> str:
    """`-1234` fen as `-12.34`: the money text of every file the mall gives out."""
    return f"{Decimal(amount_fen).scaleb(-2):.2f}"


def yuan_grouped(amount_fen: int) -> str:
    """`123456` fen as `1,234.56`, as banks print it."""
    return f"{Decimal(amount_fen).scaleb(-2):,.2f}"
