"""Header drift: which kind a file nearly is, which columns it lacks, and which unknown titles may be those.

    drift = nearest_drift(file)          # None where the file is like no kind
    drift.missing                        # columns that the kind needs and the header has not
    drift.proposals                      # column -> the unknown title that is most like it, with how like it is

A proposal is a question to a person, never an answer: nothing is read under a guessed name.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from storage.documents import cells, numbers
from storage.documents.cells import Cell, header_name
from storage.documents.csv_text import Line
from storage.documents.document import Kind
from storage.documents.file import SourceFile
from storage.documents.layout import Layout
from storage.errors import FileError

KNOWN_SHARE_MIN = 0.5
"""Of a kind's columns so many must be there by name before a file is said to be that kind with a changed header."""
KNOWN_COLUMNS_MIN = 3
LIKENESS_MIN = 0.4
NAME_WEIGHT = 0.7
SAMPLE_ROWS = 20


class Proposal(NamedTuple):
    """A column and the title that it may now go by; `title` is "" where none is like it. `likeness`: 0 to 1."""

    column: str
    title: str
    likeness: float


class Drift(NamedTuple):
    """What a header says against the kind that it is most like. `unknown`: its titles that the kind has no name for."""

    kind: str
    platform: str
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    share: float


class _Header(NamedTuple):
    titles: tuple[str, ...]
    below: Sequence[Sequence[Cell]]


def nearest_drift(file: SourceFile, layouts: Iterable[Layout]) -> Drift | None:
    """The kind that most of the header's names are of, if it is one and all that it lacks is some columns.

    Of two that are as near the one that lacks less is meant; a person confirms it in either case.
    """
    headers = [header for part in file.parts() for head in part.heads for header in _headers(head)]
    found = [drift for layout in layouts for header in headers if (drift := _compared(layout, header)) is not None]
    return max(found, key=lambda drift: (drift.share, -len(drift.missing)), default=None)


def nearer(file: SourceFile, known: Kind, others: Iterable[Kind]) -> Kind | None:
    """Of `others` the kind that more of the header's titles are columns of than of `known`'s; None where none is.

    Of as many the one that has fewer columns beside them. Only one whose columns are mostly there is a neighbour, and
    none that says of itself that it is not meant.
    """
    there = _there(_own_header(file, known))
    mine = _nearness(known, there)
    found = [(_nearness(kind, there), kind) for kind in others if not _excluded(kind, there)]
    near = [(nearness, kind) for nearness, kind in found if nearness > mine and nearness[1] >= KNOWN_SHARE_MIN]
    return max(near, key=lambda one: (one[0], one[1].KIND))[1] if near else None


def _nearness(kind: Kind, there: frozenset[str]) -> tuple[int, float]:
    names = _all_names(kind)
    hits = sum(bool(one & there) for one in names)
    return hits, hits / len(names) if names else 0.0


def is_renamed(file: SourceFile, kind: Kind, known: Kind) -> bool:
    """Whether a column by which the kind is known, or which it needs, may go by a title that neither kind has."""
    if not isinstance(kind, Layout):
        return False
    header = _own_header(file, known)
    there = _there(header)
    missing = [name for name in dict.fromkeys((*kind.required, *kind.tells)) if not _spellings(name) & there]
    if any(name in missing for name in kind.required):
        return True
    names = frozenset().union(*_all_names(kind), *_all_names(known))
    strange = [title for title in header.titles if title and header_name(title) not in names]
    return any(one.title for one in propose(missing, strange, header, kind.typed))


def _own_header(file: SourceFile, known: Kind) -> _Header:
    """Of the file's first lines the one that most of the kind's columns stand in."""
    headers = [header for part in file.parts() for head in part.heads for header in _headers(head)]
    return max(headers, key=lambda header: _nearness(known, _there(header)), default=_Header((), ()))


def _there(header: _Header) -> frozenset[str]:
    return frozenset(header_name(title) for title in header.titles if title)


def _excluded(kind: Kind, there: frozenset[str]) -> bool:
    return any(_spellings(name) & there for name in getattr(kind, "lacks", ()))


def _all_names(kind: Kind) -> tuple[frozenset[str], ...]:
    """Every column of a kind with its spellings; none for a kind that does not say its header."""
    if isinstance(kind, Layout):
        return tuple(kind.spellings.values())
    header = str(getattr(kind, "HEADER", ""))
    return tuple(_spellings(name) for name in header.split(",")) if header else ()


def _headers(head: Sequence[Line]) -> Iterable[_Header]:
    for place, line in enumerate(head):
        titles = tuple(cells.unwrap(cells.as_text(cell)) for cell in line.cells)
        if sum(map(bool, titles)) >= KNOWN_COLUMNS_MIN:
            yield _Header(titles, [later.cells for later in head[place + 1 : place + 1 + SAMPLE_ROWS]])


def _compared(layout: Layout, header: _Header) -> Drift | None:
    there = {header_name(title) for title in header.titles if title}
    columns = layout.spellings
    hits = sum(bool(names & there) for names in columns.values())
    needed = list(dict.fromkeys((*layout.required, *layout.tells)))
    missing = tuple(name for name in needed if not _spellings(name) & there)
    share = hits / len(columns)
    if not missing or hits < KNOWN_COLUMNS_MIN or share < KNOWN_SHARE_MIN or len(missing) * 2 > len(needed) + 1:
        return None
    names = frozenset().union(*columns.values())
    unknown = tuple(title for title in header.titles if title and header_name(title) not in names)
    return Drift(
        layout.kind, layout.platform, missing, unknown, propose(missing, unknown, header, layout.typed), share
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _spellings(name: str) -> frozenset[str]:
    return frozenset(header_name(spelling) for spelling in name.split("|"))


def propose(
    missing: Sequence[str], unknown: Sequence[str], header: _Header, typed: Mapping[str, str]
) -> tuple[Proposal, ...]:
    """For each missing column the unknown title most like it by name and by what its cells hold; each title once."""
    scored = sorted(
        ((likeness(column, title, typed.get(column, "text"), _cells(header, title)), column, title)
         for column in missing for title in unknown),
        key=lambda one: (-one[0], one[1], one[2]),
    )  # fmt: skip
    taken: dict[str, Proposal] = {}
    for score, column, title in scored:
        if score >= LIKENESS_MIN and column not in taken and title not in {one.title for one in taken.values()}:
            taken[column] = Proposal(column, title, round(score, 2))
    return tuple(taken.get(column, Proposal(column, "", 0.0)) for column in missing)


def _cells(header: _Header, title: str) -> list[Cell]:
    place = header.titles.index(title)
    return [row[place] for row in header.below if place < len(row) and cells.plain(row[place])]


def likeness(column: str, title: str, kind: str, sample: Sequence[Cell]) -> float:
    """How like a title is to a column, 0 to 1: the letters that both share, and whether the cells fit its type."""
    letters = max(_letters(spelling, header_name(title)) for spelling in _spellings(column))
    if kind == "text":
        return letters
    fit = sum(fits(kind, cell) for cell in sample) / len(sample) if sample else 0.5
    return NAME_WEIGHT * letters + (1 - NAME_WEIGHT) * fit if fit else 0.0


def _letters(one: str, other: str) -> float:
    """Ratio of letters in common runs; a name that stands whole inside the other counts as much like it."""
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    inside = min(len(one), len(other)) >= 2 and (one in other or other in one)
    return max(ratio, 0.75) if inside else ratio


def fits(kind: str, cell: Cell) -> bool:
    """Whether a cell can be read as this type of column."""
    try:
        match kind:
            case "id":
                return any(sign.isdecimal() for sign in cells.identity("", cell))
            case "money":
                return numbers.money("", cell, numbers.CHINA) is not None
            case "whole":
                cells.whole("", cell)
            case "rate":
                return numbers.rate("", cell) is not None
            case "moment":
                numbers.moment("", cell, (), required=True)
            case "day":
                numbers.day("", cell, (), required=True)
    except FileError:
        return False
    return True
