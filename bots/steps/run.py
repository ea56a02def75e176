"""run: another flow, with typed inputs and outputs."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from pydantic import Field

from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Template


class Run(Step):
    """Another flow of the same site has run on the same page; its outputs are the columns of the name `as`."""

    verb: ClassVar[str] = "run"
    zh: ClassVar[str] = "运行流程"
    title: ClassVar[Bilingual] = Bilingual("运行流程", "Run the flow")
    promise_zh: ClassVar[str] = "在同一页上运行同一站点的另一个流程，它的输出用 as 写的名字取。"
    main: ClassVar[str] = "flow"
    keys_zh: ClassVar[Mapping[str, str]] = {"as": "叫做", "inputs": "输入"}
    example: ClassVar[str] = 'run: count_orders\ninputs: {day: "${day}"}\nas: counted'

    flow: Template
    inputs: dict[str, Template] = Field(default_factory=dict)
    as_: str | None = None

    def defines(self) -> Iterable[str]:
        """Return the name of the outputs."""
        return (self.as_,) if self.as_ else ()

    async def run(self, ctx: Context) -> None:
        """The other flow ran to its end. Raises what it raises; FlowInvalid, FileMissing, StepMisused."""
        inputs = {name: ctx.expand(value) for name, value in self.inputs.items()}
        outputs = await ctx.player.flow(ctx.text(self.flow), inputs)
        if self.as_:
            ctx.scope.put(self.as_, outputs)
