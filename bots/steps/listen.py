"""listen: the page's own JSON, instead of what it draws from it."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Self

from pydantic import model_validator

from bots.answers import NoRows, as_text, parsed, rows_at, text_of, value_at
from bots.browser.arrivals import address_fits
from bots.browser.driver import Answer
from bots.context import Context
from bots.error_words import Said
from bots.errors import ConditionUnmet, ConnectionLost, DocumentUnexpected, ServerFailed
from bots.flow.language import Bilingual, Lang
from bots.flow.problem import Refused
from bots.flow.step import Step, Steps
from bots.flow.values import Comparison, Target, Template
from bots.intake import save_rows, wanted
from bots.sheets import Row
from bots.steps.click import click

MOST_SHOWN = 8
ANSWER_TIMEOUT_MS = 30_000


class Listen(Step):
    """What the page asks its server for while the button `on` is clicked, or the steps `do` run, has the name `as`.

    The address contains the text (`*` stands for anything). With `at` (`data.list`) it is rows, from all answers, in
    order, each value the text that the server wrote and nested fields named `buyer_name`; without, the first answer as
    it is. `total` is where the answer says how many there are, `key` the field that tells rows apart.
    """

    verb: ClassVar[str] = "listen"
    zh: ClassVar[str] = "监听数据"
    title: ClassVar[Bilingual] = Bilingual("监听数据", "Listen for")
    promise_zh: ClassVar[str] = (
        "点 on 的按钮（或做 do 里的步骤）时，取页面自己向服务器要的数据，叫做 as 写的名字。写了 at（如 data.list）就是"
        "一行行的数据，每个值都是服务器写的原文，长编号一位不少；不写就是第一个回答的全部。"
    )
    main: ClassVar[str] = "address"
    keys_zh: ClassVar[Mapping[str, str]] = {
        "as": "叫做",
        "at": "数据位置",
        "do": "做",
        "key": "主键列",
        "kind": "单据种类",
        "on": "点击",
        "rows": "行数",
        "save": "存为",
        "total": "总数位置",
    }
    example: ClassVar[str] = "listen: /api/orders\non: 查询\nas: answer"

    address: Template
    as_: str
    on: Target | None = None
    do: Steps = ()
    at: Template | None = None
    total: Template | None = None
    key: Template | None = None
    rows: Comparison | None = None
    save: Template | None = None
    kind: Template | None = None

    @model_validator(mode="after")
    def _one_cause(self) -> Self:
        if (self.on is None) == (not self.do):
            raise Refused(
                "E-MISSING",
                "listen 要写 on（点哪个按钮）或 do（做哪些步骤），只写一个。",
                "listen needs on (a button) or do (steps), one of them.",
                allowed=("on", "do"),
            )
        return self

    def say(self, lang: Lang) -> str:
        """Return what is done and whose data is taken."""
        if self.name is not None:
            return self.name.source
        address = self.address.source
        if self.on is None:
            return f"听“{address}”的数据，同时做：" if lang == "zh" else f'Take the data of "{address}" while doing:'
        target = self.on.say(lang)
        return f"点击{target}，取“{address}”的数据" if lang == "zh" else f'Click {target}, take the data of "{address}"'

    def defines(self) -> Iterable[str]:
        """Return the name of the data."""
        return (self.as_,)

    async def run(self, ctx: Context) -> None:
        """Received; nothing is rounded. Raises ServerFailed, ConditionUnmet with the answers seen instead."""
        address = ctx.text(self.address)
        answers = await self._heard(ctx, address)
        if self.at is None:
            data: Any = _whole(address, answers[0])
        else:
            data = self._rows(ctx, address, answers, ctx.text(self.at))
            if self.save is not None:
                save_rows(ctx, data, wanted(ctx, self.save, self.kind, None))
            ctx.log.info("从 {} 个回答里取到 {} 行", len(answers), len(data))
        ctx.scope.put(self.as_, data)

    async def _heard(self, ctx: Context, address: str) -> list[Answer]:
        """The answers from the address, at least one, none of them a failure."""

        async def cause() -> None:
            if self.on is not None:
                await ctx.act(self.on, click)
            await ctx.player.steps(self.do)

        every = await ctx.page.watch(
            cause, bodies=address, timeout_ms=self.timeout.ms if self.timeout else ANSWER_TIMEOUT_MS
        )
        found = [one for one in every if address_fits(one.url, address) and one.method != "OPTIONS"]
        if not found:
            seen = "、".join(dict.fromkeys(map(str, every[-MOST_SHOWN:]))) or "页面没有发请求"
            raise ConditionUnmet(Said(f"页面向 {address} 要数据", f"the page asks {address} for data"), seen=seen)
        for one in found:
            if one.status == 0:
                raise ConnectionLost(one.url, "回答没有来，或只来了一半")
            if one.status >= 500:
                raise ServerFailed(one.url, one.status)
            if one.status >= 400 or one.body is None:
                raise ConditionUnmet(Said(f"{address} 的数据", f"data of {address}"), seen=str(one))
        return found

    def _rows(self, ctx: Context, address: str, answers: list[Answer], path: str) -> list[Row]:
        found: list[Row] = []
        before: set[tuple[str, bytes | None]] = set()
        total: str | None = None
        for one in answers:
            if (one.url, one.body) in before:
                ctx.log.info("同一个请求回答了两次，只算一次：{}", one)
                continue
            before.add((one.url, one.body))
            try:
                value = parsed(text_of(one.body or b"", one.content_type))
                found.extend(rows_at(value, path))
                total = as_text(value_at(value, ctx.text(self.total))) if self.total else None
            except NoRows as reason:
                raise ConditionUnmet(
                    Said(f"{address} 的回答里有 {path}", f"the answer of {address} has {path}"), seen=f"{one} {reason}"
                ) from reason
        return self._checked(ctx, found, total)

    def _checked(self, ctx: Context, found: list[Row], total: str | None) -> list[Row]:
        """No row twice, none missing. Raises DocumentUnexpected."""
        key = ctx.text(self.key) if self.key else ""
        if key:
            if found and not any(key in row for row in found):
                raise DocumentUnexpected(
                    Said(self.say("zh"), self.say("en")),
                    Said(
                        f"没有字段 {key}，有的是 {'、'.join(found[0])}",
                        f"there is no field {key}; there are {', '.join(found[0])}",
                    ),
                )
            kept = list({row.get(key, ""): row for row in reversed(found)}.values())[::-1]
            if len(kept) < len(found):
                ctx.log.warning("有 {} 行来了两次（{} 相同），各留一行", len(found) - len(kept), key)
            found = kept
        if total is not None and str(len(found)) != total:
            raise DocumentUnexpected(
                Said(self.say("zh"), self.say("en")),
                Said(f"网站说共 {total} 条，听到 {len(found)} 行", f"the site counts {total}, heard {len(found)} rows"),
            )
        if self.rows is not None and not self.rows.holds(len(found), ctx.scope.names):
            raise DocumentUnexpected(
                Said(self.say("zh"), self.say("en")),
                Said(
                    f"有 {len(found)} 行，要求 {self.rows.source}",
                    f"there are {len(found)} rows, wanted {self.rows.source}",
                ),
            )
        return found


def _whole(address: str, answer: Answer) -> Any:
    try:
        text = text_of(answer.body or b"", answer.content_type)
        parsed(text)
    except NoRows as reason:
        raise ConditionUnmet(
            Said(f"{address} 的数据是 JSON", f"the data of {address} is JSON"), seen=str(reason)
        ) from reason
    return json.loads(text, parse_float=Decimal)
