"""try: what to do when steps fail."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context
from bots.errors import EffectInDoubt, Interrupted, SessionExpired, SiteError
from bots.flow.language import Bilingual
from bots.flow.step import Step, Steps


class Try(Step):
    """If the page fails in the steps, those under `catch` run (`${error}` says why); those under `finally` always do.

    A row's refusal, a question to a person, a lost session and an effect in doubt are not caught.
    """

    verb: ClassVar[str] = "try"
    zh: ClassVar[str] = "尝试"
    title: ClassVar[Bilingual] = Bilingual("尝试", "Try")
    promise_zh: ClassVar[str] = (
        "里面的步骤失败了，就做 catch（${error} 是原因）；finally 里的不管怎样都做。拒绝一行、等人、掉线和没有结"
        "果的“只做一次”不会被接住。"
    )
    main: ClassVar[str] = "do"
    keys_zh: ClassVar[Mapping[str, str]] = {"catch": "出错时", "do": "做", "finally": "最后"}
    opens: ClassVar[bool] = True
    example: ClassVar[str] = "try:\n  - click: 关闭\n    timeout: 2s\ncatch:\n  - note: 没有可关的 ${error}"

    do: Steps
    catch: Steps = ()
    finally_: Steps = ()

    def binds(self) -> tuple[str, ...]:
        """Return the name of the failure's sentence."""
        return ("error",)

    async def run(self, ctx: Context) -> None:
        """Done, or caught. Raises what is not caught, after `finally`."""
        try:
            await ctx.player.steps(self.do)
        except SiteError as error:
            if isinstance(error, EffectInDoubt | Interrupted | SessionExpired):
                raise
            ctx.log.info("接住了失败：{}", error)
            with ctx.scope.frame({"error": error.message()}):
                await ctx.player.steps(self.catch)
        finally:
            await ctx.player.steps(self.finally_)
