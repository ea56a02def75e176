"""Lines put into a file that people write: every other byte stays where it was, and the file still reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bots.browser.driver import By
from bots.flow.parse import parse, parse_site
from bots.flow.problem import LINE_BREAK, Problem, Span, errors
from bots.flow.shapes import Verbs
from bots.flow.source import Mapping, Node, Scalar, load
from bots.flow.source import Sequence as Items
from bots.recorder.errors import NoPlaceForElement, NoPlaceForSteps
from bots.recorder.writing import INDENT, StepText, flow_style, scalar, step_lines, way_value

STEP_KEYS = frozenset({
    "steps", "步骤", "before", "准备", "finally", "最后", "do", "做", "then", "那么", "else", "否则",
    "repeat", "重复", "try", "尝试", "catch", "出错时",
})  # fmt: skip
ELEMENTS = ("elements", "元素")
PAGES = ("pages", "页面")


@dataclass(frozen=True, slots=True)
class Edit:
    """A text with one stretch of it changed: at offset `at` stood `before`, and `after` stands there now."""

    text: str
    at: int
    before: str
    after: str


class _Text:
    """A text by lines as YAML counts them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in LINE_BREAK.finditer(text))]
        found = LINE_BREAK.search(text)
        self.end = found.group() if found else "\n"

    def offset(self, line: int, column: int) -> int:
        bom = 1 if line == 1 and self.text.startswith("\ufeff") else 0
        return self.starts[line - 1] + column - 1 + bom

    def line(self, number: int) -> int:
        """Where the line begins; the end of the text for the line after the last one."""
        return self.starts[number - 1] if number <= len(self.starts) else len(self.text)

    def part(self, span: Span) -> tuple[int, int]:
        return self.offset(span.line, span.column), self.offset(span.end_line, span.end_column)

    def insert(self, number: int, lines: Sequence[str]) -> Edit:
        """`lines` stand before the line of that number."""
        at = self.line(number)
        added = "".join(line + self.end for line in lines)
        if at == len(self.text) and self.text and not LINE_BREAK.fullmatch(self.text[-1]):
            added = self.end + added.removesuffix(self.end)
        return Edit(self.text[:at] + added + self.text[at:], at, "", added)


# ---- steps into a flow


def insert_steps(text: str, line: int, steps: Sequence[StepText], verbs: Verbs, path: str = "") -> Edit:
    """The flow with `steps` before its line `line`, indented as the steps around; all other bytes are as they were.

    A step may stand where another one begins, or on the line after the last one of a list. Raises NoPlaceForSteps
    with the lines where it may.
    """
    root, _ = load(text, path)
    source = _Text(text)
    places = dict(_places(root))
    if line not in places:
        raise NoPlaceForSteps(path, line, _near(sorted(places), line))
    indent = " " * (places[line] - 1)
    edit = source.insert(line, [row for step in steps for row in step_lines(step, indent)])
    if len(_wrong(edit.text, path, verbs)) > len(_wrong(text, path, verbs)):
        raise NoPlaceForSteps(path, line, _near([place for place in sorted(places) if place != line], line))
    return edit


def _wrong(text: str, path: str, verbs: Verbs) -> list[Problem]:
    return errors(parse(text, path, verbs).problems)


def _places(node: Node | None) -> Iterator[tuple[int, int]]:
    """Line → column of the dash, for every line where a step may stand; the innermost list wins a line."""
    if isinstance(node, Mapping):
        for key, value in node.pairs:
            if isinstance(value, Items) and value.style != "flow" and value.items and key.text in STEP_KEYS:
                dash = value.span.column
                for item in value.items:
                    yield item.span.line, dash
                yield _last_line(value) + 1, dash
            yield from _places(value)
    elif isinstance(node, Items):
        for item in node.items:
            yield from _places(item)


def _last_line(node: Node) -> int:
    """The last line on which the node has something; an end mark at column 1 belongs to the line above."""
    if isinstance(node, Mapping) and node.pairs and node.style != "flow":
        return _last_line(node.pairs[-1][1])
    if isinstance(node, Items) and node.items and node.style != "flow":
        return _last_line(node.items[-1])
    return node.span.end_line - (1 if node.span.end_column == 1 and node.span.end_line > node.span.line else 0)


def _near(places: list[int], line: int) -> list[int]:
    return sorted(sorted(places, key=lambda place: abs(place - line))[:8])


# ---- an element into a library


def write_element(text: str, page: str, name: str, ways: Sequence[By], verbs: Verbs, path: str = "") -> Edit:
    """The library with the element `name` on `page` ('' for every page) found by `ways`, in this order.

    An element of this name gets the new ways; its comment stays. A page that the library does not have is refused.
    Raises NoPlaceForElement.
    """
    root, problems = load(text, path)
    if not isinstance(root, Mapping) or errors(problems):
        raise NoPlaceForElement(path, name, "文件有错误，先运行 yeban check 改好")
    edit = _written(_Text(text), root, page, name, _ways_text(ways), path)
    after = parse_site(edit.text, path, verbs)
    if after.site is None or after.site.element(page, name) is None:
        raise NoPlaceForElement(path, name, "这个文件的排版加不进一行，请手工加")
    return edit


def _ways_text(ways: Sequence[By]) -> str:
    shown = [flow_style(way_value(way)) for way in ways]
    return shown[0] if len(shown) == 1 else "[" + ", ".join(shown) + "]"


def _written(source: _Text, root: Mapping, page: str, name: str, ways: str, path: str) -> Edit:
    owner: Node | None = root
    if page:
        pages = root.get(*PAGES)
        owner = pages.get(page) if isinstance(pages, Mapping) else None
        if isinstance(pages, Mapping) and isinstance(owner, Scalar):
            return _grown_page(source, pages, owner, name, ways)
    if not isinstance(owner, Mapping) or owner.style == "flow":
        raise NoPlaceForElement(path, name, f"页面「{page}」不在库里，或者写在一行里" if page else "文件写在一行里")
    library = owner.get(*ELEMENTS)
    if library is None:
        indent = " " * (owner.span.column - 1)
        lines = [f"{indent}elements:", f"{indent}{INDENT}{scalar(name)}: {ways}"]
        return source.insert(_last_line(owner) + 1, lines)
    if not isinstance(library, Mapping) or library.style == "flow" or not library.pairs:
        raise NoPlaceForElement(path, name, "elements 写在一行里")
    known = library.get(name)
    if known is not None:
        start, end = source.part(Span(known.span.line, known.span.column, *_end(known)))
        return Edit(source.text[:start] + ways + source.text[end:], start, source.text[start:end], ways)
    indent = " " * (library.span.column - 1)
    return source.insert(_last_line(library) + 1, [f"{indent}{scalar(name)}: {ways}"])


def _end(node: Node) -> tuple[int, int]:
    """Where the node's own text ends."""
    if isinstance(node, Mapping) and node.style != "flow" and node.pairs:
        return _end(node.pairs[-1][1])
    if isinstance(node, Items) and node.style != "flow" and node.items:
        return _end(node.items[-1])
    return node.span.end_line, node.span.end_column


def _grown_page(source: _Text, pages: Mapping, url: Scalar, name: str, ways: str) -> Edit:
    """A page that was only an address (`首页: /home`) has elements too."""
    start, end = source.part(url.span)
    rest_of_line = source.text[end : source.line(url.span.end_line + 1)].rstrip("\r\n")
    indent = " " * (pages.span.column - 1) + INDENT
    lines = [f"{indent}url: {source.text[start:end]}", f"{indent}elements:", f"{indent}{INDENT}{scalar(name)}: {ways}"]
    before = source.text[start : end + len(rest_of_line)]
    after = (rest_of_line.strip() + source.end if rest_of_line.strip() else source.end) + source.end.join(lines)
    head = source.text[:start] if rest_of_line.strip() else source.text[:start].rstrip(" ")
    kept = source.text[len(head) : start]
    return Edit(head + after + source.text[end + len(rest_of_line) :], len(head), kept + before, after)
