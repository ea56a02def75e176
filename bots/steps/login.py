"""login: the account is signed in."""

from collections.abc import Mapping
from typing import ClassVar

from bots.context import Context
from bots.flow.language import Bilingual
from bots.flow.part import NO_WORDS
from bots.flow.step import Step


class Login(Step):
    """The account of this run is signed in; nothing happens if the saved session is still good."""

    verb: ClassVar[str] = "login"
    zh: ClassVar[str] = "登录"
    title: ClassVar[Bilingual] = Bilingual("登录", "Sign in")
    promise_zh: ClassVar[str] = "账号是登录着的；上次的登录还有效，就什么都不做。"
    keys_zh: ClassVar[Mapping[str, str]] = NO_WORDS
    example: ClassVar[str] = "login"

    async def run(self, ctx: Context) -> None:
        """Signed in, by the site's own login steps when needed. Raises LoginFailed."""
        await ctx.sign_in()
