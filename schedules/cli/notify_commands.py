"""Messages to people: `notify test`, `list`, `send`, `again`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.from_books import either
from schedules.cli.screen import console, listed, say, tell
from schedules.settings import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schedules.notify.outbox import Delivered, Row

EXAMPLE = """channels:
  夜班群: {kind: dingtalk}
  财务:
    kind: mail
    host: smtp.example.com
    sender: yeban@example.com
    to: [finance@example.com]
routes:
  digest: [夜班群, 财务]
  incident: [夜班群]
quiet: {since: "23:00", until: "07:30"}
"""

notify_app = typer.Typer(
    help="发给人的消息：钉钉、企业微信、飞书、邮件、Bark、Server 酱、自己的网址。谁收什么写在 notify.yaml。\n\n"
    "Messages to people by DingTalk, WeCom, Feishu, mail, Bark, ServerChan or an address of yours: notify.yaml says "
    "who is told what, the secrets are in the vault.\n\n"
    "例 / examples: `yeban secret set notify:夜班群 token` · `yeban notify test` · `yeban notify list`",
    no_args_is_help=True,
)

STATES = {
    "waiting": ("等着发", "waiting", "yellow"),
    "sending": ("正在发", "being sent", "yellow"),
    "sent": ("对方收下了", "taken", "green"),
    "failed": ("没有发成", "not taken", "red"),
}


@notify_app.command("test")
def notify_test(
    channel: Annotated[str, typer.Argument(help="渠道；不写就每个都试 / channel; all of them without")] = "",
) -> None:
    """给一个渠道（或每个渠道）发一条测试消息，说出对方收下没有。

    Sends a test message to a channel, or to each, and says what the other side answered.

    例 / example: `yeban notify test 夜班群`
    """
    from schedules.desk import open_desk
    from schedules.notify.message import Message
    from schedules.notify.night import outbox_at
    from schedules.notify.outbox import post_to
    from schedules.notify.settings import FILE, load_notify

    with open_desk() as desk:
        settings = load_notify(desk.home)
        names = [channel] if channel else list(settings.channels)
        if not names:
            tell(f"还没有写通知给谁。把下面的内容改好，存成 {desk.home / FILE}：",
                 f"Nobody is told anything yet. Change this and save it as {desk.home / FILE}:", "yellow")  # fmt: skip
            typer.echo(EXAMPLE)
            raise typer.Exit(2)
        if channel and channel not in settings.channels:
            known = listed(settings.channels) or "—"
            raise typer.BadParameter(
                say(f"没有叫「{channel}」的渠道，有：{known}", f"there is no channel {channel}; there are: {known}")
            )
        now = datetime.now(UTC)
        text = say(
            "夜班的测试消息：看到它，这个渠道就通了。", "A test message of Yeban: seeing it, this channel works."
        )
        message = Message("test", now.isoformat(), say("夜班 · 测试", "Yeban · test"), text)
        with desk.database.write() as connection:
            for name in names:
                post_to(connection, name, message, now)
        delivered = outbox_at(desk, settings).deliver()
    show(delivered)
    if delivered.failed or delivered.waiting:
        raise typer.Exit(3)


@notify_app.command("send")
def notify_send() -> None:
    """把到时候的消息发出去：没发成的会再试，安静时间里只发急的。

    Sends what is due now; what was not taken is tried again later, and in quiet hours only urgent ones go out.

    例 / example: `yeban notify send`
    """
    from schedules.desk import open_desk
    from schedules.notify.night import outbox_at
    from schedules.notify.settings import load_notify

    with open_desk() as desk:
        delivered = outbox_at(desk, load_notify(desk.home)).deliver()
    if not (delivered.sent or delivered.waiting or delivered.failed):
        tell("没有到时候的消息。", "Nothing is due.")
    show(delivered)
    if delivered.failed:
        raise typer.Exit(3)


@notify_app.command("list")
def notify_list(
    most: Annotated[int, typer.Option(help="最多几条 / at most how many", min=1, max=1000)] = 30,
) -> None:
    """最近的消息：发给哪个渠道、对方收下没有、没收下的原因。

    The newest messages: on which channel, whether they were taken, and why not.

    例 / example: `yeban notify list --most 100`
    """
    from schedules.desk import open_desk
    from schedules.notify.night import outbox_at
    from schedules.notify.settings import load_notify

    with open_desk() as desk:
        show_rows(outbox_at(desk, load_notify(desk.home)).history(most))


@notify_app.command("again")
def notify_again(
    number: Annotated[str, typer.Argument(help="编号，见 yeban notify list / number shown by list")],
) -> None:
    """没有发成的一条再发一次（比如密钥改好以后）。

    A message that was given up is sent again, for example after its secret was mended.

    例 / example: `yeban notify again 3fa9c1`
    """
    from schedules.desk import open_desk
    from schedules.notify.night import outbox_at
    from schedules.notify.settings import load_notify

    with open_desk() as desk:
        outbox = outbox_at(desk, load_notify(desk.home))
        if not outbox.again(number):
            tell(f"没有编号 {number} 的没发成的消息。", f"No message {number} was given up.", "red")
            raise typer.Exit(2)
        show(outbox.deliver())


def here(moment: str) -> str:
    """A kept moment as a clock in Beijing shows it."""
    return f"{datetime.fromisoformat(moment).astimezone(SHANGHAI):%m-%d %H:%M}"


def show(delivered: "Delivered") -> None:
    """What a delivery did."""
    for row in delivered.sent:
        tell(f"✓ {row['channel']}：{row['title']}", f"✓ {row['channel']}: {row['title']}", "green")
    for row in delivered.waiting:
        reason, due = either(row["reason"]), str(row["due_at"])[:16].replace("T", " ")
        tell(
            f"… {row['channel']}：{reason}，{due}（UTC）再发",
            f"… {row['channel']}: {reason}, again {due} UTC",
            "yellow",
        )
    for row in delivered.failed:
        tell(f"✗ {row['channel']}：{row['reason']}", f"✗ {row['channel']}: {either(row['reason'])}", "red")


def show_rows(rows: "Sequence[Row]") -> None:
    """Messages as a table."""
    english = say("zh", "en") == "en"
    heads = ("number", "when", "channel", "state", "what", "why not") if english else (
        "编号", "时间", "渠道", "状态", "内容", "为什么"
    )  # fmt: skip
    table = Shown(*heads, show_edge=False, pad_edge=False)
    for row in rows:
        zh, en, colour = STATES[row["state"]]
        when = here(row["recorded_at"])
        state = Text(en if english else zh, style=colour)
        table.add_row(row["notice_id"][:6], when, row["channel"], state, row["title"], either(row["reason"]))
    console.print(table)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(notify_app, name="notify")
