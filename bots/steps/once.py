"""once: an effect outside that happens exactly once."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context, Effect
from bots.flow.language import Bilingual, Lang
from bots.flow.step import Step, Steps
from bots.flow.values import Condition, Template


class Once(Step):
    """An effect outside: written down before and after, looked at when in doubt, never repeated.

    `unless` tells on the page that it has happened already; `verify` is waited for afterwards. One of them is needed.
    """

    verb: ClassVar[str] = "once"
    zh: ClassVar[str] = "只做一次"
    title: ClassVar[Bilingual] = Bilingual("只做一次", "Do once")
    promise_zh: ClassVar[str] = (
        "有外部影响的事，只做一次：做之前、做之后都记账，断在中间先核实，绝不做两次。unless 说已经做过是什么样子"
        "，verify 说做成了能看到什么，至少写一个。"
    )
    main: ClassVar[str] = "label"
    keys_zh: ClassVar[Mapping[str, str]] = {"do": "做", "unless": "除非", "verify": "核实"}
    example: ClassVar[str] = """\
once: 下架-${商品ID}
unless: {visible: 已下架}
do:
  - click: {in: 商品行, name: 下架}
  - click: 确定
verify: {visible: 下架成功}
"""

    label: Template
    unless: Condition | None = None
    do: Steps
    verify: Condition | None = None

    def say(self, lang: Lang) -> str:
        """Return the effect, what keeps it from happening twice, and what proves it."""
        if self.name is not None:
            return self.name.source
        zh = lang == "zh"
        said = f"只做一次：“{self.label.source}”" if zh else f'Do once: "{self.label.source}"'
        if self.unless is not None:
            said += f"；{self.unless.say(lang)}就不做" if zh else f"; unless {self.unless.say(lang)}"
        if self.verify is not None:
            said += f"；做完核实{self.verify.say(lang)}" if zh else f"; verified by: {self.verify.say(lang)}"
        return said

    async def run(self, ctx: Context) -> None:
        """The effect has happened exactly once. Raises EffectInDoubt, EffectUnclear, or what the site refused."""
        await ctx.player.effect(Effect(ctx.text(self.label), self.unless, self.do, self.verify, self))
