"""What the desk's timetable has planned, started, ended and dropped; what arrived for it; what is paused; who was told;
what workers are to do, who does it, and which workers there are.

Moments are ISO 8601 in UTC to the millisecond, so that they compare as text.
"""

from sqlalchemy import Index, Table

from storage.database.tables.base import key, metadata, text, whole

# state: planned | waiting (chain, gate) | held (paused) | running | done | failed | person | dropped
timetable_run = Table(
    "timetable_run",
    metadata,
    key("run_key"),  # entry|local day and time, or what arrived|account: the same work is one run
    text("entry"),
    text("account"),
    text("cause"),  # time | chain | gate | trigger
    text("day"),
    text("slot"),
    text("due_at"),
    text("until"),
    text("state"),
    text("reason"),  # a code of schedules.timetable.deciding.REASONS: why it was dropped, or waits
    text("facts"),  # JSON: notes, what came with the trigger, what a gate had to do without
    text("message"),
    whole("attempt"),
    text("recorded_at"),
    text("started_at"),
    text("ended_at"),
    Index("ix_timetable_run_slot", "slot"),
    Index("ix_timetable_run_state", "state"),
)

# A file, a mail or a call that came for an entry. state: new | planned
timetable_event = Table(
    "timetable_event",
    metadata,
    key("event_key"),
    text("entry"),
    text("arrived_at"),
    text("given"),  # JSON
    text("state"),
    Index("ix_timetable_event_state", "state"),
)

timetable_pause = Table(
    "timetable_pause",
    metadata,
    key("scope"),  # all | entry | account
    key("name"),
    key("recorded_at"),
    text("until_at"),  # "" until somebody resumes it
    text("who"),
    text("why"),
    text("ended_at"),
    text("ended_by"),
)

# Everything whose slot lies before `planned_until` is in timetable_run.
timetable_mark = Table("timetable_mark", metadata, key("timetable"), text("planned_until"))

# One message on one channel. state: waiting | sending | sent | failed
notice = Table(
    "notice",
    metadata,
    key("notice_id"),  # of channel and incident: the same incident is told once on a channel
    text("channel"),
    text("route"),
    text("incident"),
    text("title"),
    text("body"),
    text("files"),  # JSON: paths
    whole("urgent"),
    text("state"),
    whole("tries"),
    text("reason"),  # the other side's words when it did not take it; why it waits
    text("recorded_at"),
    text("due_at"),
    text("ended_at"),
    Index("ix_notice_state", "state", "due_at"),
    Index("ix_notice_channel", "channel", "ended_at"),
)

# A question that only a person can answer. state: open | answered | taken | expired
question = Table(
    "question",
    metadata,
    key("question_id"),
    text("kind"),  # text | choice | code | qr | captcha | approval
    text("question"),
    text("choices"),  # JSON
    text("facts"),  # JSON: account, page, row, flow
    text("picture"),  # where the picture lies; "" for none
    text("state"),
    text("answer"),  # sealed until the run has taken it; after that only what is no secret
    text("who"),
    text("recorded_at"),
    text("due_at"),
    text("ended_at"),
    Index("ix_question_state", "state", "recorded_at"),
)

# A piece of work for a worker. state: queued | leased | ended
queue_job = Table(
    "queue_job",
    metadata,
    key("ticket_key"),  # the run and its attempt: the same work is queued once
    text("kind"),  # which player does it
    text("run_key"),
    text("account"),  # never two of an account at once, on any machine; "" for none
    text("tags"),  # JSON: what its worker must be: a machine, a proxy
    whole("priority"),
    text("payload"),  # JSON: what the player is given
    text("state"),
    text("outcome"),  # done | failed | person | dropped, once it has ended
    text("message"),
    text("result"),  # JSON: what came of it, for whoever waits for it
    text("folder"),  # where its evidence lies
    text("cancel"),  # who asked it to end, or why; "" for nobody
    text("worker"),
    whole("fence"),  # how often it was taken: whoever holds an older number has lost it
    text("lease_until"),  # nobody else takes it before
    text("recorded_at"),
    text("started_at"),
    text("ended_at"),
    Index("ix_queue_job_state", "state", "priority"),
    Index("ix_queue_job_recorded", "recorded_at"),
    Index("ix_queue_job_run", "run_key"),
)

# A process that does such work. state: working | draining | gone
queue_worker = Table(
    "queue_worker",
    metadata,
    key("worker"),
    text("host"),
    whole("pid"),
    text("tags"),  # JSON
    whole("places"),
    text("state"),
    text("seen_at"),
    text("recorded_at"),
    text("ended_at"),
    Index("ix_queue_worker_state", "state"),
)

# The machine on which a message's files lie: it is the one that sends it.
notice_place = Table("notice_place", metadata, key("notice_id"), key("machine"), text("recorded_at"))

# A run at a site that wants to be treated politely: it counts while its ticket is held and it has not ended.
host_turn = Table(
    "host_turn",
    metadata,
    key("host"),
    key("ticket_key"),
    text("started_at"),
    text("ended_at"),
)
