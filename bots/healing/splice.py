"""An element library's text with one alternative moved to the front; every other byte stays where it was."""

from __future__ import annotations

from dataclasses import dataclass

from bots.flow.problem import LINE_BREAK, Span
from bots.flow.site import ElementSpec, Site
from bots.flow.source import Mapping, Node, Sequence

FIND = ("find", "找法")
ELEMENTS = ("elements", "元素")
PAGES = ("pages", "页面")


@dataclass(frozen=True)
class Spliced:
    """A library's new text, and the element's own stretch of it before and after."""

    text: str
    before: str
    after: str


def promote(site: Site, page: str, element: str, way: str) -> Spliced | None:
    """The library's text in which the alternative that says `way` comes first; None when nothing is to be moved.

    `page` is "" for an element of every page; `way` is `Alternative.describe()`. Alternatives change places by their
    own text: the one that works takes the first place, those that stood before it move one down; separators, comments,
    quotes and layout are not touched. None: the element or the alternative is gone, or it already stands in front.
    """
    spec = _spec(site, page, element)
    ways = [one.describe() for one in spec.alternatives] if spec is not None else []
    nodes = _alternatives(site._node, page, element)
    if way not in ways[1:] or nodes is None or len(nodes) != len(ways):
        return None
    index = ways.index(way)
    places = [_place(site.text, node.span) for node in nodes[: index + 1]]
    texts = [site.text[start:end] for start, end in places]
    moved = [texts[-1], *texts[:-1]]
    first, last = places[0][0], places[-1][1]
    after = _filled(site.text, places, moved)
    return Spliced(site.text[:first] + after + site.text[last:], site.text[first:last], after)


def put_back(site: Site, page: str, element: str, before: str, after: str) -> str | None:
    """The library's text in which the element's `after` is `before` again; None when it does not say `after` now."""
    nodes = _alternatives(site._node, page, element)
    if not nodes:
        return None
    start, _ = _place(site.text, nodes[0].span)
    if not site.text.startswith(after, start):
        return None
    return site.text[:start] + before + site.text[start + len(after) :]


def _spec(site: Site, page: str, element: str) -> ElementSpec | None:
    if not page:
        return site.elements.get(element)
    own = site.pages.get(page)
    return own.elements.get(element) if own else None


def _alternatives(root: object, page: str, element: str) -> list[Node] | None:
    """The nodes of the element's alternatives, in order."""
    node = root if isinstance(root, Mapping) else None
    steps: list[tuple[str, ...]] = [ELEMENTS, (element,)] if not page else [PAGES, (page,), ELEMENTS, (element,)]
    found: Node | None = node
    for names in steps:
        found = found.get(*names) if isinstance(found, Mapping) else None
    if isinstance(found, Mapping):
        found = found.get(*FIND)
    return found.items if isinstance(found, Sequence) else None


def _filled(text: str, places: list[tuple[int, int]], texts: list[str]) -> str:
    """The stretch from the first place to the last, each place holding its new text."""
    parts = []
    for number, ((_, end), own) in enumerate(zip(places, texts, strict=True)):
        following = places[number + 1][0] if number + 1 < len(places) else end
        parts.append(own + text[end:following])
    return "".join(parts)


def _place(text: str, span: Span) -> tuple[int, int]:
    """Where the span begins and ends, as offsets into the text."""
    starts = [0, *(match.end() for match in LINE_BREAK.finditer(text))]
    bom = 1 if text.startswith("\ufeff") else 0

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + column - 1 + (bom if line == 1 else 0)

    return offset(span.line, span.column), offset(span.end_line, span.end_column)
