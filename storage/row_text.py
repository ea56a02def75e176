"""Rows as JSON text, letter by letter as `json` writes them, at a third of the cost. Pure.

Rows of a file have the same titles and kinds of cells: what stands around the cells is made once. A row with a cell
that JSON writes in another way than it stands (quotes, backslashes, control characters) or that is neither text nor a
whole number is left to `json` itself.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
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


class CellsText:
    """Writes rows told by their cells, all of them text, as a JSON list in the order of the titles.

    A file's titles are kept once (`titles_text`), not in each of its rows, where they took four fifths of the room.
    `row_said` reads both ways of writing.
    """

    def __init__(self, titles: Sequence[str], hide: Hide) -> None:
        self._titles = tuple(titles)
        self._hide = hide
        self._widths: dict[int, tuple[str, Sequence[tuple[int, Callable[[str], str]]]]] = {}

    def __call__(self, cells: Sequence[Any]) -> str:
        """The row as text; empty cells at its end are left out."""
        said = [cell or "" for cell in cells]
        while said and not said[-1]:
            said.pop()
        around, hidden = self._widths.get(len(said)) or self._made(len(said))
        for place, hide in hidden:
            if said[place]:
                said[place] = hide(said[place])
        return _written(around, tuple(said), "".join(said)) or json.dumps(said, ensure_ascii=False)

    def _made(self, width: int) -> tuple[str, Sequence[tuple[int, Callable[[str], str]]]]:
        around = "[" + ", ".join(['"%s"'] * width) + "]"
        titles = _named(self._titles, width)[:width]
        made = self._widths[width] = (around, self._hide(titles))
        return made


def titles_text(titles: Sequence[str]) -> str:
    """A file's titles as they are kept for its rows."""
    return json.dumps(list(titles), ensure_ascii=False)


def row_said(row: str | None, titles: str | None) -> dict[str, Any]:
    """The row of a file, title → cell, as `RowText` or `CellsText` wrote it; `titles`: those of its file.

    Cells that say nothing are left out; what stands beyond the titles is `#7`. {} for a row that is not there.
    """
    told = json.loads(row or "{}")
    if not isinstance(told, list):
        return told if isinstance(told, dict) else {}
    names = _named(_titles_told(titles or "[]"), len(told))
    return {title: cell for title, cell in zip(names, told, strict=False) if cell}


@lru_cache(256)
def _titles_told(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _named(titles: tuple[str, ...], width: int) -> tuple[str, ...]:
    return (*titles, *(f"#{n}" for n in range(len(titles) + 1, width + 1)))
