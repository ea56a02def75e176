"""Text with `${…}`: the base of every value that is written as one text."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Generic, Self, TypeVar, get_args

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

from bots.flow.evaluator import NO_FUNCTIONS, Functions
from bots.flow.expressions import Expression
from bots.flow.functions import as_text
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
                "E-NOT-TEXT",
                "这里要写一段文字，不是一组内容。",
                "Text is wanted here, not a list or a mapping.",
                fix=_flat(value),
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


def _flat(value: object) -> str:
    """Return a list or mapping of texts as the one text that was probably meant."""
    parts = list(value.values()) if isinstance(value, Mapping) else value
    if not isinstance(parts, (list, tuple)) or not all(isinstance(part, str) for part in parts):
        return ""
    return (" / " if isinstance(value, Mapping) else "、").join(parts)


class Template(Text):
    """Text that may hold `${…}`; `$${` writes the three characters themselves."""

    __slots__ = ("pieces",)
    pieces: tuple[str | Expression, ...]

    @classmethod
    def parse(cls, source: str) -> Self:
        """Return the template; raises `Refused` with the offset of a broken expression."""
        made = cls.__new__(cls)
        made.source = source
        made.pieces = (source,) if "${" not in source else tuple(_pieces(source))
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
    if not expression.names <= scope.keys():
        return f"${{{expression.source}}}"
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
            raise _copy(refused, source[:start], source[end + 1 :]).shifted(start + 2) from None
        at = end + 1
    plain += source[at:]
    if plain or not source:
        yield plain


def _copy(refused: Refused, before: str, after: str) -> Refused:
    """Return the refusal anew: the first may be kept for the next text; its fix is for the whole text around it."""
    return Refused(
        refused.code,
        refused.zh,
        refused.en,
        found=refused.found,
        allowed=refused.allowed,
        fix=f"{before}{refused.fix}{after}" if refused.fix else "",
        offset=refused.offset,
        length=refused.length,
    )


_TO_THE_BRACE = re.compile(r"[^{}\"']*\}")


def _closing(source: str, start: int) -> int:
    """Return where the `}` stands that closes the `${` before `start`; brackets inside quotes do not count."""
    simple = _TO_THE_BRACE.match(source, start)
    if simple is not None:
        return simple.end() - 1
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
