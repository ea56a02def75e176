"""Orders that are no sales: brushing (补单、刷单) and test orders.

They stay in the pool and are reconciled to the cash they move, but count for no figure: no revenue, no tax, no profit
(OMS-58). Only a person says that an order is one.
"""

from sqlalchemy import Connection, Select, select

from storage.database.bulk import upsert
from storage.database.tables.review import order_detail
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.checks import SPECIAL
from storage.erp.orders.errors import TypeUnknown
from storage.erp.orders.transition import Cause, note

NORMAL = "normal"


def special_orders(connection: Connection) -> dict[tuple[str, str, str], str]:
    """(platform, shop, order_no) -> what it is, in Chinese, of every brushing and test order."""
    d = order_detail.c
    query = select(d.platform, d.shop, d.order_no, d.order_type).where(d.order_type.in_(sorted(SPECIAL)))
    return {(row[0], row[1], row[2]): SPECIAL[row[3]] for row in connection.execute(query)}


def no_sales() -> Select[str, str, str]:
    """The keys of the same orders, for a question that leaves them out."""
    d = order_detail.c
    return select(d.platform, d.shop, d.order_no).where(d.order_type.in_(sorted(SPECIAL)))


def mark(connection: Connection, key: OrderKey, order_type: str, cause: Cause) -> bool:
    """Say that an order is a brushing or a test order, or (`normal`) that it is a sale after all; False when it is so
    already.

    The review holds it the next night; a voucher that was written before is mended by `finance.amended.mend`.
    Raises TypeUnknown for any other type and for an order that is of a type of its own (presale, by hand).
    """
    d = order_detail.c
    mine = (d.platform == key.platform, d.shop == key.shop, d.order_no == key.order_no)
    known = connection.execute(select(d.order_type).where(*mine)).scalar() or NORMAL
    if known == order_type:
        return False
    if order_type not in {NORMAL, *SPECIAL} or known not in {NORMAL, *SPECIAL}:
        raise TypeUnknown(key.order_no, known, order_type)
    upsert(connection, order_detail, [{**key._asdict(), "order_type": order_type}])
    words = f"记为{SPECIAL.get(order_type, '普通订单')}：{cause.words}"
    note(connection, key, "marked", Cause(cause.at, cause.actor, cause.cause, words, {"type": order_type}))
    return True
