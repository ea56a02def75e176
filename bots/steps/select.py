"""select: an option of a drop-down."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step
from bots.flow.values import Target
from bots.steps.fill import FieldValue, field_value, fill_field


class Select(Step):
    """Each drop-down has the option chosen; a list for several."""

    verb: ClassVar[str] = "select"
    zh: ClassVar[str] = "选择"
    title: ClassVar[Bilingual] = Bilingual("选择", "Select")
    promise_zh: ClassVar[str] = "下拉框选好；几个就写成列表。"
    main: ClassVar[str] = "fields"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    sentence: ClassVar[Bilingual] = Bilingual("选择：{fields}", "Select: {fields}")
    example: ClassVar[str] = "select: {快递公司: 顺丰速运}"
    asks: ClassVar[bool] = True

    fields: dict[str, FieldValue]

    async def run(self, ctx: Context) -> None:
        """Chosen. Raises OptionMissing with what is offered, ElementMissing, ElementAmbiguous."""
        for label, value in self.fields.items():
            await fill_field(ctx, Target.model_validate(label), field_value(ctx, value))
