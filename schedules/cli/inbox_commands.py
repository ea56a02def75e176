"""What only a person can answer: `inbox`, `inbox answer`."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.screen import console, say, tell
from schedules.settings import SHANGHAI
from schedules.signing import signer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schedules.inbox.book import Open

KINDS = {
    "text": ("文字", "text"),
    "choice": ("选择", "choice"),
    "code": ("验证码", "code"),
    "qr": ("扫码", "QR code"),
    "captcha": ("图形验证码", "captcha"),
    "approval": ("批准", "approval"),
}
STATES = {
    "answered": ("已回答，运行还没取走", "answered, not taken yet"),
    "taken": ("已回答", "answered"),
    "expired": ("没有人回答", "nobody answered"),
}

inbox_app = typer.Typer(
    help="只有人能回答的问题：短信验证码、扫码、图形验证码、批准、选择。看有哪些、到几点、怎么答。\n\n"
    "Questions that only a person can answer: codes, QR pictures, captchas, approvals, choices.\n\n"
    "例 / examples: `yeban inbox` · `yeban inbox answer 3fa91c 482913` · `yeban inbox answer 3fa91c 是`",
    invoke_without_command=True,
)


@inbox_app.callback()
def inbox(
    ctx: typer.Context,
    past: Annotated[int, typer.Option(help="再列出最近几个已经过去的 / also so many past ones", min=0, max=500)] = 5,
) -> None:
    """现在在等回答的问题，和最近谁回答了什么时候的。

    The questions that wait now, and who answered the last ones.
    """
    if ctx.invoked_subcommand:
        return
    from schedules.desk import open_desk
    from schedules.inbox.opening import asked_words, book_at

    with open_desk() as desk:
        book = book_at(desk)
        waiting, ended = book.waiting(), book.past(past)
        if not waiting:
            tell("没有问题在等人。", "Nothing waits for an answer.")
        for one in waiting:
            facts = " · ".join(value for value in one.facts.values() if value)
            console.print(Text(asked_words(one, desk.settings.lang, keyboard=False)))
            console.print(Text(f"  {facts}", style="dim"))
    if ended:
        console.print(past_table(ended))


@inbox_app.command("answer")
def inbox_answer(
    number: Annotated[str, typer.Argument(help="编号，见 yeban inbox / number shown by inbox")],
    text: Annotated[str, typer.Argument(help="回答；不写就在屏幕上问 / the answer; asked for without")] = "",
    who: Annotated[str, typer.Option(help="谁（默认登录这台电脑的人） / who, default: who is logged in here")] = "",
) -> None:
    """回答一个问题；等着的运行马上接着做。验证码用过就忘掉，谁回答的记着。

    Answers a question; the run that waits goes on at once. A code is forgotten once used; who answered is kept.

    例 / examples: `yeban inbox answer 3fa91c 482913` · `yeban inbox answer 3fa91c 2 --who 王芳`
    """
    from schedules.desk import open_desk
    from schedules.inbox.opening import book_at

    with open_desk() as desk:
        said = text or typer.prompt(say("回答", "answer"))
        one = book_at(desk).answer(number, said, signer(who))
    tell(f"记下了：{one.text}", f"noted: {one.text}", "green")


def past_table(ended: "Sequence[Open]") -> Shown:
    """What was asked before."""
    heads = (("时间", "when"), ("种类", "kind"), ("问题", "question"), ("结果", "end"), ("谁", "who"))
    table = Shown(*(say(zh, en) for zh, en in heads), show_edge=False, pad_edge=False)
    for one in ended:
        when = f"{one.asked_at.astimezone(SHANGHAI):%m-%d %H:%M}"
        end = say(*STATES[one.state])
        if one.state == "expired" and one.default:
            end += say(f"，按默认：{one.default}", f"; by default: {one.default}")
        table.add_row(when, say(*KINDS[one.kind]), one.text, end, one.who)
    return table


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(inbox_app, name="inbox")
