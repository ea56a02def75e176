"""What a night tells: one digest with the report, missing sources on top, instead of a message for each thing.

A night that somebody plays by hand tells at once. One that the clock plays tells at once what went wrong, and the
digest in the morning, at `digest_at` of notify.yaml: `morning` is what the clock asks at each look.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from schedules.book_files import report_path
from schedules.desk import Desk
from schedules.night_words import note_words
from schedules.notify.message import Message
from schedules.notify.outbox import Delivered, Outbox, post, told
from schedules.notify.settings import NotifySettings, load_notify
from schedules.settings import SHANGHAI
from schedules.summary import book_totals, night_rows
from storage.database.tables.desk import notice

REPORT_WAITS = timedelta(minutes=15)
"""How long a machine without the report leaves the digest to the others."""
LISTED = 12
"""How many jobs a message names; the report and the page name all."""


def outbox_at(desk: Desk, settings: NotifySettings) -> Outbox:
    """The desk's outbox, with the secrets of its vault and this machine's clock."""

    def has(account: str, name: str) -> bool:
        return name in desk.vault.names(account)

    return Outbox(desk.database, settings, desk.vault.get, has, lambda: datetime.now(UTC), machine=desk.machine)


def digest(
    night: date,
    rows: Sequence[Mapping[str, Any]],
    totals: Sequence[str],
    report: Path,
    lang: str,
    missing: Sequence[str] = (),
) -> Message:
    """The morning's message: what is missing and who must act first, then the figures; the report goes along.

    `missing` names sources that did not come and documents that did not get through; it stands on top.

    Told once for each state of the night: a second start that mended something tells the new state, one that changed
    nothing tells nothing.
    """
    open_ones = [row for row in rows if row["stage"] != "done"]
    english = lang == "en"
    if open_ones:
        title = f"Night of {night}: {len(open_ones)} of {len(rows)} jobs not done" if english else (
            f"{night} 夜班：{len(rows)} 件里有 {len(open_ones)} 件没有做完"
        )  # fmt: skip
    else:
        title = f"Night of {night}: all {len(rows)} jobs done" if english else f"{night} 夜班：{len(rows)} 件全部做完"
    colon = ": " if english else "："
    lines = [f"✗ {row['flow']} · {row['account']}{colon}{note_words(row, lang)}" for row in open_ones[:LISTED]]
    if len(open_ones) > LISTED:
        more = len(open_ones) - LISTED
        lines.append(f"… {more} more" if english else f"…… 还有 {more} 件")
    state = "|".join(sorted(f"{row['job_key']}={row['stage']}" for row in open_ones))
    return Message(
        "digest",
        f"{night}|{state}",
        title,
        "\n".join([*missing, *lines, *totals]),
        (report,) if report.is_file() else (),
    )


def incident(night: date, rows: Sequence[Mapping[str, Any]], lang: str) -> Message | None:
    """What went wrong, at once and in one message: failed jobs and what waits for a person; None when nothing did."""
    wrong = [row for row in rows if row["stage"] in {"failed", "person"}]
    if not wrong:
        return None
    found = digest(night, [row for row in rows if row in wrong], [], Path("-"), lang)
    return Message("incident", found.incident, found.title, found.body)


def whole_digest(desk: Desk, night: date, rows: Sequence[Mapping[str, Any]]) -> Message:
    """The digest of a night with everything that the desk knows."""
    from schedules.delivery.night import digest_lines

    lines = digest_lines(desk, night)
    return digest(night, rows, book_totals(desk), report_path(desk, night), desk.settings.lang, lines)


def messages(desk: Desk, night: date) -> list[Message]:
    """What this night has to tell now."""
    rows, lang = night_rows(desk, night), desk.settings.lang
    wrong = incident(night, rows, lang)
    told = whole_digest(desk, night, rows)
    return [told] if wrong is None else [told, wrong]


def tell(desk: Desk, night: date, *, in_the_morning: bool = False) -> Delivered:
    """What notify.yaml asks for is told of this night: one digest, and one message of what went wrong.

    `in_the_morning`: before `digest_at` of the next morning the digest is left to `morning`. A message that does not
    get through is kept and tried again; it never makes a night fail.
    """
    settings = load_notify(desk.home)
    if not settings.routes:
        return Delivered([], [], [])
    outbox = outbox_at(desk, settings)
    waits = in_the_morning and outbox.clock() < due_at(settings, night)
    now = [message for message in messages(desk, night) if not (waits and message.route == "digest")]
    with desk.database.write() as connection:
        for message in now:
            post(connection, settings, message, outbox.clock())
    return outbox.deliver()


def tell_failed(desk: Desk, run_key: str, what: str, why: str) -> Delivered:
    """One message of a run of the timetable that failed; the same run is told of once."""
    settings = load_notify(desk.home)
    english = desk.settings.lang == "en"
    title = f"{what} failed" if english else f"{what} 没有做成"
    return told(outbox_at(desk, settings), Message("incident", run_key, title, why))


def due_at(settings: NotifySettings, night: date) -> datetime:
    """When the digest of a night is due: at `digest_at` of the night's own day."""
    return datetime.combine(night, time.fromisoformat(settings.digest_at), SHANGHAI)


def morning(desk: Desk, now: datetime) -> Delivered:
    """What waits goes out; a night of today or yesterday whose digest is due and was never told is told now."""
    settings = load_notify(desk.home)
    outbox = outbox_at(desk, settings)
    today = now.astimezone(SHANGHAI).date()
    if settings.routes.get("digest"):
        for night in (today - timedelta(days=1), today):
            if now >= due_at(settings, night) and not _was_told(desk, night) and (rows := night_rows(desk, night)):
                if _report_elsewhere(desk, night) and now < due_at(settings, night) + REPORT_WAITS:
                    continue
                made = whole_digest(desk, night, rows)
                with desk.database.write() as connection:
                    post(connection, settings, made, now)
    return outbox.deliver()


def _report_elsewhere(desk: Desk, night: date) -> bool:
    """Whether the night was played on another machine, whose worker has the report and tells of it."""
    from schedules.queue import board

    if report_path(desk, night).is_file():
        return False
    with desk.database.read() as connection:
        return any(one["host"] != desk.machine for one in board.workers(connection))


def _was_told(desk: Desk, night: date) -> bool:
    of_night = (notice.c.route == "digest") & notice.c.incident.startswith(f"{night}|")
    with desk.database.read() as connection:
        return connection.execute(select(notice.c.notice_id).where(of_night).limit(1)).first() is not None
