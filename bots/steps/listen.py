"""listen: the page's own JSON, instead of what it draws from it."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import ClassVar

from bots.context import Context
from bots.errors import ConditionUnmet
from bots.flow.language import Bilingual
from bots.flow.step import Step
from bots.flow.values import Target, Template
from bots.steps.click import click


class Listen(Step):
    """The first answer from an address that contains the text, which the click `on` causes, has the name `as`."""

    verb: ClassVar[str] = "listen"
    zh: ClassVar[str] = "监听数据"
    title: ClassVar[Bilingual] = Bilingual("监听数据", "Listen for")
    main: ClassVar[str] = "address"
    keys_zh: ClassVar[Mapping[str, str]] = {"as": "叫做", "on": "点击"}
    sentence: ClassVar[Bilingual] = Bilingual("点击{on}，取{address}的数据", "Click {on}, take the data of {address}")
    example: ClassVar[str] = "listen: /api/orders\non: 查询\nas: answer"

    address: Template
    on: Target
    as_: str

    def defines(self) -> Iterable[str]:
        """Return the name of the data."""
        return (self.as_,)

    async def run(self, ctx: Context) -> None:
        """Received; numbers are exact. Raises PageTimeout, ConditionUnmet for an answer that is not JSON."""

        async def click_it() -> None:
            await ctx.act(self.on, click)

        address = ctx.text(self.address)
        answers = await ctx.page.watch(click_it, bodies=address, timeout_ms=max(ctx.timeout_ms, 30_000))
        body = next((one.body for one in answers if one.body is not None), b"")
        try:
            data = json.loads(body, parse_float=Decimal)
        except json.JSONDecodeError as error:
            raise ConditionUnmet(f"{address} 的数据是 JSON", seen=body[:100].decode(errors="replace")) from error
        ctx.scope.put(self.as_, data)
