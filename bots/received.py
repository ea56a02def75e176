"""The contract on every file that a site sends: it is whole, it is what its name says, it holds what was asked for.

Type is told by content, never by name: an HTML error page called .xlsx and a zip cut short are refused here, before
anything believes in them.
"""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bots.errors import DocumentUnexpected, DownloadBroken
from bots.sheets import decode, grid, text_grid

HTML_START = re.compile(rb"^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body|script|meta|h1)\b", re.IGNORECASE)
DATE = re.compile(r"(20\d\d)[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})")
HEADER_SOUGHT_ROWS = 40
XLSX_PARTS = {"[Content_Types].xml", "xl/workbook.xml"}

CONTENT_OF_SUFFIX = {
    ".csv": "text",
    ".json": "text",
    ".pdf": "pdf",
    ".png": "png",
    ".tsv": "text",
    ".txt": "text",
    ".xls": "xls",
    ".xlsx": "xlsx",
    ".zip": "zip",
}


@dataclass(frozen=True)
class Expectation:
    """What a document must hold: a test on its number of data rows, column names, and the days it is about."""

    rows: Callable[[int], bool] | None = None
    rows_said: str = ""
    header: tuple[str, ...] = ()
    period: tuple[date, date] | None = None

    @property
    def empty(self) -> bool:
        """Nothing but a whole file of the right type is asked for."""
        return self.rows is None and not self.header and self.period is None


def content_type(content: bytes) -> str:
    """html | xlsx | zip | xls | pdf | png | text | unknown, by the bytes alone. Raises ValueError for a cut zip."""
    if HTML_START.match(content[:512]):
        return "html"
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            broken = archive.testzip()
            if broken is not None:
                raise ValueError(f"压缩包里的 {broken} 校验不对")
            return "xlsx" if set(archive.namelist()) >= XLSX_PARTS else "zip"
    for magic, name in ((b"\xd0\xcf\x11\xe0", "xls"), (b"%PDF-", "pdf"), (b"\x89PNG", "png")):
        if content.startswith(magic):
            return name
    return "text" if _is_text(content) else "unknown"


def _is_text(content: bytes) -> bool:
    if b"\0" in content:
        return False
    try:
        decode(content)
    except UnicodeDecodeError:
        return False
    return True


def check_whole(path: Path, name: str) -> str:
    """The content type of a file that is whole and is what `name` says. Raises DownloadBroken."""
    content = path.read_bytes()
    if not content:
        raise DownloadBroken(name, "是空文件")
    try:
        found = content_type(content)
    except (zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
        raise DownloadBroken(name, f"压缩包不完整（{error}）") from error
    wanted = CONTENT_OF_SUFFIX.get(Path(name).suffix.lower())
    if wanted is not None and found != wanted:
        raise DownloadBroken(name, f"名字是 {Path(name).suffix}，内容却是 {found}")
    if found == "text" and Path(name).suffix.lower() == ".csv" and _ends_inside_a_line(content):
        raise DownloadBroken(name, "最后一行不完整，像是下载到一半断了")
    return found


def _ends_inside_a_line(content: bytes) -> bool:
    """The last line has no line end and fewer cells than the line before: a whole export never ends like that."""
    if content.endswith((b"\n", b"\r")):
        return False
    rows = text_grid(decode(content))
    if len(rows) < 2 or (rows[-1][:1] and rows[-1][0].startswith("#")):
        return False
    return len(rows[-1]) < len(rows[-2])


def check_expected(path: Path, name: str, expected: Expectation) -> None:
    """The file holds what was asked for. Raises DocumentUnexpected with what it holds instead."""
    if expected.empty:
        return
    cells = _cells(path, name)
    width = max((sum(map(bool, row)) for row in cells), default=0)
    table = [row for row in cells if sum(map(bool, row)) * 2 >= width > 0]
    count = max(len(table) - 1, 0)
    if expected.rows is not None and not expected.rows(count):
        raise DocumentUnexpected(name, f"有 {count} 行数据，要求 {expected.rows_said}")
    if expected.header:
        _check_header(cells, name, expected.header)
    if expected.period is not None and count:
        _check_period(table, name, expected.period)


def _cells(path: Path, name: str) -> list[list[str]]:
    """The non-empty rows; lines that begin with # are the preamble and footer of a statement."""
    if Path(name).suffix.lower() == ".zip":
        rows = _zipped_grid(path)
    elif Path(name).suffix.lower() in {".xlsx", ".xls"}:
        rows = grid(path)
    else:
        rows = text_grid(decode(path.read_bytes()))
    return [row for row in rows if any(row) and not row[0].startswith("#")]


def _zipped_grid(path: Path) -> list[list[str]]:
    with zipfile.ZipFile(path) as archive:
        largest = max(archive.infolist(), key=lambda info: info.file_size)
        return text_grid(decode(archive.read(largest)))


def _check_header(cells: Sequence[Sequence[str]], name: str, header: Sequence[str]) -> None:
    fewest: list[str] = list(header)
    for row in cells[:HEADER_SOUGHT_ROWS]:
        missing = [column for column in header if column not in row]
        if len(missing) < len(fewest):
            fewest = missing
    if fewest:
        raise DocumentUnexpected(name, f"缺少列 {'、'.join(fewest)}")


def _check_period(table: Sequence[Sequence[str]], name: str, period: tuple[date, date]) -> None:
    """Some column of dates lies wholly inside the period: an order of that day may well be shipped later."""
    first, last = period
    columns = list(zip(*(_padded(row, len(table[0])) for row in table), strict=True))
    seen: list[date] = []
    for column in columns:
        days = [day for cell in column[1:] if cell and (day := _day(cell)) is not None]
        if days and all(first <= day <= last for day in days):
            return
        seen.extend(days[:1])
    shown = "、".join(sorted({day.isoformat() for day in seen})) or "没有日期"
    raise DocumentUnexpected(name, f"不是 {first} ~ {last} 的数据（见到 {shown}）")


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [*row[:width], *[""] * (width - len(row))]


def _day(cell: str) -> date | None:
    found = DATE.match(cell.strip())
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
