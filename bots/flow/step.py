"""The base of every verb: what a line of a flow is, before anything knows how to do it."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from string import Formatter
from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field, SkipValidation

from bots.flow.language import Bilingual, Lang
from bots.flow.part import NO_WORDS, Part
from bots.flow.problem import Span
from bots.flow.values import Condition, Duration, Retry, Template, show

MODIFIERS_ZH: dict[str, str] = {
    "name": "步骤名",
    "off": "停用",
    "optional": "可选",
    "retry": "重试",
    "secret": "保密",
    "timeout": "最多等",
    "when": "仅当",
}


NOWHERE: tuple[str, Span] = ("", Span())


class Step(Part):
    """One step. A verb is a subclass with its class facts, its fields, and (in `bots/steps`) `async def run(ctx)`.

    `verb` and `zh` are its two names; `main` is the field that the value behind the verb fills (`click: 查询` fills
    `target`); a verb without `main` is written bare (`- login`). `keys_zh` gives the Chinese of its own keys.
    Fields that are Python words end in an underscore: `in_`, `else_`, `as_`. Steps inside a step have type `Steps`,
    a mapping of its own is a `Part`, page elements are `Target`, pages `PageName`, text `Template`.
    """

    __slots__ = ("_place",)

    verb: ClassVar[str] = ""
    zh: ClassVar[str] = ""
    title: ClassVar[Bilingual] = Bilingual("", "")
    promise_zh: ClassVar[str] = ""
    """What the docstring of the verb promises, in Chinese: for the manual and for editors."""
    example: ClassVar[str] = ""
    main: ClassVar[str] = ""
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    sentence: ClassVar[Bilingual | None] = None
    """How the step is said, with its fields in braces: `点击{target}`. None: title, then the main value."""
    opens: ClassVar[bool] = False
    """Whether the steps inside see names that cannot be known before running, such as the columns of a table."""
    asks: ClassVar[bool] = False
    """Whether it ends as soon as the page was asked for something: where no step follows, the answer is waited for."""

    name: Template | None = None
    when: Condition | None = None
    optional: bool = False
    timeout: Duration | None = None
    retry: Retry | None = None
    off: bool = False
    secret: bool = False

    @property
    def _at(self) -> tuple[str, Span]:
        return getattr(self, "_place", NOWHERE)

    @property
    def span(self) -> Span:
        """Where the step stands in its file."""
        return self._at[1]

    @property
    def path(self) -> str:
        """The file that the step stands in, as it was given to the parser."""
        return self._at[0]

    @property
    def where(self) -> str:
        """`file:line`, for messages."""
        path, span = self._at  # not `path`: a verb may have a field of that name
        return f"{path}:{span.line}"

    def place(self, path: str, span: Span) -> None:
        """Note where the step was read; called once, by the parser."""
        object.__setattr__(self, "_place", (path, span))

    def say(self, lang: Lang) -> str:
        """Return what the step does in one sentence, filled templates left visible."""
        if self.name is not None:
            return self.name.source
        if self.sentence is not None:
            return _filled(self.sentence.say(lang), self, lang)
        main = getattr(self, self.main, None) if self.main else None
        title = self.title.say(lang)
        gap = "" if lang == "zh" else " "
        return (
            title
            if main is None or main == () or _holds_steps(main)
            else f"{title}{gap}{_shown(main, type(self), lang)}"
        )

    def children(self) -> tuple["Steps", ...]:
        """Return the steps inside, one tuple per key that holds steps, in the order of the fields."""
        values = (getattr(self, field) for field in type(self).model_fields)
        return tuple(value for value in values if _holds_steps(value))

    def defines(self) -> Iterable[str]:
        """Return the names that later steps may use once this one has run: `set`, `read … as` give one."""
        return ()

    def looks_at(self) -> Iterable[Template]:
        """Return the pages that this step wants to have been looked at before it acts: its list of tasks."""
        return ()

    def binds(self) -> Iterable[str]:
        """Return the names that only the steps inside may use: the row of a `for_each`."""
        return ()


Steps: TypeAlias = tuple[Annotated[SkipValidation[Step], Field()], ...]
"""Steps in order; written as a list, or as a single step."""


def _shown(value: object, part: type[Part], lang: Lang) -> str:
    """Return a value the way a sentence says it; a fixed word of `part` is said in the language of the sentence."""
    if isinstance(value, str):
        return part.words_zh.get(value, value) if lang == "zh" else value
    return show(value, lang)


@lru_cache(maxsize=512)
def _pieces(sentence: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return a sentence's texts, each with the field behind it, if there is one; `task.start` is a field of a part."""
    return tuple((text, tuple(field.split(".")) if field else ()) for text, field, _, _ in Formatter().parse(sentence))


def _filled(sentence: str, step: Step, lang: Lang) -> str:
    """Return the sentence with the step's values in it."""
    said: list[str] = []
    for text, path in _pieces(sentence):
        said.append(text)
        if path:
            value: object = getattr(step, path[0])
            inner: type[Part] = type(step)
            for name in path[1:]:
                inner = type(value) if isinstance(value, Part) else inner
                value = getattr(value, name)
            said.append(_shown(value, inner, lang))
    return "".join(said)


def _holds_steps(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(item, Step) for item in value)
