"""Source text to nodes that know where they stand: every scalar is text, both of two equal keys are seen.

libyaml's events are read instead of `compose`, because only events tell an anchor, an alias and a tag apart from
the value they stand for, and because building from a flat stream cannot overflow the stack.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import yaml

from bots.flow.prescan import prescan
from bots.flow.problem import Problem, Span
from bots.flow.problem import lines_of as lines_of
from bots.flow.scanned import Scanned
from bots.flow.syntax import explain

MAX_SIZE_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 50
MAX_NODES: Final = 100_000


@dataclass(slots=True)
class Scalar:
    """Text with its place; `style` is '' (plain), "'", '"', '|' or '>'."""

    text: str
    span: Span
    style: str = ""

    @property
    def empty(self) -> bool:
        """Say whether nothing at all was written."""
        return self.text == "" and self.style == ""


@dataclass(slots=True)
class Mapping:
    """Keys with values in the order they were written; a repeated key is reported and its first value kept."""

    pairs: list[tuple[Scalar, "Node"]]
    span: Span
    style: str = ""

    def get(self, *names: str) -> "Node | None":
        """Return the value of the first key that is one of `names`."""
        return next((value for key, value in self.pairs if key.text in names), None)


@dataclass(slots=True)
class Sequence:
    """Items in order."""

    items: list["Node"]
    span: Span
    style: str = ""


Node: TypeAlias = Scalar | Mapping | Sequence


def load(text: str, path: str, words: Collection[str] = ()) -> tuple[Node | None, list[Problem]]:
    """Return the file's root node (None if YAML could not be read or the file is empty) and every problem found.

    `words` are the names that may stand before a colon; they let the pre-scan recognise `点击：查询`.
    A line that the pre-scan could mend is read as mended, so that one slip does not hide the next.
    """
    too_large = _too_large(text, path)
    if too_large:
        return None, [too_large]
    scanned = prescan(text, path, words)
    builder = _Builder(path, scanned)
    try:
        root = builder.build(scanned.text)
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        return None, [*scanned.problems, *builder.problems, *_syntax(error, scanned, path)]
    return root, [*scanned.problems, *builder.problems]


def _syntax(error: yaml.YAMLError | UnicodeEncodeError, scanned: Scanned, path: str) -> list[Problem]:
    """Return YAML's own complaint, unless the pre-scan has already said it better on that line or the one above."""
    problem = explain(error, scanned.text, path)
    said = {found.span.line for found in scanned.problems if found.severity == "error"}
    return [] if said & {problem.span.line, problem.span.line - 1} else [problem]


def _too_large(text: str, path: str) -> Problem | None:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size <= MAX_SIZE_BYTES:
        return None
    return Problem(
        "E-TOO-LARGE",
        path,
        Span(),
        f"文件有 {size:,} 字节，最多 {MAX_SIZE_BYTES:,} 字节；请拆成几个流程，用 run 一个接一个运行。",
        f"The file has {size:,} bytes, at most {MAX_SIZE_BYTES:,} are read; split it and join the parts with run.",
    )


class TooDeep(yaml.YAMLError):
    """More levels, or more values, than a person could read: `span` says where the limit was passed."""

    def __init__(self, span: Span, zh: str, en: str) -> None:
        """Keep both wordings for the problem that is made of it."""
        super().__init__(en)
        self.span, self.zh, self.en = span, zh, en


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read yet."""

    node: Mapping | Sequence
    pairs: list[tuple[Scalar, Node]]
    items: list[Node] | None
    """The node's own list: of pairs, or of items if it is a sequence."""
    key: Scalar | None = None
    seen: dict[str, Scalar] = field(default_factory=dict)
    skip: bool = False


class _Builder:
    """Builds the tree from the event stream, without recursion."""

    def __init__(self, path: str, scanned: Scanned) -> None:
        self.path = path
        self.scanned = scanned
        self.changed = scanned.changed
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.stack: list[_Open] = []
        self.count = 0
        self.documents = 0

    def build(self, text: str) -> Node | None:
        scalar_event, scalar, put = yaml.ScalarEvent, self._scalar, self._add
        for event in _events(text):
            kind = type(event)
            if kind is scalar_event:
                put(scalar(event))
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._open(event, kind)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close(event)
            elif kind is yaml.AliasEvent:
                self._refuse(event, "E-ALIAS", f"*{event.anchor}")
                self._add(Scalar(f"*{event.anchor}", self._span(event), "*"))
            elif kind is yaml.DocumentStartEvent:
                self.documents += 1
                if self.documents == 2:
                    self._refuse(event, "E-SECOND-DOCUMENT", "---")
        return self.root

    def _scalar(self, event: Any) -> Scalar:
        if event.anchor or event.tag:
            self._mark(event)
        if self.changed:
            return self._mended_scalar(event)
        start, end = event.start_mark, event.end_mark
        span = _new(Span, (start.line + 1, start.column + 1, end.line + 1, end.column + 1))
        return Scalar(event.value, span, event.style or "")

    def _mended_scalar(self, event: Any) -> Scalar:
        span, style = self._span(event), event.style
        if style is None or (style != "|" and self.scanned.unquoted(span.line, span.column)):
            style = ""
        return Scalar(event.value, span, style)

    def _open(self, event: Any, kind: type) -> None:
        if event.anchor or event.tag:
            self._mark(event)
        style, span = "flow" if event.flow_style else "", self._span(event)
        if kind is yaml.MappingStartEvent:
            pairs: list[tuple[Scalar, Node]] = []
            opened = _Open(Mapping(pairs, span, style), pairs, None)
        else:
            items: list[Node] = []
            opened = _Open(Sequence(items, span, style), [], items)
        self._add(opened.node)
        self.stack.append(opened)
        if len(self.stack) > MAX_DEPTH:
            raise TooDeep(
                span,
                f"缩进超过 {MAX_DEPTH} 层，读不下去了；请把里面的步骤放到另一个流程，用 run 运行。",
                f"More than {MAX_DEPTH} levels of nesting; move the inner steps to another flow and run it.",
            )

    def _close(self, event: Any) -> None:
        node = self.stack.pop().node
        if node.style == "flow":
            end_line, end_column = event.end_mark.line + 1, event.end_mark.column + 1
        elif type(node) is Mapping and node.pairs:
            end_line, end_column = node.pairs[-1][1].span[2:]
        elif type(node) is Sequence and node.items:
            end_line, end_column = node.items[-1].span[2:]
        else:
            return
        node.span = _new(Span, (node.span.line, node.span.column, end_line, end_column))

    def _add(self, node: Node) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise TooDeep(
                node.span,
                f"文件里的值超过 {MAX_NODES:,} 个；数据请放到表格里，用 items 或 rows 读取。",
                f"More than {MAX_NODES:,} values; keep data in a sheet and read it with items or rows.",
            )
        if not self.stack:
            if self.root is None and self.documents <= 1:
                self.root = node
            return
        top = self.stack[-1]
        if top.items is not None:
            top.items.append(node)
        elif top.skip:
            top.skip = False
        elif top.key is None:
            self._key(top, node)
        else:
            key, top.key = top.key, None
            if key.text not in top.seen:
                top.seen[key.text] = key
                top.pairs.append((key, node))

    def _key(self, top: _Open, node: Node) -> None:
        if type(node) is not Scalar:
            self.problems.append(
                Problem(
                    "E-KEY-NOT-TEXT",
                    self.path,
                    node.span,
                    "冒号左边要写一个名字，这里却是一组括号；如果想引用变量，请写 ${名字} 并加英文引号。",
                    "A name goes left of the colon, not a pair of brackets; a variable is written ${name}, in quotes.",
                )
            )
            top.skip = True
            return
        top.key = node
        if node.text in top.seen:
            self._duplicate(top.seen[node.text], node)

    def _duplicate(self, first: Scalar, second: Scalar) -> None:
        line, column = first.span.line, first.span.column
        self.problems.append(
            Problem(
                "E-DUPLICATE-KEY",
                self.path,
                second.span,
                f"“{second.text}”写了两次：第 {line} 行第 {column} 列已经有一个。请删掉一个，或者把其中一个改名。",
                f'"{second.text}" is written twice: line {line}, column {column} has it already. '
                "Delete one or rename it.",
                found=second.text,
            )
        )

    def _mark(self, event: Any) -> None:
        if event.anchor:
            self._refuse(event, "E-ANCHOR", f"&{event.anchor}")
        if event.tag:
            self._refuse(event, "E-TAG", event.tag)

    def _refuse(self, event: Any, code: str, found: str) -> None:
        zh, en = REFUSED[code]
        self.problems.append(Problem(code, self.path, self._span(event), zh, en, found=found))

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        span = _new(Span, (start.line + 1, start.column + 1, end.line + 1, end.column + 1))
        changed = self.changed
        if changed and (span.line in changed or span.end_line in changed):
            column = self.scanned.column
            return Span(
                span.line, column(span.line, span.column), span.end_line, column(span.end_line, span.end_column)
            )
        return span


_new = tuple.__new__
"""`Span(…)` itself takes its names apart first, which for every word of a file is time (measured)."""


REFUSED: dict[str, tuple[str, str]] = {
    "E-ALIAS": (
        "星号开头会被当作“引用别处”，流程里不用这个写法。要写星号本身，请给整个值加英文引号；"
        "要重复步骤，请用 repeat 或 run。",
        "A leading * refers to another place, which flows do not use. Quote the value to mean the star itself; "
        "to repeat steps use repeat or run.",
    ),
    "E-ANCHOR": (
        "& 开头会被当作“给这里起代号”，流程里不用这个写法。要写 & 本身，请给整个值加英文引号。",
        "A leading & names this place, which flows do not use. Quote the value to mean the character itself.",
    ),
    "E-SECOND-DOCUMENT": (
        "一个文件只写一个流程：这一行 --- 下面的内容不会运行。请删掉 ---，或者把下面的内容放到另一个文件。",
        "One file holds one flow: nothing below this --- would run. Delete it, or move what follows to another file.",
    ),
    "E-TAG": (
        "感叹号开头会被当作“类型标记”，流程里不用这个写法。要写感叹号本身，请给整个值加英文引号。",
        "A leading ! marks a type, which flows do not use. Quote the value to mean the character itself.",
    ),
}


def _events(text: str) -> Iterator[Any]:
    loader = yaml.CBaseLoader(text) if hasattr(yaml, "CBaseLoader") else yaml.BaseLoader(text)
    try:
        yield from iter(loader.get_event, None)
    finally:
        loader.dispose()
