"""wait: until something is there, gone, or the page has come to rest."""

import asyncio
from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from bots.conditions import rest, wait_gone, wait_until
from bots.context import Context
from bots.flow.language import Bilingual, Lang
from bots.flow.part import Part
from bots.flow.problem import Refused
from bots.flow.step import Step
from bots.flow.values import Condition, Duration, Target, Template, TextCheck

AS_CONDITION = ("visible", "text", "url", "file", "all", "any")
GIVEN = (*AS_CONDITION, "gone", "until", "time")


class Pause(Duration):
    """A stretch of time; any other bare text was most likely meant as something to wait for."""

    __slots__ = ()

    @classmethod
    def parse(cls, source: str) -> Self:
        """Return the pause; raises `Refused` that offers what can be waited for."""
        if any(character.isdigit() for character in source):
            return super().parse(source)
        raise Refused(
            "E-WORD",
            f"“{source}”不能直接等；等它出现请写 {{visible: {source}}}，等页面加载完请写 loaded（加载完成）。",
            f'"{source}" is nothing to wait for; write {{visible: {source}}} to wait until it shows, '
            "or loaded to wait for the page.",
            found=source,
            allowed=("loaded", f"{{visible: {source}}}", f"{{gone: {source}}}"),
            fix=f"{{visible: {source}}}",
        )


class Awaited(Part):
    """What is waited for; exactly one key. A bare `30s` is a stretch of time, the last resort."""

    short: ClassVar[str] = "time"
    keys_zh: ClassVar[Mapping[str, str]] = {
        "all": "都满足",
        "any": "任一满足",
        "file": "有文件",
        "gone": "消失",
        "text": "文字",
        "time": "时长",
        "until": "直到",
        "url": "网址包含",
        "visible": "看得到",
    }

    visible: Target | None = None
    gone: Target | None = None
    text: TextCheck | None = None
    url: Template | None = None
    file: Template | None = None
    all: tuple[Condition, ...] | None = None
    any: tuple[Condition, ...] | None = None
    until: Condition | None = None
    time: Pause | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in GIVEN if getattr(self, name) is not None]
        if len(given) != 1:
            raise Refused(
                "E-CONDITION",
                "wait 里要写、并且只写一项。",
                "wait has exactly one key.",
                found=", ".join(given),
                allowed=GIVEN,
            )
        return self

    def condition(self) -> Condition | None:
        """The condition that comes true when the waiting is over; None for a stretch of time."""
        if self.until is not None:
            return self.until
        if self.gone is not None:
            return Condition(missing=self.gone)
        given = {name: getattr(self, name) for name in AS_CONDITION}
        given = {name: value for name, value in given.items() if value is not None}
        return Condition.model_validate(given) if given else None


class Wait(Step):
    """Until an element, text, address or file is there or gone, or `loaded`: spinners gone and rows stable.

    Waiting for a stretch of time (`time: 2s`) is the last resort.
    """

    verb: ClassVar[str] = "wait"
    zh: ClassVar[str] = "等待"
    title: ClassVar[Bilingual] = Bilingual("等待", "Wait for")
    promise_zh: ClassVar[str] = (
        "等元素、文字、网址、文件出现或消失，或者 loaded：转圈没了、行数不变了。等固定的时间（time: 2s）是最后的办法。"
    )
    main: ClassVar[str] = "awaited"
    keys_zh: ClassVar[Mapping[str, str]] = {}
    words_zh: ClassVar[Mapping[str, str]] = {"loaded": "加载完成"}
    example: ClassVar[str] = "wait: loaded"

    awaited: Literal["loaded"] | Awaited

    def say(self, lang: Lang) -> str:
        """Return the wait in words."""
        if self.name is not None:
            return self.name.source
        if isinstance(self.awaited, str):
            return "等待页面加载完成" if lang == "zh" else "Wait until the page is loaded"
        if self.awaited.time is not None:
            return f"等 {self.awaited.time.say(lang)}" if lang == "zh" else f"Wait {self.awaited.time.say(lang)}"
        condition = self.awaited.condition()
        said = condition.say(lang) if condition is not None else ""
        return f"等到{said}" if lang == "zh" else f"Wait until {said}"

    async def run(self, ctx: Context) -> None:
        """What was waited for has come. Raises ConditionUnmet with what the page shows instead."""
        if isinstance(self.awaited, str):
            await ctx.clear_way()
            await rest(ctx, max(ctx.timeout_ms, 30_000))
            await ctx.clear_way()
            return
        if self.awaited.time is not None:
            await asyncio.sleep(self.awaited.time.ms / 1000)
            return
        if self.awaited.gone is not None:
            await wait_gone(ctx, self.awaited.gone, ctx.timeout_ms)
            return
        condition = self.awaited.condition()
        assert condition is not None
        await wait_until(ctx, condition, ctx.timeout_ms)
