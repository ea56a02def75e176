"""python: a typed function of the user's own."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from pydantic import Field

from bots.context import Context, Effect
from bots.flow.language import Bilingual, Lang
from bots.flow.python_source import FunctionName
from bots.flow.step import Step
from bots.flow.values import Template, show
from bots.python_function import call_function

FUNCTION_TIMEOUT_S = 60.0


class Python(Step):
    """A function in a Python file beside the flow has run, and its result has the name `as`.

    `with` gives its parameters by name; each is read as its annotation asks (str, int, Decimal, bool, date, list,
    dict, Literal, Path, a pydantic model), and the result is held to its annotation. It runs in a process of its own,
    ended when the step's time is over (60 s unless `timeout` says otherwise); what it prints is in the run's log.
    Nothing else holds it back: it may do whatever you may do on this machine. So a dry run ends before it, unless
    `dry_run: yes` says that it changes nothing outside; and a function that does change something belongs in `once`.
    """

    verb: ClassVar[str] = "python"
    zh: ClassVar[str] = "运行函数"
    title: ClassVar[Bilingual] = Bilingual("运行自己的 Python 函数", "Run a Python function of your own")
    promise_zh: ClassVar[str] = (
        "运行流程旁边的 Python 文件里、自己写的一个函数，结果叫做 as 写的名字。with 按参数名给值，按类型标注读成 "
        "Decimal、日期等；结果也要和标注一致。在单独的进程里运行，超时（默认 60 秒，用 timeout 改）就停掉，打印的"
        "内容在日志里。除此以外没有任何限制：它能做你在这台机器上能做的一切，所以试运行到它为止，除非写了 dry_run"
        ": yes（不改动外面）；会改动外面的要放在 once 里。"
    )
    main: ClassVar[str] = "function"
    keys_zh: ClassVar[Mapping[str, str]] = {"as": "叫做", "dry_run": "试运行也做", "with": "参数"}
    example: ClassVar[str] = "python: prices.py:new_price\nwith: {cost: '${成本}'}\nas: price"

    function: FunctionName
    with_: dict[str, Template | tuple[Template, ...]] = Field(default_factory=dict)
    as_: str | None = None
    dry_run: bool = False

    def say(self, lang: Lang) -> str:
        """Return the function and what it is given, and that nothing holds it back."""
        if self.name is not None:
            return self.name.source
        zh = lang == "zh"
        said = f"运行函数 {self.function.source}" if zh else f"Run the function {self.function.source}"
        if self.with_:
            said += f"（{show(self.with_, lang)}）" if zh else f" ({show(self.with_, lang)})"
        if self.as_:
            said += f"，结果叫做“{self.as_}”" if zh else f', call the result "{self.as_}"'
        return said + ("；你自己的代码，夜班不限制它" if zh else "; your own code, nothing holds it back")

    def defines(self) -> Iterable[str]:
        """Return the name of the result."""
        return (self.as_,) if self.as_ else ()

    async def run(self, ctx: Context) -> None:
        """Run, once. Raises FunctionMissing, FunctionRefused, FunctionRaised, FunctionResultWrong, FunctionTooSlow."""
        if ctx.facts.dry_run and not self.dry_run:
            # To a dry run it is like an effect outside: shown, not done, and nothing after it can be tried.
            await ctx.player.effect(Effect(self.function.source, None, (), None, self))
        given = {
            name: [ctx.expand(one) for one in value] if isinstance(value, tuple) else ctx.expand(value)
            for name, value in self.with_.items()
        }
        ctx.acting()  # inside `once`: it may have done something, so a failure after this leaves the effect in doubt
        timeout_s = self.timeout.ms / 1000 if self.timeout else FUNCTION_TIMEOUT_S
        result = await call_function(
            self.function,
            ctx.flow.path,
            given,
            timeout_s=timeout_s,
            hear=lambda line: ctx.log.info("{}：{}", self.function.file, line),
        )
        if self.secret and isinstance(result, str):
            ctx.facts.mask.learn(result)
        if self.as_:
            ctx.scope.put(self.as_, "" if result is None else result)
