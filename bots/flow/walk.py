"""Walks the values of a flow or site beside the nodes that they were read from."""

from collections.abc import Iterator
from collections.abc import Mapping as MappingABC
from functools import lru_cache
from typing import Any

from bots.flow.part import Part
from bots.flow.problem import Span
from bots.flow.shapes import Shape, keys_of, shape_of
from bots.flow.source import Mapping, Node, Scalar, Sequence
from bots.flow.step import Step


def parts_of(part: Part) -> Iterator[tuple[str, Any, Node | None]]:
    """Yield (field, value, node) for every field that was written down."""
    for field, node in part.nodes.items():
        yield field, getattr(part, field), node


def node_of(part: Part, field: str) -> Node | None:
    """Return the node that a field was read from, None if it was not written."""
    node: Node | None = part.nodes.get(field)
    return node


def values_of(value: object, node: Node | None) -> Iterator[tuple[object, Node | None]]:
    """Yield `value` and everything inside it with its node, steps left out: those are walked as steps."""
    if isinstance(value, Step):
        return
    yield value, node
    if isinstance(value, Part):
        if value.nodes:
            for _, inner, inner_node in parts_of(value):
                yield from values_of(inner, inner_node)
        else:
            for field in type(value).model_fields:
                yield from values_of(getattr(value, field), node)
    elif isinstance(value, MappingABC):
        keys = _pairs(node)
        for position, (key, inner) in enumerate(value.items()):
            key_node, inner_node = keys[position] if position < len(keys) else (node, node)
            yield from values_of(key, key_node)
            yield from values_of(inner, inner_node)
    elif isinstance(value, (list, tuple)):
        for position, inner in enumerate(value):
            yield from values_of(inner, _item(node, position))


def _pairs(node: Node | None) -> list[tuple[Node, Node]]:
    return [(key, item) for key, item in node.pairs] if isinstance(node, Mapping) else []


def _item(node: Node | None, position: int) -> Node | None:
    if isinstance(node, Sequence) and position < len(node.items):
        return node.items[position]
    return node


def blocks_of(step: Step) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Yield (field, steps) for every list of steps inside a step, in the order they were written."""
    holding = _holding_steps(type(step))
    if not holding:
        return
    for field in step.nodes or type(step).model_fields:
        value = getattr(step, field) if field in holding else None
        if isinstance(value, tuple) and value:
            steps = tuple(item for item in value if isinstance(item, Step))
            if steps:
                yield field, steps


@lru_cache(maxsize=256)
def _holding_steps(verb: type[Step]) -> frozenset[str]:
    """Return the fields of a verb that may hold steps; most verbs have none."""
    return frozenset(field for field, shape in keys_of(verb).shapes.items() if _may_hold_steps(shape))


def _may_hold_steps(shape: Shape) -> bool:
    if shape.kind == "any_of":
        return any(_may_hold_steps(shape_of(member)) for member in shape.inner)
    return shape.kind == "steps"


def span_of(node: Node | None, otherwise: Span) -> Span:
    """Return where a node stands; a collection is shown by its first key."""
    if isinstance(node, Mapping) and node.pairs:
        return node.pairs[0][0].span
    return node.span if node is not None else otherwise


def inside(node: Node | None, otherwise: Span, text: str) -> Span:
    """Return where `text` stands inside a scalar, else the scalar's own place."""
    span = span_of(node, otherwise)
    if isinstance(node, Scalar) and span.line == span.end_line and text in node.text:
        return span.part(node.text.index(text) + (node.style in ("'", '"')), len(text))
    return span
