"""Cost layers: what the goods in stock cost, as quantity and value, first in first out or moving average.

The value is conserved to the fen: what comes in is what goes out plus what is left, always. A rate is never stored; the
last piece of a layer takes what is left of it. Goods that come back return at the cost they left with.

`LayerBook` is the rules over layers in memory; `open_book` reads what is needed, `save` writes what changed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from storage.database.tables.ledger import cost_layer, layer_use
from storage.erp.finance.errors import IssueUnknown, LayersShort
from storage.erp.finance.numbering import insert_rows
from storage.erp.finance.policy import Costing
from storage.erp.settlement.shares import split

_KEYS_AT_ONCE = 500


class MoveKey(NamedTuple):
    """The identity of a stock move, as `move` has it."""

    doc_type: str
    doc_id: str
    doc_line: str
    leg: int

    def __str__(self) -> str:
        return f"{self.doc_type}|{self.doc_id}|{self.doc_line}|{self.leg}"


class LayerUse(NamedTuple):
    """How much of which layer a move took, and what it was worth."""

    move: MoveKey
    layer_id: str
    qty: int
    value_fen: int


@dataclass(slots=True)
class Layer:
    """What is left of a receipt, or of everything of a code."""

    layer_id: str
    code: str
    method: str
    at: str
    qty_in: int
    value_in_fen: int
    qty_left: int
    value_left_fen: int
    fresh: bool = False

    def take(self, qty: int) -> int:
        """Take pieces out; returns their value, rounded half up, all of it with the last piece."""
        left = self.qty_left
        value = self.value_left_fen if qty == left else (2 * self.value_left_fen * qty + left) // (2 * left)
        self.qty_left -= qty
        self.value_left_fen -= value
        return value

    def add(self, qty: int, value_fen: int) -> None:
        """Put pieces in."""
        self.qty_in += qty
        self.value_in_fen += value_fen
        self.qty_left += qty
        self.value_left_fen += value_fen


@dataclass(slots=True)
class LayerBook:
    """The layers of some codes that still hold goods, oldest first, and what was taken since they were read."""

    costing: Costing
    layers: dict[str, list[Layer]] = field(default_factory=lambda: defaultdict(list))
    heads: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    uses: list[LayerUse] = field(default_factory=list)
    touched: dict[str, Layer] = field(default_factory=dict)

    def receive(self, move: MoveKey, code: str, qty: int, value_fen: int, at: str) -> Layer:
        """Goods came in at a value: a new layer, or more of the only one of this code."""
        if self.costing == "average":
            layer = self._average(code, at)
        else:
            layer = Layer(str(move), code, "fifo", at, 0, 0, 0, 0, fresh=True)
            self._insert(layer)
        layer.add(qty, value_fen)
        self.touched[layer.layer_id] = layer
        return layer

    def _average(self, code: str, at: str) -> Layer:
        name = f"average|{code}"
        for layer in (*self.layers[code], self.touched.get(name)):
            if layer is not None and layer.layer_id == name:
                return layer
        layer = Layer(name, code, "average", at, 0, 0, 0, 0, fresh=True)
        self.layers[code].append(layer)
        return layer

    def _insert(self, layer: Layer) -> None:
        """Behind every layer that is as old or older; one that came late lies among those not yet begun."""
        row, position = self.layers[layer.code], len(self.layers[layer.code])
        while position > self.heads[layer.code] and (row[position - 1].at, row[position - 1].layer_id) > (
            layer.at,
            layer.layer_id,
        ):
            position -= 1
        row.insert(position, layer)

    def left(self, code: str) -> int:
        """Pieces that the layers of a code hold."""
        return sum(layer.qty_left for layer in self.layers[code][self.heads[code] :])

    def holds(self, code: str, qty: int) -> bool:
        """Whether the layers of a code hold so many pieces."""
        row, position = self.layers[code], self.heads[code]
        while qty > 0 and position < len(row):
            qty -= row[position].qty_left
            position += 1
        return qty <= 0

    def consume(self, move: MoveKey, code: str, qty: int) -> int:
        """Goods went out, oldest first; returns their value. Raises LayersShort, and then nothing was taken."""
        row, head = self.layers[code], self.heads[code]
        wanted, ahead = qty, head
        while wanted > 0 and ahead < len(row):
            wanted -= row[ahead].qty_left
            ahead += 1
        if wanted > 0:
            held = [layer for layer in row[head:] if layer.qty_left]
            shown = "、".join(f"{layer.layer_id} {layer.qty_left} 件" for layer in held[:5])
            raise LayersShort(code, str(move), qty, qty - wanted, shown)
        value, rest = 0, qty
        while rest:
            layer = row[head]
            part = min(rest, layer.qty_left)
            if part:
                worth = layer.take(part)
                self.uses.append(LayerUse(move, layer.layer_id, part, worth))
                self.touched[layer.layer_id] = layer
                value, rest = value + worth, rest - part
            if not layer.qty_left and layer.method == "fifo":
                head += 1
        self.heads[code] = head
        return value


def open_book(connection: Connection, codes: Iterable[str] | None, costing: Costing = "fifo") -> LayerBook:
    """The layers of these codes (None: of all) that still hold goods; the average ones also when they are empty."""
    book = LayerBook(costing)
    c = cost_layer.c
    names = [name for name in Layer.__slots__ if name != "fresh"]
    wanted = select(*(c[name] for name in names)).where((c.qty_left > 0) | (c.method == "average"))
    queries = [wanted]
    if codes is not None:
        values = sorted(set(codes))
        pieces = [values[begin : begin + _KEYS_AT_ONCE] for begin in range(0, len(values), _KEYS_AT_ONCE)]
        queries = [wanted.where(c.code.in_(piece)) for piece in pieces]
    for query in queries:
        for row in connection.execute(query.order_by(c.code, c.at, c.layer_id)):
            book.layers[row.code].append(Layer(*row))
    return book


def save(connection: Connection, book: LayerBook) -> None:
    """Write what changed since the book was opened."""
    fresh = [layer for layer in book.touched.values() if layer.fresh]
    names = [name for name in Layer.__slots__ if name != "fresh"]
    rows = [tuple(getattr(layer, name) for name in names) for layer in fresh]
    insert_rows(connection, cost_layer, names, rows)
    changed = [
        {"l": layer.layer_id, "qi": layer.qty_in, "vi": layer.value_in_fen, "ql": layer.qty_left,
         "vl": layer.value_left_fen}
        for layer in book.touched.values() if not layer.fresh
    ]  # fmt: skip
    if changed:
        connection.execute(_CHANGE_LAYER, changed)
    used = [(*use.move, use.layer_id, use.qty, use.value_fen) for use in book.uses]
    insert_rows(connection, layer_use, tuple(column.name for column in layer_use.c), used)
    for layer in fresh:
        layer.fresh = False
    book.touched.clear()
    book.uses.clear()


_CHANGE_LAYER = (
    cost_layer.update()
    .where(cost_layer.c.layer_id == bindparam("l"))
    .values(qty_in=bindparam("qi"), value_in_fen=bindparam("vi"), qty_left=bindparam("ql"),
            value_left_fen=bindparam("vl"))
)  # fmt: skip


def back_value(value_fen: int, qty: int, back_qty: int, back_value_fen: int, returned: int) -> int:
    """What `returned` of the pieces still out are worth, at the cost they left with; all that is left with the last."""
    out_qty, out_fen = qty - back_qty, value_fen - back_value_fen
    return out_fen if returned == out_qty else (2 * out_fen * returned + out_qty) // (2 * out_qty)


class Outstanding(NamedTuple):
    """An issue some of whose goods are still with the customer."""

    move: MoveKey
    code: str
    qty: int
    value_fen: int
    back_qty: int
    back_value_fen: int
    no: str
    carry_no: str


def take_back(issues: Sequence[Outstanding], move: MoveKey, code: str, qty: int) -> list[tuple[Outstanding, int, int]]:
    """(issue, pieces, value) of goods that come back, first sent first. Raises IssueUnknown if fewer are out. Pure."""
    rest, taken = qty, []
    for issue in issues:
        part = min(rest, issue.qty - issue.back_qty)
        if part:
            value = back_value(issue.value_fen, issue.qty, issue.back_qty, issue.back_value_fen, part)
            taken.append((issue, part, value))
            rest -= part
    if rest:
        raise IssueUnknown(code, str(move), qty, qty - rest)
    return taken


def spread(difference_fen: int, left: int, uses: Sequence[LayerUse]) -> tuple[int, list[int]]:
    """A later difference in what a receipt cost: (part of what is left, part of each use), by pieces, to the fen."""
    parts = split(difference_fen, [left, *(use.qty for use in uses)])
    return parts[0], parts[1:]
