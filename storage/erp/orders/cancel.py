"""Cancelling, pulling back, changing the address: each against the parcel that may be leaving at the same moment.

Every one of them asks `instructions.move_on`; whoever moves the instruction first has won. What the warehouse has
packed comes back only with its acknowledgement. Once handed over, an order can only be intercepted by the carrier.
"""

from sqlalchemy import Connection, select

from storage.database.bulk import insert_missing
from storage.database.tables import fulfilment, fulfilment_line, platform_order
from storage.database.tables.review import order_detail, order_state, ship_instruction
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.errors import GoneAlready, OrderUnknown
from storage.erp.orders.gifts import settle_gifts
from storage.erp.orders.holds import close_all
from storage.erp.orders.instructions import Instruction, instruction, instructions_of, issue_missing, move_on
from storage.erp.orders.merging import unmerge
from storage.erp.orders.transition import Cause, note, states_of, transition
from storage.erp.orders.waybills import void_number
from storage.erp.stock.book import void


def cancel(connection: Connection, key: OrderKey, cause: Cause) -> bool:
    """Cancel an order before it ships: parcels, reservations, tasks and holds end; False when it was cancelled before.

    Raises GoneAlready when a parcel was handed over: then nothing is cancelled, an event asks for an interception
    (commit it with `ask_interception`); OrderUnknown; IllegalTransition for an order that is finished.
    """
    _known(connection, key)
    if states_of(connection, [key])[key].process == "cancelled":
        return False
    issue_missing(connection, cause)
    for one in instructions_of(connection, key):
        if not move_on(connection, one.fulfilment_id, ("issued", "packed", "pull_back_asked"), "cancelled", cause):
            raise GoneAlready(key.order_no, one.fulfilment_id, "取消")
        give_back(connection, one, cause)
    transition(connection, key, "process", "cancelled", cause)
    close_all(connection, key, cause)
    return True


def ask_interception(connection: Connection, key: OrderKey, cause: Cause) -> int:
    """Tell of every parcel that left that the carrier is to bring it back; returns how many are asked for."""
    gone = [one for one in instructions_of(connection, key) if one.state == "handed_over"]
    return sum(note(connection, key, f"interception_asked:{one.fulfilment_id}", cause) for one in gone)


def give_back(connection: Connection, one: Instruction, cause: Cause) -> None:
    """End what a parcel holds: its box, its number, its reservations, its gifts."""
    unmerge(connection, one.fulfilment_id, cause)
    void_number(connection, one.fulfilment_id, cause)
    part = fulfilment_line.c
    mine = select(part.sub_no).where(part.fulfilment_id == one.fulfilment_id)
    for sub_no in connection.execute(mine).scalars().all():
        void(connection, "|".join((one.fulfilment_id, *one.key, sub_no)))
    ended = fulfilment.update().where(fulfilment.c.fulfilment_id == one.fulfilment_id)
    connection.execute(ended.values(state="cancelled"))
    settle_gifts(connection, cause.at)


def pull_back(connection: Connection, key: OrderKey, cause: Cause) -> int:
    """Ask the warehouse to give the order's parcels back; returns how many were asked for now.

    What it has not begun to pack comes back at once, packed parcels when it answers. Raises GoneAlready if nothing is
    left to pull back.
    """
    _known(connection, key)
    issue_missing(connection, cause)
    mine = instructions_of(connection, key)
    asked = 0
    for one in mine:
        if move_on(connection, one.fulfilment_id, ("issued",), "pulled_back", cause):
            give_back(connection, one, cause)
            asked += 1
        elif move_on(connection, one.fulfilment_id, ("packed",), "pull_back_asked", cause):
            asked += 1
    waits = any(one.state == "pull_back_asked" for one in instructions_of(connection, key))
    if mine and not asked and not waits:
        raise GoneAlready(key.order_no, mine[0].fulfilment_id, "拉回")
    if waits:
        transition(connection, key, "process", "pulling_back", cause)
    elif states_of(connection, [key])[key].process == "released":
        transition(connection, key, "process", "new", cause)
    return asked


def answer(connection: Connection, fulfilment_id: str, cause: Cause, *, given_back: bool) -> bool:
    """The warehouse's answer to a pull-back: given back, or gone to the carrier already.

    Given back: the goods are free again and the order goes to review. Gone: it ships after all, and the event says so.
    An answer that comes when nothing waits for it changes nothing and is told as `late_answer`; False then.
    """
    one = instruction(connection, fulfilment_id)
    if one is None:
        return False
    to = "pulled_back" if given_back else "handed_over"
    if not move_on(connection, fulfilment_id, ("pull_back_asked",), to, cause):
        note(connection, one.key, f"late_answer:{fulfilment_id}", cause)
        return False
    if given_back:
        give_back(connection, one, cause)
    else:
        note(connection, one.key, f"pull_back_too_late:{fulfilment_id}", cause)
    rest = instructions_of(connection, one.key)
    if not any(other.state == "pull_back_asked" for other in rest):
        transition(connection, one.key, "process", "released" if rest else "new", cause)
    return True


def change_address(
    connection: Connection, key: OrderKey, *, address_key: str, address_state: str, province: str, city: str,
    district: str, cause: Cause, oaid: str = "",
) -> bool:  # fmt: skip
    """The buyer moved after paying: parcels come back, printed numbers are void, boxes are undone, the review is due.

    Only places and blind indexes are kept here; the address itself is the address book's. False when nothing is new.
    Raises GoneAlready when a parcel was handed over.
    """
    _known(connection, key)
    insert_missing(connection, order_detail, [key._asdict()])
    d, o = order_detail.c, platform_order.c
    mine = (d.platform == key.platform, d.shop == key.shop, d.order_no == key.order_no)
    said = {"address_key": address_key, "address_state": address_state, "district": district, "oaid": oaid}
    known = connection.execute(select(d.address_key, d.address_state, d.district, d.oaid).where(*mine)).one()
    if tuple(known) == (address_key, address_state, district, oaid):
        return False
    live = [one for one in instructions_of(connection, key) if one.state != "pull_back_asked"]
    if any(one.state == "handed_over" for one in live):
        raise GoneAlready(key.order_no, live[0].fulfilment_id, "改地址")
    connection.execute(order_detail.update().where(*mine).values(**said))
    head = platform_order.update().where(o.platform == key.platform, o.shop == key.shop, o.order_no == key.order_no)
    connection.execute(head.values(province=province, city=city))
    note(connection, key, "address_changed", cause)
    if live:
        pull_back(connection, key, cause)
    elif states_of(connection, [key])[key].process == "approved":
        transition(connection, key, "process", "new", cause)
    return True


def _known(connection: Connection, key: OrderKey) -> None:
    """The order is there, and its row is locked: who comes second sees what the first one decided."""
    o, s = platform_order.c, order_state.c
    mine = (o.platform == key.platform, o.shop == key.shop, o.order_no == key.order_no)
    if connection.execute(select(o.order_no).where(*mine)).first() is None:
        raise OrderUnknown(key.shop, key.order_no)
    insert_missing(connection, order_state, [key._asdict()])
    own = (s.platform == key.platform, s.shop == key.shop, s.order_no == key.order_no)
    connection.execute(select(s.version).where(*own).with_for_update()).one()


def open_pull_backs(connection: Connection) -> list[str]:
    """Parcels whose pull-back the warehouse has not answered, in order."""
    i = ship_instruction.c
    query = select(i.fulfilment_id).where(i.state == "pull_back_asked").order_by(i.fulfilment_id)
    return list(connection.execute(query).scalars())
