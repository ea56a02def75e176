"""Text, numbers, native lists and dates: what is typed or chosen in the browser's own fields."""

from __future__ import annotations

from bots.browser.widgets import moments
from bots.browser.widgets.refusals import NO_DATE, NO_NUMBER, OUT_OF_RANGE, ValueRefused, missing
from bots.browser.widgets.shown import told, value_of
from bots.browser.widgets.values import Value, as_list, as_text, number, plain_lines, same_number
from bots.browser.widgets.widget import Widget, until
from bots.errors import ElementBlocked

INPUT = "input:not([type=hidden]):not([type=file]),textarea,[contenteditable=''],[contenteditable=true]"
READ_ONLY = "只读，不能输入 / read-only"


async def fill_text(widget: Widget, value: Value) -> None:
    """Text is in the field, letter for letter; a field that draws separators into a number may keep them."""
    wanted = plain_lines(as_text(value))
    if plain_lines(await value_of(widget)) == wanted:
        return
    if widget.readonly:
        raise ElementBlocked(widget.name, READ_ONLY, url=widget.page.url)
    target = await widget.part(INPUT) or widget.element
    await target.fill(wanted)

    async def taken() -> bool:
        return _same_text(await value_of(widget), wanted)

    if not await until(taken, 0.5):
        raise ValueRefused(widget.name, wanted, await value_of(widget))


def _same_text(shown: str, wanted: str) -> bool:
    held = plain_lines(shown)
    return held == wanted or (number(wanted) is not None and held.replace(",", "") == wanted.replace(",", ""))


async def fill_number(widget: Widget, value: Value) -> None:
    """The number is in the field; its limits and rounding have been heard (the field is left, as a person would)."""
    wanted = as_text(value).strip()
    amount = number(wanted)
    if wanted and amount is None:
        raise ValueRefused(widget.name, wanted, await value_of(widget), NO_NUMBER)
    if await _holds_number(widget, wanted):
        return
    if widget.readonly:
        raise ElementBlocked(widget.name, READ_ONLY, url=widget.page.url)
    target = await widget.part(INPUT) or widget.element
    await target.fill("" if amount is None else f"{amount:f}")
    await widget.ask("blurred")

    async def taken() -> bool:
        return await _holds_number(widget, wanted)

    if not await until(taken, 0.5):
        raise ValueRefused(widget.name, wanted, await value_of(widget), OUT_OF_RANGE)


async def _holds_number(widget: Widget, wanted: str) -> bool:
    shown = await value_of(widget)
    return same_number(shown, wanted) or (not wanted and not shown)


async def fill_when(widget: Widget, value: Value) -> None:
    """A native date, month or time field holds the value, however spelt, and within the field's limits."""
    wanted = as_text(value).strip()
    shown = await value_of(widget)
    if shown == wanted or (wanted and moments.same(shown, wanted)):
        return
    if widget.readonly:
        raise ElementBlocked(widget.name, READ_ONLY, url=widget.page.url)
    said = moments.moment(wanted)
    if wanted and said is None:
        raise ValueRefused(widget.name, wanted, shown, NO_DATE)
    # The shortest first: a field that takes minutes must not be given seconds that nobody wrote.
    spellings = sorted((one.replace(" ", "T") for one in moments.spellings(wanted)[:4]), key=len) if said else [""]
    for spelling in spellings:
        if await _took(widget, spelling):
            break
    else:
        raise ValueRefused(widget.name, wanted, await value_of(widget), OUT_OF_RANGE)
    held = await value_of(widget)
    if not (moments.same(held, wanted) if said else not held):
        raise ValueRefused(widget.name, wanted, held)


async def _took(widget: Widget, spelling: str) -> bool:
    """Whether the browser knows the spelling for this kind of field, and the field's limits allow it."""
    fits = """(el, text) => {
      const probe = el.cloneNode();
      probe.value = text;
      return JSON.stringify(probe.value !== '' && !probe.validity.rangeUnderflow && !probe.validity.rangeOverflow);
    }"""
    if spelling and not await widget.element.evaluate_json(fits, spelling):
        return False
    await widget.element.fill(spelling)
    return True


async def fill_choice(widget: Widget, value: Value) -> None:
    """A native list has the options with these texts chosen, and no other."""
    wanted = as_list(value) if widget.multiple else [as_text(value).strip()]
    if (await told(widget.element))["values"] == wanted:
        return
    script = "el => JSON.stringify([...el.options].filter(o => !o.disabled).map(o => o.textContent.trim()))"
    offered = await widget.element.evaluate_json(script)
    options = [str(one) for one in offered] if isinstance(offered, list) else wanted
    for one in wanted:
        if one not in options:
            raise missing(widget.name, one, options)
    await widget.element.select(wanted)
    held = (await told(widget.element))["values"]
    if set(held) != set(wanted):
        raise ValueRefused(widget.name, as_text(value), ", ".join(held))
