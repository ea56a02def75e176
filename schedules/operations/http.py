"""The desk over HTTP: `/health`, `/live` and `/metrics` for machines, `/ask/…` for people with a link.

`yeban serve` mounts it. Machines are told nothing of a shop, an account or a person, so that whoever watches may ask.
"""

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from schedules.desk import Desk
from schedules.inbox.opening import book_at
from schedules.inbox.pages import answer_routes
from schedules.operations.health import health
from schedules.operations.metrics import CONTENT_TYPE, metrics_text


def operations_app(desk: Desk) -> Starlette:
    """`/live`: 200 while the process answers. `/health`: 200 or 503 with every check. `/metrics`: the figures."""

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        status, said = await run_in_threadpool(health, desk)
        return JSONResponse(said, status)

    async def metrics(_: Request) -> Response:
        return PlainTextResponse(await run_in_threadpool(metrics_text, desk), media_type=CONTENT_TYPE)

    asked = answer_routes(lambda: book_at(desk), desk.settings.lang)
    return Starlette(routes=[Route("/live", live), Route("/health", ready), Route("/metrics", metrics), *asked])
