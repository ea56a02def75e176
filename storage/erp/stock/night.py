"""What the stock book does every night; each call is safe to run again."""

from collections import Counter
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from storage.erp.allocation.release import cancel_parcels
from storage.erp.channels.publish import publish_stock
from storage.erp.purchasing.position import incoming
from storage.erp.stock.history import take_snapshot
from storage.erp.stock.holds import check_shelf_life
from storage.erp.stock.limits import watch_limits
from storage.erp.stock.reservations import expire_due


class GivenBack(NamedTuple):
    """Balances kept of the day before, reservations over, lots frozen, warnings of lots, parcels let go."""

    snapshot: int
    expired: int
    frozen: int
    warned: int
    cancelled: int


class Tended(NamedTuple):
    """What was given back, alerts that begin and end (their sentences), and figures asked of the shops."""

    given_back: GivenBack
    alerts: tuple[str, ...]
    ended: tuple[str, ...]
    published: int

    def words(self, lang: str = "zh") -> str:
        """One sentence for the table of the night."""
        back = self.given_back
        if lang == "en":
            return (
                f"{back.expired} reservations expired, {back.frozen} lots frozen, {back.cancelled} sub-orders open "
                f"again, {len(self.alerts)} new alerts, {self.published} figures to publish"
            )
        return (
            f"到期释放 {back.expired} 笔占用，冻结 {back.frozen} 个批次，{back.cancelled} 个子订单重新待配，"
            f"新预警 {len(self.alerts)} 条，{self.published} 个库存数要改"
        )


def give_back(connection: Connection, at: str) -> GivenBack:
    """Before allocation: what may not be kept or shipped any more is free, frozen or open again from `at` on.

    `at`: the moment the night begins, `YYYY-MM-DD HH:MM:SS`. The balances are kept first, as the end of the day before.
    """
    day = at[:10]
    kept = take_snapshot(connection, str(date.fromisoformat(day) - timedelta(days=1)))
    expired = expire_due(connection, at)
    life = check_shelf_life(connection, day)
    cancelled = cancel_parcels(connection, (*expired, *life.given_up))
    return GivenBack(kept, len(expired), len(life.holds), life.warned, cancelled)


def tend(connection: Connection, at: str) -> Tended:
    """After allocation: `give_back`, then the limits are watched and the shops are asked to show what is left.

    After it, because until then the shops would be told of goods that tonight's orders are about to take. A figure
    that a shop shows already, or was asked to show, is not asked for again. A second call changes nothing.
    """
    back, day = give_back(connection, at), at[:10]
    coming = {(place, code): sum(row.qty for row in rows) for (code, place), rows in incoming(connection).items()}
    by_code: Counter[str] = Counter()
    for (_, code), qty in coming.items():
        by_code[code] += qty
    begun, ended = watch_limits(connection, day, coming)
    published = publish_stock(connection, day, incoming=by_code)
    return Tended(back, tuple(one.message for one in begun), tuple(one.message for one in ended), published)
