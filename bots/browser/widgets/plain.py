"""Text, numbers, native lists and dates, files: what is typed or handed over."""

from __future__ import annotations

from bots.browser.widgets.values import Value, as_list, as_paths, as_text, same_number, squeezed
from bots.browser.widgets.widget import Widget, until
from bots.errors import ElementBlocked, FileMissing, OptionMissing

INPUT = "input:not([type=hidden]):not([type=file]),textarea,[contenteditable=''],[contenteditable=true]"


async def fill_text(widget: Widget, value: Value) -> None:
    """Text is in the field, and the field has heard that it changed."""
    if widget.readonly:
        raise ElementBlocked(widget.name, "只读，不能输入", url=widget.page.url)
    wanted = as_text(value)
    target = await widget.part(INPUT) or widget.element
    await target.fill(wanted)
    shown = await widget.value()
    if squeezed(shown) != squeezed(wanted):
        raise OptionMissing(widget.name, wanted, [shown])


async def fill_number(widget: Widget, value: Value) -> None:
    """The number is in the field; its limits and rounding have been heard (the field is left, as a person would)."""
    wanted = as_text(value).strip()
    if wanted and not same_number(wanted, wanted):
        raise OptionMissing(widget.name, wanted, ["0"])
    target = await widget.part(INPUT) or widget.element
    await target.fill(wanted)
    await target.press("Tab")
    shown = await widget.value()
    if not (same_number(shown, wanted) or shown == wanted):
        raise OptionMissing(widget.name, wanted, [shown])


async def fill_when(widget: Widget, value: Value) -> None:
    """A native date, month or time field holds the value, written as HTML wants it (`2026-11-01`, `09:30`)."""
    wanted = as_text(value).replace("/", "-").replace(" ", "T")
    await widget.element.fill(wanted)


async def fill_choice(widget: Widget, value: Value) -> None:
    """A native list has the options with these texts chosen, and no other."""
    wanted = as_list(value) if widget.multiple else [as_text(value).strip()]
    script = "el => JSON.stringify([...el.options].filter(o => !o.disabled).map(o => o.textContent.trim()))"
    offered = await widget.element.evaluate_json(script)
    options = [str(one) for one in offered] if isinstance(offered, list) else wanted
    for one in wanted:
        if one not in options:
            raise OptionMissing(widget.name, one, options)
    await widget.element.select(wanted)


async def fill_upload(widget: Widget, value: Value) -> None:
    """The files are handed over and the widget shows their names."""
    paths = as_paths(value)
    for path in paths:
        if not path.is_file():
            raise FileMissing(str(path), "no such file")
    target = await widget.part("input[type=file]") or widget.element
    await target.set_files(paths)
    names = [path.name for path in paths]

    async def listed() -> bool:
        shown = await widget.value()
        return all(name in shown for name in names)

    # A widget may upload at once and show the file elsewhere: then the input is empty again, which is no failure.
    await until(listed, within_s=1.0)
