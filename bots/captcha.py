"""A captcha goes to a person: the picture is asked about, the answer is typed into the field beside it.

A captcha of a session that has been lost lets nobody through, whatever is typed: while nobody has answered yet, another
tab is looked at now and then, and a lost session is begun anew without waiting for the person.
"""

import asyncio
from typing import TYPE_CHECKING

from bots.browser import find
from bots.browser.driver import Ask, By
from bots.browser.target import ResolvedTarget
from bots.conditions import first_of
from bots.error_words import Said
from bots.errors import CaptchaShown, Interrupted, ServerFailed, SessionExpired, SiteError
from bots.flow.values import Condition, Target
from bots.people import Question

if TYPE_CHECKING:
    from bots.context import Context

ANSWER_WAIT_MS = 10 * 60_000
ANSWER_FIELD = By("css", "input:not([type=hidden]):not([type=checkbox]):not([type=radio])")
GONE_TIMEOUT_MS = 8_000
GONE_LOOK_MS = 1_000
MOST_TRIES = 3
SESSION_LOOKS_S = (30.0, 90.0, 180.0)
"""After how long, each time, the session is looked at; seldom, for a captcha is how a site says that it is too much."""
SIGN_TIMEOUT_MS = 5_000


async def solve(ctx: "Context", target: Target) -> None:
    """Returns if it has gone. Raises Interrupted when a person has read the captcha, CaptchaShown when nobody did,
    SessionExpired when the session was lost meanwhile."""
    for _ in range(MOST_TRIES):
        seen = ctx.resolved(target)
        if not await find.shows(ctx.page, seen):
            return
        found = await find.resolve(ctx.page, seen, want="see", timeout_ms=2_000)
        picture = await found.element.screenshot()
        facts = {"url": ctx.page.url, "account": ctx.facts.account.name}
        question = Question("captcha", "请输入图片里的验证码", ANSWER_WAIT_MS, picture=picture, facts=facts)
        answer = await _answer(ctx, question)
        if answer is None:
            break
        await _type_answer(ctx, seen, answer)
        if await _gone(ctx, target):
            raise Interrupted(Said("验证码", "captcha"))
    raise CaptchaShown(ctx.page.url)


async def _answer(ctx: "Context", question: Question) -> str | None:
    """What a person says, None when nobody did. Raises SessionExpired; the question is then taken back."""
    asking = asyncio.ensure_future(ctx.ask(question))
    try:
        for wait_s in SESSION_LOOKS_S:
            await asyncio.wait({asking}, timeout=wait_s)
            if not asking.done() and await _signed_out(ctx):
                raise SessionExpired(ctx.page.url)
        return await asking
    finally:
        asking.cancel()


async def _signed_out(ctx: "Context") -> bool:
    """Whether the site's first page, on a tab of its own, asks to sign in; nobody knows where it says neither."""
    login = ctx.facts.site.login
    if ctx.signing_in or login is None or login.signed_out is None or login.signed_out.visible is None:
        return False
    targets = [login.signed_out.visible, *ctx.facts.site.captcha]
    page = await ctx.session.new_page()
    try:
        await page.goto(ctx.lookup.base)
        signs = [ctx.lookup.target(target, page.url).alternatives for target in targets]
        for _ in range(SIGN_TIMEOUT_MS // 250):
            shown = await find.visible(page, [by for sign in signs for by in sign])
            if shown is not None:
                return shown < len(signs[0])
            await ctx.pause(250)
        return False
    except SiteError as error:
        ctx.log.info("验证码等人时看了一眼登录还在不在，没看成：{}", error)
        return False
    finally:
        await page.close()


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
