"""Switches, check boxes and radio buttons, alone or in groups."""

from __future__ import annotations

from bots.browser.widgets.values import Value, as_list, as_switch, as_text, squeezed
from bots.browser.widgets.widget import Widget, script, until
from bots.errors import OptionMissing


async def fill_switch(widget: Widget, value: Value) -> None:
    """A switch or a lone check box is on or off. Words that say neither are refused."""
    wanted = as_switch(value)
    if wanted is None:
        raise OptionMissing(widget.name, as_text(value), ["是", "否"])
    if (await widget.value() == "true") != wanted:
        await widget.element.click()

    async def done() -> bool:
        return (await widget.value() == "true") == wanted

    if not await until(done):
        raise OptionMissing(widget.name, as_text(value), [await widget.value()])


async def fill_radios(widget: Widget, value: Value) -> None:
    """The one radio button with this text is chosen."""
    await _set(widget, as_text(value).strip(), True)


async def fill_checks(widget: Widget, value: Value) -> None:
    """The boxes with these texts are ticked, and no other."""
    wanted = {squeezed(one): one for one in as_list(value)}
    offered = {squeezed(one["text"]): one for one in await widget.ask("choices")}
    for key, one in wanted.items():
        if key not in offered:
            raise OptionMissing(widget.name, one, [str(known["text"]) for known in offered.values()])
    for key, known in offered.items():
        if known["on"] != (key in wanted):
            await _set(widget, known["text"], key in wanted)


async def _set(widget: Widget, text: str, on: bool) -> None:
    box = await widget.element.follow(script("choice"), text)
    if box is None:
        raise OptionMissing(widget.name, text, [str(one["text"]) for one in await widget.ask("choices")])
    if await _is_on(widget, text) != on:
        await box.click()

    async def done() -> bool:
        return await _is_on(widget, text) == on

    if not await until(done):
        raise OptionMissing(widget.name, text, [await widget.value()])


async def _is_on(widget: Widget, text: str) -> bool:
    wanted = squeezed(text)
    return any(one["on"] for one in await widget.ask("choices") if squeezed(one["text"]) == wanted)
