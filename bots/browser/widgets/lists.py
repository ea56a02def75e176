"""Selects: lists that open in a layer of their own, may load from the server and may be drawn in part."""

from __future__ import annotations

from typing import Any

from bots.browser.driver import Element
from bots.browser.widgets.refusals import ValueRefused, missing
from bots.browser.widgets.shown import SEPARATOR, told, value_of
from bots.browser.widgets.values import Value, as_list, as_text, squeezed
from bots.browser.widgets.widget import OPENING_S, Widget, closed, opened, until
from bots.errors import ElementBlocked

SEARCH = "input:not([readonly]):not([disabled])"
SEEKING_MS = 6_000
"""A list that is drawn in part is scrolled through for at most this long."""
TAGS = 200
"""At most this many unwanted choices are taken out of a field."""


async def fill_select(widget: Widget, value: Value) -> None:
    """The options with these texts, and no others, are chosen; the list is closed again."""
    if widget.multiple:
        await _fill_several(widget, as_list(value))
        return
    wanted = as_text(value).strip()
    if await _shows(widget, wanted):
        return
    if not wanted:
        await emptied(widget)
        return
    await open_list(widget)
    try:
        await (await _sought(widget, wanted)).click()

        async def taken() -> bool:
            return await _shows(widget, wanted)

        if not await until(taken):
            raise ValueRefused(widget.name, wanted, await value_of(widget))
    finally:
        await closed(widget, lambda: is_open(widget))


async def _shows(widget: Widget, text: str) -> bool:
    """Whether the field says `text`; an option that stands for "no filter" is empty, and only the hint says it."""
    value = squeezed(await value_of(widget))
    if value or not text:
        return value == squeezed(text)
    return squeezed(str((await widget.ask("state")).get("hint") or "")) == squeezed(text)


async def emptied(widget: Widget) -> None:
    """The field holds nothing: its cross was clicked."""
    await widget.element.hover()
    cross = await widget.follow("cross")
    if cross is not None:
        await cross.click()

    async def empty() -> bool:
        return not await value_of(widget)

    if not await until(empty, 0.5):
        raise ValueRefused(widget.name, "", await value_of(widget))


async def _fill_several(widget: Widget, wanted: list[str]) -> None:
    if await _holds_exactly(widget, wanted):
        return
    await open_list(widget)
    try:
        await _chosen(widget, wanted)
    finally:
        await closed(widget, lambda: is_open(widget))

    async def taken() -> bool:
        return await _holds_exactly(widget, wanted)

    if not await until(taken, 1.0):
        raise ValueRefused(widget.name, ", ".join(wanted), await value_of(widget))


async def _holds_exactly(widget: Widget, wanted: list[str]) -> bool:
    """Whether exactly these are chosen; of those folded away (`+ 2`) only the number is known, and must fit."""
    said = await told(widget.element)
    shown, keys = {squeezed(str(one)) for one in said.get("values", [])}, {squeezed(one) for one in wanted}
    hidden = int(said.get("hidden") or 0)
    if not hidden:
        return shown == keys
    marked = {squeezed(one) for one in (await widget.ask("state"))["selected"]}
    return shown <= keys and len(shown) + hidden == len(keys) and (marked == keys or not marked)


async def _chosen(widget: Widget, wanted: list[str]) -> None:
    keys = {squeezed(one) for one in wanted}
    for one in (await widget.ask("state"))["selected"]:
        if squeezed(one) not in keys:
            await (await _sought(widget, one)).click()
            await _marked(widget, one, False)
    for _ in range(TAGS):  # what is chosen but not drawn in the list: by the cross of its tag
        cross = await widget.follow("tagCross", list(keys))
        if cross is None:
            break
        before = await value_of(widget)
        await cross.click()

        async def fewer(old: str = before) -> bool:
            return await value_of(widget) != old

        if not await until(fewer, 1.0):
            break
    for one in wanted:
        await open_list(widget)
        option = await _sought(widget, one)
        if squeezed(one) not in {squeezed(text) for text in (await widget.ask("state"))["selected"]}:
            await option.click()
            await _marked(widget, one, True)


async def _marked(widget: Widget, text: str, on: bool) -> None:
    async def done() -> bool:
        selected = {squeezed(one) for one in (await widget.ask("state"))["selected"]}
        tags = {squeezed(str(one)) for one in (await told(widget.element)).get("values", [])}
        return (squeezed(text) in selected | tags) == on

    if not await until(done):
        raise ValueRefused(widget.name, text, await value_of(widget))


async def is_open(widget: Widget) -> bool:
    """Whether the widget's list hangs open."""
    return bool((await widget.ask("state"))["open"])


async def open_list(widget: Widget) -> None:
    """The list is open, or it is a searchable one that opens when something is typed."""

    async def ready() -> bool:
        return await is_open(widget)

    searchable = await widget.part(SEARCH) is not None
    if not await opened(widget, ready, attempts=1 if searchable else 5) and not searchable:
        raise ElementBlocked(widget.name, "列表没有打开 / the list did not open", url=widget.page.url)


async def _sought(widget: Widget, text: str) -> Element:
    """The option with this text: waited for while the list loads, else typed for, else scrolled for."""
    state = await _loaded(widget, text, 0.3)
    found = await widget.option(text)
    if found is None and not state["end"] and await widget.part(SEARCH) is None:
        found = await _scrolled(widget, text)
    if found is None:
        found = await _typed_for(widget, text)
    if found is None:
        found = await _scrolled(widget, text)
    if found is None:
        state = await _loaded(widget, text, OPENING_S)
        found = await widget.option(text)
    if found is None:
        raise missing(widget.name, text, [str(one) for one in state["options"]])
    return found


async def _loaded(widget: Widget, text: str, within_s: float) -> dict[str, Any]:
    """What the list offers once the option shows, or once there are options and nothing loads any more."""
    seen: dict[str, Any] = {}

    async def there() -> bool:
        seen.update(await widget.ask("state"))
        return squeezed(text) in {squeezed(one) for one in seen["options"]} or (
            bool(seen["options"]) and not seen["loading"]
        )

    await until(there, within_s)
    return seen


async def _typed_for(widget: Widget, text: str) -> Element | None:
    """The option after its text was typed into the search box; a search that finds nothing is taken back."""
    search = await widget.part(SEARCH)
    if search is None:
        return None
    await search.fill(text)

    async def there() -> bool:
        return await widget.option(text) is not None

    if await until(there, 1.5):
        return await widget.option(text)
    await search.fill("")
    return None


async def _scrolled(widget: Widget, text: str) -> Element | None:
    await widget.ask("seek", [text, SEEKING_MS])
    return await widget.option(text)


async def held_texts(widget: Widget) -> str:
    """The chosen options as text, those too that the field folds away: from its opened list."""
    said = await told(widget.element)
    await open_list(widget)
    try:
        marked = [str(one) for one in (await widget.ask("state"))["selected"]]
        if len(marked) == len(said["values"]) + said["hidden"]:
            return SEPARATOR.join(marked)
        return SEPARATOR.join([*said["values"], *(one for one in marked if one not in said["values"])])
    finally:
        await closed(widget, lambda: is_open(widget))
