"""Conditions of a flow, answered by looking at the page: now, or as soon as they come true.

"Not there" is only believed on a page that has come to rest and whose own requests have not failed: an empty list after
a server error looks exactly like "nothing found", and acting on it would reject rows or do things twice.
"""

import asyncio
import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from bots.browser import find, tables
from bots.browser.driver import Ask, By
from bots.browser.failures import PageMoved
from bots.error_words import Said
from bots.errors import BrowserClosed, ConditionUnmet, ConnectionLost, ServerFailed, StepMisused
from bots.flow.values import Condition, Target, TextCheck, yes

if TYPE_CHECKING:
    from bots.context import Context

LOOK_EVERY_S = (0.02, 0.05, 0.1, 0.1, 0.2)
REST_TIMEOUT_MS = 15_000
LAST_ANSWER_MS = 5_000

# Requests of the page itself (fetch, XMLHttpRequest) to its own host that a server failed or that never got an answer,
# ended after `since` (ms since the epoch). The browser keeps 250 timings; they are cleared before that many are there.
FAILED_REQUESTS = """/* requests */ since => {
  const failed = [], scripts = ['fetch', 'xmlhttprequest'], frames = ['iframe', 'frame'];
  const look = view => {
    const clock = view.performance, every = clock.getEntriesByType('resource');
    for (const e of every) {
      if (clock.timeOrigin + e.responseEnd < since || !e.name.startsWith(location.origin)) continue;
      // A frame whose document was aborted may be one that sends a file.
      if (scripts.includes(e.initiatorType) ? e.responseStatus >= 500 || (e.responseStatus === 0 && e.responseEnd > 0)
        : frames.includes(e.initiatorType) && e.responseStatus >= 500) failed.push([e.name, e.responseStatus]);
    }
    if (every.length > 150) clock.clearResourceTimings();
    for (let i = 0; i < view.frames.length; i++)
      try { if (view.frames[i].location.origin === location.origin) look(view.frames[i]); } catch { /* not ours */ }
  };
  look(window);
  return JSON.stringify({now: performance.timeOrigin + performance.now(), failed});
}"""


async def rest(ctx: "Context", timeout_ms: int = REST_TIMEOUT_MS) -> None:
    """The page has come to rest: spinners gone, row count stable, and none of its requests failed since the last act.

    Raises PageTimeout, ServerFailed.
    """
    busy = [ctx.lookup.by(way) for way in ctx.facts.site.busy]
    await tables.settled(ctx.page, busy, timeout_ms)
    await ctx.check_requests()


async def answered(ctx: "Context") -> None:
    """What the last click or key asked for is on its way: nothing is closed or left that would call it back.

    What the page shows that it waits for is waited for, a failed answer to it is no success. A page that does not come
    to rest is noted, for no step asked for that. Raises ServerFailed.
    """
    if not ctx.unanswered:
        return
    ctx.unanswered = False
    try:
        await rest(ctx, LAST_ANSWER_MS)
    except (ConditionUnmet, ConnectionLost, BrowserClosed) as error:
        ctx.log.warning("最后点了以后，页面没有静下来：{}", error)


async def holds(ctx: "Context", condition: Condition) -> bool:
    """Whether the condition is true on the page as it is at rest; `if`, `when`, `unless` ask this way."""
    if _needs_page(condition):
        await ctx.clear_way()
        await rest(ctx)
        await ctx.clear_way()
    return await now(ctx, condition)


async def now(ctx: "Context", condition: Condition) -> bool:
    """Whether the condition is true at this moment."""
    match condition.kind, getattr(condition, condition.kind):
        case "visible", target:
            return await find.shows(ctx.page, ctx.resolved(target))
        case "missing", target:
            return not await find.shows(ctx.page, ctx.resolved(target))
        case "text", check:
            return await _text(ctx, check)
        case "url", part:
            return ctx.text(part) in ctx.page.url
        case "file", name:
            return _has_file(ctx, ctx.text(name))
        case "equals", (left, right):
            return ctx.text(left) == ctx.text(right)
        case "matches", (value, pattern):
            return _search(ctx.text(pattern), ctx.text(value))
        case "all", parts:
            return all([await now(ctx, part) for part in parts])
        case "any", parts:
            return any([await now(ctx, part) for part in parts])
        case "not_", part:
            return not await now(ctx, part)
    assert condition.expression is not None
    return yes(ctx.expand(condition.expression))


def _needs_page(condition: Condition) -> bool:
    match condition.kind, getattr(condition, condition.kind):
        case (("visible" | "missing" | "text" | "url"), _):
            return True
        case (("all" | "any"), parts):
            return any(_needs_page(part) for part in parts)
        case "not_", part:
            return _needs_page(part)
    return False


async def _text(ctx: "Context", check: TextCheck) -> bool:
    wanted = check.is_ or check.contains or check.matches
    if wanted is None:
        raise StepMisused("text", Said("要写 is、contains 或 matches 之一", "write is, contains or matches"))
    words = ctx.text(wanted)
    if check.target is None and check.matches is None:
        (seen,) = await ctx.page.survey([Ask(By("text", words, exact=check.is_ is not None), "see")])
        return seen.count > 0
    return any(_fits(check, words, text) for text in await _texts(ctx, check.target))


async def _texts(ctx: "Context", target: Target | None) -> list[str]:
    if target is None:
        return [await ctx.page.aria_snapshot()]
    for sighting in await ctx.page.survey(ctx.resolved(target).asks("see")):
        if sighting.count:
            elements = [await ctx.page.element(match) for match in sighting.matches]
            return [await element.text() or await element.value() for element in elements]
    return []


def _fits(check: TextCheck, words: str, text: str) -> bool:
    # A page's blanks may be hard ones or line ends: nobody who reads the page sees a difference.
    if check.is_ is not None:
        return text.split() == words.split()
    if check.contains is not None:
        return " ".join(words.split()) in " ".join(text.split())
    return _search(words, text)


def _search(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error as error:
        raise StepMisused(
            "matches",
            Said(
                f"正则表达式 {pattern} 写错了（第 {(error.pos or 0) + 1} 个字附近），检查括号是不是成对",
                f"the pattern {pattern} is wrong (near character {(error.pos or 0) + 1}): check its brackets",
            ),
        ) from error


def _has_file(ctx: "Context", name: str) -> bool:
    received = (Path(str(record["path"])).name for record in ctx.facts.journal.files(ctx.facts.run_id))
    return name in received or Path(name).is_file()


async def wait_until(ctx: "Context", condition: Condition, timeout_ms: int) -> None:
    """The condition has come true. Raises ConditionUnmet with what the page shows instead."""
    if await first_of(ctx, [condition], timeout_ms) is None:
        seen = "、".join(await ctx.page.texts(condition.say("zh")))
        raise ConditionUnmet(Said(condition.say("zh"), condition.say("en")), waited_ms=timeout_ms, seen=seen)


async def wait_gone(ctx: "Context", target: Target, timeout_ms: int) -> None:
    """Nothing that answers to the target is visible any more. Raises ConditionUnmet."""
    await wait_until(ctx, Condition(missing=target), timeout_ms)


async def first_of(
    ctx: "Context", conditions: Sequence[Condition], timeout_ms: int, *, watching: bool = True
) -> int | None:
    """The index of the condition that came true first, or None. Failed requests of the page end the wait at once."""
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout_ms / 1000
    looks = 0
    while True:
        index = await _came_true(ctx, conditions, watching=watching)
        if index is not None:
            return index
        if watching and looks % 5 == 4:
            await ctx.check_requests()
        if loop.time() >= end:
            return None
        await asyncio.sleep(LOOK_EVERY_S[min(looks, len(LOOK_EVERY_S) - 1)])
        looks += 1


async def _came_true(ctx: "Context", conditions: Sequence[Condition], *, watching: bool) -> int | None:
    """The index of the first condition that is true now; where none is, what stands in the way has been cleared.

    One look at the page for all that is visible or missing, and for what may stand in the way.
    """
    asked = [_asks(ctx, condition) for condition in conditions]
    ways = [Ask(by, "see") for by in ctx.obstacles()] if watching else []
    sightings = iter(await ctx.page.survey([*chain.from_iterable(asked), *ways]))
    shown = [sum(next(sightings).count for _ in asks) > 0 for asks in asked]
    for index, condition in enumerate(conditions):
        true = shown[index] is (condition.kind == "visible") if asked[index] else await now(ctx, condition)
        if true:
            return index
    if any(sighting.count for sighting in sightings):
        await ctx.clear_way()
    return None


def _asks(ctx: "Context", condition: Condition) -> list[Ask]:
    """The questions whose answers say whether the condition is true; none where looking is not enough."""
    match condition.kind, getattr(condition, condition.kind):
        case (("visible" | "missing"), target):
            return ctx.resolved(target).asks("see")
    return []


async def failed_request(ctx: "Context", since_ms: float) -> tuple[float, ServerFailed | None]:
    """The browser's time now (ms), and the failure of one of the page's own requests ended since `since_ms`."""
    try:
        answer = await ctx.page.evaluate_json(FAILED_REQUESTS, since_ms)
    except PageMoved:
        return since_ms, None
    match answer:
        case {"now": int() | float() as now_ms, "failed": [[str(url), int(status)], *_]}:
            return float(now_ms), ServerFailed(url, status)
        case {"now": int() | float() as now_ms}:
            return float(now_ms), None
    return since_ms, None
