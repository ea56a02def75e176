"""The JSON Schema of flows, for completion in editors: verbs are properties, not one huge `oneOf`."""

from typing import Any, Final, get_args

from bots.flow.flow import Flow
from bots.flow.part import Part, key_of
from bots.flow.shapes import Shape, Verbs, example_of, keys_of, shape_of
from bots.flow.step import Step
from bots.flow.values import Value

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

TEXT: Final = {"type": ["string", "number", "boolean"]}
"""A scalar as an editor sees it: it takes `3` for a number, the language takes it for text."""


def json_schema(verbs: Verbs) -> dict[str, Any]:
    """Return the schema of a flow file in both languages, with titles and examples from the verbs."""
    made = _Schema(verbs)
    root = made.mapping(Flow)
    return {
        "$schema": DRAFT,
        "$id": "yeban-flow",
        "title": "Yeban flow · 夜班流程",
        **root,
        "$defs": made.definitions(),
    }


class _Schema:
    """Collects the definitions that the root refers to."""

    def __init__(self, verbs: Verbs) -> None:
        self.verbs = verbs
        self.parts: dict[str, dict[str, Any]] = {}

    def definitions(self) -> dict[str, Any]:
        """Return every definition, by name."""
        step = self.step()
        steps = {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/Step"}}, {"$ref": "#/$defs/Step"}]}
        return dict(sorted({**self.parts, "Step": step, "Steps": steps}.items()))

    def step(self) -> dict[str, Any]:
        """Return the schema of one step: a bare verb, or a mapping whose verb decides which other keys there may be.

        One `oneOf` over all verbs would make an editor explain a slip with the words of the wrong verb; `if`/`then`
        asks for the verb first. A step without any verb is told that its word is none, and is offered all of them.
        """
        verbs = sorted(self.verbs.values(), key=lambda verb: verb.verb)
        bare = [name for verb in verbs for name in (verb.verb, verb.zh) if _may_be_bare(verb)]
        names = [name for verb in verbs for name in (verb.verb, verb.zh)]
        chosen: list[dict[str, Any]] = []
        for verb in verbs:
            self.parts[f"step_{verb.verb}"] = self.verb(verb)
            chosen.append({"if": self.is_verb(verb), "then": {"$ref": f"#/$defs/step_{verb.verb}"}})
        offered = {name: {"type": ["string", "object", "array", "null"], **self.about(verb)}
                   for verb in verbs for name in (verb.verb, verb.zh)}  # fmt: skip
        some_verb = {"type": "object", "anyOf": [{"required": [name]} for name in names]}
        nothing_yet = {"properties": {**offered, **self.keys(Step)}, "additionalProperties": False, "minProperties": 1}
        mapping = {"type": "object", "allOf": [*chosen, {"if": some_verb, "else": nothing_yet}]}
        return {"if": {"type": "string"}, "then": {"enum": bare}, "else": mapping}

    def is_verb(self, verb: type[Step]) -> dict[str, Any]:
        """Return the test for a step of this verb; `expect` beside `export` is a key of it, not the verb."""
        mine = {"anyOf": [{"required": [verb.verb]}, {"required": [verb.zh]}]}
        others = [
            {"required": [name]}
            for other in self.verbs.values()
            if other is not verb and {verb.verb, verb.zh} & set(keys_of(other).fields)
            for name in (other.verb, other.zh)
        ]
        return {"type": "object", **mine, **({"not": {"anyOf": others}} if others else {})}

    def verb(self, verb: type[Step]) -> dict[str, Any]:
        """Return the schema of a whole step of this verb: what stands behind it, its keys, those that must be there."""
        value: dict[str, Any] = {"type": "null"}
        if verb.main:
            value = self.shape(keys_of(verb).shapes[verb.main], verb)
            value = {"anyOf": [{"type": "null"}, value]} if _may_be_bare(verb) else value
        named = {"title": f"{verb.verb} · {verb.zh}", **self.about(verb), **value}
        properties = {verb.verb: named, verb.zh: named, **self.keys(verb)}
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        needed = _needed(verb)
        return {**schema, "allOf": needed} if needed else schema

    def about(self, verb: type[Step]) -> dict[str, Any]:
        """Return what an editor shows of a verb: both titles, its promise, its example."""
        promise = "\n\n".join(part for part in (verb.promise_zh, " ".join((verb.__doc__ or "").split())) if part)
        title = f"{verb.title.zh} · {verb.title.en}"
        example = example_of(verb) if verb.example else ""
        plain = "\n\n".join(part for part in (title, promise, example) if part)
        fenced = f"```yaml\n{example}\n```" if example else ""
        shown = "\n\n".join(part for part in (f"**{title}**", promise, fenced) if part)
        return {"description": plain, "markdownDescription": shown}

    def keys(self, part: type[Part]) -> dict[str, Any]:
        """Return key → schema for every key of a part, in both languages."""
        keys = keys_of(part)
        found: dict[str, Any] = {}
        for key, name in keys.fields.items():
            chinese = keys.chinese.get(key_of(name), "")
            found[key] = {"title": f"{key_of(name)} · {chinese}" if chinese else key_of(name),
                          **self.shape(keys.shapes[name], part)}  # fmt: skip
        return found

    def mapping(self, part: type[Part]) -> dict[str, Any]:
        """Return the schema of a part; a required key may be written in either language."""
        needed = _needed(part)
        schema: dict[str, Any] = {
            "type": "object",
            "properties": self.keys(part),
            "additionalProperties": bool(part.spill),
        }
        return {**schema, "allOf": needed} if needed and not part.spill else schema

    def shape(self, shape: Shape, model: type[Part]) -> dict[str, Any]:
        """Return the schema of a value."""
        match shape.kind:
            case "steps":
                return {"$ref": "#/$defs/Steps"}
            case "part":
                return self.part(shape.inner[0])
            case "map":
                return {"type": "object", "additionalProperties": self.shape(shape_of(shape.inner[1]), model)}
            case "list":
                item = self.shape(shape_of(shape.inner[0]), model)
                return {"anyOf": [{"type": "array", "items": item}, item]}
            case "bool":
                return {"enum": [True, False, "yes", "no", "on", "off", "是", "否"]}
            case "any_of":
                return {"anyOf": [self.shape(shape_of(member), model) for member in shape.inner]}
            case _:
                return self.leaf(shape, model)

    def leaf(self, shape: Shape, model: type[Part]) -> dict[str, Any]:
        """Return the schema of a scalar."""
        if shape.words:
            return {"enum": sorted({*shape.words, *(model.words_zh[w] for w in shape.words if w in model.words_zh)})}
        annotation = shape.annotation
        inner = get_args(annotation)
        if getattr(annotation, "__origin__", annotation) is Value and inner:
            return {"anyOf": [self.shape(shape_of(inner[0]), model), {"type": "string", "pattern": r"\$\{"}]}
        if annotation is int:
            return {"type": "integer"}
        return dict(TEXT)

    def part(self, part: type[Part]) -> dict[str, Any]:
        """Return a reference to a part, defining it on first use."""
        name = part.__name__
        if name not in self.parts:
            self.parts[name] = {}
            forms = [self.mapping(part)]
            for field, wrap in ((part.short, False), (part.short_list, True)):
                if field:
                    forms.append(self.shape(keys_of(part).shapes[field], part))
                    if wrap and "anyOf" in forms[-1]:
                        forms[-1] = forms[-1]["anyOf"][0]
            self.parts[name] = forms[0] if len(forms) == 1 else {"anyOf": forms}
        return {"$ref": f"#/$defs/{name}"}


def _needed(part: type[Part]) -> list[dict[str, Any]]:
    """Return one demand per required key: it may be written in either language."""
    keys = keys_of(part)
    return [
        {"anyOf": [{"required": [key]} for key in names]}
        for name, info in part.model_fields.items()
        if info.is_required() and (names := [key for key, field in keys.fields.items() if field == name])
    ]


def _may_be_bare(verb: type[Step]) -> bool:
    """Say whether nothing needs to stand behind the verb."""
    return not verb.main or not verb.model_fields[verb.main].is_required()
