"""Every request passes here: it rolls the faults, asks for a session or a captcha, and writes the request log."""

import asyncio
import time
from http.cookies import SimpleCookie
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bots.practice.faults import API, DOWNLOAD, EFFECT, ENTRY, EXPORT, PAGE, SIGN_IN, Turn, Weather
from bots.practice.sessions import COOKIES, Sessions, Visitor
from bots.practice.tampering import broken_page, lose_answer, spoil_download
from bots.practice.world import World

OPEN_PATHS = ("/static/", "/look/", "/test/", "/healthz", "/favicon.ico")
SIGN_IN_ACTIONS = frozenset({"login", "verify", "sms", "logout", "captcha", "captcha.png"})


def kind_of(method: str, path: str) -> tuple[str, str] | None:
    """The request's kind and site by its address, or None for what belongs to no site."""
    parts = path.strip("/").split("/")
    if parts[0] in COOKIES:
        entry = len(parts) > 1 and parts[1] in {"login", "captcha"}
        return (ENTRY if entry else PAGE), parts[0]
    if len(parts) < 3 or parts[0] != "api" or parts[1] not in COOKIES:
        return None
    if parts[2] in SIGN_IN_ACTIONS:
        return SIGN_IN, parts[1]
    if parts[-1] == "file":
        return DOWNLOAD, parts[1]
    if method == "POST":
        return (EXPORT if parts[2] == "exports" else EFFECT), parts[1]
    return API, parts[1]


class Gate:
    """ASGI middleware around the three sites. Leaves `turn` and `visitor` in the request's state."""

    def __init__(self, app: ASGIApp, world: World, sessions: Sessions, weather: Weather) -> None:
        self.app, self.world, self.sessions, self.weather = app, world, sessions, weather

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or answer in its place."""
        place = kind_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if place is None or scope["path"].startswith(OPEN_PATHS):
            await self.app(scope, receive, send)
            return
        turn = self.weather.turn(*place)

        async def logged(message: Message) -> None:
            if message["type"] == "http.response.start":  # written before the visitor can have seen the answer
                await run_in_threadpool(self._log, scope, turn, message["status"])
            await send(message)

        await self._serve(scope, receive, logged, turn)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, turn: Turn) -> None:
        if turn.delay_s:
            await asyncio.sleep(turn.delay_s)
        if turn.broken:
            await broken_page(turn)(scope, receive, send)
            return
        token = _cookie(scope, COOKIES[turn.site])
        visitor = await run_in_threadpool(self.sessions.find, turn.site, token)
        refusal = await run_in_threadpool(self._refusal, scope, turn, visitor)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        scope.setdefault("state", {}).update(turn=turn, visitor=visitor)
        if turn.download:
            await spoil_download(self.app, turn, scope, receive, send)
        elif turn.answer_lost:
            await lose_answer(self.app, turn, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope, turn: Turn, visitor: Visitor | None) -> Response | None:
        if turn.kind in {ENTRY, SIGN_IN}:
            return None
        if visitor is not None and turn.session_ends:
            self.sessions.end(visitor.token)
            visitor = None
        page = turn.kind in {PAGE, DOWNLOAD}
        back = quote(scope["path"] if turn.kind == PAGE else f"/{turn.site}/home", safe="/")
        if visitor is None or not visitor.verified:
            if page:
                return RedirectResponse(f"/{turn.site}/login?next={back}", 302)
            return JSONResponse({"ok": False, "message": "登录已失效，请重新登录"}, 401)
        if turn.captcha:
            self.sessions.challenge(visitor.token)
        if self.sessions.challenged(visitor.token):
            if page:
                return RedirectResponse(f"/{turn.site}/captcha?next={back}", 302)
            return JSONResponse({"ok": False, "message": "访问过于频繁，请完成验证", "captcha": True}, 403)
        return None

    def _log(self, scope: Scope, turn: Turn, status: int) -> None:
        with self.world.writing() as db:
            db.execute(
                "INSERT INTO request_log (at, site, method, path, status, fault) VALUES (?, ?, ?, ?, ?, ?)",
                (time.time(), turn.site, scope["method"], scope["path"], status, ",".join(turn.struck)),
            )


def _cookie(scope: Scope, name: str) -> str | None:
    for key, value in scope["headers"]:
        if key == b"cookie":
            jar = SimpleCookie(value.decode("latin-1"))
            return jar[name].value if name in jar else None
    return None
