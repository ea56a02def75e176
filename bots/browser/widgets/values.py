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


def number(text: str) -> Decimal | None:
    """The amount, thousands separators left out; None when it is no number."""
    try:
        amount = Decimal(re.sub(r"(?<=\d)[,，](?=\d)", "", text.strip()))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def same_number(left: str, right: str) -> bool:
    """Whether both are the same amount, however they are written."""
    first = number(left)
    return first is not None and first == number(right)


def stars(value: Value) -> Decimal | None:
    """How many stars `4`, `4.5`, `4 星`, `四星` or `4 stars` are; None when it says no number."""
    found = re.fullmatch(r"(\d+(?:\.5|\.0)?)\s*(?:颗?星|分|stars?)?", as_text(value).strip().lower())
    words = re.fullmatch(r"([零一二三四五])\s*颗?[星分]", as_text(value).strip())
    if words:
        return Decimal("零一二三四五".index(words.group(1)))
    return Decimal(found.group(1)) if found else None


def plain_lines(text: str) -> str:
    """Text as every field gives it back: one kind of line break, no spaces at its ends."""
    return re.sub(r"\r\n?", "\n", text).strip()
