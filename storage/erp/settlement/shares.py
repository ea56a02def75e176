"""Splits that sum back: largest remainder, ties to the earlier one. Pure."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def split(total_fen: int, weights: Sequence[int]) -> list[int]:
    """`total_fen` shared out by the weights, in fen; the parts sum to it exactly (I-8).

    Every part is rounded down, and what is left goes fen by fen to the largest remainders, of equal ones to the
    earlier. A negative total is split as its positive and negated; a negative weight counts as none. Without any
    weight the parts are equal; without parts there is nothing to share out, and the total must be 0.
    """
    if not weights:
        if total_fen:
            raise ValueError(f"{total_fen} fen and nobody to share them")
        return []
    kept = weights if min(weights) >= 0 else [max(weight, 0) for weight in weights]
    whole, size = sum(kept), abs(total_fen)
    if not whole:
        kept, whole = [1] * len(kept), len(kept)
    parts = [size * weight // whole for weight in kept]
    left = size - sum(parts)
    if left:
        by_remainder = sorted(range(len(kept)), key=lambda at: (-(size * kept[at] % whole), at))
        for at in by_remainder[:left]:
            parts[at] += 1
    return parts if total_fen >= 0 else [-part for part in parts]


def split_by_key(total_fen: int, weights: Mapping[K, int]) -> dict[K, int]:
    """The same by name: `{key: weight}` to `{key: part}`, in the order of the mapping."""
    return dict(zip(weights, split(total_fen, list(weights.values())), strict=True))
