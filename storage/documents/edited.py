"""A file read with what a person said of it: titles that mean other columns, rows that were corrected.

The archived bytes stay as they are; only what a reader sees differs, so that every kind is served without knowing it.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import count

from storage.documents.cells import Cell, header_name
from storage.documents.csv_text import Line
from storage.documents.file import SourceFile
from storage.documents.parts import PIECE_ROWS
from storage.documents.table import HEADER_LINES, line_titles

Fixes = Mapping[int, Mapping[str, str]]
"""Row number as the quarantine names it -> title -> what the cell should say."""


class EditedFile(SourceFile):
    """`titles`: title in the file -> column that it means; `fixes`: corrected rows. Raises as SourceFile does."""

    def __init__(self, file: SourceFile, titles: Mapping[str, str], fixes: Fixes | None = None) -> None:
        super().__init__(file.name, file.data)
        self._meant = {header_name(title): column for title, column in titles.items()}
        self._titles = dict(titles)
        self._fixes = dict(fixes or {})

    def csv_lines(self) -> Iterator[Line]:
        """Comma-separated rows as they are meant."""
        return self._edited(super().csv_lines())

    def grids(self) -> Iterator[Iterator[Line]]:
        """Each table as it is meant."""
        sheets = count()
        for grid in super().grids():
            yield grid if self.form == "text" else self._edited(grid, sheets)

    @cached_property
    def members(self) -> list[SourceFile]:
        """The files inside a zip, each with the corrections of its own rows."""
        found: list[SourceFile] = []
        asked = {title for row in self._fixes.values() for title in row}
        piece = 0
        for member in super().members:
            above = piece * PIECE_ROWS
            held = EditedFile(member, self._titles)._headers(asked)
            below = above + max(held, 1) * PIECE_ROWS
            mine = {no - above: row for no, row in self._fixes.items() if above < no < below}
            piece += held
            found.append(EditedFile(member, self._titles, mine))
        return found

    def _headers(self, asked: Set[str]) -> int:
        """How many tables' first lines hold every title of the corrected rows: only these have such rows."""
        return sum(any(asked <= set(line_titles(line)) for line in head) for head in self.heads)

    def _edited(self, lines: Iterator[Line], sheets: Iterator[int] | None = None) -> Iterator[Line]:
        """`sheets`: numbers the sheets that have such rows; how a row is numbered says on which it stands."""
        header: Sequence[str] = ()
        renamed = not self._meant
        above = 0
        for place, line in enumerate(lines):
            here = line
            if place < HEADER_LINES and not renamed and (cells := self._renamed(line)) is not None:
                renamed, here = True, Line(line.no, cells)
            if header and line.no + above in self._fixes:
                here = _corrected(here, header, self._fixes[line.no + above])
            elif place < HEADER_LINES and not header and self._holds_fixed(here):
                header = line_titles(here)
                above = next(sheets, 0) * PIECE_ROWS if sheets else 0
            yield here

    def _holds_fixed(self, line: Line) -> bool:
        asked = {title for row in self._fixes.values() for title in row}
        return bool(asked) and asked <= set(line_titles(line))

    def _renamed(self, line: Line) -> list[Cell] | None:
        """The header under the names that are meant; None for a line that is no such header."""
        names = [header_name(cell) for cell in line.cells]
        if len([name for name in names if name]) < 2 or not any(name in self._meant for name in names):
            return None
        there = set(names)
        return [
            self._meant[name] if name in self._meant and header_name(self._meant[name]) not in there else cell
            for name, cell in zip(names, line.cells, strict=True)
        ]


def _corrected(line: Line, header: Sequence[str], row: Mapping[str, str]) -> Line:
    cells = [*line.cells, *([""] * (len(header) - len(line.cells)))]
    for place, title in enumerate(header):
        if title in row:
            cells[place] = row[title]
    return Line(line.no, cells)
