"""Cascaders: a path is walked level by level; where several may be chosen, these paths and no others."""

from __future__ import annotations

from typing import Any

from bots.browser.driver import Element
from bots.browser.widgets.lists import emptied, is_open, open_list
from bots.browser.widgets.refusals import ValueRefused, missing
from bots.browser.widgets.shown import told, value_of
from bots.browser.widgets.values import Value, as_list, as_path, as_text, squeezed
from bots.browser.widgets.widget import Widget, closed, script, until

WALKING_MS = 5_000
Path = list[str]


async def fill_cascader(widget: Widget, value: Value) -> None:
    """The path `a / b / c` is chosen level by level; several paths (a list) where the field takes them."""
    paths = _paths(value)
    if not widget.multiple:
        await _fill_one(widget, paths[0] if paths else [])
        return
    said = await told(widget.element)
    if _told_whole(said) and {squeezed(str(one)) for one in said["values"]} == {
        squeezed("/".join(path)) for path in paths
    }:
        return
    await open_list(widget)
    try:
        held = await chosen_paths(widget)
        for stray in [path for path in held if not _within(path, paths)]:
            await _tick(widget, stray, False)
        for path in paths:
            await _tick(widget, path, True)
        held = await chosen_paths(widget)
    finally:
        await closed(widget, lambda: is_open(widget))
    complete = all(any(_within(one, [path]) for one in held) for path in paths)
    if not complete or not all(_within(one, paths) for one in held):
        raise ValueRefused(widget.name, _written(paths), _written(held))


def _paths(value: Value) -> list[Path]:
    if not as_text(value).strip():
        return []
    several = isinstance(value, str) or any("/" in one or "›" in one for one in as_list(value))
    return [as_path(one) for one in as_list(value)] if several else [as_path(value)]


def _written(paths: list[Path]) -> str:
    return ", ".join(" / ".join(path) for path in paths)


def _within(path: Path, roots: list[Path]) -> bool:
    keys = [squeezed(part) for part in path]
    return any(keys[: len(root)] == [squeezed(part) for part in root] for root in roots)


async def _fill_one(widget: Widget, path: Path) -> None:
    if not path:
        if await value_of(widget):
            await emptied(widget)
        return
    if await _shows(widget, path, whole=True):
        return
    await open_list(widget)
    try:
        for level, text in enumerate(path):
            node = await _node(widget, level, text)
            mark = await node.follow(script("mark")) if level == len(path) - 1 else None
            await (mark or node).click()

        async def taken() -> bool:
            return await _shows(widget, path)

        if not await until(taken):
            raise ValueRefused(widget.name, " / ".join(path), await value_of(widget))
    finally:
        await closed(widget, lambda: is_open(widget))


async def _shows(widget: Widget, path: Path, *, whole: bool = False) -> bool:
    """Whether the field says the path; a field that shows the last level only cannot tell more (`whole`: all of it)."""
    shown = squeezed(await value_of(widget))
    return shown == squeezed("/".join(path)) or (not whole and shown == squeezed(path[-1]))


async def chosen_paths(widget: Widget) -> list[Path]:
    """Every chosen leaf of the open cascader, with the way to it."""
    return [[str(part) for part in path] for path in await widget.ask("tickedPaths", WALKING_MS)]


def _told_whole(said: dict[str, Any]) -> bool:
    """Whether the field shows all its paths, from the first level on."""
    return not said["hidden"] and all("/" in str(one) for one in said["values"])


async def held_paths(widget: Widget) -> str:
    """The chosen paths as text: from the field where it shows them whole, else from the opened panel."""
    said = await told(widget.element)
    values = [str(one) for one in said["values"]]
    if _told_whole(said):
        return ", ".join(" / ".join(as_path(one)) for one in values)
    await open_list(widget)
    try:
        return _written(await chosen_paths(widget))
    finally:
        await closed(widget, lambda: is_open(widget))


async def _tick(widget: Widget, path: Path, on: bool) -> None:
    node: Element | None = None
    for level, text in enumerate(path):
        node = await _node(widget, level, text)
        if level < len(path) - 1:
            await node.click()
    if node is None or bool(await node.evaluate_json(script("ticked"))) == on:
        return
    mark = await node.follow(script("mark"))
    await (mark or node).click()

    async def done(one: Element = node) -> bool:
        return bool(await one.evaluate_json(script("ticked"))) == on

    if not await until(done):
        raise ValueRefused(widget.name, " / ".join(path), await value_of(widget))


async def _node(widget: Widget, level: int, text: str) -> Element:
    found: list[Element] = []

    async def there() -> bool:
        state = await widget.ask("state")  # asked first: what it says is loaded, the node is looked for in
        node = await widget.follow("node", [level, text])
        if node is not None:
            found.append(node)
            return True
        return len(state["menus"]) > level and bool(state["menus"][level]) and not state["loading"]

    await until(there)
    if not found:
        menus = (await widget.ask("state"))["menus"]
        raise missing(widget.name, text, [str(one) for one in menus[level]] if level < len(menus) else [])
    return found[0]
