"""What the fields of a part ask of a file: their shapes and their keys in both languages, worked out once per type."""

import types
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from bots.flow.part import Part, key_of
from bots.flow.step import MODIFIERS_ZH, Step

Verbs: TypeAlias = MappingABC[str, type[Step]]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a type asks of a node: `steps`, `part`, `map`, `list`, `bool`, `any_of`, or `leaf`."""

    kind: str
    inner: tuple[Any, ...] = ()
    words: frozenset[str] = frozenset()
    annotation: Any = None


def shape_of(annotation: Any) -> Shape:
    """Return the shape of a field's type."""
    return _shape_of(annotation)


@lru_cache(maxsize=4096)
def _shape_of(annotation: Any) -> Shape:
    if get_origin(annotation) is Annotated:
        return shape_of(get_args(annotation)[0])
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        members = tuple(arg for arg in args if arg is not type(None))
        return shape_of(members[0]) if len(members) == 1 else Shape("any_of", members, annotation=annotation)
    if origin in (tuple, list, frozenset, set) and args:
        item = args[0]
        bare = get_args(item)[0] if get_origin(item) is Annotated else item
        if isinstance(bare, type) and issubclass(bare, Step):
            return Shape("steps")
        fixed = args if origin is tuple and (len(args) != 2 or args[1] is not Ellipsis) else (item,)
        return Shape("list", fixed)
    if origin in (dict, MappingABC):
        return Shape("map", args)
    if origin is Literal:
        return Shape("leaf", words=frozenset(str(arg) for arg in args))
    if annotation is bool:
        return Shape("bool")
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return Shape("part", (annotation,))
    return Shape("leaf", annotation=annotation)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a part: `fields` maps every accepted key, English and Chinese, to its field."""

    fields: dict[str, str]
    shapes: dict[str, Shape]
    chinese: dict[str, str]


@lru_cache(maxsize=1024)
def keys_of(model: type[Part]) -> Keys:
    """Return the keys of a part or a verb; a verb's main field is not among them, its modifiers are."""
    is_step = issubclass(model, Step)
    chinese = {**(MODIFIERS_ZH if is_step else {}), **{key_of(key): zh for key, zh in model.keys_zh.items()}}
    main = model.main if issubclass(model, Step) else ""
    shapes = {name: shape_of(info.annotation) for name, info in model.model_fields.items()}
    fields: dict[str, str] = {}
    for name in model.model_fields:
        if name != main:
            key = key_of(name)
            fields[key] = name
            if key in chinese:
                fields[chinese[key]] = name
    return Keys(fields, shapes, chinese)


def example_of(verb: type[Step]) -> str:
    """Return a verb's example as an item of a list of steps; it may be written with or without the dash."""
    lines = verb.example.strip().split("\n")
    if lines[0].startswith("- "):
        return "\n".join(lines)
    return "\n".join(f"{'- ' if number == 0 else '  '}{line}" for number, line in enumerate(lines))


def example_line(verb: type[Step]) -> str:
    """Return the first line of a verb's example."""
    return example_of(verb).split("\n")[0]
