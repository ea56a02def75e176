"""Dates, moments and ranges in pickers: typed as a person in a hurry would, left, and read back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from bots.browser.driver import Element
from bots.browser.widgets import moments
from bots.browser.widgets.refusals import NO_DATE, NO_RANGE, OUT_OF_RANGE, ValueRefused
from bots.browser.widgets.shown import value_of
from bots.browser.widgets.values import Value, as_range, as_text
from bots.browser.widgets.widget import OPENING_S, Widget, closed, opened, still, until
from bots.errors import ElementBlocked

TYPINGS = 3
"""A text that a closing layer made its field forget is typed at most this often."""
TURNS = 200
"""A calendar is turned by at most this many months and years."""


@dataclass(slots=True)
class _Tries:
    """Spellings that a field did not come to hold, so that a day out of its range is not spelt in every other way."""

    spelt: set[str] = field(default_factory=set)
    respelt: int = 0

    def refused(self, spelling: str, shown: str) -> bool:
        """Whether the field understood the day and will not have it.

        Element Plus leaves what it does not understand as it was typed. What it understood it drops (twice: a closing
        layer may drop a text once), or spells in its own way: as was tried before.
        """
        known = shown != spelling
        again = known and shown in self.spelt
        self.spelt.add(spelling)
        self.respelt += known
        return again or self.respelt > 1


async def fill_date(widget: Widget, value: Value) -> None:
    """The picker holds the date (`2026-11-01`), month, time or moment, whatever spelling it shows it in."""
    wanted = as_text(value).strip()
    before = await _look(widget)
    if await _agrees(widget, [wanted], before):
        return
    if not wanted:
        await _emptied(widget)
        return
    if widget.readonly:
        await _picked(widget, [wanted])
        return
    spellings = moments.like(moments.spellings(wanted), _values(before)[0])
    tries = _Tries()
    for spelling in [*spellings, spellings[0]]:
        box = await _typed(widget, 0, spelling)
        if box is None:
            continue
        await box.press("Enter")
        heard = await _left(widget, 0)
        if await _holds(widget, [wanted]):
            return
        if tries.refused(spelling, heard):
            break
    await _refuse(widget, wanted)


async def fill_range(widget: Widget, value: Value) -> None:
    """The range picker holds both days; a field of moments gets the first second and the last."""
    ends = as_range(value)
    if not as_text(value).strip():
        await _emptied(widget)
        return
    if ends is None:
        raise ValueRefused(widget.name, as_text(value), await value_of(widget), NO_RANGE)
    before = await _look(widget)
    if await _agrees(widget, list(ends), before):
        return
    if widget.readonly:
        await _picked(widget, list(ends))
        return
    start, finish = _values(before)[:2]
    starts = moments.like(moments.spellings(ends[0]), start)
    finishes = moments.like(moments.spellings(ends[1], end=True), finish)
    tries = _Tries()
    for one, other in zip(starts, finishes, strict=False):
        first = await _typed(widget, 0, one)
        if first is None:
            continue
        if widget.family == "ant-design":
            await first.press("Enter")
        second = await _typed(widget, 1, other)
        if second is None:
            continue
        await second.press("Enter")
        heard = await _left(widget, 1)
        if await _holds(widget, list(ends)):
            return
        if tries.refused(other, heard):
            break
    await _refuse(widget, " ~ ".join(ends))


async def _typed(widget: Widget, index: int, spelling: str) -> Element | None:
    """The box, with the text in it; None when the field called it invalid at once. Forgotten text is typed again."""
    for _ in range(TYPINGS):
        # Typing needs no place in the calendar that opens with it, so only layers that fade out are waited for.
        box = await widget.follow("typable", [index, round(OPENING_S * 1000)]) or widget.element
        await box.fill(spelling)
        seen = await widget.ask("typed", index)
        if seen["value"] == spelling:
            break
    return None if seen["invalid"] else box


async def _refuse(widget: Widget, wanted: str) -> None:
    await _left(widget)
    known = all(moments.moment(one) for one in wanted.split(" ~ "))
    raise ValueRefused(widget.name, wanted, await value_of(widget), OUT_OF_RANGE if known else NO_DATE)


async def _look(widget: Widget) -> dict[str, Any]:
    """What the picker shows and whether its calendar hangs open, at one moment."""
    return cast("dict[str, Any]", await widget.ask("held"))


def _values(said: dict[str, Any]) -> list[str]:
    return [str(one) for one in said["values"]] if "values" in said else [str(said["value"])]


async def _holds(widget: Widget, wanted: list[str]) -> bool:
    return await _agrees(widget, wanted, await _look(widget))


async def _agrees(widget: Widget, wanted: list[str], said: dict[str, Any]) -> bool:
    """Whether `said` is what is wanted; while a calendar is open, a moment later counts as well."""

    async def taken() -> bool:
        return _same(_values(await _look(widget)), wanted)

    return _same(_values(said), wanted) or (bool(said["open"]) and await until(taken, 0.3))


def _same(held: list[str], wanted: list[str]) -> bool:
    if not any(wanted):
        return not any(held)
    pairs = zip(held, wanted, (False, True), strict=False)
    return len(held) == len(wanted) and all(moments.same(shown, one, end=end) for shown, one, end in pairs)


async def _left(widget: Widget, typed: int | None = None) -> str:
    """The field has been left, which is when it takes or drops what was typed; its calendar covers nothing.

    With what the box `typed` showed when it was told that typing was over.
    """
    said = await widget.ask("leave", typed)
    if said["open"]:
        await closed(widget, lambda: _open(widget))
    return str(said["value"])


async def _open(widget: Widget) -> bool:
    return bool((await widget.ask("picker"))["open"])


async def _emptied(widget: Widget) -> None:
    """The picker holds nothing: its cross was clicked."""
    if await _holds(widget, [""]):
        return
    await widget.element.hover()
    cross = await widget.follow("cross")
    if cross is not None:
        await cross.click()
    await _left(widget)
    if not await _holds(widget, [""]):
        raise ValueRefused(widget.name, "", await value_of(widget))


async def _picked(widget: Widget, days: list[str]) -> None:
    """A picker that takes no typing: its calendar is opened, turned to each month, and each day clicked."""
    wanted = " ~ ".join(days)
    await still(widget, everywhere=True)
    await _calendar_opened(widget)
    for text in days:
        try:
            day = date.fromisoformat(moments.iso(text))
        except ValueError as error:
            await _left(widget)
            raise ValueRefused(widget.name, text, await value_of(widget), NO_DATE) from error
        pane = await _turned_to(widget, day, wanted)
        cell = await widget.follow("day", [pane, day.day])
        if cell is None:
            await _left(widget)
            raise ValueRefused(widget.name, wanted, await value_of(widget), OUT_OF_RANGE)
        await cell.click()

    async def taken() -> bool:
        return await _holds(widget, days)

    done = await until(taken, 1.0)
    await _left(widget)
    if not done:
        raise ValueRefused(widget.name, wanted, await value_of(widget), OUT_OF_RANGE)


async def _calendar_opened(widget: Widget) -> None:
    if not await opened(widget, lambda: _shows_months(widget)):
        raise ElementBlocked(widget.name, "日历没有打开 / the calendar did not open", url=widget.page.url)


async def _turned_to(widget: Widget, day: date, wanted: str) -> int:
    """Index of the pane of the calendar that shows the month of `day`."""
    month = day.year * 12 + day.month
    for _ in range(TURNS):
        shown = await _months(widget)
        if not shown:  # shut by somebody else's focus
            await _calendar_opened(widget)
            continue
        if month in shown:
            return shown.index(month)
        back = month < shown[0]
        far = abs(month - (shown[0] if back else shown[-1])) >= 12
        button = await widget.follow("arrow", [back, far]) or await widget.follow("arrow", [back, False])
        if button is None:
            break
        await button.click()

        async def turned(before: list[int] = shown) -> bool:
            return await _months(widget) != before

        await until(turned, 0.5)
    await _left(widget)
    raise ValueRefused(widget.name, wanted, await value_of(widget), OUT_OF_RANGE)


async def _shows_months(widget: Widget) -> bool:
    return bool(await _months(widget))


async def _months(widget: Widget) -> list[int]:
    return [pane["year"] * 12 + pane["month"] for pane in await widget.ask("panes") if pane.get("month")]
