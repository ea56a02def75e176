"""A file read with what a person said of it: titles that mean other columns, rows that were corrected.

The archived bytes stay as they are; only what a reader sees differs, so that every kind is served without knowing it.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property

from storage.documents.cells import Cell, header_name
from storage.documents.csv_text import Line
from storage.documents.file import SourceFile
from storage.documents.parts import PIECE_ROWS
from storage.documents.table import line_titles

HEADER_LINES = 60
"""A header stands among the first lines of its table, as `table.find_table` has it."""

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
        for grid in super().grids():
            yield grid if self.form == "text" else self._edited(grid)

    @cached_property
    def members(self) -> list[SourceFile]:
        """The files inside a zip, each with the corrections of its own rows."""
        found: list[SourceFile] = []
        asked = {title for row in self._fixes.values() for title in row}
        piece = 0
        for member in super().members:
            above = piece * PIECE_ROWS
            mine = {no - above: row for no, row in self._fixes.items() if above < no < above + PIECE_ROWS}
            edited = EditedFile(member, self._titles, mine)
            piece += edited._has_header(asked)
            found.append(edited)
        return found

    def _has_header(self, asked: Set[str]) -> bool:
        """Whether one of the first lines holds every title of the corrected rows: only such a file has such rows."""
        return any(asked <= set(line_titles(line)) for head in self.heads for line in head)

    def _edited(self, lines: Iterator[Line]) -> Iterator[Line]:
        header: Sequence[str] = ()
        renamed = not self._meant
        for count, line in enumerate(lines):
            here = line
            if count < HEADER_LINES and not renamed and (cells := self._renamed(line)) is not None:
                renamed, here = True, Line(line.no, cells)
            if header and line.no in self._fixes:
                here = _corrected(here, header, self._fixes[line.no])
            elif count < HEADER_LINES and not header and self._holds_fixed(here):
                header = line_titles(here)
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
