"""Regular expressions that a flow may write: checked before use, bounded in size, and in the time that they can take.

Python's `re` knows no time limit, so the one form that takes exponential time, a repetition of a repetition such as
`(a+)+`, is refused, and text and pattern have a greatest length.
"""

import re
from functools import lru_cache
from typing import Final

from bots.flow.problem import Refused

MAX_PATTERN: Final = 200
MAX_SEARCHED: Final = 100_000
_REPEAT = re.compile(r"[*+]|\{\d*,\d*\}")
_SET = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """Return the pattern; raises `Refused` when it is no regular expression, too long, or repeats a repetition."""
    if len(pattern) > MAX_PATTERN:
        raise Refused(
            "E-LIMIT",
            f"正则表达式有 {len(pattern)} 个字，最多 {MAX_PATTERN} 个。",
            f"The pattern has {len(pattern)} characters, at most {MAX_PATTERN}.",
            found=pattern[:60],
        )
    try:
        made = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise Refused(
            "E-VALUE",
            f"正则表达式 {pattern} 写错了：{error}。",
            f"The pattern {pattern} is not a regular expression: {error}.",
            found=pattern,
        ) from None
    if _repeats_a_repetition(pattern):
        raise Refused(
            "E-LIMIT",
            f"正则表达式 {pattern} 里有“重复的重复”，例如 (a+)+，可能永远算不完；请去掉一层。",
            f"The pattern {pattern} repeats a repetition, such as (a+)+, which may never end; take one away.",
            found=pattern,
        )
    return made


def extract(text: object, pattern: object, otherwise: object = None) -> object:
    """Return the part of the text that fits: the first group with content, else the whole; else `otherwise`.

    Raises `Refused` when nothing fits and no `otherwise` is given.
    """
    source = _searched(text)
    found = compiled(str(pattern)).search(source)
    if found is not None:
        return _part(found)
    if otherwise is not None:
        return otherwise
    raise Refused(
        "E-VALUE",
        f"“{source[:60]}”里没有符合 {pattern} 的内容；可能没有的话，请加第三个参数，写没有时用什么。",
        f'Nothing in "{source[:60]}" fits {pattern}; a third argument says what to take then.',
        found=source[:60],
    )


def extract_all(text: object, pattern: object) -> list[str]:
    """Return every part of the text that fits, in order, as `extract` takes it."""
    return [_part(found) for found in compiled(str(pattern)).finditer(_searched(text))]


def _part(found: re.Match[str]) -> str:
    return next((group for group in found.groups() if group), found.group())


def _searched(text: object) -> str:
    source = str(text)
    if len(source) > MAX_SEARCHED:
        raise Refused("E-LIMIT", "要找的文字太长。", "The text to search is too long.")
    return source


def _repeats_a_repetition(pattern: str) -> bool:
    """Say whether a group that holds an open repetition is itself repeated."""
    plain = _SET.sub("x", re.sub(r"\\.", "x", pattern))
    holds = [False]
    at = 0
    while at < len(plain):
        repeat = _REPEAT.match(plain, at)
        if plain[at] == "(":
            holds.append(False)
        elif plain[at] == ")" and len(holds) > 1:
            inner = holds.pop()
            repeat = _REPEAT.match(plain, at + 1)
            if inner and repeat:
                return True
            holds[-1] = holds[-1] or inner
        elif repeat:
            holds[-1] = True
            at = repeat.end() - 1
        at += 1
    return False
