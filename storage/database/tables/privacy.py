"""Personal data under lock, who may see what, and the log of everything that people and programs changed."""

from sqlalchemy import BigInteger, Column, Index, Table

from storage.database.tables.base import key, metadata, source, text, whole

# Who gets an order. Nothing here can be read without the keys, which are never in the database: `*_sealed` is
# `key id.base64` (AES-SIV), `*_index` a keyed hash for search, `*_masked` what anybody may see.
# What a platform sends masked (张*, OAID) is kept as it came, and has no index.
address_book = Table(
    "address_book",
    metadata,
    key("platform"),
    key("shop"),
    key("order_no"),
    text("oaid"),
    text("name_sealed"),
    text("name_index"),
    text("name_masked"),
    text("phone_sealed"),
    text("phone_index"),
    text("phone_masked"),
    text("address_sealed"),
    text("address_index"),
    text("address_masked"),
    text("person_index"),  # the three together: orders that may go in one parcel have the same one
    text("province"),
    text("city"),
    text("district"),
    text("ordered_at"),  # business time; retention counts from it
    text("state"),  # kept | forgotten (after retention: only province, city and district are left)
    whole("plain_fields"),  # how many of name, phone and address are not masked: what says more wins
    text("exported_at"),
    *source(),
    Index("ix_address_book_phone", "phone_index"),
    Index("ix_address_book_name", "name_index"),
    Index("ix_address_book_person", "person_index"),
)

# kind: person | bot. A bot has an account of its own at the platform and a public key that its manifests are checked
# with; what a role may do is in storage/erp/audit/actors.py.
actor = Table(
    "actor",
    metadata,
    key("who"),
    text("kind"),
    text("role"),
    text("account"),
    text("public_key"),
    text("state"),  # active | closed
)

# What somebody may read. scope: org | shop | warehouse; name "*" is all of that scope. No row: nothing.
reading_grant = Table("reading_grant", metadata, key("who"), key("scope"), key("name"))
org_unit = Table("org_unit", metadata, key("scope"), key("name"), text("org"))  # which shop and warehouse is whose

# Append-only: each row's hash covers the one before it, and audit_head says how far the log goes.
audit_log = Table(
    "audit_log",
    metadata,
    Column("seq", BigInteger, primary_key=True, nullable=False, autoincrement=False),
    text("recorded_at"),
    text("who"),
    text("what"),
    text("subject"),
    text("before"),  # JSON, "" = there was nothing
    text("after"),  # JSON, "" = there is nothing any more
    text("why"),
    text("hash_prev"),
    text("hash"),
    Index("ix_audit_log_subject", "subject"),
    Index("ix_audit_log_who", "who", "what"),
)
audit_head = Table("audit_head", metadata, key("chain"), whole("seq"), text("hash"))
