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
        """Return the schema of one step: a bare verb, or a mapping with any verb's keys."""
        properties: dict[str, Any] = {}
        bare: list[str] = []
        for verb in sorted(self.verbs.values(), key=lambda verb: verb.verb):
            properties.update({name: self.verb(verb) for name in (verb.verb, verb.zh)})
            if not verb.main or not verb.model_fields[verb.main].is_required():
                bare += [verb.verb, verb.zh]
        for verb in self.verbs.values():
            for key, schema in self.keys(verb).items():
                properties.setdefault(key, schema)
        mapping = {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}
        return {"anyOf": [{"enum": bare}, mapping]}

    def verb(self, verb: type[Step]) -> dict[str, Any]:
        """Return the schema of what stands behind a verb."""
        value = self.shape(keys_of(verb).shapes[verb.main], verb) if verb.main else {"type": "null"}
        example = example_of(verb) if verb.example else ""
        text = f"{verb.title.zh} · {verb.title.en}" + (f"\n\n{example}" if example else "")
        return {"description": text, **value}

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
        keys = keys_of(part)
        needed = [
            {"anyOf": [{"required": [key]} for key in names]}
            for name, info in part.model_fields.items()
            if info.is_required() and (names := [key for key, field in keys.fields.items() if field == name])
        ]
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
                return {"enum": [True, False, "是", "否"]}
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
