"""Addresses on their way into the sealed address book: what the order desk needs of them is judged and indexed here.

Only what is not personal stays with the order: whether the address is complete, its district, the platform's token and
the blind index by which orders to one person at one place are known.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from storage.database.bulk import Counts, upsert
from storage.database.tables.review import order_detail
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.addresses import Address, verdict
from storage.erp.privacy import address_book
from storage.erp.privacy.sealing import Keys


def keep_addresses(
    connection: Connection, keys: Keys, addresses: Mapping[OrderKey, Address], *, who: str, why: str = ""
) -> Counts:
    """Seal each address into the book and tell the order desk what it may know; again changes nothing.

    Orders to the same person and place, or with the same OAID, get the same `address_key`: they can be merged. An
    address that changes after the order was approved goes through `cancel.change_address` instead.
    """
    sealed = {
        address_book.OrderKey(*key): address_book.Address(
            one.name, one.phone, one.detail, one.province, one.city, one.district, one.oaid
        )
        for key, one in addresses.items()
    }
    address_book.keep(connection, keys, sealed, who=who, why=why)
    rows = [
        {
            **key._asdict(),
            "address_key": address_book.person_index(keys, sealed[address_book.OrderKey(*key)]),
            "address_state": verdict(one),
            "district": one.district,
            "oaid": one.oaid,
        }
        for key, one in sorted(addresses.items())
    ]
    return upsert(connection, order_detail, rows)
