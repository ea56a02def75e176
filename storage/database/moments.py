"""Moments of our own as the books keep them: ISO 8601 in UTC to the millisecond, so that they compare as text."""

from datetime import UTC, datetime


def stamp(moment: datetime | None) -> str:
    """The moment as it is kept; "" for none."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else ""


def stamp_now() -> str:
    """This moment, by the machine's clock."""
    return stamp(datetime.now(UTC))


def moment(text: str) -> datetime | None:
    """The kept moment; None for ""."""
    return datetime.fromisoformat(text) if text else None
