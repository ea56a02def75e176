"""What a step points at and what it asks: targets, conditions, retries, and how values are shown in a sentence."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from bots.flow.evaluator import truth
from bots.flow.functions import as_text
from bots.flow.language import Lang, nearest
from bots.flow.part import Part, key_of
from bots.flow.problem import Refused
from bots.flow.quantities import Duration
from bots.flow.template import Template, Text, Value


class Target(Part):
    """An element of the page: by its name in the element library, else by the visible text, label or role name.

    `in_`, `near`, `below` and `right_of` narrow it down; `nth` (from 1) is the last resort.
    """

    short: ClassVar[str] = "name"
    keys_zh: ClassVar[Mapping[str, str]] = {
        "below": "下方",
        "in": "在",
        "name": "名称",
        "near": "靠近",
        "nth": "第几个",
        "right_of": "右边",
    }

    name: Template
    in_: "Target | None" = None
    near: "Target | None" = None
    below: "Target | None" = None
    right_of: "Target | None" = None
    nth: Value[Annotated[int, Field(ge=1)]] | None = None

    def say(self, lang: Lang) -> str:
        """Return how a person would call it: “商品行”里的“下架”."""
        own = f"“{self.name.source}”" if lang == "zh" else f'"{self.name.source}"'
        relations = (
            (self.in_, "{0}里的", "in {0}"),
            (self.near, "{0}旁边的", "near {0}"),
            (self.below, "{0}下面的", "below {0}"),
            (self.right_of, "{0}右边的", "right of {0}"),
        )
        nth = "" if self.nth is None else show(self.nth, lang)
        said = [(target.say(lang), zh, en) for target, zh, en in relations if target is not None]
        if lang == "zh":
            return "".join(zh.format(name) for name, zh, _ in said) + own + (f"（第 {nth} 个）" if nth else "")
        place = "".join(f" {en.format(name)}" for name, _, en in said)
        return own + (f" number {nth}" if nth else "") + place


class TextCheck(Part):
    """Text on the page, or in one element: equal, containing, or matching a regular expression."""

    short: ClassVar[str] = "contains"
    keys_zh: ClassVar[Mapping[str, str]] = {"contains": "包含", "is": "等于", "matches": "符合", "target": "元素"}

    target: Target | None = None
    is_: Template | None = None
    contains: Template | None = None
    matches: Template | None = None

    def say(self, lang: Lang) -> str:
        """Return the check in words."""
        place = self.target.say(lang) if self.target else ("页面文字" if lang == "zh" else "the page's text")
        words = {"contains": ("包含", "contains"), "is_": ("是", "is"), "matches": ("符合", "matches")}
        for field, (zh, en) in words.items():
            value: Template | None = getattr(self, field)
            if value is not None:
                return f"{place}{zh}“{value.source}”" if lang == "zh" else f'{place} {en} "{value.source}"'
        return place


CONDITION_KEYS = ("visible", "missing", "text", "url", "file", "equals", "matches", "all", "any", "not_", "expression")


class Condition(Part):
    """Something that is true or not: exactly one of its keys is given; a bare text is one `${…}`."""

    short: ClassVar[str] = "expression"
    keys_zh: ClassVar[Mapping[str, str]] = {
        "all": "都满足",
        "any": "任一满足",
        "equals": "相等",
        "expression": "表达式",
        "file": "有文件",
        "matches": "符合",
        "missing": "看不到",
        "not": "不是",
        "text": "文字",
        "url": "网址包含",
        "visible": "看得到",
    }

    visible: Target | None = None
    missing: Target | None = None
    text: TextCheck | None = None
    url: Template | None = None
    file: Template | None = None
    equals: tuple[Template, Template] | None = None
    matches: tuple[Template, Template] | None = None
    all: tuple["Condition", ...] | None = None
    any: tuple["Condition", ...] | None = None
    not_: "Condition | None" = None
    expression: Template | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [field for field in CONDITION_KEYS if getattr(self, field) is not None]
        if len(given) != 1:
            raise Refused(
                "E-CONDITION",
                "条件里要写、并且只写一项；要同时满足几项，请用 all（都满足）把它们列出来。",
                "A condition has exactly one key; to require several, list them under all.",
                found=", ".join(field.rstrip("_") for field in given),
                allowed=[field.rstrip("_") for field in CONDITION_KEYS],
            )
        if self.expression is not None and not self.expression.expressions:
            raise _not_a_condition(self.expression.source)
        if self.expression is not None and len(self.expression.pieces) > 1:
            raise _half_an_expression(self.expression.source)
        return self

    @property
    def kind(self) -> str:
        """The field that is given, `not_` with its underscore."""
        return next(field for field, value in self.__dict__.items() if value is not None)

    def say(self, lang: Lang) -> str:
        """Return the condition in words."""
        zh, kind = lang == "zh", self.kind
        value = getattr(self, kind)
        match kind:
            case "visible":
                return f"看得到{value.say(lang)}" if zh else f"{value.say(lang)} is visible"
            case "missing":
                return f"看不到{value.say(lang)}" if zh else f"{value.say(lang)} is missing"
            case "text":
                return str(value.say(lang))
            case "url":
                return f"网址包含“{value.source}”" if zh else f'the address contains "{value.source}"'
            case "file":
                return f"有文件“{value.source}”" if zh else f'there is a file "{value.source}"'
            case "equals":
                return (
                    f"{value[0].source} 等于 {value[1].source}" if zh else f"{value[0].source} equals {value[1].source}"
                )
            case "matches":
                return (
                    f"{value[0].source} 符合 {value[1].source}"
                    if zh
                    else f"{value[0].source} matches {value[1].source}"
                )
            case "all" | "any":
                both = (" 并且 " if zh else " and ") if kind == "all" else (" 或者 " if zh else " or ")
                return both.join(condition.say(lang) for condition in value)
            case "not_":
                return f"不是：{value.say(lang)}" if zh else f"not: {value.say(lang)}"
            case _:
                return f"{value.source} 成立" if zh else f"{value.source} holds"


def _half_an_expression(source: str) -> Refused:
    """`${a} > 3` would be filled in to a text, and a text is always true."""
    whole = "${" + re.sub(r"\$\{([^{}]*)\}", r"\1", source) + "}"
    return Refused(
        "E-CONDITION",
        "比较要整个写在 ${ } 里面，否则永远成立。",
        "The whole comparison goes inside ${ }, or it would always hold.",
        found=source,
        fix=whole,
    )


def _not_a_condition(source: str) -> Refused:
    close = nearest(source, ["visible", "missing"])
    return Refused(
        "E-CONDITION",
        f"“{source}”不是条件；要看页面上有没有它，请写 {{visible: {source}}}；要比较数值，请写 ${{…}}。",
        f'"{source}" is not a condition; write {{visible: {source}}} to look for it, or ${{…}} to compare.',
        found=source,
        allowed=close or ("visible", "missing", "text", "url", "${…}"),
        fix=f"{{visible: {source}}}",
    )


class Retry(Part):
    """How often a step is tried again after a failure of the site, and how long it waits between."""

    short: ClassVar[str] = "times"
    keys_zh: ClassVar[Mapping[str, str]] = {"backoff": "间隔方式", "cap": "最长间隔", "times": "次数", "wait": "间隔"}
    words_zh: ClassVar[Mapping[str, str]] = {"constant": "固定", "exponential": "逐次加倍"}

    times: Annotated[int, Field(ge=1, le=20)]
    wait: Duration = Duration.parse("2s")
    backoff: Literal["constant", "exponential"] = "exponential"
    cap: Duration = Duration.parse("60s")

    def wait_ms(self, attempt: int) -> int:
        """Return how long to wait after the `attempt`-th failure (from 1), in milliseconds."""
        factor = 2 ** (attempt - 1) if self.backoff == "exponential" else 1
        return min(self.wait.ms * factor, self.cap.ms)


def yes(value: object) -> bool:
    """Say whether an expanded `when` counts as yes."""
    return truth(value)


Target.model_rebuild()
Condition.model_rebuild()


def show(value: object, lang: Lang) -> str:
    """Return any value of a step the way a sentence shows it; templates stay visible."""
    # Whether something is a part is asked last: pydantic answers that question in Python, which takes long (measured).
    if isinstance(value, Text):
        if isinstance(value, Duration):
            return value.say(lang)
        return f"“{value.source}”" if lang == "zh" else f'"{value.source}"'
    if isinstance(value, Part):
        return value.say(lang) if isinstance(value, (Target, Condition, TextCheck)) else _show_part(value, lang)
    if isinstance(value, Value):
        return value.template.source if value.template is not None else show(value.literal, lang)
    if isinstance(value, Mapping):
        joint = "填" if lang == "zh" else " = "
        return ("，" if lang == "zh" else ", ").join(
            f"{show(key, lang)}{joint}{show(item, lang)}" for key, item in value.items()
        )
    if isinstance(value, (list, tuple)):
        return ("、" if lang == "zh" else ", ").join(show(item, lang) for item in value)
    return as_text(value)


def _show_part(part: Part, lang: Lang) -> str:
    """Return the fields that differ from what is assumed anyway, with their names."""
    given = {name: getattr(part, name) for name, info in type(part).model_fields.items()
             if getattr(part, name) != info.default}  # fmt: skip
    keys = {name: part.keys_zh.get(key_of(name), key_of(name)) if lang == "zh" else key_of(name) for name in given}
    joint = ("，", " ") if lang == "zh" else (", ", ": ")
    return joint[0].join(f"{keys[name]}{joint[1]}{show(value, lang)}" for name, value in given.items())
