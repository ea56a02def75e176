"""A document in several pieces: the files of one zip, the sheets of one workbook, read as one."""

from collections.abc import Sequence
from typing import Any

from storage.documents.document import Control, Document, Quarantined, RawRow

PIECE_ROWS = 10_000_000
"""Row numbers of the second piece begin here, of the third at twice this: 20,000,017 is row 17 of the third piece."""


def joined(pieces: Sequence[Document], period: tuple[str, str]) -> Document:
    """One document of all pieces, of the first one's kind; a total that differs in one of them differs in all.

    `period`: what the file's name says; else from the first to the last day of all pieces.
    """
    rows: list[Any] = []
    raw: list[RawRow] = []
    quarantine: list[Quarantined] = []
    last = 0
    for number, piece in enumerate(pieces):
        above = max(number, last // PIECE_ROWS + bool(number)) * PIECE_ROWS
        rows.extend(row._replace(row_no=row.row_no + above) for row in piece.rows)
        raw.extend(row._replace(row_no=row.row_no + above) for row in piece.raw)
        quarantine.extend(row._replace(row_no=row.row_no + above) for row in piece.quarantine)
        last = max([last, *(row.row_no for row in raw[-1:]), *(row.row_no for row in quarantine[-1:])])
    days = sorted(day for piece in pieces for day in piece.period if day)
    return pieces[0]._replace(
        rows=rows,
        raw=raw,
        quarantine=quarantine,
        control=_control([piece.control for piece in pieces]),
        period=period if all(period) else (days[0], days[-1]) if days else ("", ""),
        classed=any(piece.classed for piece in pieces),
    )


def _control(controls: Sequence[Control]) -> Control:
    """Of several the first that differs, else the first that ties, else that there are no totals."""
    for tie in (False, True):
        for control in controls:
            if control.tie is tie:
                return control
    return controls[0]._replace(computed={"行数": sum(control.computed.get("行数", 0) for control in controls)})
