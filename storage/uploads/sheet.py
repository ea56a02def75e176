"""What every sheet for a platform has in common: names of platforms, refused rows, and how it is written."""

import csv
import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from storage.errors import BookError, UploadWrong

T = TypeVar("T")
CELL_CHARACTERS_MAX = 32_767
"""What a workbook's cell holds."""

PLATFORMS: Mapping[str, tuple[str, ...]] = {
    "douyin": ("抖店", "抖音"),
    "jd": ("京东",),
    "kuaishou": ("快手",),
    "pdd": ("拼多多",),
    "practice": ("练习商城",),
    "taobao": ("淘宝", "天猫"),
    "wxstore": ("微信小店", "视频号"),
    "xhs": ("小红书",),
}
"""Platforms by id, each with what people call it."""


class Refusal(NamedTuple):
    """A row that cannot stand in the sheet: its number (among those given from 1, or its file's), and why."""

    number: int
    error: BookError


def platform_id(said: str) -> str:
    """The platform's id for its id or the name that people use; what is no platform is given back as it is."""
    wanted = said.strip()
    return next((name for name, called in PLATFORMS.items() if wanted in called), wanted.lower())


def platform_of(platform: str, sheets: Mapping[str, T], what: str, what_en: str) -> T:
    """The platform's sheet. Raises UploadWrong naming those that are known."""
    if platform not in sheets:
        zh = "、".join(f"{name}（{'、'.join(PLATFORMS[name])}）" for name in sheets)
        raise UploadWrong(platform, 0, f"不知道它的{what}是什么样子，不编；知道的：{zh}",
                          f"its {what_en} is not known and none is invented; known: {', '.join(sheets)}")  # fmt: skip
    return sheets[platform]


def repeated(
    platform: str, numbers: Sequence[int], wants: Sequence[tuple[tuple[str, ...], T, tuple[str, str]]]
) -> dict[int, BookError]:
    """Rows that ask twice for one thing, as place -> why; `wants`: what it is about, what is wanted, its name (zh, en).

    Of rows that want the same the first may stay; where they differ none may: only a person knows which is right.
    """
    places: dict[tuple[str, ...], list[int]] = {}
    for place, (about, _, _) in enumerate(wants):
        if any(about):
            places.setdefault(about, []).append(place)
    found: dict[int, BookError] = {}
    for mine in places.values():
        same = all(wants[place][1] == wants[mine[0]][1] for place in mine)
        for place in mine[1:] if same else mine if len(mine) > 1 else ():
            others = [str(numbers[other]) for other in mine if other != place]
            name, row = wants[place][2], others[0] if same else "、".join(others)
            zh, en = f"{name[0]} 在第 {row} 行已经有了", f"{name[1]} stands in row {row} already"
            if not same:
                zh, en = f"{zh}，要求不一样：留下对的那一行", f"{en}, asking for something else: keep the right one"
            found[place] = UploadWrong(platform, numbers[place], zh, en)
    return found


def write_rows(platform: str, path: Path, rows: Sequence[Sequence[str]], csv_encoding: str) -> None:
    """A workbook of text cells, or comma-separated text; put in place when it is whole.

    A cell is never a formula: in a workbook it is text, in a csv one that a spreadsheet would compute is refused.
    Raises UploadWrong, also where the place cannot be written.
    """
    form = path.suffix.lower()
    if form not in (".xlsx", ".csv"):
        ending = path.suffix or "没有后缀的文件"
        raise UploadWrong(platform, 0, f"只写 .xlsx 或 .csv，不写 {ending}",
                          f"only .xlsx and .csv are written, not {path.suffix or 'this'}")  # fmt: skip
    for row_no, row in enumerate(rows):
        if any(len(cell) > CELL_CHARACTERS_MAX for cell in row):
            raise UploadWrong(
                platform, row_no, "有一格的字太多，表格放不下", "a cell has more words than a sheet holds"
            )
    content = workbook(rows) if form == ".xlsx" else _text(platform, rows, csv_encoding)
    try:
        put(path, content)
    except OSError as error:
        why = error.strerror or str(error)
        zh = f"写不进 {path}（{why}）；文件夹在不在，是不是正用 Excel 开着它？"
        en = f"{path} cannot be written ({why}); is the folder there, is it open in Excel?"
        raise UploadWrong(platform, 0, zh, en) from error


def put(path: Path, content: bytes) -> None:
    """The file with this content, whole or as it was."""
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".tmp", dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(content)
        unfinished.chmod(0o644)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """One sheet in which every cell is text, so that no number is rounded and nothing is computed."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        text = book.add_format({"num_format": "@"})
        for row_no, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(row_no, place, cell, text)
    return target.getvalue()


def _text(platform: str, rows: Sequence[Sequence[str]], encoding: str) -> bytes:
    for row_no, row in enumerate(rows):
        for cell in row:
            if cell.startswith(("=", "+", "-", "@", "\t", "\r")):
                raise UploadWrong(platform, row_no, f"{cell!r} 在 csv 里会被表格软件当成公式，写成 .xlsx",
                                  f"{cell!r} would be computed from a csv; write an .xlsx")  # fmt: skip
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(encoding)
