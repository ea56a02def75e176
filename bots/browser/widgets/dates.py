"""Dates, moments and ranges in pickers: typed as a person in a hurry would, then left by Enter, and read back."""

from __future__ import annotations

from datetime import date

from bots.browser.driver import Element
from bots.browser.widgets.values import Value, as_range, as_text, digits, spellings
from bots.browser.widgets.widget import Widget, script, until
from bots.errors import ElementBlocked, OptionMissing

MONTHS = 600
"""A calendar is turned at most this many months."""


async def fill_date(widget: Widget, value: Value) -> None:
    """The picker holds the date (`2026-11-01`), month or moment, whatever spelling it shows it in."""
    wanted = as_text(value).strip()
    if widget.readonly:
        await _picked(widget, [wanted])
        return
    for spelling in spellings(wanted, time=widget.time, end=False):
        box = await _input(widget, 0)
        await box.click()
        await box.fill(spelling)
        await box.press("Enter")
        if await _holds(widget, spelling):
            await _left(widget, box)
            return
    raise OptionMissing(widget.name, wanted, [await widget.value()])


async def fill_range(widget: Widget, value: Value) -> None:
    """The range picker holds both days; a field of moments gets the first second and the last."""
    ends = as_range(value)
    if ends is None:
        raise OptionMissing(widget.name, as_text(value), ["2026-11-01 ~ 2026-11-20"])
    if widget.readonly:
        await _picked(widget, list(ends))
        return
    starts = spellings(ends[0], time=widget.time, end=False)
    for start, end in zip(starts, spellings(ends[1], time=widget.time, end=True), strict=False):
        first, second = await _input(widget, 0), await _input(widget, 1)
        await first.click()
        await first.fill(start)
        if widget.family == "ant-design":
            await first.press("Enter")
        await second.click()
        await second.fill(end)
        await second.press("Enter")
        if await _holds(widget, start + end):
            await _left(widget, second)
            return
    raise OptionMissing(widget.name, as_text(value), [await widget.value()])


async def _picked(widget: Widget, days: list[str]) -> None:
    """A picker that takes no typing: its calendar is opened, turned to each month, and each day clicked."""
    await (await _input(widget, 0)).click()
    for text in days:
        try:
            day = date.fromisoformat(text.strip())
        except ValueError as error:
            raise OptionMissing(widget.name, text, ["2026-11-01"]) from error
        pane = await _turned_to(widget, day)
        cell = await widget.element.follow(script("day"), [pane, day.day])
        if cell is None:
            await widget.page.press("Escape")
            raise OptionMissing(widget.name, text)
        await cell.click()
    if not await _holds(widget, " ".join(days)):
        raise OptionMissing(widget.name, " ~ ".join(days), [await widget.value()])


async def _turned_to(widget: Widget, day: date) -> int:
    """Index of the pane of the calendar that shows the month of `day`."""
    wanted = day.year * 12 + day.month
    for _ in range(MONTHS):
        shown = await _months(widget)
        if wanted in shown:
            return shown.index(wanted)
        button = await widget.element.follow(script("arrow"), wanted < shown[0])
        if button is None:
            break
        await button.click()

        async def turned(before: list[int] = shown) -> bool:
            return await _months(widget) != before

        await until(turned, within_s=0.5)
    raise OptionMissing(widget.name, day.isoformat())


async def _months(widget: Widget) -> list[int]:
    found: list[int] = []

    async def opened() -> bool:
        found[:] = [pane["year"] * 12 + pane["month"] for pane in await widget.ask("panes") if pane.get("month")]
        return bool(found)

    if not await until(opened):
        raise ElementBlocked(widget.name, "日历没有打开", url=widget.page.url)
    return list(found)


async def _input(widget: Widget, index: int) -> Element:
    code = "(el, i) => (el.matches('input') ? [el] : [...el.querySelectorAll('input')])[i] || null"
    box = await widget.element.follow(code, index)
    return box or widget.element


async def _holds(widget: Widget, spelling: str) -> bool:
    async def taken() -> bool:
        return digits(await widget.value()) == digits(spelling)

    return await until(taken, within_s=0.5)


async def _left(widget: Widget, box: Element) -> None:
    """The calendar is closed and covers nothing; the value is still there."""
    shown = await widget.value()
    open_panel = (
        "() => JSON.stringify([...document.querySelectorAll('.el-picker-panel,.ant-picker-panel')]"
        ".some(p => globalThis[Symbol.for('yeban')].visible(p)))"
    )

    async def shut() -> bool:
        return not await box.evaluate_json(open_panel)

    if not await until(shut, within_s=0.6):
        await box.press("Escape")
        await until(shut)
    if await widget.value() != shown:
        raise OptionMissing(widget.name, shown, [await widget.value()])
