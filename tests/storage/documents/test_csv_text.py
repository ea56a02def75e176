"""A text cut into pieces is the rows that `csv` makes of it, whatever the pieces, and its blocks are the same cells."""

import csv
import io
from collections.abc import Iterator
from random import Random

import pytest

from storage.archive import Facts
from storage.documents import csv_text
from storage.documents.csv_text import Block, CsvText, Line, plain_columns
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS
from storage.documents.table import line_titles
from storage.errors import FileBroken

SIGNS = (
    "a",
    "1",
    "甲",
    "，",
    " ",
    "\t",
    '"',
    '""',
    '="1"',
    ",",
    ",",
    ",",
    ";",
    "\n",
    "\r\n",
    "\r\n",
    "\r",
    "\x1c",
    "\u2028",
)
PLAIN = ("a1,b2,c3", ",,", "甲, ,\t", '="7",x"y,', "\u3000,,", "\u3000,甲,", "a\t,b\t,c\t")
ENCODINGS = ("gb18030", "utf-8-sig", "utf-16-le", "utf-8")


def lines_of(text: str) -> Iterator[Line]:
    """What the standard library says, each row with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""))
    begins = 1
    for row in reader:
        yield Line(begins, list(row))
        begins = reader.line_num + 1


def cut(content: bytes, encoding: str) -> CsvText:
    """The same bytes as a stream of pieces."""
    return CsvText("x", io.BytesIO(content), encoding, ",", lambda: FileBroken("x", "不是文字"))


def batches(text: CsvText) -> Iterator[Line]:
    """All rows by batches; of blocks the columns are put side by side again."""
    while found := text.batch():
        if not isinstance(found, Block):
            yield from found
            continue
        assert [line.no for line in found.lines] == list(found.numbers)
        columns = []
        for place in range(len(found.lines[0].cells)):
            column = found.column(place)
            assert column is not None
            columns.append(column.texts())
        assert found.column(len(columns)) is None
        for line, row in zip(found.lines, zip(*columns, strict=True), strict=True):
            assert [str(cell).strip("\t\r") for cell in line.cells] == [cell.strip("\t\r") for cell in row]
            yield line


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_pieces_give_what_csv_gives(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Quotes over several lines, CR alone, blank lines, odd blanks: the same rows with the same numbers."""
    dice = Random(encoding)
    blocks = 0
    for _ in range(150):
        monkeypatch.setattr(csv_text, "PIECE_BYTES", dice.choice((1, 7, 40, 400)))
        monkeypatch.setattr(csv_text, "FIRST_BYTES", dice.choice((1, 20)))
        end = dice.choice(("\n", "\r\n"))
        rows = [dice.choice(PLAIN) if dice.random() < 0.9 else "".join(dice.choices(SIGNS, k=9)) for _ in range(30)]
        text = "k,l,m" + end + end.join(rows) + dice.choice(("", end))
        content, expected = text.encode(encoding), list(lines_of(text))
        assert list(cut(content, encoding)) == expected
        again = cut(content, encoding)
        assert [next(again), *batches(again)] == expected
        again = cut(content, encoding)
        next(again)
        while found := again.batch():
            blocks += isinstance(found, Block)
    assert (blocks > 100) == (encoding != "utf-16-le")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_of_quoted_cells_are_blocks_too(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each cell in quotes: delimiters in them are no cells; a quote, a line end or a bare cell is left to `csv`."""
    monkeypatch.setattr(csv_text, "PIECE_BYTES", 20)
    monkeypatch.setattr(csv_text, "FIRST_BYTES", 1)
    dice, blocks = Random(end), 0
    odd = ('"a""b","","1"', '"a\nb","2","3"', 'a,"b","c"', '"a","b",c', '"a","b"', '"a","b","c","d"', '""","","")')
    for _ in range(150):
        plain = ('"甲, 乙","7","="', '"甲","","\t"', '"","",""', '" ","\t","x\t"')
        rows = [dice.choice(odd if dice.random() < 0.1 else plain) for _ in range(20)]
        text = end.join(['"k","l","m"', *rows, ""])
        found, again = cut(text.encode("gb18030"), "gb18030"), cut(text.encode("gb18030"), "gb18030")
        assert [next(found), *batches(found)] == list(lines_of(text))
        next(again)
        while batch := again.batch():
            blocks += isinstance(batch, Block)
    assert blocks > 300


def test_lines_that_are_not_plain_make_no_columns() -> None:
    """A quoted cell, a shorter line, a CR of its own and a cut end are left to `csv`."""
    assert plain_columns(b"a,b\nc,d\n", b",") == [[b"a", b"c"], [b"b", b"d"]]
    assert plain_columns(b"a,b\r\nc,d\r\n", b",") == [[b"a", b"c"], [b"b\r", b"d\r"]]
    for piece in (
        b'a,"b"\nc,d\n',
        b'"a",b\nc,d\n',
        b"a,b\nc\n",
        b"a,b\nc,d,e\n",
        b"a,b\r\nc,d\n",
        b"a\r,b\nc,d\n",
        b"a,b",
    ):
        assert plain_columns(piece, b",") == []


def test_bytes_that_are_no_text_refuse_a_long_file() -> None:
    """In the middle of a file, in a column that nobody reads: still a refusal, with the place of the byte."""
    titles = "账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注,旁注\r\n"
    rows = [f"{9 * 10**17 + n},,2026-09-01 08:00:00,收,{n}.01,,付款,,,注\r\n" for n in range(3_000)]
    content = bytearray((titles + "".join(rows)).encode("gb18030"))
    whole = KINDS["kuaishou_fund"].read(SourceFile("x.csv", bytes(content)), Facts())
    assert len(whole.rows) == 3_000
    place = content.rindex("注".encode("gb18030"))
    content[place] = 0xFF
    with pytest.raises(FileBroken, match=f"第 {place} 个字节"):
        KINDS["kuaishou_fund"].read(SourceFile("x.csv", bytes(content)), Facts())


def test_a_line_without_end_is_refused() -> None:
    """Eight megabytes without a line end are no export; with CR alone at the ends of lines they are read."""
    for encoding in ("utf-8", "utf-16-le"):
        with pytest.raises(FileBroken, match="第 2 行"):
            list(cut(("a,b\n" + "x," * (4 << 20)).encode(encoding), encoding))
    assert sum(1 for _ in cut(b"a,b\r" * (5 << 18), "utf-8")) == 5 << 18


def test_tabs_inside_quoted_cells_are_no_delimiter() -> None:
    """A TAB behind each id in a file of quoted cells would else make one row of the whole file."""
    rows = "".join(f'"{n}\t","已发货\t","中通\t","0.00\t"\r\n' for n in range(2_000))
    file = SourceFile("x.csv", ('"订单号","订单状态","快递公司","金额"\r\n' + rows).encode("gb18030"))
    assert file.delimiter == ","
    assert [len(line.cells) for line in file.csv_lines()] == [4] * 2_001
    broken = SourceFile("x.csv", '素材ID\t,"整体\n消耗",素材\r\n甲,乙,丙\r\n'.encode())
    assert (broken.delimiter, next(broken.csv_lines()).cells) == (",", ["素材ID\t", "整体\n消耗", "素材"])


def test_a_line_of_very_many_equal_titles_is_told_in_its_length() -> None:
    """Nothing looks for a free name from the beginning each time: such a line would keep a desk busy for hours."""
    titles = line_titles(Line(1, ["a"] * 60_000))
    assert (titles[0], titles[1], titles[-1]) == ("a", "a#2", "a#60000")
    assert line_titles(Line(1, ["a", "a#2", "a", ""])) == ["a", "a#2", "a#3", "#4"]
