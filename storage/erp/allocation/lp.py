"""What one more piece of scarce stock would be worth: the duals of the batch's linear relaxation, by HiGHS.

min Σ trip·y + Σ (unit − short)·x + split·(Σ y − f)   s.t.  Σ_w x ≤ 1,  x ≤ y,  f ≤ Σ y,  f ≤ 1,  Σ need·x ≤ stock
(x: share of a sub-order from a warehouse, y: parcel, f: the order ships at all; model.md section 4.3).
"""

from collections import defaultdict
from collections.abc import Sequence

import highspy
import numpy as np

from storage.erp.allocation.costs import Costs
from storage.erp.allocation.cover import fits
from storage.erp.allocation.model import FreeStock, OpenOrder, Warehouse


class _Model:
    """Columns and rows gathered in plain lists, sent to the solver at once."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.row_upper: list[float] = []
        self.entries: list[list[tuple[int, float]]] = []

    def column(self, cost: float) -> int:
        self.cost.append(cost)
        return len(self.cost) - 1

    def row(self, upper: float, entries: list[tuple[int, float]]) -> int:
        """Σ coefficient·column ≤ upper."""
        self.row_upper.append(upper)
        self.entries.append(entries)
        return len(self.row_upper) - 1


def stock_prices(
    orders: Sequence[OpenOrder],
    stock: FreeStock,
    warehouses: Sequence[Warehouse],
    costs: Costs,
    scarce: frozenset[tuple[str, str]],
    time_limit_s: float,
) -> dict[tuple[str, str], int] | None:
    """Fen a piece for each scarce (warehouse, code), whole and non-negative; None if the time was not enough."""
    model = _Model()
    uses: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for order in orders:
        _add_order(model, order, stock, warehouses, costs, scarce, uses)
    rows = {key: model.row(stock[key], uses[key]) for key in sorted(uses)}
    duals = _solve(model, time_limit_s)
    if duals is None:
        return None
    return {key: price for key, row in rows.items() if (price := round(-duals[row])) > 0}


def _add_order(
    model: _Model,
    order: OpenOrder,
    stock: FreeStock,
    warehouses: Sequence[Warehouse],
    costs: Costs,
    scarce: frozenset[tuple[str, str]],
    uses: dict[tuple[str, str], list[tuple[int, float]]],
) -> None:
    parcels: dict[str, int] = {}
    for line in order.lines:
        shortage, shares = costs.shortage_fen(order.priority, line.qty), []
        for w in warehouses:
            if not fits(line, w.warehouse, stock):
                continue
            if w.warehouse not in parcels:
                trip = costs.trip_fen(w.province, order.province) + costs.split_fen
                parcels[w.warehouse] = model.column(trip)
            share = model.column(costs.unit_fen * line.qty - shortage)
            shares.append((share, 1.0))
            model.row(0.0, [(share, 1.0), (parcels[w.warehouse], -1.0)])
            for code, qty in line.needs:
                if (w.warehouse, code) in scarce:
                    uses[w.warehouse, code].append((share, float(qty)))
        if shares:
            model.row(1.0, shares)
    if parcels:
        ships = model.column(-costs.split_fen)
        model.row(0.0, [(ships, 1.0), *((parcel, -1.0) for parcel in parcels.values())])


def _solve(model: _Model, time_limit_s: float) -> list[float] | None:
    columns, rows = len(model.cost), len(model.row_upper)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_ = np.array(model.cost, dtype=np.float64)
    lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.ones(columns)
    lp.row_lower_ = np.full(rows, -highspy.kHighsInf)
    lp.row_upper_ = np.array(model.row_upper, dtype=np.float64)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0, *map(len, model.entries)], dtype=np.int32)
    lp.a_matrix_.index_ = np.array([c for row in model.entries for c, _ in row], dtype=np.int32)
    lp.a_matrix_.value_ = np.array([v for row in model.entries for _, v in row], dtype=np.float64)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)  # the same duals on every machine of one solver version
    solver.setOptionValue("time_limit", float(time_limit_s))
    solver.passModel(lp)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return [float(value) for value in solver.getSolution().row_dual]
