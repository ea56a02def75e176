"""What the bots did: jobs of the night, runs, items, effects outside, files, commands and their results."""

from sqlalchemy import Index, Table

from storage.database.tables.base import key, metadata, text, whole

# stage: planned | playing | played | archived | ingested | done | failed | person
job = Table(
    "job",
    metadata,
    key("job_key"),  # night day|flow|account|digest of the inputs: the same work is one job
    text("night"),
    text("flow"),
    text("account"),
    text("inputs"),
    whole("position"),
    text("stage"),
    text("run_id"),
    text("message"),
    text("summary"),  # JSON for the table of the night
    text("started_at"),
    text("ended_at"),
)

run = Table(
    "run",
    metadata,
    key("run_id"),
    text("facts"),  # JSON
    whole("attempt"),
    text("state"),
    text("message"),
    text("started_at"),
    text("ended_at"),
)

item = Table(
    "item",
    metadata,
    key("run_id"),
    key("item_key"),
    text("state"),  # open | done | found_done | rejected | failed | person
    text("reason"),
    text("data"),
    whole("attempt"),
    text("started_at"),
    text("ended_at"),
)

# An effect outside, begun and ended once in the books. state: open | done | found_done | person | free
# ("free": looked, and it had not happened, so it may be begun again)
effect = Table(
    "effect",
    metadata,
    key("effect_key"),
    text("run_id"),
    text("item_key"),
    text("label"),
    text("state"),
    text("note"),
    whole("attempt"),
    text("started_at"),
    text("ended_at"),
)

run_file = Table(
    "run_file",
    metadata,
    key("run_id"),
    key("path"),
    text("file_sha"),
    text("record"),  # JSON of the manifest entry
    text("recorded_at"),
)

# What the core wants done outside; a worklist row is a command. Nothing is shipped, listed, delisted or enrolled in the
# books before a bot_result row says so (I-25).
# state: published | done | rejected | failed | person | withdrawn
command = Table(
    "command",
    metadata,
    key("command_id"),
    text("worklist"),  # to_delist | to_list | to_enrol | to_ship_form | to_ship_batch
    text("shop"),
    text("subject"),  # product id, sub-order number, ...
    text("data"),  # JSON: the row the flow gets
    text("reason"),  # why the core wants it, in words
    text("night"),
    text("state"),
    Index("ix_command_worklist", "worklist", "state"),
)

bot_result = Table(
    "bot_result",
    metadata,
    key("run_id"),
    key("command_id"),
    text("worklist"),
    text("shop"),
    text("outcome"),  # done | found_done | rejected | failed | person
    text("reason"),
    text("at"),
    text("data"),
    text("file_sha"),
)
