"""Every table of the books, one module per system; `metadata` has all of them and is what Alembic compares with.

A module is read when one of its tables is first asked for: all of them take as long as the rest of a short command.

Conventions: text ids; integer fen (`*_fen`); quantities are integers; business times are text
`YYYY-MM-DD HH:MM:SS` in Asia/Shanghai as the source wrote them; moments of our own are `*_at` ISO 8601 UTC text.
No NULL in a key (SQLite and PostgreSQL treat NULLs in UNIQUE as distinct): the empty string or 0 stands for "none".
Columns named in `WALL_CLOCK` and surrogate ids are left out when two databases are compared.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.database.tables.base import metadata
    from storage.database.tables.finance import (
        bank_line,
        bill_line,
        payable,
        recon_candidate,
        recon_decision,
        recon_file,
        recon_filing,
        recon_group,
        recon_item,
        recon_month,
        recon_owner,
    )
    from storage.database.tables.orders import ad_day, order_event, order_line, platform_order, refund
    from storage.database.tables.runs import bot_result, command, effect, item, job, run, run_file
    from storage.database.tables.sources import (
        document_row,
        header_meaning,
        quarantine,
        raw_file,
        raw_receipt,
        raw_row,
        row_fix,
    )
    from storage.database.tables.stock import (
        allocation_batch,
        bundle,
        channel_sku,
        fulfilment,
        fulfilment_line,
        move,
        quant,
        reservation,
        sku,
        warehouse,
        waybill,
    )

MODULES = {
    "delivery": (),
    "desk": (),
    "finance": (
        "bank_line",
        "bill_line",
        "payable",
        "recon_candidate",
        "recon_decision",
        "recon_file",
        "recon_filing",
        "recon_group",
        "recon_item",
        "recon_month",
        "recon_owner",
    ),
    "ledger": (),
    "lots": (),
    "orders": ("ad_day", "order_event", "order_line", "platform_order", "refund"),
    "privacy": (),
    "products": (),
    "purchasing": (),
    "review": (),
    "runs": ("bot_result", "command", "effect", "item", "job", "run", "run_file"),
    "settlement": (),
    "sources": ("document_row", "header_meaning", "quarantine", "raw_file", "raw_receipt", "raw_row", "row_fix"),
    "stock": (
        "allocation_batch",
        "bundle",
        "channel_sku",
        "fulfilment",
        "fulfilment_line",
        "move",
        "quant",
        "reservation",
        "sku",
        "warehouse",
        "waybill",
    ),
}
"""Every module of tables with those of its tables that are asked for here; the others are asked for from the module."""

MODULE_OF = {name: module for module, names in MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """The table of that name, or all tables as `metadata`; AttributeError for any other name."""
    if name == "metadata":
        for module in MODULES:
            import_module(f"storage.database.tables.{module}")
        found = import_module("storage.database.tables.base").metadata
    elif name in MODULE_OF:
        found = getattr(import_module(f"storage.database.tables.{MODULE_OF[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


__all__ = [
    "ad_day",
    "allocation_batch",
    "bank_line",
    "bill_line",
    "bot_result",
    "bundle",
    "channel_sku",
    "command",
    "document_row",
    "effect",
    "fulfilment",
    "fulfilment_line",
    "header_meaning",
    "item",
    "job",
    "metadata",
    "move",
    "order_event",
    "order_line",
    "payable",
    "platform_order",
    "quant",
    "quarantine",
    "raw_file",
    "raw_receipt",
    "raw_row",
    "recon_candidate",
    "recon_decision",
    "recon_file",
    "recon_filing",
    "recon_group",
    "recon_item",
    "recon_month",
    "recon_owner",
    "refund",
    "reservation",
    "row_fix",
    "run",
    "run_file",
    "sku",
    "warehouse",
    "waybill",
]
