"""What the handlers of all three sites share: the mall's parts, the shape of a handler, and how it becomes a route."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bots.practice.faults import Turn
from bots.practice.sessions import Sessions, Visitor
from bots.practice.world import World

if TYPE_CHECKING:
    from bots.practice.tasks import Tasks

Ask = dict[str, Any]
MAX_UPLOAD_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Parts:
    """The mall behind the pages."""

    world: World
    sessions: Sessions
    tasks: "Tasks"


@dataclass(frozen=True)
class Call:
    """One request of a signed-in visitor: what was asked (address, query and body in one mapping)."""

    parts: Parts
    visitor: Visitor
    turn: Turn
    ask: Ask

    @property
    def shop_id(self) -> str:
        """The visitor's shop; raises `Refused` for an account of all shops."""
        if self.visitor.shop_id is None:
            raise Refused("该账号没有绑定店铺")
        return self.visitor.shop_id

    def text(self, name: str) -> str:
        """One asked value as stripped text, empty when it was not given."""
        return str(self.ask.get(name) or "").strip()


class Refused(Exception):
    """The site does not accept this; the message is what the page shows."""


Handler = Callable[[Call], Mapping[str, Any] | Response]


def routes(parts: Parts, table: Mapping[tuple[str, str], Handler]) -> list[Route]:
    """Starlette routes for a site's table of (method, address) → handler."""
    return [Route(path, _endpoint(parts, handler), methods=[method]) for (method, path), handler in table.items()]


def _endpoint(parts: Parts, handler: Handler) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            ask = {**request.query_params, **await _body(request), **request.path_params}
        except ValueError:
            return JSONResponse({"ok": False, "message": "请求内容不是有效的 JSON"}, 400)
        call = Call(parts, request.state.visitor, request.state.turn, ask)
        return await run_in_threadpool(_answer, handler, call)

    return endpoint


def _answer(handler: Handler, call: Call) -> Response:
    from bots.practice.world.changes import Refusal

    try:
        answer = handler(call)
    except (Refused, Refusal) as refusal:
        return JSONResponse({"ok": False, "message": str(refusal)})
    except (KeyError, ValueError):
        return JSONResponse({"ok": False, "message": "参数不正确"}, 400)
    if isinstance(answer, Response):
        return answer
    later = answer.get("later")
    shown = {name: value for name, value in answer.items() if name != "later"}
    return JSONResponse({"ok": True, **shown}, background=BackgroundTask(later) if later else None)


async def _body(request: Request) -> Ask:
    kind = request.headers.get("content-type", "") if request.method == "POST" else ""
    if kind.startswith("application/json"):
        body = await request.json()
        return body if isinstance(body, dict) else {}
    if kind.startswith("multipart/form-data"):
        form = await request.form(max_files=1, max_part_size=MAX_UPLOAD_BYTES)
        upload = form.get("file")
        if isinstance(upload, UploadFile):
            return {"file_name": upload.filename or "", "content": await upload.read()}
    return {}


def attachment(name: str, content: bytes) -> Response:
    """A file as a download with its Chinese name."""
    kind = {
        "csv": "text/csv",
        "zip": "application/zip",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }.get(name.rpartition(".")[2], "application/octet-stream")
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=kind, headers={"content-disposition": disposition, "cache-control": "no-store"})
