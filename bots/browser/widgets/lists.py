"""Selects and cascaders: lists that open in a layer of their own, may load from the server and may be drawn in part."""

from __future__ import annotations

from bots.browser.driver import Element
from bots.browser.widgets.values import Value, as_list, as_path, as_text, squeezed
from bots.browser.widgets.widget import Widget, script, until
from bots.errors import OptionMissing

WHOLE = "*"
"""The widget itself: its parts may lie over one another (tags over the box), a click on the whole hits any of them."""
SEARCH = "input:not([readonly]):not([disabled])"
SCREENFULS = 500
"""A virtual list longer than this many screens must be searched, not scrolled."""
BRANCHES = 200
"""A tree with more folded branches than this must be searched, not unfolded."""


async def fill_select(widget: Widget, value: Value) -> None:
    """The options with these texts, and no others, are chosen; the list is closed again."""
    wanted = as_list(value) if widget.multiple else [as_text(value).strip()]
    if not widget.multiple and await _shows(widget, wanted[0]):
        return
    await _open(widget)
    if widget.multiple or (await widget.ask("state")).get("multiple"):
        await _choose_all(widget, wanted)
        return
    await (await _sought(widget, wanted[0])).click()
    await _closed(widget)

    async def taken() -> bool:
        return await _shows(widget, wanted[0])

    if not await until(taken):
        raise OptionMissing(widget.name, wanted[0], [await widget.value()])


async def _shows(widget: Widget, text: str) -> bool:
    """Whether the field says `text`; an option that stands for "no filter" is empty, and only the hint says it."""
    value = squeezed(await widget.value())
    if value:
        return value == squeezed(text)
    return squeezed(str((await widget.ask("state")).get("hint") or "")) == squeezed(text)


async def _choose_all(widget: Widget, wanted: list[str]) -> None:
    keys = {squeezed(one) for one in wanted}
    for one in (await widget.ask("state"))["selected"]:
        if squeezed(one) not in keys:
            await (await _sought(widget, one)).click()
    for one in wanted:
        option = await _sought(widget, one)
        if squeezed(one) not in await _selected(widget):
            await option.click()

        async def taken(key: str = squeezed(one)) -> bool:
            return key in await _selected(widget)

        if not await until(taken):
            raise OptionMissing(widget.name, one, (await widget.ask("state"))["options"])
    await widget.page.press("Escape")
    await _closed(widget)


async def _selected(widget: Widget) -> set[str]:
    return {squeezed(one) for one in (await widget.ask("state"))["selected"]}


async def _open(widget: Widget) -> None:
    if not (await widget.ask("state"))["open"]:
        await (await widget.part(WHOLE) or widget.element).click()

    async def opened() -> bool:
        return bool((await widget.ask("state"))["open"])

    if not await until(opened):
        raise OptionMissing(widget.name, "", ["列表没有打开"])


async def _closed(widget: Widget) -> None:
    async def shut() -> bool:
        return not (await widget.ask("state"))["open"]

    if not await until(shut, within_s=1.0):
        await widget.page.press("Escape")
        await until(shut)


async def _sought(widget: Widget, text: str) -> Element:
    """The option with this text: waited for while the list loads, else scrolled for, else typed for."""
    found = await _loaded_option(widget, text, within_s=0.3)
    if found is None:
        found = await _scrolled_option(widget, text)
    if found is None:
        found = await _unfolded_option(widget, text)
    if found is None:
        search = await widget.part(SEARCH)
        if search is not None and widget.family != "plain":
            await search.fill(text)
        found = await _loaded_option(widget, text, within_s=3.0)
    if found is None:
        offered = [str(one) for one in (await widget.ask("state"))["options"]]
        await widget.page.press("Escape")
        raise OptionMissing(widget.name, text, offered[:30])
    return found


async def _loaded_option(widget: Widget, text: str, within_s: float) -> Element | None:
    found: list[Element] = []

    async def there() -> bool:
        option = await widget.option(text)
        if option is not None:
            found.append(option)
            return True
        state = await widget.ask("state")
        return bool(state["options"]) and not state["loading"] and state["end"] and within_s < 1

    await until(there, within_s)
    return found[0] if found else None


async def _scrolled_option(widget: Widget, text: str) -> Element | None:
    state = await widget.ask("state")
    if state["end"] and not state["options"]:
        return None
    await widget.ask("scroll", -1)
    for _ in range(SCREENFULS):
        found = await widget.option(text)
        if found is not None:
            return found
        before = await widget.ask("state")
        if before["end"]:
            return None
        await widget.ask("scroll", 1)

        async def redrawn(old: object = before["options"]) -> bool:
            now = await widget.ask("state")
            return bool(now["options"] != old or now["end"])

        await until(redrawn, within_s=0.5)
    return None


async def _unfolded_option(widget: Widget, text: str) -> Element | None:
    for _ in range(BRANCHES):
        branch = await widget.element.follow(script("branch"))
        if branch is None:
            return None
        await branch.click()
        found = await _loaded_option(widget, text, within_s=0.2)
        if found is not None:
            return found
    return None


async def fill_cascader(widget: Widget, value: Value) -> None:
    """The path `a / b / c` is chosen level by level; several paths (a list) where the field takes them."""
    paths = (
        [as_path(value)] if isinstance(value, str) or not _paths_in(value) else [as_path(one) for one in as_list(value)]
    )
    if squeezed(await widget.value()) == squeezed("/".join(paths[0])):
        return
    await _open(widget)
    wanted = [squeezed("/".join(path)) for path in paths] + [squeezed(path[-1]) for path in paths]
    for _ in range(BRANCHES):
        stray = await widget.element.follow(script("stray"), [*wanted])
        if stray is None:
            break
        await stray.click()
    for path in paths:
        await _walk(widget, path)
    await _closed(widget)
    shown = squeezed(await widget.value())
    for path in paths:
        if squeezed(path[-1]) not in shown:
            raise OptionMissing(widget.name, " / ".join(path), [await widget.value()])


def _paths_in(value: Value) -> bool:
    return any("/" in one for one in as_list(value))


async def _walk(widget: Widget, path: list[str]) -> None:
    for level, text in enumerate(path):
        node = await _node(widget, level, text)
        mark = await node.follow(script("mark")) if level == len(path) - 1 else None
        if mark is None or not await mark.is_checked():
            await (mark or node).click()


async def _node(widget: Widget, level: int, text: str) -> Element:
    found: list[Element] = []

    async def there() -> bool:
        node = await widget.element.follow(script("node"), [level, text])
        if node is not None:
            found.append(node)
        return node is not None

    if not await until(there):
        menus = (await widget.ask("state"))["menus"]
        await widget.page.press("Escape")
        raise OptionMissing(widget.name, text, [str(one) for one in menus[level]] if level < len(menus) else [])
    return found[0]
