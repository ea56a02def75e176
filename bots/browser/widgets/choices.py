"""Switches, check boxes, radio buttons and stars, alone or in groups."""

from __future__ import annotations

from decimal import Decimal

from bots.browser.driver import Element
from bots.browser.widgets.refusals import NO_NUMBER, NO_SWITCH, OUT_OF_RANGE, ValueRefused, missing
from bots.browser.widgets.shown import told, value_of
from bots.browser.widgets.values import Value, as_list, as_switch, as_text, squeezed, stars
from bots.browser.widgets.widget import Widget, until
from bots.errors import ElementBlocked

STEPS = 20
"""Stars are moved by at most this many half steps."""


async def fill_switch(widget: Widget, value: Value) -> None:
    """A switch or a lone check box is on or off. Words that say neither are refused."""
    wanted = as_switch(value)
    if wanted is None:
        raise ValueRefused(widget.name, as_text(value), await value_of(widget), NO_SWITCH)
    word = "是" if wanted else "否"
    if await value_of(widget) == word:
        return
    await widget.element.click()

    async def done() -> bool:
        return await value_of(widget) == word

    if not await until(done):
        raise ValueRefused(widget.name, as_text(value), await value_of(widget))


async def fill_radios(widget: Widget, value: Value) -> None:
    """The one radio button with this text is chosen."""
    await _set(widget, as_text(value).strip(), True)


async def fill_checks(widget: Widget, value: Value) -> None:
    """The boxes with these texts are ticked, and no other."""
    wanted = {squeezed(one): one for one in as_list(value)}
    offered = {squeezed(one["text"]): one for one in await widget.ask("choices")}
    for key, one in wanted.items():
        if key not in offered:
            raise missing(widget.name, one, [str(known["text"]) for known in offered.values()])
    for key, known in offered.items():
        if known["on"] != (key in wanted):
            await _set(widget, known["text"], key in wanted)


async def _set(widget: Widget, text: str, on: bool) -> None:
    offered = {squeezed(one["text"]): one for one in await widget.ask("choices")}
    known = offered.get(squeezed(text))
    box = await widget.follow("choice", text)
    if box is None or known is None:
        raise missing(widget.name, text, [str(one["text"]) for one in offered.values()])
    if known["on"] == on:
        return
    if known["off"]:
        raise ElementBlocked(f"{widget.name} › {text}", "不可用（灰色） / disabled", url=widget.page.url)
    await box.click()

    async def done() -> bool:
        wanted = squeezed(text)
        return any(one["on"] == on for one in await widget.ask("choices") if squeezed(one["text"]) == wanted)

    if not await until(done):
        raise ValueRefused(widget.name, text, await value_of(widget))


async def fill_rate(widget: Widget, value: Value) -> None:
    """So many stars are lit; halves where the widget knows them, `0` for none."""
    wanted = stars(value)
    if wanted is None:
        raise ValueRefused(widget.name, as_text(value), await value_of(widget), NO_NUMBER)
    await widget.ask("unhovered")
    if await _lit(widget) == wanted:
        return
    star: Element | None = await widget.follow("star", int(-(-wanted // 1))) if wanted else None
    if wanted and star is None:
        raise ValueRefused(widget.name, as_text(value), await value_of(widget), OUT_OF_RANGE)
    if star is not None:
        await star.click()
    await _settled(widget, wanted)
    for _ in range(STEPS):
        lit = await _lit(widget)
        if lit == wanted:
            return
        await widget.element.press("ArrowLeft" if lit > wanted else "ArrowRight")
        if abs(await _lit(widget) - wanted) >= abs(lit - wanted):
            break
    if await _lit(widget) != wanted:
        raise ValueRefused(widget.name, as_text(value), await value_of(widget), OUT_OF_RANGE)


async def _settled(widget: Widget, wanted: Decimal) -> None:
    async def lit() -> bool:
        await widget.ask("unhovered")
        return await _lit(widget) == wanted

    await until(lit, 0.3)


async def _lit(widget: Widget) -> Decimal:
    return Decimal(str((await told(widget.element))["value"] or 0))
