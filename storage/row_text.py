"""Rows as JSON text, letter by letter as `json` writes them, at a third of the cost. Pure.

Rows of a file have the same titles and kinds of cells: what stands around the cells is made once. A row with a cell
that JSON writes in another way than it stands (quotes, backslashes, control characters) or that is neither text nor a
whole number is left to `json` itself.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

_FORMS_MAX = 4_096
_SIGNS = {str: '"%s"', int: "%d"}


class _Form(NamedTuple):
    """What stands around the cells of rows of one form, the titles in the order of the text, and those of text."""

    around: str
    titles: tuple[str, ...]
    texts: tuple[str, ...]


def _written(around: str, cells: tuple[Any, ...], texts: str) -> str:
    """The row, "" where JSON writes one of its texts in another way than it stands."""
    if '"' in texts or "\\" in texts:
        return ""
    if texts.isprintable():
        return around % cells
    if texts.replace("\t", "").isprintable():
        return (around % cells).replace("\t", "\\t")
    return ""


class RowText:
    """Writes rows, title → cell, as `json.dumps(row, ensure_ascii=False, sort_keys=…)` does."""

    def __init__(self, *, sort_keys: bool = False) -> None:
        self._sorted = sort_keys
        self._forms: dict[tuple[Any, ...], _Form | None] = {}
        self._exact: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, sort_keys=sort_keys).encode

    def __call__(self, row: Mapping[str, Any]) -> str:
        """The row as text."""
        titles, cells = tuple(row), tuple(row.values())
        key: tuple[Any, ...] = titles
        try:
            texts = "".join(cells)
        except TypeError:
            texts, key = "", (titles, *map(type, cells))
        form = self._forms[key] if key in self._forms else self._made(key, titles, cells)
        if form is None:
            return self._exact(row)
        if self._sorted:
            cells = tuple([row[title] for title in form.titles])
        if key is not titles:
            texts = "".join([row[title] for title in form.texts])
        return _written(form.around, cells, texts) or self._exact(row)

    def _made(self, key: tuple[Any, ...], titles: tuple[str, ...], cells: tuple[Any, ...]) -> _Form | None:
        if len(self._forms) >= _FORMS_MAX:
            self._forms.clear()
        kinds = dict(zip(titles, map(type, cells), strict=True))
        if not set(kinds.values()) <= set(_SIGNS):
            self._forms[key] = None
            return None
        turn = tuple(sorted(titles)) if self._sorted else titles
        quoted = [json.dumps(title, ensure_ascii=False).replace("%", "%%") for title in turn]
        around = ", ".join(f"{title}: {_SIGNS[kinds[name]]}" for title, name in zip(quoted, turn, strict=True))
        form = _Form(f"{{{around}}}", turn, tuple(title for title in turn if kinds[title] is str))
        self._forms[key] = form
        return form


Hide = Callable[[tuple[str, ...]], Sequence[tuple[int, Callable[[str], str]]]]
"""Which cells of a row with these titles are not for everybody's eyes, and what is shown instead of each."""


class _Shape(NamedTuple):
    """Rows of a width in which the same cells say something: their titles, what is hidden, what stands around."""

    titles: tuple[str, ...]
    hidden: Sequence[tuple[int, Callable[[str], str]]]
    around: str


class CellsText:
    """Writes rows told by their cells as `RowText` does those of the cells that say something; all cells are text."""

    def __init__(self, hide: Hide) -> None:
        self._hide = hide
        self._shapes: dict[tuple[bool, ...], _Shape] = {}
        self._row = RowText()

    def __call__(self, titles: Sequence[str], cells: Sequence[Any]) -> str:
        """The row as text. `titles`: always the same; cells beyond them are `#7`."""
        filled = tuple(map(bool, cells))
        shape = self._shapes.get(filled) or self._made(titles, filled)
        said = list(compress(cells, filled))
        for place, hidden in shape.hidden:
            said[place] = hidden(said[place])
        written = _written(shape.around, tuple(said), "".join(said)) if shape.around else ""
        return written or self._row(dict(zip(shape.titles, said, strict=True)))

    def _made(self, titles: Sequence[str], filled: tuple[bool, ...]) -> _Shape:
        if len(self._shapes) >= _FORMS_MAX:
            self._shapes.clear()
        every = [*titles, *(f"#{n}" for n in range(len(titles) + 1, len(filled) + 1))]
        kept = tuple(compress(every, filled))
        quoted = (json.dumps(title, ensure_ascii=False).replace("%", "%%") for title in kept)
        around = "{" + ", ".join(f'{title}: "%s"' for title in quoted) + "}"
        shape = self._shapes[filled] = _Shape(kept, self._hide(kept), around if len(set(kept)) == len(kept) else "")
        return shape
