"""What people add to the figures: an overlay with who and why, beside the sources, which stay as they are (FMS-67)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables.settlement import profit_adjustment
from storage.erp.settlement.components import COMPONENTS
from storage.erp.settlement.errors import AdjustmentConflict, ComponentUnknown, ReasonNeeded
from storage.erp.settlement.facts import BY_HAND, Fact, Span


class Adjustment(NamedTuple):
    """An amount on an order's component, + raises the profit; `order_no` "" is the shop, `shop` "" the company."""

    adjustment_id: str
    platform: str
    shop: str
    order_no: str
    sub_no: str
    component: str
    amount_fen: int
    day: str
    note: str
    author: str
    reverses: str = ""


def adjust(connection: Connection, adjustment: Adjustment) -> bool:
    """Write an adjustment once; False when it is there already.

    Raises ReasonNeeded without author or note, ComponentUnknown, AdjustmentConflict for the same id with other content.
    """
    if not adjustment.author.strip() or not adjustment.note.strip():
        raise ReasonNeeded("调整", "an adjustment")
    if adjustment.component not in COMPONENTS:
        raise ComponentUnknown(adjustment.component, sorted(COMPONENTS))
    known = _known(connection, adjustment.adjustment_id)
    if known is not None:
        if known != adjustment:
            raise AdjustmentConflict(adjustment.adjustment_id)
        return False
    row = {**adjustment._asdict(), "recorded_at": datetime.now(UTC).isoformat()}
    connection.execute(profit_adjustment.insert(), [row])
    return True


def take_back(connection: Connection, adjustment_id: str, day: str, note: str, author: str) -> bool:
    """Write the opposite of an adjustment, dated `day`; False when it was taken back already.

    Raises ComponentUnknown when there is none of that id, ReasonNeeded.
    """
    known = _known(connection, adjustment_id)
    if known is None:
        raise ComponentUnknown(adjustment_id, [])
    taken_back = f"{adjustment_id}/冲回"
    if _known(connection, taken_back) is not None:
        return False
    opposite = known._replace(adjustment_id=taken_back, amount_fen=-known.amount_fen, day=day, note=note, author=author)
    return adjust(connection, opposite._replace(reverses=adjustment_id))


def _known(connection: Connection, adjustment_id: str) -> Adjustment | None:
    c = profit_adjustment.c
    columns = [c[name] for name in Adjustment._fields]
    row = connection.execute(select(*columns).where(c.adjustment_id == adjustment_id)).first()
    return Adjustment(*row) if row else None


def adjustment_facts(connection: Connection, span: Span) -> Iterator[Fact]:
    """The overlay of those days, each with its note."""
    c = profit_adjustment.c
    columns = [c[name] for name in Adjustment._fields]
    for row in connection.execute(select(*columns).where(c.day.between(*span)).order_by(c.adjustment_id)):
        one = Adjustment(*row)
        ref = f"调整 {one.adjustment_id} {one.author}：{one.note}"
        whose = (one.platform, one.shop, one.order_no, one.sub_no)
        yield Fact(*whose, one.component, one.amount_fen, one.day, BY_HAND, "", 0, ref)
