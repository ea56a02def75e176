"""What a night tells: one digest with the report, missing sources on top, instead of a message for each thing."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from schedules.books import report_path
from schedules.desk import Desk
from schedules.night_words import note_words
from schedules.notify.message import Message
from schedules.notify.outbox import Outbox
from schedules.notify.settings import NotifySettings
from schedules.summary import book_totals, night_rows

LISTED = 12
"""How many jobs a message names; the report and the page name all."""


def outbox_at(desk: Desk, settings: NotifySettings) -> Outbox:
    """The desk's outbox, with the secrets of its vault and this machine's clock."""

    def has(account: str, name: str) -> bool:
        return name in desk.vault.names(account)

    return Outbox(desk.database, settings, desk.vault.get, has, lambda: datetime.now(UTC))


def digest(night: date, rows: Sequence[Mapping[str, Any]], totals: Sequence[str], report: Path, lang: str) -> Message:
    """The morning's message: what is missing and who must act first, then the figures; the report goes along.

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
    lines = [f"✗ {row['flow']} · {row['account']}：{note_words(row, lang)}" for row in open_ones[:LISTED]]
    if len(open_ones) > LISTED:
        more = len(open_ones) - LISTED
        lines.append(f"… {more} more" if english else f"…… 还有 {more} 件")
    state = "|".join(sorted(f"{row['job_key']}={row['stage']}" for row in open_ones))
    return Message(
        "digest", f"{night}|{state}", title, "\n".join([*lines, *totals]), (report,) if report.is_file() else ()
    )


def incident(night: date, rows: Sequence[Mapping[str, Any]], lang: str) -> Message | None:
    """What went wrong, at once and in one message: failed jobs and what waits for a person; None when nothing did."""
    wrong = [row for row in rows if row["stage"] in {"failed", "person"}]
    if not wrong:
        return None
    found = digest(night, [row for row in rows if row in wrong], [], Path("-"), lang)
    return Message("incident", found.incident, found.title, found.body)


def messages(desk: Desk, night: date) -> list[Message]:
    """What this night has to tell now."""
    rows, lang = night_rows(desk, night), desk.settings.lang
    wrong = incident(night, rows, lang)
    told = digest(night, rows, book_totals(desk), report_path(desk, night), lang)
    return [told] if wrong is None else [told, wrong]
