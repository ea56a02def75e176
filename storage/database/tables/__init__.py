"""Every table of the books, one module per system; `metadata` is what Alembic compares with.

Conventions: text ids; integer fen (`*_fen`); quantities are integers; business times are text
`YYYY-MM-DD HH:MM:SS` in Asia/Shanghai as the source wrote them; moments of our own are `*_at` ISO 8601 UTC text.
No NULL in a key (SQLite and PostgreSQL treat NULLs in UNIQUE as distinct): the empty string or 0 stands for "none".
Columns named in `WALL_CLOCK` and surrogate ids are left out when two databases are compared.
"""

from storage.database.tables import desk, ledger, lots, privacy, products, purchasing, review, settlement
from storage.database.tables.base import metadata
from storage.database.tables.finance import (
    bank_line,
    bill_line,
    payable,
    recon_candidate,
    recon_decision,
    recon_filing,
    recon_group,
    recon_item,
    recon_month,
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

__all__ = [
    "ad_day",
    "allocation_batch",
    "bank_line",
    "bill_line",
    "bot_result",
    "bundle",
    "channel_sku",
    "command",
    "desk",
    "document_row",
    "effect",
    "fulfilment",
    "fulfilment_line",
    "header_meaning",
    "item",
    "job",
    "ledger",
    "lots",
    "metadata",
    "move",
    "order_event",
    "order_line",
    "payable",
    "platform_order",
    "privacy",
    "products",
    "purchasing",
    "quant",
    "quarantine",
    "raw_file",
    "raw_receipt",
    "raw_row",
    "recon_candidate",
    "recon_decision",
    "recon_filing",
    "recon_group",
    "recon_item",
    "recon_month",
    "refund",
    "reservation",
    "review",
    "row_fix",
    "run",
    "run_file",
    "settlement",
    "sku",
    "warehouse",
    "waybill",
]
