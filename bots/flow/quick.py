"""Nodes to parts by the short way: what is written as it should be is built directly, in a fifth of the time.

Each type's way is worked out once. It either gives exactly what pydantic would, or gives up without a word; then the
careful way in `build` goes over the same node and words the problem. Nothing is refused here.
"""

from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Protocol, TypeAlias, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from bots.flow.part import Part, key_of
from bots.flow.problem import Problem, Refused, Span
from bots.flow.shapes import Shape, keys_of, shape_of
from bots.flow.source import Mapping, Node, Scalar, Sequence
from bots.flow.step import Step
from bots.flow.template import Text

BAD: Final = object()
"""Stands for a value whose problem has been reported."""

MISS: Final = object()
"""Stands for a value that the short way cannot read."""

YES_ZH: Final = {"是": "true", "否": "false"}
YES: Final = {"true": True, "false": False, "是": True, "否": False}


class Careful(Protocol):
    """The careful way, as far as the short one uses it."""

    path: str
    by_name: dict[str, type[Step]]
    problems: list[Problem]

    def value(self, shape: Shape, node: Node, model: type[Part]) -> Any:
        """Return what pydantic is to validate for `node`, or BAD."""

    def some_steps(self, node: Node) -> Any:
        """Return the steps behind a key."""

    def word(self, node: Scalar, chinese: MappingABC[str, str]) -> str:
        """Note a fixed word in either language."""

    def rename(self, span: Span, zh: str, en: str) -> None:
        """Note a word of the language."""


Reader: TypeAlias = Callable[[Node, Careful], Any]


@dataclass(slots=True)
class Way:
    """How a type is built: every accepted key → its field, how its value is read, and its two names if it has them."""

    model: type[Part]
    keys: dict[str, tuple[str, Reader | None, tuple[str, str] | None]]
    readers: dict[str, Reader | None]
    """Field → how its value is read, None for a list of steps."""
    blank: dict[str, Any]
    """The fields in their order with what is assumed for them."""
    factories: dict[str, Callable[[], Any]]
    required: frozenset[str]
    rules: tuple[Callable[[Any], Any], ...]
    """What the type asks of its fields together; refuses by raising."""

    def make(self, values: dict[str, Any], nodes: dict[str, Node]) -> Any:
        """Return the part with these values; MISS if one is lacking or the type's own rule refuses."""
        for name in self.required:
            if name not in values:
                return MISS
        made = self._constructed(values)
        try:
            for rule in self.rules:
                rule(made)
        except ValueError:
            return MISS
        made.read_from(nodes)
        return made

    def _constructed(self, values: dict[str, Any]) -> Part:
        """What `model_construct` does, whose looking up of aliases and defaults costs more than validating."""
        made = self.model.__new__(self.model)
        attributes = {**self.blank, **values}
        if self.factories:
            attributes.update((name, make()) for name, make in self.factories.items() if name not in values)
        put = object.__setattr__
        put(made, "__dict__", attributes)
        put(made, "__pydantic_fields_set__", set(values))
        put(made, "__pydantic_extra__", None)
        put(made, "__pydantic_private__", None)
        return made


def quick_step(node: Mapping, builder: Careful) -> Any:
    """Return the step that a mapping writes, BAD if a step inside a key is refused whole, or MISS."""
    verb: type[Step] | None = None
    by_name = builder.by_name
    for key, value in node.pairs:
        if key.text in by_name:
            if verb is not None:
                return MISS
            verb, verb_key, main = by_name[key.text], key, value
    way = way_of(verb) if verb is not None else None
    if verb is None or way is None:
        return MISS
    values: dict[str, Any] = {}
    nodes: dict[str, Node] = {}
    later: list[str] = []
    if not _read_pairs(way, node, builder, values, nodes, later, verb_key):
        return MISS
    if not _read_main(verb, way, main, builder, values, nodes, later):
        return MISS
    if not way.required <= values.keys():
        return MISS
    builder.rename(verb_key.span, verb.zh, verb.verb)
    for field in later:
        values[field] = builder.some_steps(nodes[field])
        if values[field] is BAD:
            return BAD
    return way.make(values, nodes)


def _read_main(
    verb: type[Step],
    way: Way,
    main: Node,
    builder: Careful,
    values: dict[str, Any],
    nodes: dict[str, Node],
    later: list[str],
) -> bool:
    empty = type(main) is Scalar and main.text == "" and main.style == ""
    if not verb.main or empty:
        return not verb.main and empty
    nodes[verb.main] = main
    reader = way.readers[verb.main]
    if reader is None:
        later.append(verb.main)
        values[verb.main] = ()
        return type(main) is not Scalar
    value = values[verb.main] = reader(main, builder)
    return value is not MISS


def _read_pairs(
    way: Way,
    node: Mapping,
    builder: Careful,
    values: dict[str, Any],
    nodes: dict[str, Node],
    later: list[str],
    verb_key: Scalar | None = None,
) -> bool:
    """Read every pair but the verb's; lists of steps are left for `later`, when nothing else can go wrong."""
    for key, value in node.pairs:
        if key is verb_key:
            continue
        known = way.keys.get(key.text)
        if known is None:
            return False
        field, reader, names = known
        if field in nodes or (type(value) is Scalar and value.text == "" and value.style == ""):
            return False
        nodes[field] = value
        if reader is None:
            later.append(field)
            values[field] = ()
        else:
            read = values[field] = reader(value, builder)
            if read is MISS:
                return False
        if names is not None:
            builder.rename(key.span, *names)
    return True


@lru_cache(maxsize=1024)
def way_of(model: type[Part]) -> Way | None:
    """Return how a type is built by the short way; None if it has to go the careful one."""
    decorators = model.__pydantic_decorators__
    rules = {name: rule.info.mode for name, rule in decorators.model_validators.items() if name != "_expand_short"}
    others = decorators.field_validators or decorators.root_validators or decorators.validators
    if model.spill or others or model.__private_attributes__ or set(rules.values()) - {"after"}:
        return None
    if model.model_post_init is not BaseModel.model_post_init:
        return None
    own = tuple(getattr(model, name) for name in rules)
    keys = keys_of(model)
    readers = {name: _field_reader(info, keys.shapes[name], model) for name, info in model.model_fields.items()}
    if None in readers.values() and rules:
        return None
    if any(reader is None and keys.shapes[name].kind != "steps" for name, reader in readers.items()):
        return None
    names = {
        key: (
            field,
            readers[field],
            (keys.chinese[key_of(field)], key_of(field)) if key_of(field) in keys.chinese else None,
        )
        for key, field in keys.fields.items()
    }
    fields = model.model_fields
    factories: dict[str, Any] = {name: info.default_factory for name, info in fields.items() if info.default_factory}
    blank = {name: info.default for name, info in fields.items()}
    if any(isinstance(value, (dict, list, set)) for value in blank.values()):
        return None  # those are copied for each part
    required = frozenset(name for name, info in fields.items() if info.is_required())
    return Way(model, names, readers, blank, factories, required, own)


def _field_reader(info: FieldInfo, shape: Shape, model: type[Part]) -> Reader | None:
    if shape.kind == "steps" or _holds_steps(shape, frozenset()):
        return None
    whole = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    return _reader(whole, shape, model)


def _holds_steps(shape: Shape, seen: frozenset[Any]) -> bool:
    """Say whether steps can stand anywhere inside; those are read last, and once only."""
    if shape.kind == "steps":
        return True
    if shape.kind == "part":
        part = shape.inner[0]
        if issubclass(part, Step):
            return True
        return part not in seen and any(_holds_steps(inner, seen | {part}) for inner in keys_of(part).shapes.values())
    return any(_holds_steps(shape_of(inner), seen) for inner in shape.inner)


def _reader(annotation: Any, shape: Shape, model: type[Part]) -> Reader:
    """Return what reads a node as `annotation` says; the types that flows are full of have a way of their own."""
    bare = _without_none(annotation)
    plain = get_origin(bare) is not Annotated
    careful = _careful_reader(annotation, shape, model)
    if shape.kind == "leaf" and plain and bare is str:
        return _read_str
    if shape.kind == "leaf" and plain and isinstance(bare, type) and issubclass(bare, Text) and _reads_by_parse(bare):
        return _text_reader(bare)
    if shape.kind == "leaf" and plain and get_origin(bare) is Literal and all(isinstance(w, str) for w in shape.words):
        return _word_reader(shape, model)
    if shape.kind == "bool" and plain:
        return _read_bool
    if shape.kind == "part" and plain:
        return _part_reader(shape.inner[0], careful)
    if shape.kind == "list" and plain and get_origin(bare) is tuple:
        return _tuple_reader(bare, model, careful)
    if shape.kind == "map" and plain and get_origin(bare) is dict and shape.inner[0] is str:
        return _map_reader(_reader(shape.inner[1], shape_of(shape.inner[1]), model))
    if shape.kind == "any_of" and plain:
        return _union_reader(shape, model, careful)
    return careful


def _without_none(annotation: Any) -> Any:
    args = get_args(annotation)
    if type(None) not in args:
        return annotation
    rest = [arg for arg in args if arg is not type(None)]
    return rest[0] if len(rest) == 1 else annotation


def _reads_by_parse(text: type[Text]) -> bool:
    """Say whether a type of text is read by its `parse` alone."""
    own = "__get_pydantic_core_schema__"
    return all(getattr(text, name).__func__ is getattr(Text, name).__func__ for name in ("read", own))


def _read_str(node: Node, _: Careful) -> Any:
    return node.text if type(node) is Scalar else MISS


def _read_bool(node: Node, builder: Careful) -> Any:
    if type(node) is not Scalar or node.text not in YES:
        return MISS
    builder.word(node, YES_ZH)
    return YES[node.text]


def _text_reader(text: type[Text]) -> Reader:
    parse = text.parse

    def read(node: Node, _: Careful) -> Any:
        if type(node) is not Scalar:
            return MISS
        try:
            return parse(node.text)
        except Refused:
            return MISS

    return read


def _word_reader(shape: Shape, model: type[Part]) -> Reader:
    chinese = {zh: en for en, zh in model.words_zh.items() if en in shape.words}

    def read(node: Node, builder: Careful) -> Any:
        if type(node) is not Scalar:
            return MISS
        word = builder.word(node, chinese) or node.text
        return word if word in shape.words else MISS

    return read


def _part_reader(part: type[Part], careful: Reader) -> Reader:
    short, short_list = part.short, part.short_list

    def read(node: Node, builder: Careful) -> Any:
        way = way_of(part)
        if way is None:
            return careful(node, builder)
        values: dict[str, Any] = {}
        nodes: dict[str, Node] = {}
        if type(node) is Mapping:
            return way.make(values, nodes) if _read_pairs(way, node, builder, values, nodes, []) else MISS
        name = short if type(node) is Scalar else short_list
        reader = way.readers[name] if name else None
        value = reader(node, builder) if reader is not None else MISS
        return MISS if value is MISS else way.make({name: value}, {name: node})

    return read


def _tuple_reader(annotation: Any, model: type[Part], careful: Reader) -> Reader:
    args = get_args(annotation)
    if len(args) != 2 or args[1] is not Ellipsis:
        return careful
    item_reader = _reader(args[0], shape_of(args[0]), model)

    def read(node: Node, builder: Careful) -> Any:
        items = node.items if type(node) is Sequence else [node]
        values = tuple([item_reader(item, builder) for item in items])
        return MISS if any(value is MISS for value in values) else values

    return read


def _map_reader(item_reader: Reader) -> Reader:
    def read(node: Node, builder: Careful) -> Any:
        if type(node) is not Mapping:
            return MISS
        values: dict[str, Any] = {}
        for key, item in node.pairs:
            if type(item) is Scalar and item.text == "" and item.style == "":
                return MISS
            value = values[key.text] = item_reader(item, builder)
            if value is MISS:
                return MISS
        return values

    return read


def _union_reader(shape: Shape, model: type[Part], careful: Reader) -> Reader:
    """Text is read as the first alternative that text fits; whatever else is written goes the careful way."""
    first = next((member for member in shape.inner if _takes_text(shape_of(member))), None)
    first_reader = _reader(first, shape_of(first), model) if first is not None else None

    def read(node: Node, builder: Careful) -> Any:
        if type(node) is Scalar and first_reader is not None:
            value = first_reader(node, builder)
            if value is not MISS:
                return value
        return careful(node, builder)

    return read


def _takes_text(shape: Shape) -> bool:
    if shape.kind == "part":
        return bool(shape.inner[0].short)
    return shape.kind not in ("steps", "list", "map")


def _careful_reader(annotation: Any, shape: Shape, model: type[Part]) -> Reader:
    """Return what reads a node as the careful way does, and gives up where that finds a problem."""

    def read(node: Node, builder: Careful) -> Any:
        before = len(builder.problems)
        value = builder.value(shape, node, model)
        if value is BAD or len(builder.problems) > before:
            del builder.problems[before:]
            return MISS
        try:
            return adapter_of(annotation).validate_python(value)
        except ValidationError:
            return MISS

    return read


@lru_cache(maxsize=512)
def adapter_of(annotation: Any) -> TypeAdapter[Any]:
    """Return pydantic's reading of a type."""
    return TypeAdapter(annotation)
