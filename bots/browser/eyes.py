"""What the page script answers, read into sightings; and the small scripts that go with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from bots.browser.driver import Json, Match, RowSeen, Sighting

_HERE = Path(__file__)
EYES = "".join(_HERE.with_name(name).read_text(encoding="utf-8") for name in ("page.js", "widgets.js", "marks.js"))
"""Installed in every document before its own scripts run; does nothing the second time."""

CALL = "([name, a]) => { const y = globalThis[Symbol.for('yeban')]; return y ? y[name](a) : null; }"
GET = "n => { const y = globalThis[Symbol.for('yeban')]; return y && y.element(n); }"
ELEMENT_CALL = "(el, [name, a]) => { const y = globalThis[Symbol.for('yeban')]; return y ? y[name](el, a) : null; }"

CHECKED = """e => {
  const i = e.matches('input') ? e : e.querySelector('input[type=checkbox],input[type=radio]');
  if (i) return i.checked;
  return e.getAttribute('aria-checked') === 'true' || /(^|[\\s-])(is-)?checked(\\s|$)/.test(e.className);
}"""

STATUS = "() => performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0"
"""With what the server answered when it sent this document; 0 where none did."""

COVER = """boxes => {
  for (const b of boxes) {
    const d = document.createElement('div');
    d.dataset.yebanCover = '';
    d.style.cssText = 'position:absolute;z-index:2147483647;background:#000;' +
      `left:${b.x + scrollX}px;top:${b.y + scrollY}px;width:${b.width}px;height:${b.height}px`;
    document.documentElement.append(d);
  }
}"""
UNCOVER = "() => document.querySelectorAll('[data-yeban-cover]').forEach(d => d.remove())"


def loaded(answer: object) -> Json:
    """Scripts return JSON text: Playwright's own value serializer costs seven to ten times as much (measured)."""
    return cast(Json, json.loads(answer)) if isinstance(answer, str) else None


def placed(frame: int, parts: list[dict[str, Any]] | None, wanted: int) -> list[Sighting]:
    """The sightings of one frame, which answered `parts`; a frame that is loading has seen nothing."""
    if parts is None:
        return [Sighting(0)] * wanted
    return [
        Sighting(
            part["count"],
            tuple(_match(frame, match) for match in part["matches"]),
            part["places"],
            tuple(_match(frame, match) for match in part["place_matches"]),
            _match(frame, part["rival"]) if part.get("rival") else None,
        )
        for part in parts
    ]


def rows_seen(answers: Sequence[list[dict[str, Any]] | None]) -> list[RowSeen]:
    """The rows that each frame has answered, frame after frame."""
    return [
        RowSeen(one["text"], _match(frame, one["link"]) if one["link"] else None)
        for frame, answer in enumerate(answers)
        for one in answer or ()
    ]


def _match(frame: int, said: dict[str, Any]) -> Match:
    return Match(frame=frame, **{**said, "over": tuple(said.get("over", ()))})


def combined(parts: list[Sighting]) -> Sighting:
    """One question's answers from every frame, as one."""
    if len(parts) == 1:
        return parts[0]
    matches = [match for part in parts for match in part.matches]
    places = [match for part in parts for match in part.place_matches]
    asked = [part.places for part in parts if part.places >= 0]
    rival = next((part.rival for part in parts if part.rival), None)
    return Sighting(
        sum(part.count for part in parts), tuple(matches), sum(asked) if asked else -1, tuple(places), rival
    )
