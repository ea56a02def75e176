"""Money split so that the parts sum back to the whole, to the fen. Pure."""

from collections.abc import Sequence


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """`total` spread by `weights` (≥ 0) in whole units; the sum is `total`, exactly.

    What rounding leaves goes to the largest remainders, of equal ones to the first. Without any weight the first part
    takes it all. A negative total is spread like a positive one.
    """
    if not weights:
        return []
    if not total or len(weights) == 1:
        return [total] * len(weights)
    whole, sign = abs(total), -1 if total < 0 else 1
    mass = sum(weights)
    if not mass:
        return [total, *([0] * (len(weights) - 1))]
    parts = [whole * weight // mass for weight in weights]
    left = whole - sum(parts)
    turn = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % mass), i))
    for i in turn[:left]:
        parts[i] += 1
    return [sign * part for part in parts]


def line_money(paid_fen: int, freight_fen: int, shares: Sequence[int]) -> list[tuple[int, int]]:
    """(paid, freight) of each sub-order; they sum back to the order's figures.

    `shares`: what the platform says of each sub-order. Where those do not add up to what was paid (freight or a
    platform's discount stands on the order only), what was paid is spread by them.
    """
    paid = list(shares) if sum(shares) == paid_fen else largest_remainder(paid_fen, [max(0, share) for share in shares])
    return list(zip(paid, largest_remainder(freight_fen, [max(0, share) for share in shares]), strict=True))
