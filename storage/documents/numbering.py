"""Equal keys numbered in the order of the file, from 1, without keeping the keys."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

_FEW = 50_000


class Numbering:
    """Keys are kept by their hash of 64 bits: two keys of one file share it once in a million files of a gigabyte."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._numbers: Sequence[int] = ()
        self._asked = -1

    def add(self, keys: Iterable[str]) -> int:
        """Note the keys of the next rows; gives the place of the first of them."""
        begins = len(self._hashes)
        self._hashes.extend(map(hash, keys))
        return begins

    def numbers(self, begins: int, count: int) -> Sequence[int]:
        """The numbers of so many keys from this place on."""
        if self._asked != len(self._hashes):
            self._numbers = _few(self._hashes) if len(self._hashes) <= _FEW else _many(self._hashes)
            self._asked = len(self._hashes)
        return self._numbers[begins : begins + count] if len(self._numbers) else [1] * count


def _few(hashes: Sequence[int]) -> Sequence[int]:
    if len(set(hashes)) == len(hashes):
        return ()
    seen: Counter[int] = Counter()
    numbers = array("q")
    for one in hashes:
        seen[one] += 1
        numbers.append(seen[one])
    return numbers


def _many(hashes: "array[int]") -> Sequence[int]:
    """The same, sorted by machine: none where no key stands twice."""
    import numpy as np

    keys = np.frombuffer(hashes, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    new = np.empty(len(keys), dtype=bool)
    new[0] = True
    np.not_equal(keys[order[1:]], keys[order[:-1]], out=new[1:])
    if new.all():
        return ()
    places = np.arange(len(keys), dtype=np.int64)
    first = np.maximum.accumulate(np.where(new, places, 0))
    numbers = np.empty(len(keys), dtype=np.int64)
    numbers[order] = places - first + 1
    found = array("q")
    found.frombytes(numbers.tobytes())
    return found
