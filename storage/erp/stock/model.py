"""The words of the stock book: a move, a reservation's line, what came of asking for it, what a move takes exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

VIRTUAL_PLACES = frozenset({"opening", "supplier", "customer", "loss", "count", "owed"})
END_STATES = frozenset({"consumed", "void", "expired"})
HOLD_OWNER = "hold|"
"""Owners of frozen goods begin so; what they reserve is nobody's order."""

UNSELLABLE_KINDS = frozenset({"defect", "transit"})
"""Places whose goods are never promised to anybody."""

Identity = tuple[str, str, str, int]
UnitCosts = Mapping[tuple[str, str], int]  # (warehouse, code) -> fen a piece


class MoveRow(NamedTuple):
    """One move of `qty` (> 0) pieces of one code between two places; the first four fields are its identity."""

    doc_type: str
    doc_id: str
    doc_line: str
    leg: int
    code: str
    from_place: str
    to_place: str
    qty: int
    unit_cost_fen: int
    at: str
    file_sha: str
    row_no: int


class ReservationLine(NamedTuple):
    """`qty` (> 0) pieces of one code wanted from one warehouse."""

    warehouse: str
    code: str
    qty: int


class Missing(NamedTuple):
    """What could not be reserved: wanted and free, in pieces."""

    warehouse: str
    code: str
    wanted: int
    free: int


@dataclass(frozen=True)
class Reserved:
    """Everything asked for is held; `created` is 0 when it was held already."""

    created: int


@dataclass(frozen=True)
class Short:
    """Nothing was held, because of these."""

    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Issue:
    """The document by which goods leave for the customer: the fulfilment, its line, when, and where that is written."""

    doc_id: str
    doc_line: str
    at: str
    file_sha: str = ""
    row_no: int = 0


class Piece(NamedTuple):
    """So many pieces of one lot from (or into) one bin; `to_bin`: where they go when both ends are warehouses."""

    lot_no: str
    qty: int
    bin: str = ""
    to_bin: str = ""


@dataclass(frozen=True)
class Details:
    """What moves take or bring exactly, by the moves' identity. What is not told is chosen by the code's rule."""

    pieces: Mapping[Identity, tuple[Piece, ...]] = field(default_factory=dict)
    serials: Mapping[Identity, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """The paper behind a person's change of stock: its number, when it holds, and the archived file that says so."""

    doc_id: str
    at: str
    file_sha: str
    row_no: int = 0
