"""The test door: weather, codes and captchas by HTTP. Only there when the mall was started with `--test-door`."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bots.practice.faults import Weather
from bots.practice.sessions import Sessions


def door(weather: Weather, sessions: Sessions) -> list[Route]:
    """Routes below /test."""

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            try:
                weather.set({str(name): float(chance) for name, chance in (await request.json()).items()})
            except (ValueError, TypeError, AttributeError) as error:
                return JSONResponse({"ok": False, "message": str(error)}, 400)
        return JSONResponse(weather.describe())

    async def sms(request: Request) -> Response:
        return JSONResponse({"code": sessions.sms(request.query_params.get("username", ""))})

    async def captchas(_: Request) -> Response:
        return JSONResponse(await run_in_threadpool(sessions.captchas))

    return [
        Route("/test/faults", faults, methods=["GET", "POST"]),
        Route("/test/sms", sms),
        Route("/test/captcha", captchas),
    ]
