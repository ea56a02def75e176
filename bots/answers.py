"""Rows out of JSON answers: every value the text that the server wrote, nested fields flattened by name.

A number of 20 digits keeps all of them, `1.10` stays `1.10`: nothing is turned into a float on the way.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bots.sheets import Row

CHARSET = re.compile(r"charset=([\w-]+)", re.IGNORECASE)
JSONP = re.compile(r"^\s*(/\*.*?\*/)?\s*[\w$.]+\s*\(\s*[\[{]", re.DOTALL)
WORDS = ("message", "msg", "errorMsg", "error", "errmsg", "errorMessage", "code", "success")
"""Where servers say what is the matter when they answer 200 and no data."""


class NoRows(Exception):
    """An answer does not hold what was asked for; `str` says what it holds instead."""


def text_of(body: bytes, content_type: str) -> str:
    """The text of an answer: by the charset it names, else UTF-8, else GB18030. Raises NoRows."""
    named = CHARSET.search(content_type)
    for encoding in (named.group(1) if named else "utf-8-sig", "utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise NoRows("内容不是文字")


def parsed(text: str) -> Any:
    """The JSON value with every number as the text that was written. Raises NoRows, for JSONP in words of its own."""
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        if JSONP.match(text):
            raise NoRows("是 JSONP（一段调用函数的脚本），不是 JSON；请改听页面的 fetch/XHR 接口") from error
        raise NoRows(f"不是 JSON：{text[:80]}") from error


def rows_at(value: Any, path: str) -> list[Row]:
    """The list at `path` (`data.list`) as rows; `data.list.goods` walks through the first list, and every row of the
    second keeps the plain fields of the one that it stands in.

    Raises NoRows with what is there instead, and with what the server says about it.
    """
    names = [name for name in path.split(".") if name]
    return [flat(row) for row in _walk(value, names, {}, path)]


def _walk(value: Any, names: list[str], above: Mapping[str, Any], path: str) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for one in value:
            plain = one.items() if names and isinstance(one, dict) else ()
            own = {name: field for name, field in plain if not isinstance(field, list | dict)}
            yield from _walk(one, names, {**above, **own}, path)
        return
    if not names:
        yield {**above, **(value if isinstance(value, dict) else {"value": value})}
        return
    if not isinstance(value, dict) or names[0] not in value:
        raise NoRows(f"里没有 {path}：{said(value)}")
    inner = value[names[0]]
    if inner is None:
        return
    if not isinstance(inner, list | dict):
        raise NoRows(f"的 {path} 不是列表，是 {inner}")
    yield from _walk(inner, names[1:], above, path)


def value_at(value: Any, path: str) -> Any:
    """The single value at `path`. Raises NoRows."""
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            raise NoRows(f"里没有 {path}：{said(value)}")
        value = value[name]
    return value


def said(value: Any) -> str:
    """What an answer says about itself: its message and code, else the names of its fields."""
    if not isinstance(value, dict):
        return f"是 {type(value).__name__}"
    words = [f"{name}={value[name]}" for name in WORDS if isinstance(value.get(name), str | bool)]
    return "，".join(words) or f"有的是 {'、'.join(value)}"


def flat(value: Mapping[str, Any]) -> Row:
    """One row: `{"buyer": {"name": "甲"}}` is `buyer_name`; a list of texts is joined, a list of objects stays JSON."""
    row: Row = {}
    for name, text in _fields("", value):
        chosen, number = name, 1
        while chosen in row:
            number += 1
            chosen = f"{name}_{number}"
        row[chosen] = text
    return row


def _fields(prefix: str, value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, one in value.items():
        full = f"{prefix}_{name}" if prefix else str(name)
        if isinstance(one, dict):
            yield from _fields(full, one)
        else:
            yield full, as_text(one)


def as_text(value: Any) -> str:
    """A JSON value as the text of a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case list() if not any(isinstance(one, list | dict) for one in value):
            return "、".join(as_text(one) for one in value)
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
    return str(value)
