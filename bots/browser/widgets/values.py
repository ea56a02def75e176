"""What a flow writes for a field, taken apart: `a ~ b` ranges, `a / b / c` paths, `a, b` lists, yes and no."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

Value = str | int | Decimal | bool | Path | Sequence[str] | Sequence[Path]

YES = frozenset({"true", "yes", "on", "1", "是", "开", "开启", "打开", "勾选", "选中", "启用"})
NO = frozenset({"false", "no", "off", "0", "否", "关", "关闭", "不勾选", "不选", "停用", ""})


def as_text(value: Value) -> str:
    """The value as one line of text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | Decimal | Path):
        return str(value)
    return ", ".join(str(part) for part in value)


def as_list(value: Value) -> list[str]:
    """Several values: a list as it is, text split at commas (`,` `，` `、` `;`); empty text is no value at all."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(part).strip() for part in value]
    return [part.strip() for part in re.split(r"[,，、;；\n]", as_text(value)) if part.strip()]


def as_range(value: Value) -> tuple[str, str] | None:
    """The two ends of `a ~ b`, `a 至 b`, `a 到 b` or a list of two; None when it is no range."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = [str(part).strip() for part in value]
    else:
        parts = [part.strip() for part in re.split(r"\s*(?:~|～|至|到|—|–)\s*", as_text(value))]
    return (parts[0], parts[1]) if len(parts) == 2 else None


def as_path(value: Value) -> list[str]:
    """The levels of `浙江 / 杭州 / 西湖`; slashes without spaces separate too when there are no others."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(part).strip() for part in value]
    text = as_text(value)
    parts = re.split(r"\s+[/>›]\s+", text)
    return [part.strip() for part in (parts if len(parts) > 1 else re.split(r"[/>›]", text)) if part.strip()]


def as_switch(value: Value) -> bool | None:
    """Yes or no; None when the words say neither."""
    word = as_text(value).strip().lower()
    return True if word in YES else False if word in NO else None


def as_paths(value: Value) -> list[Path]:
    """Files to upload."""
    if isinstance(value, Path):
        return [value]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [Path(part) for part in value]
    return [Path(part) for part in as_list(value)]


def squeezed(text: str) -> str:
    """Text without the spaces that a widget may add or drop."""
    return re.sub(r"\s+", "", text)


def same_number(left: str, right: str) -> bool:
    """Whether both are the same amount, however they are written."""
    try:
        return Decimal(left.replace(",", "")) == Decimal(right.replace(",", ""))
    except InvalidOperation:
        return False


def digits(text: str) -> str:
    """The digits alone, which is what two spellings of one date share (month and day in two places)."""
    return "".join(part.zfill(2) for part in re.findall(r"\d+", text))


def spellings(day: str, *, time: bool, end: bool) -> list[str]:
    """Ways in which a date field may want a date or a moment; the given one first.

    A field of moments that is given a day gets its first second, or its last when it is the `end` of a range.
    """
    moment = f"{day} {'23:59:59' if end else '00:00:00'}" if time and not re.search(r"\d:\d", day) else day
    slashes = moment.replace("-", "/")
    found = re.match(r"^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(.*)$", moment)
    if not found:
        return [moment]
    year, month, date, rest = found.groups()
    chinese = f"{year}年{month}月{date}日{rest}" if date else f"{year}年{month}月{rest}"
    return [moment, slashes, chinese, moment.replace("-", ".", 2)]
