"""Which documents tell of people: such a file leaves the desk only when its rule says so.

Whoever hands personal data on needs a reason for each receiver (Personal Information Protection Law, arts. 6, 23).
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, func, select

from storage.database.tables import raw_file, raw_row
from storage.erp.privacy.raw_rows import personal_titles
from storage.row_text import row_said

AT_ONCE = 500


def with_persons(connection: Connection, kinds: Mapping[str, str]) -> frozenset[str]:
    """Of these documents (sha256 → kind) those with columns for receivers, phones, addresses, mail or ids of people."""
    found = set()
    shas = sorted(kinds)
    r = raw_row.c
    for begin in range(0, len(shas), AT_ONCE):
        first = (
            select(r.file_sha, func.min(r.row_no).label("row_no"))
            .where(r.file_sha.in_(shas[begin : begin + AT_ONCE]))
            .group_by(r.file_sha)
            .subquery()
        )
        same = (first.c.file_sha == r.file_sha) & (first.c.row_no == r.row_no)
        query = select(r.file_sha, r.payload, raw_file.c.titles).join(first, same)
        for sha, *row in connection.execute(query.join(raw_file, raw_file.c.file_sha == r.file_sha)):
            if personal_titles(row_said(*row), kinds[sha]):
                found.add(sha)
    return frozenset(found)


def kinds_of(connection: Connection, shas: Iterable[str]) -> dict[str, str]:
    """sha256 → what kind of document it is."""
    found: dict[str, str] = {}
    wanted = sorted(set(shas))
    for begin in range(0, len(wanted), AT_ONCE):
        some = select(raw_file.c.file_sha, raw_file.c.kind).where(
            raw_file.c.file_sha.in_(wanted[begin : begin + AT_ONCE])
        )
        found |= {row.file_sha: row.kind for row in connection.execute(some)}
    return found
