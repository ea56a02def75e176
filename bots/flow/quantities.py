"""Values with a measure, written as text: durations, sizes, comparisons."""

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Self

from bots.flow.evaluator import NO_FUNCTIONS, Functions, same_kind
from bots.flow.language import Lang
from bots.flow.numerals import chinese_duration
from bots.flow.problem import Refused
from bots.flow.template import Template, Text

DURATION_UNITS: dict[str, int] = {
    "ms": 1, "毫秒": 1,
    "s": 1_000, "sec": 1_000, "秒": 1_000, "秒钟": 1_000,
    "m": 60_000, "min": 60_000, "分": 60_000, "分钟": 60_000,
    "h": 3_600_000, "小时": 3_600_000,
    "d": 86_400_000, "天": 86_400_000,
}  # fmt: skip
_NEGATIVE = re.compile(r"-\d+(?:ms|s|m|min|h|d|秒|分钟|小时|天)")
MAX_DURATION_MS = 7 * 86_400_000

_AMOUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+|[一-鿿]+)\s*")


class Duration(Text):
    """A stretch of time, `ms` milliseconds long: `30s`, `2m`, `1h30m`, `30秒`, `15 分钟`."""

    __slots__ = ("ms",)
    ms: int

    @classmethod
    def parse(cls, source: str) -> Self:
        """Return the duration; a bare number is refused because nobody can tell its unit."""
        at, total = 0, Decimal(0)
        while at < len(source) and (match := _AMOUNT.match(source, at)):
            unit = DURATION_UNITS.get(match[2].lower())
            if unit is None:
                break
            total += Decimal(match[1]) * unit
            at = match.end()
        if at < len(source) or not source.strip() or total > MAX_DURATION_MS:
            raise _not_a_duration(source)
        made = cls.__new__(cls)
        made.source, made.ms = source, int(total)
        return made

    def say(self, lang: Lang) -> str:
        """Return the duration in words: `15 分钟`, `15 min`."""
        for unit_ms, zh, en in ((3_600_000, "小时", "h"), (60_000, "分钟", "min"), (1_000, "秒", "s")):
            if self.ms >= unit_ms and self.ms % unit_ms == 0:
                return f"{self.ms // unit_ms} {zh if lang == 'zh' else en}"
        return f"{self.ms} {'毫秒' if lang == 'zh' else 'ms'}"


def _not_a_duration(source: str) -> Refused:
    if source.strip().isdecimal():
        return Refused(
            "E-DURATION",
            f"时长“{source}”没有写单位；秒写 s 或 秒，分钟写 m 或 分钟。",
            f'The duration "{source}" has no unit; s for seconds, m for minutes.',
            found=source,
            allowed=("30s", "2m", "30秒", "15分钟"),
            fix=f"{source.strip()}s",
        )
    return Refused(
        "E-DURATION",
        f"“{source}”不是时长；请写数字加单位，例如 30s 或 2分钟，最长 7 天。",
        f'"{source}" is not a duration; write a number with its unit, for example 30s or 2m, at most 7 days.',
        found=source,
        allowed=("30s", "2m", "1h30m", "30秒", "15分钟"),
        fix=chinese_duration(source) or source.strip().removeprefix("-") * bool(_NEGATIVE.fullmatch(source.strip())),
    )


SIZE_UNITS: dict[str, int] = {"b": 1, "字节": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}


class Size(Text):
    """A number of bytes: `10MB`, `500 KB`."""

    __slots__ = ("bytes",)
    bytes: int

    @classmethod
    def parse(cls, source: str) -> Self:
        """Return the size; raises `Refused`."""
        match = _AMOUNT.fullmatch(source)
        unit = SIZE_UNITS.get(match[2].lower()) if match else None
        if match is None or unit is None:
            raise Refused(
                "E-SIZE",
                f"“{source}”不是大小；请写数字加单位，例如 10MB。",
                f'"{source}" is not a size; write a number with its unit, for example 10MB.',
                found=source,
                allowed=("500KB", "10MB"),
            )
        made = cls.__new__(cls)
        made.source, made.bytes = source, int(Decimal(match[1]) * unit)
        return made


_COMPARISON = re.compile(r"\s*(>=|<=|==|!=|<>|=|>|<|≥|≤|≠|＞＝|＜＝|＞|＜|＝)?\s*(.*?)\s*", re.DOTALL)
_OPERATORS = {"==": "=", "<>": "!=", "≥": ">=", "≤": "<=", "≠": "!=", "＞": ">", "＜": "<", "＝": "=", "＞＝": ">=",
              "＜＝": "<="}  # fmt: skip

Operator = Literal["=", "!=", ">", ">=", "<", "<="]


class Comparison(Text):
    """A comparison written as text: `>= 1`, `< ${上限}`; a bare value means equal."""

    __slots__ = ("op", "value")
    op: Operator
    value: Template

    @classmethod
    def parse(cls, source: str) -> Self:
        """Return the comparison; raises `Refused` when nothing stands beside the sign."""
        match = _COMPARISON.fullmatch(source)
        if match is None or not match[2]:
            raise Refused(
                "E-COMPARISON",
                f'“{source}”不是比较；请写成 ">= 1" 这样，并加英文引号。',
                f'"{source}" is not a comparison; write it like ">= 1", in quotes.',
                found=source,
                allowed=(">= 1", "= 0", "< 100", "!= 0"),
            )
        made = cls.__new__(cls)
        sign = match[1] or "="
        made.source, made.op, made.value = source, _OPERATORS.get(sign, sign), Template.parse(match[2])  # type: ignore[assignment]
        return made

    def holds(
        self, found: object, scope: Mapping[str, object] | None = None, functions: Functions = NO_FUNCTIONS
    ) -> bool:
        """Say whether `found` fits; numbers and dates compare as such, everything else as text.

        Raises `Refused` when an order is asked for that the two do not have.
        """
        wanted = _as_number(self.value.expand(scope or {}, functions))
        left, right = same_kind(found, wanted, ordered=self.op not in ("=", "!="))
        return bool(_HOLDS[self.op](left, right))


_HOLDS: dict[str, Callable[[Any, Any], object]] = {
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
}


def _as_number(wanted: object) -> object:
    """Return text as a number when it reads as one: "10" is more than "9"."""
    if not isinstance(wanted, str):
        return wanted
    try:
        number = Decimal(wanted)
    except InvalidOperation:
        return wanted
    return number if number.is_finite() else wanted
