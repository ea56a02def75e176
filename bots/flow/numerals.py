"""Numbers as people write them in words, for the fix that an error offers: 十, 三次, 第二个, 半小时."""

import re
from typing import Final

_DIGITS: Final = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMBER: Final = re.compile(
    r"第?(?:([一二两三四五六七八九])?(十)([一二三四五六七八九])?|([一二两三四五六七八九]))[次个行页条天遍]?"
)
_HALVES: Final = {"半个小时": "30m", "半小时": "30m", "半分钟": "30s", "一刻钟": "15m", "半天": "12h"}
_UNITS: Final = {"秒": "s", "秒钟": "s", "分": "m", "分钟": "m", "小时": "h", "个小时": "h", "天": "d"}


def chinese_number(text: str) -> int | None:
    """Return 10 for 十次, 2 for 第二个, 25 for 二十五; None for what is no such number."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    if match[4]:
        return _DIGITS[match[4]]
    return _DIGITS.get(match[1], 1) * 10 + _DIGITS.get(match[3], 0)


def chinese_duration(text: str) -> str:
    """Return `30m` for 半小时, `2h` for 两个小时; empty for what is no such duration."""
    text = text.strip()
    if text in _HALVES:
        return _HALVES[text]
    unit = next((unit for unit in sorted(_UNITS, key=len, reverse=True) if text.endswith(unit)), "")
    number = chinese_number(text.removesuffix(unit)) if unit else None
    return f"{number}{_UNITS[unit]}" if number else ""
