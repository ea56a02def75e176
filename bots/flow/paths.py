"""Ways through a tree of nodes: where a problem lies, and what a node says as plain Python."""

from collections.abc import Iterable
from typing import Any

from bots.flow.source import Mapping, Node, Scalar, Sequence


def follow(node: Node, loc: Iterable[str | int]) -> Node:
    """Return the node that pydantic's `loc` leads to; parts that are no key or index (union tags) are passed over."""
    for part in loc:
        if isinstance(node, Mapping) and isinstance(part, str):
            node = next((item for key, item in node.pairs if key.text == part), node)
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
    return node


def head(node: Node) -> Node:
    """Return the first key of a mapping: where a missing key is shown."""
    return node.pairs[0][0] if isinstance(node, Mapping) and node.pairs else node


def plain(node: Node) -> Any:
    """Return a node as text, dict and list."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Mapping):
        return {key.text: plain(item) for key, item in node.pairs}
    return [plain(item) for item in node.items]
