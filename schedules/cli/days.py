"""A day as somebody types it."""

from datetime import date

import typer

from schedules.cli.screen import say


def typed_day(text: str) -> date | None:
    """The day, None where nothing was typed. Raises typer.BadParameter, which says how a day is written."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(
            say(f"日期写成 2026-11-01 这样，不是 {text}", f"write a day like 2026-11-01, not {text}")
        ) from None
