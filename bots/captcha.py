"""A captcha goes to a person: the picture is asked about, the answer is typed into the field beside it."""

import asyncio
from typing import TYPE_CHECKING

from bots.browser import find
from bots.browser.driver import Ask, By
from bots.browser.target import ResolvedTarget
from bots.conditions import first_of
from bots.errors import CaptchaShown, Interrupted, ServerFailed
from bots.flow.values import Condition, Target
from bots.people import Question

if TYPE_CHECKING:
    from bots.context import Context

ANSWER_WAIT_MS = 10 * 60_000
ANSWER_FIELD = By("css", "input:not([type=hidden]):not([type=checkbox]):not([type=radio])")
GONE_TIMEOUT_MS = 8_000
GONE_LOOK_MS = 1_000
MOST_TRIES = 3


async def solve(ctx: "Context", target: Target) -> None:
    """Raises Interrupted when a person has read the captcha, CaptchaShown when nobody did; returns if it has gone."""
    for _ in range(MOST_TRIES):
        seen = ctx.resolved(target)
        if not await find.shows(ctx.page, seen):
            return
        found = await find.resolve(ctx.page, seen, want="see", timeout_ms=2_000)
        picture = await found.element.screenshot()
        facts = {"url": ctx.page.url, "account": ctx.facts.account.name}
        answer = await ctx.ask(
            Question("captcha", "请输入图片里的验证码", ANSWER_WAIT_MS, picture=picture, facts=facts)
        )
        if answer is None:
            break
        await _type_answer(ctx, seen, answer)
        if await _gone(ctx, target):
            raise Interrupted("验证码")
    raise CaptchaShown(ctx.page.url)


async def _gone(ctx: "Context", target: Target) -> bool:
    """Whether the answer was taken; a server that failed on it has not heard it, and will not say so later either."""
    loop = asyncio.get_running_loop()
    end = loop.time() + GONE_TIMEOUT_MS / 1000
    while loop.time() < end:
        # In slices, and without watching for captchas meanwhile: that would begin all this anew.
        if await first_of(ctx, [Condition(missing=target)], GONE_LOOK_MS, watching=False) == 0:
            return True
        try:
            await ctx.check_requests()
        except ServerFailed as error:
            ctx.log.info("验证码没有送到：{}", error)
            return False
    return False


async def _type_answer(ctx: "Context", captcha: ResolvedTarget, answer: str) -> None:
    """The answer stands in the field beside the captcha and was sent with Enter.

    Beside: in the same frame. A captcha inside a frame has a page of search fields around it.
    """
    pictures = captcha.asks("see")
    fields = [
        Ask(ANSWER_FIELD, "fill"),
        Ask(By("label", "验证码"), "fill"),
        Ask(By("placeholder", "验证码", exact=False), "fill"),
    ]
    sightings = await ctx.page.survey([*pictures, *fields])
    frames = {match.frame for sighting in sightings[: len(pictures)] for match in sighting.matches}
    beside = ([m for m in sighting.matches if m.frame in frames] for sighting in sightings[len(pictures) :])
    match = next((matches[0] for matches in beside if len(matches) == 1), None)
    if match is None:
        raise CaptchaShown(ctx.page.url)
    field = await ctx.page.element(match)
    await field.fill(answer)
    await field.press("Enter")
