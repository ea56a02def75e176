"""Signing in and out, and the captcha: the same answers for the three sites, and the only ones without a session."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bots.practice.picture import captcha_png
from bots.practice.sessions import COOKIES, Sessions, Visitor


@dataclass(frozen=True)
class Knock:
    """One request at the door: which site, the session it came with, what was sent."""

    site: str
    visitor: Visitor | None
    body: dict[str, Any]

    def text(self, name: str) -> str:
        """One sent value as text, empty when it was not sent."""
        return str(self.body.get(name) or "")


Action = Callable[["Entry", Knock], Response]


class Entry:
    """What a visitor may ask before being signed in."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions

    def find(self, request: Request) -> tuple[str, Visitor | None]:
        """The site that was asked, and the session that came with the request."""
        site = str(request.path_params["site"])
        return site, self.sessions.find(site, request.cookies.get(COOKIES.get(site, "")))

    def login(self, knock: Knock) -> Response:
        """Password: a new session, and which second step it needs."""
        if knock.visitor is not None:
            self.sessions.end(knock.visitor.token)
        begun = self.sessions.begin(knock.site, knock.text("username"), knock.text("password"))
        if begun is None:
            return _no("用户名或密码错误")
        answer = JSONResponse({"ok": True, "step": begun[1]})
        answer.set_cookie(COOKIES[knock.site], begun[0].token, httponly=True, samesite="lax")
        return answer

    def verify(self, knock: Knock) -> Response:
        """The code of the second step."""
        if knock.visitor is None:
            return _no("登录已失效，请重新登录")
        if not self.sessions.verify(knock.visitor, knock.text("code")):
            return _no("验证码不正确或已过期")
        return JSONResponse({"ok": True})

    def sms(self, knock: Knock) -> Response:
        """Another code by short message."""
        if knock.visitor is None:
            return _no("登录已失效，请重新登录")
        self.sessions.send_sms(knock.visitor.username)
        return JSONResponse({"ok": True})

    def logout(self, knock: Knock) -> Response:
        """The session is gone."""
        if knock.visitor is not None:
            self.sessions.end(knock.visitor.token)
        answer = JSONResponse({"ok": True})
        answer.delete_cookie(COOKIES.get(knock.site, ""))
        return answer

    def captcha(self, knock: Knock) -> Response:
        """The digits of the picture; a wrong answer brings another picture."""
        if knock.visitor is not None and not self.sessions.answer(knock.visitor.token, knock.text("digits")):
            return _no("验证码不正确，请重新输入")
        return JSONResponse({"ok": True})

    def picture(self, request: Request) -> Response:
        """The captcha's picture."""
        _, visitor = self.find(request)
        digits = self.sessions.digits(visitor.token) if visitor is not None else ""
        return Response(captcha_png(digits), media_type="image/png", headers={"cache-control": "no-store"})


def _no(message: str) -> Response:
    return JSONResponse({"ok": False, "message": message})


ACTIONS: dict[str, Action] = {
    "captcha": Entry.captcha,
    "login": Entry.login,
    "logout": Entry.logout,
    "sms": Entry.sms,
    "verify": Entry.verify,
}


def sign_in(sessions: Sessions) -> list[BaseRoute]:
    """Routes below /api/{site} that need no session."""
    entry = Entry(sessions)
    return [
        *(
            Route(f"/api/{{site}}/{name}", _endpoint(entry, action), methods=["POST"])
            for name, action in ACTIONS.items()
        ),
        Route("/api/{site}/captcha.png", entry.picture),
    ]


def _endpoint(entry: Entry, action: Action) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            body = await request.json()
        except ValueError:
            return JSONResponse({"ok": False, "message": "请求内容不是有效的 JSON"}, 400)
        site, visitor = await run_in_threadpool(entry.find, request)
        return await run_in_threadpool(action, entry, Knock(site, visitor, body))

    return endpoint
