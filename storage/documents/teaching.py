"""A new kind of file from one example: where its header is, what its columns hold, what makes a row that row.

What is proposed is YAML that a person reads, changes and keeps; `taught` reads it. A built-in kind is never replaced.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from storage.archive import Facts
from storage.documents import cells, kinds
from storage.documents.cells import Cell
from storage.documents.csv_text import Line
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.mapping import fits
from storage.documents.taught import NAME, TYPES, parsed
from storage.errors import FileBroken, KindBroken, KindTaken

TITLES_MIN = 2
ID_DIGITS_MIN = 6
SHAPES = (
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y年%m月%d日 %H:%M:%S", "%Y%m%d%H%M%S",
    "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%d/%m/%Y",
)  # fmt: skip
_CODE = re.compile(r"[A-Za-z0-9_-]*\d[A-Za-z0-9_-]*")
_ID_WORD = re.compile(r"号$|编号|编码|单号|(?i:\bid$|no\.?$)")
_MONEY_WORD = re.compile(r"金额|价|费|款|收入|支出|余额|应收|应付|实收|实付|（元）|\(元\)|(?i:amount|price|fee|total)")
_COUNT_WORD = re.compile(r"数量|件数|笔数|个数|(?i:qty|quantity|count)")
_MAIN_AMOUNT = re.compile(r"^(?:发生额|金额|交易金额|结算金额|对账金额|应付金额|实付金额|总金额|(?i:amount))")
_ORDER_WORD = re.compile(r"订单(?:编)?号|订单|(?i:order)")


class Choices(NamedTuple):
    """What a person says of the new kind; what is left empty is told by the example."""

    kind: str
    title: str = ""
    platform: str = ""
    key: Sequence[str] = ()
    types: Mapping[str, str] = {}
    order: str = ""
    at: str = ""
    amount: Sequence[str] = ()


class Example(NamedTuple):
    """The header's titles and the cells below each, empty ones left out."""

    titles: tuple[str, ...]
    samples: Mapping[str, Sequence[Cell]]
    rows: int


def proposed(file: SourceFile, choices: Choices) -> str:
    """The YAML of a kind that reads this file.

    Raises KindTaken for the name of a built-in kind, KindBroken for a name or a choice that cannot be, FileBroken
    where there is no table.
    """
    if choices.kind in kinds.KINDS:
        raise KindTaken(choices.kind)
    if not NAME.fullmatch(choices.kind):
        raise KindBroken("--kind", 1, 1, f"{choices.kind} 不能当名字", "只用小写字母、数字和下划线，字母开头")
    example = example_of(file)
    types, formats = {}, dict[str, None]()
    for title in example.titles:
        shape = shape_of(example.samples[title])
        types[title] = choices.types.get(title) or type_of(title, example.samples[title], shape)
        if shape and types[title] in ("moment", "day"):
            formats[shape] = None
    for title in choices.types:
        if title not in types:
            raise KindBroken("--type", 1, 1, f"表头里没有 {title}", f"可以写：{'、'.join(types)}")
    return _yaml(choices, types, list(formats), example)


def tried(text: str, file: SourceFile, shop: str) -> Document:
    """The example read as the description says. Raises KindBroken, FileError."""
    return parsed(text, "(yeban teach)").read(file, Facts(name=file.name, shop=shop))


def keep(text: str, folder: Path, kind: str) -> Path:
    """Write the description beside the others, whole or not at all; a kind taught before is taught anew."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}.yaml"
    unfinished = path.with_suffix(".tmp")
    unfinished.write_text(text, "utf-8")
    unfinished.replace(path)
    return path


def example_of(file: SourceFile) -> Example:
    """The first table's header and what stands below: the header is the widest line of words without an amount or id.

    Raises FileBroken.
    """
    best: tuple[int, Sequence[Line], int] | None = None
    for part in file.parts():
        for head in part.heads:
            for place, line in enumerate(head):
                width = _header_width(line)
                if width >= TITLES_MIN and place + 1 < len(head) and (best is None or width > best[0]):
                    best = (width, head, place)
    if best is None:
        raise FileBroken(file.name, "没有看到表头和它下面的行")
    below, place = best[1], best[2]
    titles = tuple(cells.unwrap(cells.as_text(cell)) for cell in below[place].cells)
    samples = {
        title: [line.cells[at] for line in below[place + 1 :] if at < len(line.cells) and cells.plain(line.cells[at])]
        for at, title in enumerate(titles)
        if title
    }
    return Example(tuple(samples), samples, len(below) - place - 1)


def _header_width(line: Line) -> int:
    """How many different titles the line has; none where one of its cells is a number or a moment."""
    texts = [cells.plain(cell) for cell in line.cells]
    named = [text for text in texts if text]
    if any(not isinstance(cell, str) for cell in line.cells if cells.plain(cell)):
        return 0
    if any(fits("money", text) or shape_of([text]) is not None for text in named):
        return 0
    return len(named) if len(set(named)) == len(named) else 0


def shape_of(sample: Sequence[Cell]) -> str | None:
    """How moments are written: "" for the usual way, a format for another; None where they are no moments."""
    if not sample or any(isinstance(cell, int | float) for cell in sample):
        return None
    if all(fits("moment", cell) or fits("day", cell) for cell in sample):
        return ""
    from storage.documents import numbers
    from storage.errors import FileError

    for shape in SHAPES:
        try:
            found = [numbers.moment("", cell, (shape,), required=True) for cell in sample]
        except FileError:
            continue
        if all("2000" <= moment[:4] < "2100" for moment in found):
            return shape
    return None


def type_of(title: str, sample: Sequence[Cell], shape: str | None) -> str:
    """What a column holds, by its cells first and its title second; text where they disagree."""
    named_id = bool(_ID_WORD.search(title))
    if not sample:
        return "id" if named_id else "money" if _MONEY_WORD.search(title) else "text"
    if shape is not None and not named_id:
        whole_day = all(len(cells.unwrap(cells.as_text(cell))) <= 11 for cell in sample)
        return "day" if whole_day else "moment"
    texts = [cells.unwrap(cells.as_text(cell)) for cell in sample]
    codes = all(_CODE.fullmatch(text) for text in texts)
    if codes and (named_id or all(sum(map(str.isdecimal, text)) >= ID_DIGITS_MIN for text in texts)):
        return "id"
    if _COUNT_WORD.search(title) and all(fits("whole", cell) for cell in sample):
        return "whole"
    if all(fits("money", cell) for cell in sample):
        pointed = any("." in text for text in texts)
        return "money" if pointed or _MONEY_WORD.search(title) else "text"
    return "text"


def _yaml(choices: Choices, types: Mapping[str, str], formats: Sequence[str], example: Example) -> str:
    import yaml

    said: dict[str, object] = {"kind": choices.kind, "title": choices.title or choices.kind}
    if choices.platform:
        said["platform"] = choices.platform
    said |= {"columns": dict(types), "key": list(choices.key) or _key(types, example)}
    if at := choices.at or next((name for name, kind in types.items() if kind in ("moment", "day")), ""):
        said["at"] = at
    if order := choices.order or next((n for n, k in types.items() if k == "id" and _ORDER_WORD.search(n)), ""):
        said["order"] = order
    if amount := _amount(choices.amount, types):
        said["amount"] = amount
    if written := [shape for shape in formats if shape]:
        said["formats"] = written
    lead = f"# 由 yeban teach 写成，可以改。类型：{'、'.join(TYPES)}\n"
    text = lead + yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=110)
    parsed(text, "(yeban teach)")
    return text


def _key(types: Mapping[str, str], example: Example) -> list[str]:
    """The first id that is filled and different on every row, else all ids, moments and amounts together."""
    for name, kind in types.items():
        texts = [cells.plain(cell) for cell in example.samples[name]]
        if kind == "id" and len(texts) == example.rows and len(set(texts)) == len(texts):
            return [name]
    whole = [name for name, kind in types.items() if kind in ("id", "moment", "day", "money")]
    filled = [name for name in whole if len(example.samples[name]) == example.rows]
    return filled or list(types)


def _amount(chosen: Sequence[str], types: Mapping[str, str]) -> object:
    if len(chosen) > 1:
        return {"income": chosen[0], "expense": chosen[1]}
    if chosen:
        return chosen[0]
    money = [name for name, kind in types.items() if kind == "money"]
    income = next((name for name in money if name.startswith(("收入", "贷方"))), "")
    expense = next((name for name in money if name.startswith(("支出", "借方"))), "")
    if income and expense:
        return {"income": income, "expense": expense}
    return next((name for name in money if _MAIN_AMOUNT.search(name)), "")
