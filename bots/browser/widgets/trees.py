"""Tree selects: unfolded once, read from top to bottom, and chosen by the text of a node or the path to it."""

from __future__ import annotations

from typing import Any

from bots.browser.widgets.lists import emptied, is_open, open_list
from bots.browser.widgets.refusals import OptionAmbiguous, ValueRefused, missing
from bots.browser.widgets.shown import told, value_of
from bots.browser.widgets.values import Value, as_list, as_path, as_text, squeezed
from bots.browser.widgets.widget import Widget, closed, until

UNFOLDING_MS = 5_000
Node = dict[str, Any]


async def fill_tree(widget: Widget, value: Value) -> None:
    """The node (`夜班组` or `运营部 / 夜班组`) is chosen; where several may be, these and no others."""
    if not widget.multiple and not as_text(value).strip():
        if await value_of(widget):
            await emptied(widget)
        return
    paths = [as_path(one) for one in (as_list(value) if widget.multiple else [as_text(value)])]
    if await _shows(widget, paths) and all(len(path) == 1 for path in paths):
        return
    await open_list(widget)
    try:
        nodes = await _nodes(widget)
        wanted = [_only(widget, nodes, path) for path in paths]
        if not widget.multiple:
            await _choose_one(widget, wanted[0])
        else:
            await _choose_all(widget, wanted)
    finally:
        await closed(widget, lambda: is_open(widget))


async def _shows(widget: Widget, paths: list[list[str]]) -> bool:
    said = await told(widget.element)
    held = [str(one) for one in said["values"]] if "values" in said else [str(said["value"])]
    return not said.get("hidden") and {squeezed(one) for one in held} == {squeezed(path[-1]) for path in paths}


async def _nodes(widget: Widget) -> list[Node]:
    """Every node: its `path` from the root, whether it is `on`, a `leaf`, `off` limits, has a box (`marked`)."""
    found: list[Node] = []

    async def there() -> bool:
        found[:] = await widget.ask("twigList", UNFOLDING_MS)
        return bool(found)

    await until(there)
    return found


def _only(widget: Widget, nodes: list[Node], path: list[str]) -> Node:
    tail = [squeezed(part) for part in path]
    hits = [node for node in nodes if [squeezed(part) for part in node["path"]][-len(tail) :] == tail]
    text = " / ".join(path)
    if not hits:
        raise missing(widget.name, text, [" / ".join(node["path"]) for node in nodes])
    if len(hits) > 1:
        raise OptionAmbiguous(widget.name, text, [" / ".join(node["path"]) for node in hits])
    if hits[0]["off"]:
        raise missing(widget.name, text, [" / ".join(node["path"]) for node in nodes if not node["off"]])
    return hits[0]


async def _choose_one(widget: Widget, node: Node) -> None:
    if node["on"]:
        return
    await _click(widget, node)

    async def taken() -> bool:
        return squeezed(await value_of(widget)) in {squeezed(node["path"][-1]), squeezed("/".join(node["path"]))}

    if not await until(taken):
        raise ValueRefused(widget.name, " / ".join(node["path"]), await value_of(widget))


async def _choose_all(widget: Widget, wanted: list[Node]) -> None:
    roots = [node["path"] for node in wanted]
    for node in await _nodes(widget):
        chosen = any(node["path"][: len(root)] == root for root in roots) if node["marked"] else node["path"] in roots
        if node["on"] != chosen and (node["leaf"] or not node["marked"]) and not node["off"]:
            await _click(widget, node)
    for node in wanted:  # where parents and children are ticked independently, the parent itself is still missing
        if not next(one["on"] for one in await _nodes(widget) if one["path"] == node["path"]):
            await _click(widget, node)
    after = await _nodes(widget)
    strays = [one for one in after if one["on"] and one["leaf"] and not _within(one["path"], roots)]
    missed = [one for one in after if one["path"] in roots and not one["on"]]
    if strays or missed:
        raise ValueRefused(widget.name, ", ".join(" / ".join(root) for root in roots), await value_of(widget))


def _within(path: list[str], roots: list[list[str]]) -> bool:
    return any(path[: len(root)] == root for root in roots)


async def _click(widget: Widget, node: Node) -> None:
    target = await widget.follow("twig", [node["at"], node["path"][-1]])
    if target is None:
        raise missing(widget.name, " / ".join(node["path"]), [])
    await target.click()
