"""Tables of a web page that was saved under a workbook's name, as some back-ends write their "Excel"."""

from html.parser import HTMLParser

SPAN_MAX = 1000


def tables(page: str) -> list[list[list[str]]]:
    """Every table of the page, cells as text; a cell over several columns is followed by empty ones.

    A table inside a cell stands before the table around it, which then does not repeat its words.
    """
    reader = _Tables()
    reader.feed(page)
    reader.close()
    return [rows for rows in reader.found if rows]


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[list[list[str]]] = []
        self.open: list[list[list[str]]] = []
        self.cell: list[str] | None = None
        self.span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_cell()
            self.open.append([])
        elif tag == "tr" and self.open:
            self._end_cell()
            self.open[-1].append([])
        elif tag in {"td", "th"} and self.open:
            self._end_cell()
            if not self.open[-1]:
                self.open[-1].append([])
            said = dict(attrs).get("colspan") or "1"
            self.cell, self.span = [], min(int(said), SPAN_MAX) if said.isdecimal() else 1
        elif tag == "br" and self.cell is not None:
            self.cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr", "table"}:
            self._end_cell()
        if tag == "table" and self.open:
            self.found.append([row for row in self.open.pop() if row])

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def _end_cell(self) -> None:
        if self.cell is not None and self.open and self.open[-1]:
            self.open[-1][-1] += ["".join(self.cell).strip(" \r\n"), *[""] * (self.span - 1)]
        self.cell = None
