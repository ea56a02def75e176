"""Calls that arrive: `POST /hooks/NAME` with a token begins the entries that wait for that name.

A small application for `serve` to mount. What the caller sends as `Idempotency-Key` (else the body with the minute)
tells one call from another, so a caller that repeats itself for want of an answer begins one run.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from schedules.timetable.model import Arrival, Timetable

LONGEST_BODY = 64 * 1024
Token = Callable[[str], str]
"""The token of a hook by its name; "" when there is none, and then nobody may call it."""


def webhook_app(
    timetable: Callable[[], Timetable],
    token: Token,
    arrived: Callable[[list[Arrival]], None],
    now: Callable[[], datetime],
) -> Starlette:
    """The application, over the timetable as it is at each call.

    Answers 202 with the entries, 401 for a wrong token or an unknown name, 413 for a long body.
    """

    async def call(request: Request) -> JSONResponse:
        name = request.path_params["name"]
        entries = [one.name for one in timetable().entries.values()
                   if one.trigger and one.trigger.kind == "webhook" and one.trigger.where == name]  # fmt: skip
        expected = token(name) if entries else ""
        if not hmac.compare_digest(_given(request).encode(), expected.encode()) or not expected:
            return JSONResponse({"error": "unknown hook or wrong token"}, 401)
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST_BODY:
                return JSONResponse({"error": f"at most {LONGEST_BODY} bytes"}, 413)
        moment = now()
        call_id = _call_id(request, body, moment)
        given = {"name": name, "payload": body.decode("utf-8", "replace")}
        calls = [Arrival(f"{entry}:{call_id}", entry, moment, given) for entry in entries]
        await run_in_threadpool(arrived, calls)
        return JSONResponse({"entries": entries}, 202)

    return Starlette(routes=[Route("/hooks/{name}", call, methods=["POST"])])


def _given(request: Request) -> str:
    bearer = request.headers.get("authorization", "")
    return bearer[7:] if bearer.lower().startswith("bearer ") else request.headers.get("x-yeban-token", "")


def _call_id(request: Request, body: bytes, moment: datetime) -> str:
    told = request.headers.get("idempotency-key") or request.headers.get("x-request-id")
    source = told.encode() if told else body + f"{moment:%Y-%m-%dT%H:%M}".encode()
    return hashlib.sha256(source).hexdigest()[:16]
