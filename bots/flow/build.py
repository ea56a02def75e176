"""Nodes to model objects, led by the types of their fields; every problem is reported, none stops the rest."""

from collections.abc import Iterable
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from bots.flow.language import alike, chinese, nearest
from bots.flow.messages import for_pydantic
from bots.flow.part import Part, key_of
from bots.flow.paths import follow, head, plain
from bots.flow.problem import Problem, Refused, Span, mended
from bots.flow.quick import BAD, MISS, YES_ZH, adapter_of, quick_step
from bots.flow.shapes import Keys, Shape, Verbs, example_line, example_of, keys_of, shape_of
from bots.flow.slips import joined_pairs, step_slip
from bots.flow.source import Mapping, Node, Scalar, Sequence
from bots.flow.step import MODIFIERS_ZH, Step
from bots.flow.synonyms import KEY_SYNONYMS, VERB_SYNONYMS
from bots.flow.template import Template

MAX_STEPS: Final = 5_000


class Rename(NamedTuple):
    """A word of the language as it stands in the source, with both its names."""

    span: Span
    zh: str
    en: str


@dataclass
class Builder:
    """Turns nodes into parts; collects problems and the words it met."""

    path: str
    verbs: Verbs
    lines: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    renames: list[Rename] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        """Index the verbs by both names."""
        self.by_name: dict[str, type[Step]] = {}
        for verb in self.verbs.values():
            self.by_name[verb.verb] = verb
            self.by_name[verb.zh] = verb

    # values -----------------------------------------------------------------------------------------------------

    def value(self, shape: Shape, node: Node, model: type[Part]) -> Any:
        """Return what pydantic is to validate for `node`, or BAD."""
        match shape.kind:
            case "leaf":
                return self._leaf(shape, node, model)
            case "steps":
                return self.some_steps(node)
            case "part":
                return self.part(shape.inner[0], node)
            case "map" if isinstance(node, Mapping):
                inner = shape_of(shape.inner[1])
                pairs = [(key.text, self.filled(inner, key, item, model)) for key, item in node.pairs]
                return BAD if any(item is BAD for _, item in pairs) else dict(pairs)
            case "list" if isinstance(node, Sequence):
                shapes = [shape_of(inner) for inner in shape.inner]
                items = [self.value(shapes[min(n, len(shapes) - 1)], item, model) for n, item in enumerate(node.items)]
                return BAD if any(item is BAD for item in items) else items
            case "list" if len(shape.inner) == 1:
                item = self.value(shape_of(shape.inner[0]), node, model)
                return BAD if item is BAD else [item]
            case "map":
                return self._not_pairs(node, model)
            case "bool" if isinstance(node, Scalar):
                return self.word(node, YES_ZH) or node.text
            case "any_of":
                return self._any_of(shape, node, model)
            case _:
                return self._leaf(shape, node, model)

    def _not_pairs(self, node: Node, model: type[Part]) -> Any:
        """Report a text or a list in place of key: value pairs; most often only the colons are not plain ones."""
        pairs = joined_pairs(node, self.lines)
        if pairs:
            self.add("P-COLON", node.span, "这里的冒号是中文的，或后面少了空格；请写英文冒号加一个空格。",
                     "The colons here are full-width, or the blank after them is missing; write : and a blank.",
                     fix=pairs)  # fmt: skip
        else:
            self.add("E-NOT-MAPPING", node.span, "这里要写“名字: 值”，一行一个，比上一行多缩进两格。",
                     "Key: value pairs are wanted here, one a line, indented two more than the line above.",
                     allowed=() if issubclass(model, Step) else ("名字: 值",),
                     fix=example_of(model) if issubclass(model, Step) else "")  # fmt: skip
        return BAD

    def filled(self, shape: Shape, key: Scalar, node: Node, model: type[Part]) -> Any:
        """Return the value behind a key; nothing written at all is reported, because it is a slip as often as not."""
        if isinstance(node, Scalar) and node.empty:
            self._empty(shape, key)
            return BAD
        return self.value(shape, node, model)

    def _empty(self, shape: Shape, key: Scalar) -> None:
        """Report a key with nothing behind it; only a text can be meant to be empty."""
        zh, en = f"“{key.text}”后面没有写内容", f'Nothing is written after "{key.text}"'
        if shape.kind == "steps":
            fix = f"{key.text}:\n  - click: 查询"
            self.add(
                "E-EMPTY", key.span, f"{zh}；下面要写步骤，每步一行。", f"{en}; steps go below, one a line.", fix=fix
            )
        elif {str, Template} & {shape.annotation, *(shape.inner if shape.kind == "any_of" else ())}:
            self.add("E-EMPTY", key.span, f'{zh}；真要空着，请写 ""。', f'{en}; write "" to mean the empty text.',
                     fix=f'{key.text}: ""')  # fmt: skip
        else:
            self.add("E-EMPTY", key.span, f"{zh}；请补上，或删掉这一行。", f"{en}; fill it in or delete the line.")

    def _leaf(self, shape: Shape, node: Node, model: type[Part]) -> Any:
        if isinstance(node, Scalar):
            if shape.words:
                chinese = {zh: en for en, zh in model.words_zh.items() if en in shape.words}
                return self.word(node, chinese) or node.text
            return node.text
        return plain(node)

    def word(self, node: Scalar, chinese: MappingABC[str, str]) -> str:
        """Note a fixed word in either language and return its English, '' if it is none."""
        english = {en: zh for zh, en in chinese.items()}
        if node.text in chinese:
            self.rename(node.span, node.text, chinese[node.text])
            return chinese[node.text]
        if node.text in english:
            self.rename(node.span, english[node.text], node.text)
        return ""

    def _any_of(self, shape: Shape, node: Node, model: type[Part]) -> Any:
        """Return the first alternative of a union that fits; the last one's words explain a failure."""
        members = [shape_of(member) for member in shape.inner]
        fitting = [(member, annotation) for member, annotation in zip(members, shape.inner, strict=True)
                   if self._may_fit(member, node)]  # fmt: skip
        if isinstance(node, Mapping):
            fitting.sort(key=lambda pair: -self._known_keys(pair[0], node))
        failures: list[list[Problem]] = []
        for member, annotation in fitting:
            before, words = len(self.problems), len(self.renames)
            value = self.value(member, node, model)
            if value is not BAD and member.kind != "steps":
                value = self._validated(annotation, value, node)
            if value is not BAD:
                return value
            failures.append(self.problems[before:])
            del self.problems[before:]
            del self.renames[words:]
        if failures:
            self.problems.extend(failures[0] if isinstance(node, Mapping) else failures[-1])
        else:
            self.add("E-VALUE", node.span, "这里的写法不对。", "This does not fit here.")
        return BAD

    def _may_fit(self, shape: Shape, node: Node) -> bool:
        match shape.kind:
            case "steps" | "list":
                return not isinstance(node, Scalar)
            case "map":
                return isinstance(node, Mapping)
            case "part":
                part: type[Part] = shape.inner[0]
                return isinstance(node, Mapping) or bool(part.short if isinstance(node, Scalar) else part.short_list)
            case _:
                return isinstance(node, Scalar)

    def _known_keys(self, shape: Shape, node: Mapping) -> int:
        if shape.kind != "part":
            return 0
        known = keys_of(shape.inner[0]).fields
        return sum(1 if key.text in known else -1 for key, _ in node.pairs)

    def _validated(self, annotation: Any, value: Any, node: Node) -> Any:
        try:
            return adapter_of(annotation).validate_python(value)
        except ValidationError as error:
            self._report(error, node, Part)
            return BAD

    # parts ------------------------------------------------------------------------------------------------------

    def part(self, model: type[Part], node: Node) -> Any:
        """Return the part that `node` writes, or BAD."""
        if issubclass(model, Step):
            steps = self.steps(node)
            return steps[0] if isinstance(steps, tuple) and len(steps) == 1 else BAD
        if not isinstance(node, Mapping):
            return self._short(model, node)
        keys = keys_of(model)
        return self.make(model, self.fields(model, keys, _spilled(model, keys, node)), node)

    def _short(self, model: type[Part], node: Node) -> Any:
        name = model.short if isinstance(node, Scalar) else model.short_list
        if not name:
            known = keys_of(model)
            self.add(
                "E-NOT-MAPPING",
                node.span,
                "这里要写“名字: 值”，一行一个，比上一行多缩进两格。",
                "Key: value pairs are wanted here, one a line, indented two more than the line above.",
                allowed=list(known.fields),
            )
            return BAD
        value = self.value(keys_of(model).shapes[name], node, model)
        return BAD if value is BAD else self.make(model, {name: (node, value)}, node)

    def fields(
        self, model: type[Part], keys: Keys, pairs: Iterable[tuple[Scalar, Node]]
    ) -> dict[str, tuple[Node, Any]]:
        """Return field → (node, value) for the pairs; unknown and doubled keys are reported and left out."""
        found: dict[str, tuple[Node, Any]] = {}
        for key, node in pairs:
            name = keys.fields.get(key.text)
            if name is None:
                meant = self._unknown_key(model, keys, key)
                found.setdefault(keys.fields.get(meant, "?"), (node, BAD))
            elif name in found and found[name][1] is not BAD:
                self.add(
                    "E-DUPLICATE-KEY",
                    key.span,
                    f"“{key.text}”和上面的“{key_of(name)}”是同一个意思，只能写一个。",
                    f'"{key.text}" means the same as "{key_of(name)}" above; write one of them.',
                    found=key.text,
                )
            else:
                self._note_key(keys, key, name)
                found[name] = (node, self.filled(keys.shapes[name], key, node, model))
        return found

    def _note_key(self, keys: Keys, key: Scalar, name: str) -> None:
        english = key_of(name)
        if english in keys.chinese and key.text in (english, keys.chinese[english]) and not _made_up(key):
            self.rename(key.span, keys.chinese[english], english)

    def _unknown_key(self, model: type[Part], keys: Keys, key: Scalar) -> str:
        """Report the key and return the one that was probably meant, so that it is not reported as missing too."""
        allowed = list(keys.fields)
        meant = KEY_SYNONYMS.get(key.text.lower(), "")
        close = [meant] if meant in allowed else alike(key.text, nearest(key.text, allowed))
        verb = self.by_name.get(key.text) if issubclass(model, Step) else None
        if verb is not None:
            zh = f"“{key.text}”是另一个步骤，要另起一行，用“- ”开头。"
            en = f'"{key.text}" is a step of its own: begin a new line with "- ".'
            self.add("E-KEY", key.span, zh, en, found=key.text,
                     fix=f"{' ' * (key.span.column - 3)}- {mended(self.lines, key.span, key.text)}")  # fmt: skip
            return ""
        zh = f"这里没有“{key.text}”这一项。" + (f"是不是想写“{close[0]}”？" if close else "")
        en = f'There is no key "{key.text}" here.' + (f' Did you mean "{close[0]}"?' if close else "")
        owner = None if close or not issubclass(model, Step) else self._owner(key.text)
        if owner is not None:
            zh = f"“{key.text}”是“{owner.verb}”里面的一项，这一步没有这一项。"
            en = f'"{key.text}" is a key of "{owner.verb}"; this step has no such key.'
        rest = [name for name in alike(key.text, allowed) if name not in close]
        fix = mended(self.lines, key.span, close[0]) if close else ""
        self.add("E-KEY", key.span, zh, en, found=key.text, allowed=[*close, *rest], fix=fix)
        return close[0] if close else ""

    def make(self, model: type[Part], found: dict[str, tuple[Node, Any]], node: Node) -> Any:
        """Return the validated part, or BAD with every problem reported."""
        good = {name: value for name, (_, value) in found.items() if value is not BAD}
        bad = len(good) < len(found)
        try:
            made = model.model_validate(good)
        except ValidationError as error:
            skip = {name for name, (_, value) in found.items() if value is BAD}
            self._report(error, node, model, {name: inner for name, (inner, _) in found.items()}, skip)
            return BAD
        if bad:
            return BAD
        made.read_from({name: inner for name, (inner, _) in found.items()})
        return made

    # steps ------------------------------------------------------------------------------------------------------

    def steps(self, node: Node) -> Any:
        """Return the steps of a list, or of a single one without a list; a bad one is reported and left out."""
        if isinstance(node, Scalar) and node.empty:
            return ()
        nodes = node.items if isinstance(node, Sequence) else [node]
        return tuple(step for step in map(self.step, nodes) if step is not BAD)

    def some_steps(self, node: Node) -> Any:
        """Return the steps behind a key; an empty list is a slip, since nothing would be done."""
        if isinstance(node, Sequence) and not node.items:
            self.add("E-NO-STEPS", node.span, "这里没有写步骤；每步一行，用“- ”开头。",
                     "There are no steps here; write one a line, each after a dash.", fix="- click: 查询")  # fmt: skip
            return BAD
        return self.steps(node)

    def step(self, node: Node) -> Any:
        """Return one step, or BAD."""
        self.count += 1
        if self.count > MAX_STEPS:
            if self.count == MAX_STEPS + 1:
                self.add("E-LIMIT", node.span, f"步骤超过 {MAX_STEPS:,} 个；请拆成几个流程。",
                         f"More than {MAX_STEPS:,} steps; split the flow.")  # fmt: skip
            return BAD
        if isinstance(node, Scalar):
            return self._bare(node)
        if isinstance(node, Sequence) or not node.pairs:
            self.add("E-NOT-A-STEP", node.span, "一步要写成“动词: 内容”，例如 - click: 查询。",
                     "A step is written verb: value, for example - click: Search.", fix="- click: 查询")  # fmt: skip
            return BAD
        return self._verb(node)

    def _bare(self, node: Scalar) -> Any:
        verb = self.by_name.get(node.text)
        if verb is None:
            return self._unknown_verb(node)
        self.rename(node.span, verb.zh, verb.verb)
        if verb.main and verb.model_fields[verb.main].is_required():
            self._needs_value(node, verb)
            return BAD
        return self._placed(self.make(verb, {}, node), node)

    def _needs_value(self, key: Scalar, verb: type[Step]) -> None:
        example = example_line(verb)
        zh = f"“{key.text}”后面要写内容，例如 {example}"
        self.add("E-EMPTY", key.span, zh, f'"{key.text}" needs a value, for example {example}', fix=example)

    def _verb(self, node: Mapping) -> Any:
        renames = len(self.renames)
        made = quick_step(node, self)
        if made is not MISS:
            return self._placed(made, node)
        del self.renames[renames:]
        candidates = [(key, self.by_name[key.text]) for key, _ in node.pairs if key.text in self.by_name]
        if not candidates:
            return self._unknown_verb(self._verb_like(node))
        key, verb = self._choose(candidates)
        self.rename(key.span, verb.zh, verb.verb)
        value = next(item for other, item in node.pairs if other is key)
        if self._no_step(verb, value):
            self._steps_wanted(key, value, verb)
            return BAD
        rest = [(other, item) for other, item in node.pairs if other is not key]
        keys = keys_of(verb)
        found = self.fields(verb, keys, rest)
        if verb.main:
            self._main(verb, keys, key, value, found)
        elif not (isinstance(value, Scalar) and value.empty):
            self.add(
                "E-VALUE",
                value.span,
                f"“{key.text}”后面不用写内容。",
                f'"{key.text}" takes no value.',
                fix=f"- {key.text}",
            )
            return BAD
        return self._placed(self.make(verb, found, node), node)

    def _main(self, verb: type[Step], keys: Keys, key: Scalar, value: Node, found: dict[str, tuple[Node, Any]]) -> None:
        shape = keys.shapes[verb.main]
        if isinstance(value, Scalar) and value.empty and not verb.model_fields[verb.main].is_required():
            return
        if isinstance(value, Scalar) and value.empty:
            self._needs_value(key, verb)
            found[verb.main] = (value, BAD)
            return
        found[verb.main] = (value, self.filled(shape, key, value, verb))

    def _no_step(self, verb: type[Step], value: Node) -> bool:
        """Say whether a verb that takes steps was given a text that no step begins with: `repeat: 10`."""
        takes_steps = bool(verb.main) and keys_of(verb).shapes[verb.main].kind == "steps"
        return takes_steps and isinstance(value, Scalar) and not value.empty and not nearest(value.text, self.by_name)

    def _steps_wanted(self, key: Scalar, value: Node, verb: type[Step]) -> None:
        needed = [name for name, info in verb.model_fields.items() if info.is_required() and name != verb.main]
        there = f"，另外要写 {'、'.join(needed)}" if needed else ""
        too = f" {', '.join(needed)} must be there too." if needed else ""
        self.add("E-NOT-A-STEP", value.span, f"“{key.text}”后面要写步骤，每步一行{there}。",
                 f'Steps go below "{key.text}", one a line.{too}', found=plain(value),
                 fix=example_of(verb))  # fmt: skip

    def _choose(self, candidates: list[tuple[Scalar, type[Step]]]) -> tuple[Scalar, type[Step]]:
        """Return the verb of a step: the one of which every other verb-like key is a key (`export` has `expect`)."""
        for key, verb in candidates:
            known = keys_of(verb).fields
            if all(other is key or other.text in known for other, _ in candidates):
                return key, verb
        return candidates[0]

    def _verb_like(self, node: Mapping) -> Scalar:
        """Return the key that was most likely meant as the verb: not a modifier, nearest to a verb."""
        modifiers = {*MODIFIERS_ZH, *MODIFIERS_ZH.values()}
        keys = [key for key, _ in node.pairs if key.text not in modifiers]
        close = [key for key in keys if nearest(key.text, self.by_name)]
        return (close or keys or [node.pairs[0][0]])[0]

    def _unknown_verb(self, key: Scalar) -> Any:
        slip = step_slip(key.text, self.by_name)
        if slip is not None:
            fix = slip.fix or f"- {mended(self.lines, key.span, slip.word)}"
            self.add(slip.code, key.span, slip.zh, slip.en, found=_cut(key.text), fix=fix)
            return BAD
        owner = self._owner(key.text)
        if owner is not None and key.text not in VERB_SYNONYMS:
            self._misplaced(key, owner)
            return BAD
        close = self._close_verbs(key.text)
        zh = f"没有“{_cut(key.text)}”这个步骤。" + (f"是不是想写“{close[0]}”？" if close else "")
        en = f'There is no step "{_cut(key.text)}".' + (f' Did you mean "{close[0]}"?' if close else "")
        rest = sorted(name for name in alike(key.text, self.by_name) if name not in close)
        fix = mended(self.lines, key.span, close[0]) if close else ""
        self.add("E-VERB", key.span, zh, en, found=_cut(key.text), allowed=[*close, *rest], fix=fix)
        return BAD

    def _close_verbs(self, word: str) -> list[str]:
        meant = VERB_SYNONYMS.get(word.lower(), "")
        return [meant] if meant in self.by_name else alike(word, nearest(word, self.by_name))

    def _owner(self, word: str) -> type[Step] | None:
        """Return the verb of which `word` is a key and no modifier, such as `if` for `else`."""
        if word in MODIFIERS_ZH or word in MODIFIERS_ZH.values():
            return None
        owners = [verb for verb in self.verbs.values() if word in keys_of(verb).fields]
        return min(owners, key=lambda verb: len(keys_of(verb).fields), default=None)

    def _misplaced(self, key: Scalar, owner: type[Step]) -> None:
        name = owner.zh if chinese(key.text) else owner.verb
        self.add("E-KEY", key.span, f"“{key.text}”不是步骤，是“{name}”里面的一项：要和“{name}”对齐，前面不写“- ”。",
                 f'"{key.text}" is no step but a key of "{name}": line it up with "{name}", without a dash.',
                 found=key.text, fix=example_of(owner))  # fmt: skip

    def _placed(self, step: Any, node: Node) -> Any:
        if step is not BAD:
            step.place(self.path, node.span)
        return step

    # problems ---------------------------------------------------------------------------------------------------

    def add(
        self, code: str, span: Span, zh: str, en: str, *, found: str = "", allowed: Iterable[str] = (), fix: str = ""
    ) -> None:
        """Report an error."""
        self.problems.append(Problem(code, self.path, span, zh, en, found, tuple(allowed), fix))

    def refuse(self, refused: Refused, node: Node) -> None:
        """Report a refusal at its place inside `node`; its fix replaces the whole node."""
        span = node.span
        fix = mended(self.lines, span, refused.fix) if refused.fix and refused.code != "E-MISSING" else refused.fix
        if isinstance(node, Scalar) and refused.length and span.line == span.end_line:
            span = span.part(refused.offset + (node.style in ("'", '"') and 1), refused.length)
        self.add(refused.code, span, refused.zh, refused.en, found=refused.found, allowed=refused.allowed, fix=fix)

    def _report(
        self,
        error: ValidationError,
        node: Node,
        model: type[Part],
        nodes: MappingABC[str, Node] | None = None,
        skip: Iterable[str] = (),
    ) -> None:
        left_out = {key_of(name) for name in skip}
        by_key = {key_of(name): inner for name, inner in (nodes or {}).items()}
        for detail in error.errors(include_url=False):
            loc = detail["loc"]
            key = key_of(str(loc[0])) if loc else ""  # pydantic says the field: `as_`
            if key in left_out if loc else left_out:
                continue
            start = by_key.get(key)
            place = follow(start, loc[1:]) if start is not None else follow(node, loc)
            refused = detail.get("ctx", {}).get("error")
            if isinstance(refused, Refused):
                self.refuse(refused, place)
            else:
                self.refuse(for_pydantic(detail, model), place if detail["type"] != "missing" else head(node))

    def rename(self, span: Span, zh: str, en: str) -> None:
        """Note a word of the language with both its names."""
        self.renames.append(Rename(span, zh, en))


def _made_up(key: Scalar) -> bool:
    """Say whether the key stands nowhere in the source: its place is that of another word."""
    return key.style == "spill"


def _spilled(model: type[Part], keys: Keys, node: Mapping) -> list[tuple[Scalar, Node]]:
    """Return the pairs, those that belong to the spill field gathered into one mapping behind its key."""
    if not model.spill or any(keys.fields.get(key.text) == model.spill for key, _ in node.pairs):
        return node.pairs
    own = [(key, item) for key, item in node.pairs if key.text in keys.fields]
    rest = [(key, item) for key, item in node.pairs if key.text not in keys.fields]
    if not rest:
        return own
    return [*own, (Scalar(key_of(model.spill), rest[0][0].span, "spill"), Mapping(rest, node.span, node.style))]


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
