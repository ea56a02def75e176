"""Signing in by the site's own steps, and telling three ends apart: signed in, refused, and lost again at once.

Only what the site itself shows as its refusal counts as one: sites lock accounts after a few wrong passwords, so a
refusal ends the run, while a session that was lost the moment it began is simply begun again.
"""

from typing import TYPE_CHECKING

from bots.browser import find
from bots.browser.failures import PageMoved
from bots.conditions import first_of, now
from bots.errors import FlowFailed, LoginFailed, SessionExpired, SiteError
from bots.facts import Progress
from bots.flow.site import Login
from bots.flow.values import Target
from bots.masking import learn_state

if TYPE_CHECKING:
    from bots.context import Context

SIGNED_IN_TIMEOUT_MS = 15_000
HEADED_FOR_TIMEOUT_MS = 5_000
"""A page further in may show neither sign: it is not waited for as long, and not asked again in this run."""
CAME_BACK_LOOK_MS = 1_000
"""How long one look for the signs lasts before it is asked whether the way in is there anew."""

# When the document began (another number is another document), and whether it has a password field with nothing in it:
# a form that was filled and sent is not empty, so an empty one in a new document was not refused, it was never sent.
WAY_IN = """/* way in */ () => {
  const fields = [...document.querySelectorAll('input[type=password]')].filter(e => e.offsetParent !== null);
  return JSON.stringify({began: performance.timeOrigin, empty: fields.some(e => e.value === '')});
}"""


async def sign_in(ctx: "Context") -> None:
    """The account is signed in; nothing happens if the saved session is still good.

    Raises LoginFailed when the site refuses, SessionExpired when the session was lost again at once, SiteError.
    """
    login = ctx.facts.site.login
    if login is None:
        return
    ctx.signing_in = True
    try:
        if await _still_signed_in(ctx, login):
            learn_state(ctx.facts.mask, await ctx.session.state())
            return
        async with ctx.secrecy():
            document, _ = await _way_in(ctx)
            await ctx.player.steps(login.steps)
            await _reach_signed_in(ctx, login, document)
            learn_state(ctx.facts.mask, await ctx.session.state())
    except FlowFailed as said:  # the site's own login steps saw why
        ctx.sign_in_error = _failed(ctx, said.message())
        raise ctx.sign_in_error from said
    except SiteError as error:
        ctx.sign_in_error = error
        raise
    finally:
        ctx.signing_in = False
    ctx.facts.report(Progress("signed_in", ctx.facts.account.name))


async def _still_signed_in(ctx: "Context", login: Login) -> bool:
    """Whether the saved session is good, seen on the page that the flow opens next, else on the site's first page.

    Every page shows who is signed in on most sites: then the first page is not opened only to be left again.
    """
    ctx.arrived_at, address = "", ctx.headed_for
    if address and ctx.session.began_with and address not in ctx.signless:
        await ctx.page.goto(address, timeout_ms=30_000)
        sign = await _sign(ctx, login, HEADED_FOR_TIMEOUT_MS)
        if sign is None:
            ctx.signless.add(address)
        elif sign == 0:
            ctx.arrived_at = address
            return True
    await ctx.page.goto(ctx.lookup.base, timeout_ms=30_000)
    return await _sign(ctx, login, SIGNED_IN_TIMEOUT_MS) == 0


async def _sign(ctx: "Context", login: Login, most_ms: int) -> int | None:
    """What the site shows: whichever of the two signs comes first, 0 for signed in; None for neither."""
    signs = [login.signed_in] + ([login.signed_out] if login.signed_out is not None else [])
    answered = (ctx.page.last_status or 200) < 400  # an error page rarely turns into the site by itself
    return await first_of(ctx, signs, most_ms if len(signs) > 1 and answered else 3_000)


async def _reach_signed_in(ctx: "Context", login: Login, document: float) -> None:
    """Signed in, after the steps; every look also sees a refusal. Else: lost again, or nobody can tell."""
    for _ in range(SIGNED_IN_TIMEOUT_MS // CAME_BACK_LOOK_MS):
        if await first_of(ctx, [login.signed_in], CAME_BACK_LOOK_MS) == 0:
            return
        if login.refused is not None and await _came_back(ctx, login, document):
            raise SessionExpired(ctx.page.url)
    await ctx.check_requests()  # a server that failed has refused nobody
    if login.refused is not None:
        raise SessionExpired(ctx.page.url)
    raise _failed(ctx, "、".join(await ctx.page.texts(ctx.facts.site.title)))


async def refused(ctx: "Context", sign: Target) -> None:
    """The site's own words of refusal are on the page while signing in. Raises LoginFailed, ServerFailed."""
    await ctx.check_requests()
    said = await find.resolve(ctx.page, ctx.resolved(sign), want="see", timeout_ms=1_000)
    raise _failed(ctx, (await said.element.text()).strip())


async def _came_back(ctx: "Context", login: Login, document: float) -> bool:
    """Whether the way in stands there anew, with nothing typed into it yet."""
    began, empty = await _way_in(ctx)
    return began != document and empty and login.signed_out is not None and await now(ctx, login.signed_out)


async def _way_in(ctx: "Context") -> tuple[float, bool]:
    """When the page's document began (ms), and whether it has an empty password field."""
    try:
        seen = await ctx.page.evaluate_json(WAY_IN)
    except PageMoved:
        return 0.0, False
    match seen:
        case {"began": int() | float() as began, "empty": bool(empty)}:
            return float(began), empty
    return 0.0, False


def _failed(ctx: "Context", said: str) -> LoginFailed:
    return LoginFailed(ctx.facts.site.title or ctx.facts.site.name, said)
