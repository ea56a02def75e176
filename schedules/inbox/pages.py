"""Answering by a link: a page with the question, signed for that question alone, of no use once it is answered.

Looking at it changes nothing, so that a messenger's preview answers nothing. A wrong, old or used link is the same 404.
"""

import base64
import hmac
from collections.abc import Callable
from html import escape
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from schedules.inbox.book import Open, QuestionBook
from schedules.inbox.errors import AnswerRefused, NotAsked
from schedules.inbox.links import token_of
from schedules.settings import SHANGHAI

LONGEST_BODY = 8 * 1024
LONGEST_NAME = 40
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'",
}
NO_ENTER = "<button disabled hidden></button>"
"""Enter in a form presses its first button: after a name it would be the yes. A button that is off is not pressed.
https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#implicit-submission
"""
STYLE = (
    "body{font:17px/1.6 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem}"
    "button,input{font:inherit;padding:.6rem 1rem;margin:.3rem .3rem 0 0}img{max-width:100%;border:1px solid #ccc}"
    "small{color:#666}"
)


def answer_routes(book: Callable[[], QuestionBook], lang: str = "zh") -> list[Route]:
    """`/ask/NUMBER/TOKEN`: the question's page, and its answer. `book` is opened at each call."""

    async def page(request: Request) -> HTMLResponse:
        one = await run_in_threadpool(_asked, book(), request)
        return _answer(question_page(one, lang), 200) if one else _gone(lang)

    async def take(request: Request) -> HTMLResponse:
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST_BODY:
                return _answer(_sentence("太长了。", "Too long.", lang), 413)
        questions = book()
        one = await run_in_threadpool(_asked, questions, request)
        if one is None:
            return _gone(lang)
        given = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        try:
            await run_in_threadpool(questions.answer, one.number, given.get("answer", ""), named(given.get("who", "")))
        except NotAsked:  # somebody was quicker; which others are asked is none of this link's business
            return _gone(lang)
        except AnswerRefused as error:
            return _answer(question_page(one, lang, f"{error.message(lang)} {error.hint(lang)}"), 422)
        return _answer(_sentence("记下了，运行接着做。可以关掉这一页。", "Noted; the run goes on.", lang), 200)

    path = "/ask/{number}/{token}"
    return [Route(path, page, methods=["GET"]), Route(path, take, methods=["POST"])]


def named(who: str) -> str:
    """The name under which an answer is kept: on one line, and not longer than the page lets it be typed."""
    return "".join(sign for sign in who if sign.isprintable()).strip()[:LONGEST_NAME] or "link"


def _asked(book: QuestionBook, request: Request) -> Open | None:
    """The open question that the link is for; None when it is not open, or the link is not its own."""
    number, token = request.path_params["number"], request.path_params["token"]
    if not hmac.compare_digest(token.encode(), token_of(number, book.key).encode()):
        return None
    return next((one for one in book.waiting() if one.number == number), None)


def question_page(one: Open, lang: str, complaint: str = "") -> str:
    """The page: what is asked, its picture, a button for each choice or a field, and until when."""
    english = lang == "en"
    picture = _picture(one, english=english)
    facts = " · ".join(escape(value) for value in one.facts.values() if value)
    until = f"{one.due_at.astimezone(SHANGHAI):%m-%d %H:%M}"  # as the message says it, wherever the server stands
    who = "who you are" if english else "你是谁"
    return (
        f"<h1>{escape(one.text)}</h1>{picture}<p><small>{facts}</small>"
        f"{f'<p><b>{escape(complaint)}</b>' if complaint else ''}"
        f'<form method="post"><p><input name="who" placeholder="{who}" maxlength="{LONGEST_NAME}">'
        f"<p>{_fields(one, english)}</form>"
        f"<p><small>{'until' if english else '到'} {until}</small>"
    )


def _picture(one: Open, *, english: bool) -> str:
    """What there is to look at; where it lies with another machine, that is said: nobody should guess a captcha."""
    if one.picture is None:
        return ""
    if one.picture.is_file():
        return f'<p><img alt="" src="data:image/png;base64,{base64.b64encode(one.picture.read_bytes()).decode()}">'
    words = (
        "The picture lies on the machine that asks and cannot be shown here: it came with the message, or look there."
        if english
        else "图片在发问的那台机器上，这里看不到：看随消息发来的那张，或者到那台机器上看。"
    )
    return f"<p><b>{words}</b>"


def _fields(one: Open, english: bool) -> str:
    """What can be answered."""
    if one.kind == "approval":
        words = [("yes", "Yes" if english else "是"), ("no", "No" if english else "否")]
    elif one.kind == "choice":
        words = [(choice, choice) for choice in one.choices]
    elif one.kind == "qr":
        words = [("scanned", "I have scanned it" if english else "扫好了")]
    else:
        send = "Answer" if english else "回答"
        return f'<input name="answer" autocomplete="one-time-code" required autofocus><button>{send}</button>'
    buttons = "".join(f'<button name="answer" value="{escape(value)}">{escape(said)}</button>' for value, said in words)
    return f"{NO_ENTER}{buttons}"


def _sentence(zh: str, en: str, lang: str) -> str:
    return f"<p>{en if lang == 'en' else zh}"


def _gone(lang: str) -> HTMLResponse:
    words = "没有这个问题：已经有人答了，过了时间，或者链接不对。", "No such question: answered, over, or a wrong link."
    return _answer(_sentence(*words, lang), 404)


def _answer(body: str, status: int) -> HTMLResponse:
    head = '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return HTMLResponse(f"{head}<title>夜班 Yeban</title><style>{STYLE}</style>{body}", status, HEADERS)
