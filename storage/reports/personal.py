"""Which columns of the books hold what belongs to a person; questions in SQL read NULL there."""

from storage.database.tables import metadata

PERSONAL: dict[str, tuple[str, ...]] = {
    "activity_use": ("buyer",),
    "address_book": ("name_sealed", "name_index", "phone_sealed", "phone_index", "address_sealed", "address_index",
                     "person_index"),
    "bank_line": ("counterparty", "summary"),
    "bill_line": ("counterparty", "remark"),
    "bot_result": ("data",),
    "document_row": ("data",),
    "item": ("data",),
    "order_detail": ("buyer", "buyer_memo"),
    "payable": ("payee",),
    "quarantine": ("message",),
    "raw_row": ("payload",),
    "row_fix": ("payload",),
}  # fmt: skip
"""Rows as files had them may hold names and addresses in any column, so they are hidden as a whole."""


def hidden(table: str, column: str) -> bool:
    """Whether the column is personal."""
    return column.lower() in PERSONAL.get(table.lower(), ())


def unknown() -> list[str]:
    """Entries that name no column of the books: a column that was renamed would not be hidden any more."""
    return [
        f"{table}.{column}"
        for table, columns in PERSONAL.items()
        for column in columns
        if table not in metadata.tables or column not in metadata.tables[table].c
    ]
