"""The contract on every file that a site sends: it is whole, it is what its name says, it holds what was asked for.

Type is told by content, never by name: an HTML error page called .xlsx and a zip cut short are refused here, before
anything believes in them.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bots.error_words import Said
from bots.errors import DocumentUnexpected, DownloadBroken
from bots.sheets import decode, text_grid, workbook_grid
from bots.unpack import ENCRYPTED_FLAG, members

HTML_START = re.compile(rb"^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body|script|meta|h1)\b", re.IGNORECASE)
DATE = re.compile(r"(20\d\d)[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})")
HTML_WORDS = re.compile(r"<(title|h1)[^>]*>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
HEADER_SOUGHT_ROWS = 40
XLSX_PARTS = {"[Content_Types].xml", "xl/workbook.xml"}

MAGIC = (
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "png"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "rar"),
)

CONTENT_OF_SUFFIX = {
    ".csv": "text",
    ".json": "text",
    ".pdf": "pdf",
    ".png": "png",
    ".tsv": "text",
    ".txt": "text",
    ".xls": "xls",
    ".xlsm": "xlsx",
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
    sums: tuple[tuple[str, Decimal], ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing but a whole file of the right type is asked for."""
        return self.rows is None and not self.header and self.period is None and not self.sums


def content_type(content: bytes) -> str:
    """html | xlsx | zip | xls | pdf | png | gzip | rar | text | unknown, by the bytes alone.

    Raises ValueError for a zip that is cut or whose members cannot be read.
    """
    if HTML_START.match(content[:512]):
        return "html"
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(info.flag_bits & ENCRYPTED_FLAG for info in archive.infolist()):
                return "zip"
            broken = archive.testzip()
            if broken is not None:
                raise ValueError(f"压缩包里的 {broken} 校验不对")
            return "xlsx" if set(archive.namelist()) >= XLSX_PARTS else "zip"
    for magic, name in MAGIC:
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
        raise DownloadBroken(name, Said("是空文件", "it is empty"))
    try:
        found = content_type(content)
    except (zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
        raise DownloadBroken(name, Said(f"压缩包不完整（{error}）", f"the zip is not whole ({error})")) from error
    suffix = Path(name).suffix.lower()
    wanted = CONTENT_OF_SUFFIX.get(suffix)
    if wanted is not None and found != wanted:
        raise DownloadBroken(
            name,
            Said(
                f"名字是 {suffix}，内容却是 {_said(content, found).zh}",
                f"it is called {suffix} and is {_said(content, found).en}",
            ),
        )
    if wanted is None and found == "html":
        raise DownloadBroken(
            name, Said(f"来的不是文件，是{_said(content, found).zh}", f"it is no file but {_said(content, found).en}")
        )
    if found == "pdf" and b"%%EOF" not in content[-2048:]:
        raise DownloadBroken(
            name, Said("PDF 不完整，像是下载到一半断了", "the PDF is not whole: the download seems to have been cut")
        )
    if found == "text" and suffix in {".csv", ".tsv"} and _ends_inside_a_line(content):
        raise DownloadBroken(
            name,
            Said(
                "最后一行不完整，像是下载到一半断了", "the last line is not whole: the download seems to have been cut"
            ),
        )
    return found


def _said(content: bytes, found: str) -> Said:
    """The type in words; of a web page also its title, which mostly says what is the matter."""
    if found != "html":
        return {"text": Said("文本", "text"), "unknown": Said("认不出的东西", "nothing that is known")}.get(
            found, Said(found, found)
        )
    text = content[:65536].decode("utf-8", errors="replace")
    words = [" ".join(re.sub(r"<[^>]+>", "", hit.group(2)).split()) for hit in HTML_WORDS.finditer(text)]
    told = list(dict.fromkeys(filter(None, words)))
    return Said(f"网页（{'，'.join(told)}）", f"a web page ({', '.join(told)})") if told else Said("网页", "a web page")


def _ends_inside_a_line(content: bytes) -> bool:
    """The last line has no line end and fewer cells than the line before, or a quote is still open.

    A whole export never ends like that.
    """
    if _quote_is_open(decode(content)):
        return True
    if content.endswith((b"\n", b"\r")):
        return False
    rows = text_grid(decode(content))
    if len(rows) < 2 or (rows[-1][:1] and rows[-1][0].startswith("#")):
        return False
    return len(rows[-1]) < len(rows[-2])


def _quote_is_open(text: str) -> bool:
    """Whether the text ends inside a quoted cell; a lone quote in the middle of a cell (5" 屏) is only sloppy."""
    delimiter = "\t" if text[:4096].count("\t") > text[:4096].count(",") else ","
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def check_expected(path: Path, name: str, expected: Expectation) -> None:
    """The file holds what was asked for. Raises DocumentUnexpected with what it holds instead."""
    if expected.empty:
        return
    cells = _cells(path, name)
    width = max((sum(map(bool, row)) for row in cells), default=0)
    table = [row for row in cells if sum(map(bool, row)) * 2 >= width > 0]
    count = max(len(table) - 1, 0)
    if expected.rows is not None and not expected.rows(count):
        raise DocumentUnexpected(
            name,
            Said(f"有 {count} 行数据，要求 {expected.rows_said}", f"it has {count} rows, wanted {expected.rows_said}"),
        )
    if expected.header:
        _check_header(cells, name, expected.header)
    if expected.period is not None and count:
        _check_period(table, name, expected.period)
    for column, due in expected.sums:
        _check_sum(cells, name, column, due)


def _cells(path: Path, name: str) -> list[list[str]]:
    """The non-empty rows; lines that begin with # are the preamble and footer of a statement."""
    content = path.read_bytes()
    if content_type(content) == "zip":
        with zipfile.ZipFile(path) as archive:
            found = members(archive)
            if not found:
                raise DocumentUnexpected(name, Said("压缩包是空的", "the zip is empty"))
            content = archive.read(max(found.values(), key=lambda info: info.file_size))
    kind = content_type(content)
    if kind in {"xlsx", "xls"}:
        rows = workbook_grid(io.BytesIO(content), name)
    elif kind == "text":
        rows = text_grid(decode(content))
    else:
        raise DocumentUnexpected(
            name,
            Said(f"内容是 {_said(content, kind).zh}，没有行可数", f"it is {_said(content, kind).en}: no rows to count"),
        )
    return [row for row in rows if any(row) and not row[0].startswith("#")]


def _check_header(cells: Sequence[Sequence[str]], name: str, header: Sequence[str]) -> None:
    fewest: list[str] = list(header)
    for row in cells[:HEADER_SOUGHT_ROWS]:
        missing = [column for column in header if column not in row]
        if len(missing) < len(fewest):
            fewest = missing
    if fewest:
        raise DocumentUnexpected(name, Said(f"缺少列 {'、'.join(fewest)}", f"columns are lacking: {', '.join(fewest)}"))


def _check_sum(cells: Sequence[Sequence[str]], name: str, column: str, due: Decimal) -> None:
    """The amounts below the title add up to `due`, to the last digit."""
    at = next((line for line, row in enumerate(cells[:HEADER_SOUGHT_ROWS]) if column in row), None)
    if at is None:
        raise DocumentUnexpected(name, Said(f"缺少列 {column}", f"the column {column} is lacking"))
    place = list(cells[at]).index(column)
    total = Decimal(0)
    for row in cells[at + 1 :]:
        cell = row[place] if place < len(row) else ""
        amount = amount_of(cell)
        if amount is None:
            raise DocumentUnexpected(
                name,
                Said(
                    f"列「{column}」里有不是数字的「{cell}」，加不出合计",
                    f"the column {column} has {cell}, which is no number: no sum",
                ),
            )
        total += amount
    if total != due:
        raise DocumentUnexpected(
            name,
            Said(f"列「{column}」合计 {total}，要求 {due}", f"the column {column} adds up to {total}, wanted {due}"),
        )


def amount_of(text: str) -> Decimal | None:
    """The number that a person reads in `¥1,234.50`; an empty cell is 0, other words are None."""
    plain = text.strip().strip("¥￥元 ").replace(",", "").replace("，", "")
    if not plain or plain == "-":
        return Decimal(0)
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


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
    raise DocumentUnexpected(
        name,
        Said(
            f"不是 {first} ~ {last} 的数据（见到 {shown}）", f"these are not the days {first} ~ {last} (seen: {shown})"
        ),
    )


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
