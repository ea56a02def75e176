"""The values that a step's keys take, every one read from text: templates, durations, targets, conditions.

All are immutable, compare by what they say, and can be used as field types of a `Step` or any `Part`. A text that
does not fit raises `Refused`, which the parser turns into a located `Problem`.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar, get_args

from pydantic import Field, GetCoreSchemaHandler, TypeAdapter, model_validator
from pydantic_core import CoreSchema, core_schema

from bots.flow.expressions import NO_FUNCTIONS, Expression, Functions, same_kind, truth
from bots.flow.functions import as_text
from bots.flow.language import Lang, nearest
from bots.flow.part import Part, key_of
from bots.flow.problem import Refused

T = TypeVar("T")


class Text:
    """Base of the values that one text holds; equal when the text is equal."""

    __slots__ = ("source",)
    source: str

    @classmethod
    def parse(cls, source: str) -> Self:
        """Return the value that `source` writes; raises `Refused`."""
        raise Refused("E-VALUE", "这里不能写文字。", "Text does not fit here.", found=source)

    @classmethod
    def read(cls, value: object) -> Self:
        """Return `value` if it is one already, else what its text says."""
        if isinstance(value, cls):
            return value
        if isinstance(value, Text):
            return cls.parse(value.source)
        if not isinstance(value, (str, int, Decimal, date)):
            raise Refused(
                "E-NOT-TEXT", "这里要写一段文字，不是一组内容。", "Text is wanted here, not a list or a mapping."
            )
        return cls.parse(as_text(value))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic build the value from text."""
        return core_schema.no_info_plain_validator_function(cls.read)

    def __eq__(self, other: object) -> bool:
        """Compare by what is written."""
        return type(other) is type(self) and getattr(other, "source", None) == self.source

    def __hash__(self) -> int:
        """Hash what is written."""
        return hash((type(self), self.source))

    def __repr__(self) -> str:
        """Show what is written."""
        return f"{type(self).__name__}({self.source!r})"


class Template(Text):
    """Text that may hold `${…}`; `$${` writes the three characters themselves."""

    __slots__ = ("pieces",)
    pieces: tuple[str | Expression, ...]

    @classmethod
    def parse(cls, source: str) -> Self:
        """Return the template; raises `Refused` with the offset of a broken expression."""
        made = cls.__new__(cls)
        made.source = source
        made.pieces = tuple(_pieces(source)) if "${" in source else (source,)
        return made

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions in the order they stand."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Expression))

    @property
    def names(self) -> frozenset[str]:
        """The names that must be in the scope."""
        return frozenset().union(*(expression.names for expression in self.expressions))

    @property
    def literal(self) -> str | None:
        """The text, if nothing has to be filled in, else None."""
        return None if self.expressions else "".join(piece for piece in self.pieces if isinstance(piece, str))

    def expand(self, scope: Mapping[str, object], functions: Functions = NO_FUNCTIONS) -> object:
        """Return the text filled in; exactly one `${…}` and nothing else keeps the type of its value."""
        if len(self.pieces) == 1 and isinstance(self.pieces[0], Expression):
            return self.pieces[0].evaluate(scope, functions)
        return self.expand_text(scope, functions)

    def expand_text(self, scope: Mapping[str, object], functions: Functions = NO_FUNCTIONS) -> str:
        """Return the text filled in, always as text: dates as 2026-11-20, amounts without an exponent."""
        return "".join(
            piece if isinstance(piece, str) else as_text(piece.evaluate(scope, functions)) for piece in self.pieces
        )

    def partial(self, scope: Mapping[str, object]) -> str:
        """Return the text with everything filled in that `scope` knows; the rest stays `${…}`."""
        return "".join(piece if isinstance(piece, str) else _known(piece, scope) for piece in self.pieces)


class PageName(Template):
    """A page of the site by its name in the element library, or an address."""

    __slots__ = ()


def _known(expression: Expression, scope: Mapping[str, object]) -> str:
    try:
        return as_text(expression.evaluate(scope))
    except Refused:
        return f"${{{expression.source}}}"


def _pieces(source: str) -> Iterator[str | Expression]:
    at, plain = 0, ""
    while True:
        start = source.find("${", at)
        if start < 0:
            break
        if start and source[start - 1] == "$":
            plain += source[at : start - 1] + "${"
            at = start + 2
            continue
        end = _closing(source, start + 2)
        plain += source[at:start]
        if plain:
            yield plain
        plain = ""
        try:
            yield Expression.parse(source[start + 2 : end])
        except Refused as refused:
            raise _copy(refused).shifted(start + 2) from None
        at = end + 1
    plain += source[at:]
    if plain or not source:
        yield plain


def _copy(refused: Refused) -> Refused:
    return Refused(
        refused.code,
        refused.zh,
        refused.en,
        found=refused.found,
        allowed=refused.allowed,
        fix=refused.fix,
        offset=refused.offset,
        length=refused.length,
    )


def _closing(source: str, start: int) -> int:
    """Return where the `}` stands that closes the `${` before `start`; brackets inside quotes do not count."""
    depth, quote = 1, ""
    for at in range(start, len(source)):
        c = source[at]
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'":
            quote = c
        elif c in "{}":
            depth += 1 if c == "{" else -1
            if not depth:
                return at
    raise Refused(
        "E-EXPRESSION",
        "${ 没有写完，少了右边的 }。",
        "${ is not closed: the } is missing.",
        found=source[start - 2 :],
        fix=source + "}",
        offset=start - 2,
        length=2,
    )


class Value(Generic[T]):
    """A value of type T, written down or to be filled in: `Value[int]` reads `3` and `${数量}`."""

    __slots__ = ("_adapter", "literal", "template")

    def __init__(self, literal: T | None, template: Template | None, adapter: TypeAdapter[T]) -> None:
        """Hold one of the two."""
        self.literal, self.template, self._adapter = literal, template, adapter

    def expand(self, scope: Mapping[str, object], functions: Functions = NO_FUNCTIONS) -> T:
        """Return the value, filled in and checked; raises `Refused` when it does not fit its type."""
        if self.template is None:
            return self.literal  # type: ignore[return-value]  # exactly one of the two is there
        found = self.template.expand(scope, functions)
        try:
            return self._adapter.validate_python(found)
        except ValueError as error:
            raise Refused(
                "E-VALUE",
                f"{self.template.source} 的值“{as_text(found)[:60]}”不合要求。",
                f'The value "{as_text(found)[:60]}" of {self.template.source} does not fit.',
                found=as_text(found)[:60],
            ) from error

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate T unless the text holds `${`."""
        inner = (get_args(source) or (Any,))[0]
        adapter: TypeAdapter[Any] = TypeAdapter(inner)

        def read(value: object, validate: Any) -> Value[Any]:
            if isinstance(value, Value):
                return value
            if isinstance(value, Template) or (isinstance(value, str) and "${" in value):
                return Value(None, Template.read(value), adapter)
            return Value(validate(value), None, adapter)

        return core_schema.no_info_wrap_validator_function(read, handler.generate_schema(inner))

    def __eq__(self, other: object) -> bool:
        """Compare by what is written."""
        return isinstance(other, Value) and (other.literal, other.template) == (self.literal, self.template)

    def __hash__(self) -> int:
        """Hash what is written."""
        return hash((self.literal, self.template))

    def __repr__(self) -> str:
        """Show what is written."""
        return f"Value({self.template.source if self.template else self.literal!r})"


DURATION_UNITS: dict[str, int] = {
    "ms": 1, "毫秒": 1,
    "s": 1_000, "sec": 1_000, "秒": 1_000, "秒钟": 1_000,
    "m": 60_000, "min": 60_000, "分": 60_000, "分钟": 60_000,
    "h": 3_600_000, "小时": 3_600_000,
    "d": 86_400_000, "天": 86_400_000,
}  # fmt: skip
MAX_DURATION_MS = 7 * 86_400_000

_AMOUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+|[一-鿿]+)\s*")


class Duration(Text):
    """A stretch of time, `ms` milliseconds long: `30s`, `2m`, `1h30m`, `30秒`, `15 分钟`."""

    __slots__ = ("ms",)
    ms: int

    @classmethod
    def parse(cls, source: str) -> Self:
        """Return the duration; a bare number is refused because nobody can tell its unit."""
        at, total = 0, Decimal(0)
        while at < len(source) and (match := _AMOUNT.match(source, at)):
            unit = DURATION_UNITS.get(match[2].lower())
            if unit is None:
                break
            total += Decimal(match[1]) * unit
            at = match.end()
        if at < len(source) or not source.strip() or total > MAX_DURATION_MS:
            raise _not_a_duration(source)
        made = cls.__new__(cls)
        made.source, made.ms = source, int(total)
        return made

    def say(self, lang: Lang) -> str:
        """Return the duration in words: `15 分钟`, `15 min`."""
        for unit_ms, zh, en in ((3_600_000, "小时", "h"), (60_000, "分钟", "min"), (1_000, "秒", "s")):
            if self.ms >= unit_ms and self.ms % unit_ms == 0:
                return f"{self.ms // unit_ms} {zh if lang == 'zh' else en}"
        return f"{self.ms} {'毫秒' if lang == 'zh' else 'ms'}"


def _not_a_duration(source: str) -> Refused:
    if source.strip().isdecimal():
        return Refused(
            "E-DURATION",
            f"时长“{source}”没有写单位；秒写 s 或 秒，分钟写 m 或 分钟。",
            f'The duration "{source}" has no unit; s for seconds, m for minutes.',
            found=source,
            allowed=("30s", "2m", "30秒", "15分钟"),
            fix=f"{source.strip()}s",
        )
    return Refused(
        "E-DURATION",
        f"“{source}”不是时长；请写数字加单位，例如 30s 或 2分钟，最长 7 天。",
        f'"{source}" is not a duration; write a number with its unit, for example 30s or 2m, at most 7 days.',
        found=source,
        allowed=("30s", "2m", "1h30m", "30秒", "15分钟"),
    )


SIZE_UNITS: dict[str, int] = {"b": 1, "字节": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}


class Size(Text):
    """A number of bytes: `10MB`, `500 KB`."""

    __slots__ = ("bytes",)
    bytes: int

    @classmethod
    def parse(cls, source: str) -> Self:
        """Return the size; raises `Refused`."""
        match = _AMOUNT.fullmatch(source)
        unit = SIZE_UNITS.get(match[2].lower()) if match else None
        if match is None or unit is None:
            raise Refused(
                "E-SIZE",
                f"“{source}”不是大小；请写数字加单位，例如 10MB。",
                f'"{source}" is not a size; write a number with its unit, for example 10MB.',
                found=source,
                allowed=("500KB", "10MB"),
            )
        made = cls.__new__(cls)
        made.source, made.bytes = source, int(Decimal(match[1]) * unit)
        return made


_COMPARISON = re.compile(r"\s*(>=|<=|==|!=|<>|=|>|<|≥|≤|≠|＞＝|＜＝|＞|＜|＝)?\s*(.*?)\s*", re.DOTALL)
_OPERATORS = {"==": "=", "<>": "!=", "≥": ">=", "≤": "<=", "≠": "!=", "＞": ">", "＜": "<", "＝": "=", "＞＝": ">=",
              "＜＝": "<="}  # fmt: skip

Operator = Literal["=", "!=", ">", ">=", "<", "<="]


class Comparison(Text):
    """A comparison written as text: `>= 1`, `< ${上限}`; a bare value means equal."""

    __slots__ = ("op", "value")
    op: Operator
    value: Template

    @classmethod
    def parse(cls, source: str) -> Self:
        """Return the comparison; raises `Refused` when nothing stands beside the sign."""
        match = _COMPARISON.fullmatch(source)
        if match is None or not match[2]:
            raise Refused(
                "E-COMPARISON",
                f'“{source}”不是比较；请写成 ">= 1" 这样，并加英文引号。',
                f'"{source}" is not a comparison; write it like ">= 1", in quotes.',
                found=source,
                allowed=(">= 1", "= 0", "< 100", "!= 0"),
            )
        made = cls.__new__(cls)
        sign = match[1] or "="
        made.source, made.op, made.value = source, _OPERATORS.get(sign, sign), Template.parse(match[2])  # type: ignore[assignment]
        return made

    def holds(
        self, found: object, scope: Mapping[str, object] | None = None, functions: Functions = NO_FUNCTIONS
    ) -> bool:
        """Say whether `found` fits; numbers and dates compare as such, everything else as text.

        Raises `Refused` when an order is asked for that the two do not have.
        """
        wanted = _as_number(self.value.expand(scope or {}, functions))
        left, right = same_kind(found, wanted, ordered=self.op not in ("=", "!="))
        return bool(_HOLDS[self.op](left, right))


_HOLDS: dict[str, Callable[[Any, Any], object]] = {
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
}


def _as_number(wanted: object) -> object:
    """Return text as a number when it reads as one: "10" is more than "9"."""
    if not isinstance(wanted, str):
        return wanted
    try:
        number = Decimal(wanted)
    except InvalidOperation:
        return wanted
    return number if number.is_finite() else wanted


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
    nth: Annotated[int, Field(ge=1)] | None = None

    def say(self, lang: Lang) -> str:
        """Return how a person would call it: “商品行”里的“下架”."""
        own = f"“{self.name.source}”" if lang == "zh" else f'"{self.name.source}"'
        relations = (
            (self.in_, "{0}里的", "in {0}"),
            (self.near, "{0}旁边的", "near {0}"),
            (self.below, "{0}下面的", "below {0}"),
            (self.right_of, "{0}右边的", "right of {0}"),
        )
        said = [(target.say(lang), zh, en) for target, zh, en in relations if target is not None]
        if lang == "zh":
            return (
                "".join(zh.format(name) for name, zh, _ in said) + own + (f"（第 {self.nth} 个）" if self.nth else "")
            )
        place = "".join(f" {en.format(name)}" for name, _, en in said)
        return own + (f" number {self.nth}" if self.nth else "") + place


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
        return self

    @property
    def kind(self) -> str:
        """The field that is given, `not_` with its underscore."""
        return next(field for field in CONDITION_KEYS if getattr(self, field) is not None)

    def say(self, lang: Lang) -> str:
        """Return the condition in words."""
        zh = lang == "zh"
        value = getattr(self, self.kind)
        match self.kind:
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
                both = (" 并且 " if zh else " and ") if self.kind == "all" else (" 或者 " if zh else " or ")
                return both.join(condition.say(lang) for condition in value)
            case "not_":
                return f"不是：{value.say(lang)}" if zh else f"not: {value.say(lang)}"
            case _:
                return f"{value.source} 成立" if zh else f"{value.source} holds"


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
    if isinstance(value, (Target, Condition, Duration, TextCheck)):
        return value.say(lang)
    if isinstance(value, Part):
        return _show_part(value, lang)
    if isinstance(value, Text):
        return f"“{value.source}”" if lang == "zh" else f'"{value.source}"'
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
             if getattr(part, name) != info.get_default()}  # fmt: skip
    keys = {name: part.keys_zh.get(key_of(name), key_of(name)) if lang == "zh" else key_of(name) for name in given}
    joint = ("，", " ") if lang == "zh" else (", ", ": ")
    return joint[0].join(f"{keys[name]}{joint[1]}{show(value, lang)}" for name, value in given.items())
