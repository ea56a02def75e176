"""The only place where work starts again: after failures of the site, from a known page, a bounded number of times."""

import asyncio
from collections.abc import Awaitable, Callable

from bots.conditions import now
from bots.context import Context
from bots.engine.diary import Diary
from bots.engine.effects import Effects
from bots.engine.tracing import clean, discard
from bots.errors import BotError, BrowserClosed, DiskFull, Interrupted, LoginFailed, SessionExpired, SiteError
from bots.facts import Progress

MOST_INTERRUPTIONS = 6
"""Lost sessions and captchas do not count as failures of the work, yet they must not go on for ever."""
EXTRA_LOOKS = 2
"""An effect in doubt is worth further attempts: not to do it again, but to see whether it happened."""

Work = Callable[[bool], Awaitable[None]]
"""Called with True when it starts from a fresh page, on which nothing has been opened yet."""


class Attempts:
    """Starts work again for one context."""

    def __init__(self, ctx: Context, diary: Diary, effects: Effects) -> None:
        self._ctx = ctx
        self._diary = diary
        self._effects = effects
        self.number = 0

    async def until_done(self, work: Work, retries: int) -> None:
        """The work is done. Raises the last SiteError, or EffectUnclear when an effect stays in doubt."""
        self.number, failures, interruptions = 1, 0, 0
        sign_in = False
        while True:
            try:
                if sign_in:
                    await self._ctx.sign_in()
                    sign_in = False
                await work(self.number > 1)
                await self._stop_trace(keep=False)
                return
            except SiteError as raised:
                error = await self._true_reason(raised)
                if isinstance(error, SessionExpired | Interrupted):
                    interruptions += 1
                    sign_in = isinstance(error, SessionExpired)
                    more = interruptions <= MOST_INTERRUPTIONS
                else:
                    # A refused sign-in is tried once more only: sites lock accounts.
                    failures += max(retries, 1) if isinstance(error, LoginFailed) else 1
                    more = failures <= retries + (EXTRA_LOOKS if self._effects.in_doubt else 0)
                await self._failed(error, more)
                if not more:
                    self._effects.give_up(error.said)
                    raise error from raised
            except BotError as error:
                await self._ended(error)
                raise
            self.number += 1
            await self.fresh_page()
            if failures:  # a lost session and a captcha are no failures that somebody would look into
                await self._start_trace()

    async def _true_reason(self, error: SiteError) -> SiteError:
        """A missing element on the sign-in page means a lost session, whatever was being looked for."""
        ctx = self._ctx
        login = ctx.facts.site.login
        if isinstance(error, SessionExpired | Interrupted) or login is None:
            return error
        if error is ctx.sign_in_error:
            return error  # signing in has failed; to call that a lost session would try for ever
        if login.signed_out is not None and await now(ctx, login.signed_out):
            expired = SessionExpired(ctx.page.url)
            expired.where = error.where
            return expired
        return error

    async def _failed(self, error: SiteError, more: bool) -> None:
        following = "重新登录，从头再来" if isinstance(error, SessionExpired) else "换新页面，从头再来"
        await self._diary.fail(error, following if more else "不再试了")
        await self._stop_trace(keep=True)
        if more:
            self._ctx.facts.report(
                Progress("retry", error.message(self._ctx.facts.lang), self.number, 0, self._ctx.item_key)
            )

    async def _ended(self, error: BotError) -> None:
        """Not a matter of trying again: the row's data, a person, the author, the machine.

        An effect that was begun stays open: whoever comes back to it looks first.
        """
        if isinstance(error, BrowserClosed):
            raise error
        following = {"business": "标明原因，做下一行", "person": "等人处理"}.get(error.who, "停止运行")
        if error.who != "business":
            await self._diary.fail(error, following)
        await self._stop_trace(keep=error.who != "business")

    async def fresh_page(self) -> None:
        """One new tab, no other: nothing of what went wrong is left on it."""
        page = await self._ctx.session.new_page()
        for other in list(self._ctx.session.pages):
            if other is not page:
                await other.close()
        self._ctx.page = page

    async def _start_trace(self) -> None:
        if not self._ctx.tracing:
            await self._ctx.session.start_trace()
            self._ctx.tracing = True

    async def _stop_trace(self, *, keep: bool) -> None:
        if self._ctx.tracing:
            path = self._ctx.facts.folder.evidence / f"trace-{len(self._diary.failures):03d}.zip"
            self._ctx.tracing = False
            try:
                await self._ctx.session.stop_trace(path if keep else None)
                if path.exists():
                    await asyncio.to_thread(clean, path, self._ctx.facts.mask)
            except (DiskFull, OSError) as full:  # a lost trace must not hide what was wrong
                await asyncio.to_thread(discard, path)  # nor may one stay that still holds secrets
                self._ctx.log.warning("没能留下追踪：{}", full)
