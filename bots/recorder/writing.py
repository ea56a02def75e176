"""Steps as YAML that a person would write: plain where YAML allows it, quoted where it would misread the text."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from bots.browser.driver import By

Value: TypeAlias = "str | bool | int | Mapping[str, Value] | Sequence[Value]"
StepText: TypeAlias = "str | Mapping[str, Value]"

# Letters, digits and CJK inside; what YAML or the pre-scan reads as more than text is quoted instead.
_PLAIN = re.compile(r"[\w\u4e00-\u9fff/](?:[\w\u4e00-\u9fff ./()（）%+=~@;<>-]*[\w\u4e00-\u9fff)）%+])?")
_TEMPLATE = re.compile(r"(?:[\w\u4e00-\u9fff./~ -]|\$\{[\w\u4e00-\u9fff. ]+\})*")
INDENT = "  "
INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
LONGEST_FLOW_LINE = 100


def literal(text: str) -> str:
    """`text` as a template that says exactly this: the three characters of an expression are doubled."""
    return text.replace("${", "$${")


def scalar(text: str, *, inside: bool = False) -> str:
    """The text as one YAML scalar on one line; `inside` brackets, where commas and expressions need quotes too."""
    if "- " not in text and " -" not in text:
        if _PLAIN.fullmatch(text):
            return text
        if not inside and text and text == text.strip() and text.startswith("${") and _TEMPLATE.fullmatch(text):
            return text
    return quoted(text)


def quoted(text: str) -> str:
    r"""The text in quotes: single ones for a backslash, else double ones with control characters as `\n`, `\u2028`."""
    if ("\\" in text or '"' in text) and all(_escaped(char) == char and char >= " " for char in text):
        return "'" + text.replace("'", "''") + "'"
    # A doubled backslash looks like a path in the wrong quotes to the pre-scan: its number does not.
    plain = json.dumps(text, ensure_ascii=False).replace("\\\\", "\\x5c")
    return "".join(_escaped(char) for char in plain)


def _escaped(char: str) -> str:
    """The character, or its number when nobody would see it in the file."""
    code = ord(char)
    if char != " " and unicodedata.category(char) in INVISIBLE:
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return char


def flow_style(value: Value) -> str:
    """The value on one line: text, `[a, b]`, `{a: b}`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return scalar(value, inside=True)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key, inside=True)}: {flow_style(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(flow_style(one) for one in value) + "]"


def pair(key: str, value: Value, indent: str = "") -> list[str]:
    """`key: value` in as few lines as read well."""
    if isinstance(value, str):
        return [f"{indent}{scalar(key)}: {scalar(value)}"]
    line = f"{indent}{scalar(key)}: {flow_style(value)}"
    if not isinstance(value, Mapping) or (len(value) <= 3 and len(line) <= LONGEST_FLOW_LINE and key != "fill"):
        return [line]
    return [f"{indent}{scalar(key)}:", *(row for k, v in value.items() for row in pair(k, v, indent + INDENT))]


def step_lines(step: StepText, indent: str = "") -> list[str]:
    """One step as the lines of a list item whose dash stands at `indent`."""
    if isinstance(step, str):
        return [f"{indent}- {step}"]
    inner = indent + INDENT
    lines = [line for key, value in step.items() for line in pair(key, value, inner)]
    return [f"{indent}- {lines[0][len(inner) :]}", *lines[1:]]


def way_value(way: By) -> dict[str, Value]:
    """A way of finding an element as the element library writes it."""
    told: dict[str, Value] = {way.by: literal(way.value)}
    if way.name:
        told["name"] = literal(way.name)
    if way.within is not None:
        told["in"] = way_value(way.within)
    return told
