"""What came in: files, their rows as they were, and rows that could not be taken."""

from sqlalchemy import Column, Integer, Table

from storage.database.tables.base import fen, key, metadata, text, whole

# state: read (rows are in the books) | parked (totals or header do not tie: waits for a person) | refused (unreadable)
raw_file = Table(
    "raw_file",
    metadata,
    key("file_sha"),
    text("kind"),
    text("platform"),
    text("shop"),
    text("name"),
    text("origin"),
    text("run_id"),
    text("flow"),
    text("step"),
    whole("line"),
    text("period_from"),
    text("period_to"),
    text("wallet"),  # the wallet that it is a statement of, bank for an account, "" for anything else
    whole("size"),
    whole("rows"),
    whole("rows_ok"),
    text("control"),  # JSON: {stated: {...}, computed: {...}, tie: true|false|null, words: "..."}
    text("state"),
    text("message"),
    text("accepted_by"),  # who released a parked file, and why
    text("received_at"),
    text("ingested_at"),
    text("titles"),  # JSON list: what stands above the cells of rows that are kept as lists, "" where none are
)

# Every occasion on which a content came: two days without a trade are two statements of equal bytes, and each speaks of
# its own day. raw_file shows the smallest of them by (name, shop) and the latest received_at.
raw_receipt = Table(
    "raw_receipt",
    metadata,
    key("file_sha"),
    key("name"),
    key("shop"),  # as the one who brought it said, "" if nobody did
    text("owner"),  # whose statement it is: shop, or account of a bank
    text("period_from"),
    text("period_to"),
    text("origin"),
    text("run_id"),
    text("flow"),
    text("step"),
    whole("line"),
    text("received_at"),
)

raw_row = Table(
    "raw_row",
    metadata,
    key("file_sha"),
    Column("row_no", Integer, primary_key=True, nullable=False),
    text("payload"),  # JSON of the row as the file has it: header name -> text, or a list in the order of the titles
)

# Rows of formats that the core has no table of its own for yet: typed and keyed, each once however often it comes.
document_row = Table(
    "document_row",
    metadata,
    key("kind"),
    key("shop"),
    key("row_key"),
    Column("n", Integer, primary_key=True, nullable=False),  # counts equal keys within a file
    text("platform"),
    text("order_no"),
    text("order_rule"),
    text("sub_no"),
    text("at"),
    fen("amount_fen"),
    text("currency"),
    text("fee_type"),
    text("class_rule"),
    text("data"),  # JSON: column -> text, or whole number (fen where it is money)
    text("exported_at"),
    text("file_sha"),
    whole("row_no"),
)

quarantine = Table(
    "quarantine",
    metadata,
    key("file_sha"),
    Column("row_no", Integer, primary_key=True, nullable=False),
    text("rule"),
    text("message"),
    text("owner"),
    text("resolved_at"),
    fen("amount_fen"),
)

# What people said of files: a title that means a column from now on, a row that was quarantined and corrected. In the
# books, not in a file beside them, so that it holds for everybody who works on these books and in one transaction.
header_meaning = Table(
    "header_meaning",
    metadata,
    key("kind"),
    key("shop"),  # "" for every shop
    key("title"),
    text("meant"),  # the column of the kind
    text("decided_by"),
    text("decided_at"),
)

row_fix = Table(
    "row_fix",
    metadata,
    key("file_sha"),
    Column("row_no", Integer, primary_key=True, nullable=False),
    Column("n", Integer, primary_key=True, nullable=False),  # corrections of one row from 1; the last one counts
    text("payload"),  # JSON: header name -> text, what the row should say
    text("decided_by"),
    text("decided_at"),
)
