"""A run of plain text fields typed in one evaluate: what most forms are made of, at the price of a single field.

Looking, gripping, asking what it is, typing and reading back are six calls to the browser for every field. Text boxes
need none of that from outside: the page finds them by the same questions, types as a keyboard does, and compares. All
else (lists, dates, anything covered, unclear, redrawn or refused) is left to the careful way, field by field.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bots.browser.driver import Ask, By, Page
from bots.browser.target import ResolvedTarget
from bots.errors import ConnectionLost, ElementBlocked, PageTimeout

_SCRIPT = Path(__file__).with_name("typist.js").read_text(encoding="utf-8")
_BOX = ",".join(("input:not([type])", *(f"input[type={kind}]" for kind in ("text", "search", "tel", "url", "email",
                                                                          "password")), "textarea"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its target, and the text that it is to hold."""

    target: ResolvedTarget
    text: str


async def type_run(page: Page, fields: Sequence[Field], obstacles: Sequence[By], *, timeout_ms: int) -> int:
    """How many of `fields`, counted from the first, were found at once and now hold their text, read back.

    Only the first way to find a field is tried and nothing is waited for: 0 is an answer, not a failure. Pages with
    frames are left alone, because a field's name may stand in two of them. Raises what ends a page for good.
    """
    if not fields or len(page.frames) != 1 or any(_framed(field.target) for field in fields):
        return 0
    told = {
        "fields": [{"ask": field.target.asks("fill")[0].plain(), "text": field.text} for field in fields],
        "obstacles": [Ask(by, "see").plain() for by in obstacles],
        "box": _BOX,
    }
    try:
        async with asyncio.timeout(timeout_ms / 1000):
            held = await page.evaluate_json(_SCRIPT, json.dumps(told, ensure_ascii=False))
    except (ConnectionLost, ElementBlocked, PageTimeout, TimeoutError):
        return 0  # the page went away or its scripts broke under the keys: whoever looks next sees what there is
    return held if isinstance(held, int) else 0


def _framed(target: ResolvedTarget) -> bool:
    return any(by.frame for by in target.alternatives)
