"""How a spoiled answer is sent: 500 pages, files cut short, web pages named .xlsx, answers that never arrive."""

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bots.practice.faults import DOWNLOAD, ENTRY, PAGE, Turn

ERROR_PAGE = (
    "<!doctype html><html lang='zh-CN'><meta charset='utf-8'><title>系统繁忙</title>"
    "<body style='font-family:sans-serif;text-align:center;padding-top:120px;color:#606266'>"
    "<h1 style='color:#303133'>500</h1><p>系统开小差了，请稍后再试</p></body></html>"
)


def broken_page(turn: Turn) -> Response:
    """The answer of a server that failed before doing anything."""
    if turn.kind in {PAGE, ENTRY, DOWNLOAD}:
        return HTMLResponse(ERROR_PAGE, 500)
    return JSONResponse({"ok": False, "message": "系统繁忙，请稍后重试"}, 500)


CUT_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"64"), (b"connection", b"close")]


class _Answer:
    """What the application would have answered."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""

    async def collect(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    def other_headers(self, *names: bytes) -> list[tuple[bytes, bytes]]:
        return [(name, value) for name, value in self.headers if name.lower() not in names]


async def lose_answer(app: ASGIApp, turn: Turn, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the application do it, then answer 502 or break the connection."""
    answer = _Answer()
    await app(scope, receive, answer.collect)
    if turn.answer_lost == "bad_gateway":
        await HTMLResponse("<h1>502 Bad Gateway</h1>", 502)(scope, receive, send)
    else:
        await _send(send, 200, CUT_HEADERS, b'{"ok"')


async def spoil_download(app: ASGIApp, turn: Turn, scope: Scope, receive: Receive, send: Send) -> None:
    """Send half of the file (with the whole length announced, or not), or a web page under its name."""
    answer = _Answer()
    await app(scope, receive, answer.collect)
    if answer.status != 200:
        await _send(send, answer.status, answer.headers, answer.body)
        return
    if turn.download == "html":
        page = ERROR_PAGE.encode()
        headers = [*answer.other_headers(b"content-length"), (b"content-length", b"%d" % len(page))]
        await _send(send, 200, headers, page)
        return
    half = answer.body[: len(answer.body) // 2]
    announced = len(answer.body) if turn.download == "cut" else len(half)
    headers = [*answer.other_headers(b"content-length"), (b"content-length", b"%d" % announced)]
    await _send(send, 200, headers, half)


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Send as is. A body shorter than announced makes the server close the connection, which is what is wanted."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
