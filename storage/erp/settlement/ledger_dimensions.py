"""The ledger's profit and loss by platform, shop, brand, product, month or day, each cell with its voucher lines."""

from collections import defaultdict
from typing import Literal

from sqlalchemy import ColumnElement, Connection, func, select

from storage.database.tables.ledger import jv, jv_line
from storage.database.tables.products import attribute_value
from storage.erp.finance.chart import accounts
from storage.erp.finance.vouchers import CLOSING
from storage.erp.settlement.facts import Span
from storage.erp.settlement.ledger_tie import LedgerLine, read_lines

Dimension = Literal["platform", "shop", "sku", "brand", "month", "day"]
BRAND = ("品牌", "brand")
NONE = ""
"""The value of what has none: a fee has no product, a product may have no brand."""


def brands(connection: Connection) -> dict[str, str]:
    """code -> brand, of the codes that the product library gives one."""
    a = attribute_value.c
    rows = connection.execute(select(a.code, a.value).where(a.attribute.in_(BRAND)).order_by(a.attribute, a.code))
    return {row[0]: row[1] for row in rows}


def profit_by(connection: Connection, span: Span, dimension: Dimension) -> dict[str, dict[str, int]]:
    """value -> account -> fen, + raising the profit; the values of an account sum to the company's."""
    column = _column(dimension)
    n = jv_line.c
    query = (
        select(column, n.account, func.sum(n.cr_fen - n.dr_fen))
        .join_from(jv_line, jv, jv.c.no == n.no)
        .where(jv.c.document_day.between(*span), jv.c.kind != CLOSING, n.account.in_(accounts("income", "expense")))
        .group_by(column, n.account)
    )
    brand_of = brands(connection) if dimension == "brand" else {}
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for value, account, fen in connection.execute(query):
        name = brand_of.get(value, NONE) if dimension == "brand" else value
        found[name][account] += int(fen)
    return {name: dict(sorted(found[name].items())) for name in sorted(found)}


def cell_lines(connection: Connection, span: Span, account: str, dimension: Dimension, value: str) -> list[LedgerLine]:
    """The voucher lines that a cell of `profit_by` is the sum of."""
    if dimension != "brand":
        return read_lines(connection, span, account, [_column(dimension) == value])
    brand_of = brands(connection)
    mine = sorted(code for code, brand in brand_of.items() if brand == value)
    sku = jv_line.c.sku
    return read_lines(connection, span, account, [sku.in_(mine) if value else sku.not_in(sorted(brand_of))])


def _column(dimension: Dimension) -> ColumnElement[str]:
    if dimension == "day":
        return jv.c.document_day
    if dimension == "month":
        return func.substr(jv.c.document_day, 1, 7)
    return jv_line.c["sku" if dimension == "brand" else dimension]
