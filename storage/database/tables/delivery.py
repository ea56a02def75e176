"""Where documents lie under readable names, and what was handed to whom: the receipts of finance.

Moments are ISO 8601 in UTC to the millisecond, so that they compare as text.
"""

from sqlalchemy import Index, Table

from storage.database.tables.base import key, metadata, text, whole

# One row for each occasion on which a document came (raw_receipt): two days without a trade are two statements of equal
# bytes, and each lies under its own day. Occasions that tell of the same shop and days share a path.
filed = Table(
    "filed",
    metadata,
    key("file_sha"),
    key("name"),
    key("shop"),
    text("kind"),
    text("owner"),
    text("period_from"),
    text("period_to"),
    whole("size"),
    text("stem"),  # the path in small letters without version and ending: names that Windows takes for the same
    text("path"),  # below the folder of filed documents, parted by /
    text("recorded_at"),
    Index("ix_filed_stem", "stem"),
    Index("ix_filed_path", "path"),
)

# A machine whose archive has the document; several may.
document_place = Table("document_place", metadata, key("file_sha"), key("machine"), text("recorded_at"))

# One document for one rule. state: waiting | sending | delivered | failed | held (a person must allow it)
delivery = Table(
    "delivery",
    metadata,
    key("rule"),
    key("path"),  # of the filed document
    text("file_sha"),
    whole("size"),
    text("way"),  # folder | sftp | s3 | mail
    text("target"),  # whom or where, as a person reads it
    text("remote_path"),
    text("verified"),  # how the other side's copy was compared: sha256 | size | taken (by a mail server)
    text("state"),
    whole("tries"),
    text("reason"),
    text("batch"),  # the message that carries it by mail
    text("host"),  # the machine that is sending it
    text("recorded_at"),
    text("due_at"),
    text("started_at"),
    text("ended_at"),
    Index("ix_delivery_state", "state", "due_at"),
    Index("ix_delivery_batch", "batch"),
)
