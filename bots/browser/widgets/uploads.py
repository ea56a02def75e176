"""Files handed to upload fields, plain or drawn."""

from __future__ import annotations

from bots.browser.widgets.refusals import ValueRefused
from bots.browser.widgets.shown import told
from bots.browser.widgets.values import Value, as_paths
from bots.browser.widgets.widget import ATTEMPT_S, OPENING_S, Widget, script, until
from bots.errors import FileMissing

FORGET = "el => { if (el.type === 'file') el.value = ''; return 'null'; }"
"""Nobody hears of files that a field holds already: the browser then fires `cancel`, not `change`, also when the list
that the page draws was emptied meanwhile, and keeps the file as it was before it was written anew. Libraries forget
what the field holds when it is clicked; so does this."""
ATTEMPTS = 4
"""A file is taken out of a list by at most this many clicks on its cross."""


async def fill_upload(widget: Widget, value: Value) -> None:
    """The field holds these files, as they are on disk now, and no others.

    A file that is listed already under the same name is taken out and handed over again: its name says nothing of
    what is in it. A widget that hands files over at once and shows them elsewhere is believed.
    """
    paths = as_paths(value)
    for path in paths:
        if not path.is_file():
            raise FileMissing(str(path), "没有这个文件 / no such file")
    target = await widget.part("input[type=file]") or widget.element
    cleared = await _cleared(widget)
    if paths:
        await target.evaluate_json(FORGET)
    await target.set_files(paths)
    names = sorted(path.name for path in paths)

    async def listed() -> bool:
        return await _listed(widget) == names

    if await until(listed, OPENING_S if cleared else 1.0):
        return
    held = await _listed(widget)
    if held or cleared:
        raise ValueRefused(widget.name, ", ".join(path.name for path in paths), ", ".join(held))


async def _listed(widget: Widget) -> list[str]:
    return sorted(str(one) for one in (await told(widget.element))["values"])


async def _cleared(widget: Widget) -> bool:
    """Whether the widget keeps a list of files that was emptied; without one, handing over replaces."""
    emptied = False
    for name in await _listed(widget):
        if await widget.follow("file", name) is None:
            return emptied
        for _ in range(ATTEMPTS):  # the cross shows under the pointer, and the list still slides after the last one
            if await _taken_out(widget, name):
                break
        else:
            raise ValueRefused(widget.name, name, ", ".join(await _listed(widget)))
        emptied = True
    return emptied


async def _taken_out(widget: Widget, name: str) -> bool:
    item = await widget.follow("file", name)
    if item is not None:
        await item.hover()
        cross = await item.follow(script("fileCross"))
        if cross is not None:
            await cross.click()

    async def gone() -> bool:
        return name not in await _listed(widget)

    return await until(gone, ATTEMPT_S)
