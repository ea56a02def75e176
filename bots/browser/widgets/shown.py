"""What a field holds, in the form in which a flow would write it: `read` gives back what `fill` was given."""

from __future__ import annotations

from typing import Any, cast

from bots.browser.driver import Element
from bots.browser.widgets.moments import iso
from bots.browser.widgets.values import number
from bots.browser.widgets.widget import Widget, script

SEPARATOR = ", "
ON = {"true": "是", "false": "否"}


async def told(element: Element) -> dict[str, Any]:
    """What the page says: `kind`, `multiple`, and `value`, or `values` with `hidden`, how many more are folded away."""
    answer = await element.evaluate_json(script("told"))
    return cast("dict[str, Any]", answer) if isinstance(answer, dict) else {"kind": "", "value": answer or ""}


def as_written(said: dict[str, Any]) -> str:
    """The value as text: dates `2026-11-01`, ranges `a ~ b`, several `a, b`, numbers without separators."""
    kind = said["kind"]
    if kind == "range":
        ends = [iso(one) for one in said["values"]]
        return " ~ ".join(ends) if any(ends) else ""
    if "values" in said:
        return SEPARATOR.join(str(one) for one in said["values"])
    value = str(said["value"])
    if kind in {"switch", "check", "radio"} and value in ON:
        return ON[value]
    if kind in {"date", "when"}:
        return iso(value)
    if kind == "number":
        amount = number(value)
        return value if amount is None else f"{amount:f}"
    return value


async def value_of(widget: Widget) -> str:
    """What the field shows now, as text."""
    return as_written(await told(widget.element))
