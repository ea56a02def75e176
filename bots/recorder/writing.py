"""Steps as YAML that a person would write: plain where YAML allows it, quoted where it would misread the text."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingOf
from typing import TypeAlias

from bots.browser.driver import By
from bots.flow.source import Mapping, Node, Scalar, load

Value: TypeAlias = "str | bool | int | MappingOf[str, Value] | Sequence[Value]"
StepText: TypeAlias = "str | MappingOf[str, Value]"

# Letters, digits and CJK inside; what YAML or the pre-scan reads as more than text is quoted instead.
_PLAIN = re.compile(r"[\w\u4e00-\u9fff/.](?:[\w\u4e00-\u9fff ./()（）%+=~@;<>-]*[\w\u4e00-\u9fff)）%+])?")
_TEMPLATE = re.compile(r"(?:[\w\u4e00-\u9fff./~ -]|\$\{[\w\u4e00-\u9fff. ]+\})*")
INDENT = "  "
INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
LONGEST_FLOW_LINE = 100


def literal(text: str) -> str:
    """`text` as a template that says exactly this: the three characters of an expression are doubled."""
    return text.replace("${", "$${")


def scalar(text: str, *, inside: bool = False) -> str:
    """The text as one YAML scalar on one line; `inside` brackets, where commas and expressions need quotes too.

    Plain where a person would write it so, else in quotes, else by numbers: the first form that is read back as this
    text and that the pre-scan of the language has nothing against.
    """
    forms = list(_forms(text, inside))
    return next((form for form in forms if _says(form, text, inside)), forms[-1])


def _forms(text: str, inside: bool) -> Iterator[str]:
    if _PLAIN.fullmatch(text) or (not inside and text.startswith("${") and _TEMPLATE.fullmatch(text)):
        yield text
    plain = json.dumps(text, ensure_ascii=False)
    if ("\\" in text or '"' in text) and all(_escaped(char) == char for char in text):
        yield "'" + text.replace("'", "''") + "'"
    yield "".join(_escaped(char) for char in plain)
    yield '"' + "".join(char if char.isascii() and char.isalnum() else _number(char) for char in text) + '"'


def _says(form: str, text: str, inside: bool) -> bool:
    """Whether the form is read back as the text, as a value and as a key, without a problem."""
    line = f"- {{k: {form}}}\n- {{{form}: [{form}]}}\n" if inside else f"- k: {form}\n- {form}: v\n"
    root, problems = load(line, "")
    return not problems and set(_texts(root)) <= {text, "k", "v"} and text in set(_texts(root))


def _texts(node: Node | None) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield node.text
    elif isinstance(node, Mapping):
        for key, value in node.pairs:
            yield key.text
            yield from _texts(value)
    elif node is not None:
        for item in node.items:
            yield from _texts(item)


def _escaped(char: str) -> str:
    """The character, or its number when nobody would see it in the file."""
    if char != " " and unicodedata.category(char) in INVISIBLE:
        return _number(char)
    return char


def _number(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"


def flow_style(value: Value) -> str:
    """The value on one line: text, `[a, b]`, `{a: b}`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return scalar(value, inside=True)
    if isinstance(value, MappingOf):
        return "{" + ", ".join(f"{scalar(key, inside=True)}: {flow_style(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(flow_style(one) for one in value) + "]"


def pair(key: str, value: Value, indent: str = "") -> list[str]:
    """`key: value` in as few lines as read well."""
    if isinstance(value, str):
        return [f"{indent}{scalar(key)}: {scalar(value)}"]
    line = f"{indent}{scalar(key)}: {flow_style(value)}"
    if not isinstance(value, MappingOf) or (len(value) <= 3 and len(line) <= LONGEST_FLOW_LINE and key != "fill"):
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
