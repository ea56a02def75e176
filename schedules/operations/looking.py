"""A look at an account's session that changes nothing: the site's first page, and which of its two signs it shows.

No popup is closed, no captcha is solved, nothing is clicked or typed, and nobody is signed out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from bots.browser import find
from bots.conditions import first_of
from bots.context import Context
from bots.flow.flow import Flow
from bots.flow.language import Bilingual
from bots.flow.parse import parse
from bots.flow.part import Part
from bots.flow.site import Login, Site
from bots.flow.step import Step
from bots.flow.values import Condition, Target, Template
from bots.steps import STEPS
from bots.steps.ask import Ask
from bots.steps.fill import Hidden

Sign = Literal["in", "out", "captcha", "unclear"]
SIGN = "sign"
"""The flow's output: a Sign."""
SIGN_TIMEOUT_MS = 15_000
_SECRET = re.compile(r"(?:secret|密码)\.(\w+)")
_TOTP = re.compile(r"(?:totp|动态口令)\(\s*['\"]?(\w*)")


class Look(Step):
    """The page that the site's address opens says whether somebody is signed in; the answer has the name `sign`."""

    verb: ClassVar[str] = "look"
    zh: ClassVar[str] = "看登录"
    title: ClassVar[Bilingual] = Bilingual("看登录还在不在", "See whether the session is still signed in")

    signed_in: Condition
    signed_out: Condition | None = None
    captcha: tuple[Target, ...] = ()

    async def run(self, ctx: Context) -> None:
        """Seen. Raises ServerFailed, PageTimeout and the like when the site does not answer."""
        await ctx.page.goto(ctx.lookup.base, timeout_ms=30_000)
        await ctx.check_requests()
        signs = [self.signed_in, *([self.signed_out] if self.signed_out is not None else [])]
        found = await first_of(ctx, signs, SIGN_TIMEOUT_MS, watching=False)
        ctx.scope.put(SIGN, await self._said(ctx, found))

    async def _said(self, ctx: Context, found: int | None) -> Sign:
        if found is not None:
            return "in" if found == 0 else "out"
        shown = [await find.shows(ctx.page, ctx.resolved(target)) for target in self.captcha]
        return "captcha" if any(shown) else "unclear"


def look_flow(site: Site) -> tuple[Flow, Site]:
    """The flow that looks, and the site as it is played on: without anything that the engine would do by itself."""
    assert site.login is not None
    flow = parse(f"title: 看登录还在不在\nsite: {site.name}\nsteps: [login]\n", "sessions", STEPS).flow
    assert flow is not None
    look = Look(signed_in=site.login.signed_in, signed_out=site.login.signed_out, captcha=site.captcha)
    bare = site.model_copy(update={"login": None, "popups": (), "captcha": ()})
    return flow.model_copy(update={"steps": (look,), "outputs": {SIGN: Template.parse(f"${{{SIGN}}}")}}), bare


@dataclass(frozen=True)
class Needs:
    """What signing in takes, as the site's own steps say: names of secrets, of TOTP seeds, kinds of questions."""

    secrets: frozenset[str] = frozenset()
    seeds: frozenset[str] = frozenset()
    asks: tuple[str, ...] = ()

    def missing(self, known: frozenset[str]) -> list[str]:
        """The secrets that are not stored. A seed is not missing where a person may be asked for the code instead."""
        return sorted((self.secrets | (frozenset() if self.asks else self.seeds)) - known)

    def person(self, known: frozenset[str]) -> tuple[str, ...]:
        """The kinds of questions that a person will have to answer; () when the stored secrets are enough."""
        return () if self.seeds and self.seeds <= known else self.asks


def needs_of(part: Login | Flow) -> Needs:
    """What the steps of a sign-in or a flow need, those inside of other steps included."""
    secrets: set[str] = set()
    seeds: set[str] = set()
    asks: list[str] = []
    for value in _inside(part):
        if isinstance(value, Ask):
            asks.append(value.kind)
        elif isinstance(value, Hidden):
            secrets |= {value.secret.source} if value.secret is not None else set()
            seeds |= {value.totp.source} if value.totp is not None else set()
        elif isinstance(value, Template):
            secrets |= set(_SECRET.findall(value.source))
            seeds |= {name or "totp" for name in _TOTP.findall(value.source)}
    return Needs(frozenset(secrets), frozenset(seeds), tuple(dict.fromkeys(asks)))


def _inside(value: object) -> Iterator[object]:
    yield value
    match value:
        case Part():
            for name in type(value).model_fields:
                yield from _inside(getattr(value, name))
        case Mapping():
            for pair in value.items():
                yield from _inside(pair)
        case tuple() | list():
            for one in value:
                yield from _inside(one)
