"""fill: fields by label and value, whatever they are made of."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from bots.browser import widgets
from bots.browser.driver import Element
from bots.browser.widgets.moments import moment
from bots.browser.widgets.values import as_range
from bots.context import Context
from bots.flow.functions import as_text
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS, Part
from bots.flow.step import Step
from bots.flow.values import Target, Template


class Hidden(Part):
    """A value that is never written in a file: a secret of the account, or a one-time code made from one."""

    keys_zh: ClassVar[Mapping[str, str]] = {"secret": "密码", "totp": "动态口令"}

    secret: Template | None = None
    totp: Template | None = None


FieldValue = Template | tuple[Template, ...] | Hidden


class Fill(Step):
    """Each field holds its value: text, number, select, date, date range (`a ~ b`), cascader (`a / b`), switch, upload.

    Native, Element Plus and Ant Design fields; several choices as a list. What was filled is read back from the page.
    """

    verb: ClassVar[str] = "fill"
    zh: ClassVar[str] = "填写"
    title: ClassVar[Bilingual] = Bilingual("填写", "Fill in")
    promise_zh: ClassVar[str] = (
        "按名字填表：文字、数字、下拉、多选（写成列表）、日期、日期范围（甲 ~ 乙）、级联（甲 / 乙）、开关、上传…"
        "…原生、Ant Design、Element Plus 都认；填完读回来核对。"
    )
    main: ClassVar[str] = "fields"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    sentence: ClassVar[Bilingual] = Bilingual("填写：{fields}", "Fill in: {fields}")
    example: ClassVar[str] = "fill:\n  下单日期: ${day} ~ ${day}\n  订单状态: 全部"
    asks: ClassVar[bool] = True

    fields: dict[str, FieldValue]

    async def run(self, ctx: Context) -> None:
        """Filled, in the order written. Raises ElementMissing, ElementAmbiguous, OptionMissing, ElementBlocked."""
        fields = [(Target.model_validate(label), value) for label, value in self.fields.items()]
        while fields:
            fields = fields[await type_run(ctx, fields) :]
            if fields:
                target, value = fields.pop(0)
                await fill_field(ctx, target, field_value(ctx, value))


def field_value(ctx: Context, value: FieldValue) -> str | list[str]:
    """The value of a field as text, or as a list of texts."""
    if isinstance(value, Hidden):
        return _hidden(ctx, value)
    if isinstance(value, tuple):
        return [ctx.text(part) for part in value]
    expanded = ctx.expand(value)
    return [as_text(part) for part in expanded] if isinstance(expanded, list) else as_text(expanded)


def _hidden(ctx: Context, value: Hidden) -> str:
    if value.secret is not None:
        return ctx.text(Template.parse(f"${{secret.{ctx.text(value.secret)}}}"))
    name = ctx.text(value.totp) if value.totp is not None else "totp"
    return ctx.text(Template.parse(f'${{totp("{name}")}}'))


async def type_run(ctx: Context, fields: Sequence[tuple[Target, FieldValue]]) -> int:
    """How many of the first fields are plain boxes that took their text in one go."""
    run: list[tuple[Target, str]] = []
    for target, value in fields:
        if isinstance(value, Hidden) and value.totp is not None:
            break  # a one-time code is made when its turn comes
        text = field_value(ctx, value)
        if not isinstance(text, str) or _for_picker(text):
            break
        run.append((target, text))
    return await ctx.type_run(run) if run else 0


def _for_picker(text: str) -> bool:
    """Whether it is a span of days: what holds one is no plain box, so it need not be asked whether it is."""
    ends = as_range(text)
    return ends is not None and all(moment(end) is not None for end in ends)


async def fill_field(ctx: Context, target: Target, value: str | list[str]) -> None:
    """The field holds the value."""
    name = ctx.text(target.name)

    async def fill(element: Element, _timeout_ms: int) -> None:
        await widgets.fill(ctx.page, element, value, name=name, timeout_ms=ctx.timeout_ms)

    await ctx.act(target, fill, want="fill")
