"""The practice mall as one ASGI application: pages, answers, static files, and the gate around them."""

from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bots.practice import ads, files, looks, pay, seller
from bots.practice.door import door
from bots.practice.entry import sign_in
from bots.practice.faults import Weather
from bots.practice.gate import Gate
from bots.practice.sessions import Sessions, Visitor
from bots.practice.site import Parts, routes
from bots.practice.tasks import Tasks
from bots.practice.world import World

SITES = {"ads": "推广中心", "pay": "支付中心", "seller": "卖家中心"}
# site → page → (title, scripts)
PAGES: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "ads": {"home": ("首页", ("ads/home",)), "report": ("推广报表", ("ads/report",))},
    "pay": {
        "bank": ("银行流水", ("pay/bank",)),
        "bill-list": ("账单列表", ("pay/bill-list",)),
        "bills": ("账单下载", ("pay/bills",)),
        "home": ("首页", ("pay/home",)),
        "withdrawals": ("提现记录", ("pay/withdrawals",)),
    },
    "seller": {
        "activities": ("活动报名", ("seller/activities",)),
        "batch": ("批量发货", ("seller/batch",)),
        "batches": ("批量记录", ("seller/batches",)),
        "enrolments": ("我的报名", ("seller/enrolments",)),
        "exports": ("导出记录", ("seller/exporting", "seller/exports")),
        "home": ("首页", ("seller/home",)),
        "orders": ("订单管理", ("seller/exporting", "seller/orders")),
        "products": ("商品管理", ("seller/exporting", "seller/products")),
        "shipping": ("发货管理", ("seller/shipping",)),
        "stock": ("库存管理", ("seller/exporting", "seller/stock")),
    },
}
ENTRIES = {"captcha": ("安全验证", ("entry/captcha",)), "login": ("登录", ("entry/login",))}
# Nothing may leave this server; Vue compiles its templates in the page, which needs 'unsafe-eval'.
POLICY = "default-src 'self' data: 'unsafe-inline' 'unsafe-eval'"
MEDIA = {".css": "text/css", ".js": "text/javascript"}


class Kept(StaticFiles):
    """Files that a browser keeps for a day without asking again, as platforms serve theirs."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """The file, with leave to keep it."""
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "public, max-age=86400"
        return response


def build_app(home: Path, *, weather: Weather, test_door: bool = False, export_delay_s: float = 0.8) -> Starlette:
    """The application over the world in `home`; `test_door` adds /test."""
    world = World.open(home)
    sessions = Sessions(world)
    parts = Parts(world, sessions, Tasks(world, files.maker(world), export_delay_s))
    routing: list[BaseRoute] = [
        Route("/", lambda _: RedirectResponse("/seller/home")),
        Route("/healthz", lambda _: JSONResponse({"ok": True})),
        Route("/look/{variant}/{name:path}", _look),
        Mount("/static", Kept(directory=looks.STATIC)),
        *sign_in(sessions),
        *routes(parts, {**seller.TABLE, **pay.TABLE, **ads.TABLE}),
        *(Route(f"/{site}/{{page}}", _page(world)) for site in SITES),
        *(Route(f"/{site}", _to_home(site)) for site in SITES),
        *(door(weather, sessions) if test_door else ()),
    ]
    gate = Middleware(Gate, world=world, sessions=sessions, weather=weather)
    return Starlette(routes=routing, middleware=[gate])


def _to_home(site: str) -> Any:
    return lambda _: RedirectResponse(f"/{site}/home")


async def _look(request: Request) -> Response:
    name = request.path_params["name"]
    text = looks.asset(request.path_params["variant"], name)
    if text is None:
        return PlainTextResponse("没有这个文件", 404)
    headers = {"cache-control": "max-age=600"}
    return Response(text, media_type=MEDIA.get(Path(name).suffix, "text/plain"), headers=headers)


def _page(world: World) -> Any:
    def page(request: Request) -> Response:
        site, name = request.url.path.split("/")[1], request.path_params["page"]
        found = ENTRIES.get(name) or PAGES[site].get(name)
        if found is None:
            return PlainTextResponse("页面不存在", 404)
        data = {"entry": name in ENTRIES, **_who(world, request.state.visitor if name not in ENTRIES else None)}
        text = looks.shell(request.state.turn, f"{found[0]} - {SITES[site]}", found[1], data)
        return HTMLResponse(text, headers={"cache-control": "no-store", "content-security-policy": POLICY})

    return page


def _who(world: World, visitor: Visitor | None) -> dict[str, object]:
    if visitor is None:
        return {}
    with world.reading() as db:
        shop = db.execute("SELECT name FROM shop WHERE shop_id = ?", (visitor.shop_id,)).fetchone()
    return {"username": visitor.username, "shop_id": visitor.shop_id, "shop_name": shop["name"] if shop else ""}
