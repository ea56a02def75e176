"""The inbox of a desk put together: its book, the channels of notify.yaml, the keyboard where there is one."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from schedules.desk import Desk
from schedules.inbox.asking import DeskInbox, Terminal, forget_typed, has_keyboard, typed_line
from schedules.inbox.book import Open, QuestionBook
from schedules.inbox.links import link_of
from schedules.notify.message import Message
from schedules.problems import DeskError
from schedules.settings import SHANGHAI

if TYPE_CHECKING:
    from schedules.notify.outbox import Outbox
    from schedules.notify.settings import NotifySettings


def book_at(desk: Desk) -> QuestionBook:
    """The desk's questions."""
    return QuestionBook(desk.database, desk.home, desk.vault.key)


def inbox_at(desk: Desk, show: Callable[[str], None] | None = None) -> DeskInbox:
    """Where this desk's runs ask. `show` prints to the terminal that a person looks at; None where nobody does."""
    from schedules.notify.night import outbox_at  # not for who only looks at the questions

    settings = _channels(desk, show)
    outbox = outbox_at(desk, settings)
    keyboard = show is not None and has_keyboard()
    typed = Terminal(show, typed_line) if keyboard and show is not None else None

    def call(one: Open, again: int) -> None:
        if show is not None and not again:
            if typed is not None and not typed.turn.locked():  # else somebody is just typing the answer to another one
                forget_typed()
            show(asked_words(one, desk.settings.lang, keyboard=keyboard))
        link = link_of(one, desk.vault.key, desk.settings.public_url)
        _send(outbox, message_of(one, desk.settings.lang, again=again, link=link))

    def note(text: str, facts: Mapping[str, str]) -> None:
        if show is not None:
            show(f"✉ {text}")
        about = f"{facts.get('run_id', '')}|{facts.get('item', '')}|{text}"
        _send(outbox, Message("note", about, text, "\n".join(_lines(facts))))

    reachable = keyboard or bool(settings.routes.get("question"))
    return DeskInbox(book_at(desk), call, note, reachable, typed, elapsed_s=desk.elapsed_s, person_of=desk.person_of)


def _channels(desk: Desk, show: Callable[[str], None] | None) -> "NotifySettings":
    """Who is told of questions. A slip in notify.yaml must not end the run that asks: then nobody is, and that is said.

    The doctor says it before the night.
    """
    from loguru import logger

    from schedules.notify.settings import NotifySettings, load_notify

    try:
        return load_notify(desk.home)
    except DeskError as error:
        said = error.message(desk.settings.lang)
        logger.error("nobody_told", reason=said)
        if show is not None:
            show(said)
        return NotifySettings()


def _send(outbox: "Outbox", message: Message) -> None:
    from loguru import logger

    from schedules.notify.outbox import told

    delivered = told(outbox, message)
    for row in [*delivered.failed, *delivered.waiting]:
        logger.warning("not_told", channel=row["channel"], title=row["title"], reason=row["reason"])


def until(one: Open) -> str:
    """The clock in Beijing when the run goes on without an answer; with the day, where that is another one."""
    asked_at, due_at = one.asked_at.astimezone(SHANGHAI), one.due_at.astimezone(SHANGHAI)
    return f"{due_at:%H:%M:%S}" if due_at.date() == asked_at.date() else f"{due_at:%m-%d %H:%M}"


def asked_words(one: Open, lang: str, *, keyboard: bool) -> str:
    """The question on a terminal: what, the choices, the picture, and how to answer."""
    english = lang == "en"
    lines = [f"? {one.text}"]
    lines += [f"  {number}. {choice}" for number, choice in enumerate(one.choices, 1)]
    if one.picture:
        lines.append(f"  {'picture' if english else '图片'}: {one.picture}")
    how = f"yeban inbox answer {one.number}"
    if keyboard:
        lines.append(
            f"  type the answer here, or {how} elsewhere, until {until(one)}"
            if english
            else f"  在这里输入回答后回车，或者在别处 {how}，{until(one)} 之前"
        )
    else:
        lines.append(f"  {how}, until {until(one)}" if english else f"  {how}，{until(one)} 之前")
    if one.default:
        lines.append(f"  {without(one, lang)}")
    return "\n".join(lines)


def without(one: Open, lang: str) -> str:
    """What the run goes on with when nobody answers."""
    if lang == "en":
        return f"after that the answer is: {one.default}"
    said = {"yes": "是", "no": "否"}.get(one.default, one.default) if one.kind == "approval" else one.default
    return f"到时没有人回答，就当回答是「{said}」"


def message_of(one: Open, lang: str, *, again: int, link: str = "") -> Message:
    """The question as a message: urgent, with its picture and the link that answers it; each reminder is a new one."""
    english = lang == "en"
    account = one.facts.get("account", "")
    remind = ("Reminder: " if english else "再提醒一次：") if again else ""
    title = f"{remind}{one.text}" + (f"（{account}）" if account else "")
    choices = [f"{number}. {choice}" for number, choice in enumerate(one.choices, 1)]
    how = f"yeban inbox answer {one.number}"
    last = f"{how}, until {until(one)}" if english else f"{until(one)} 之前回答：{how}"
    ways = [f"open and answer: {link}" if english else f"点开回答：{link}"] if link else []
    ways += [without(one, lang)] if one.default else []
    files = (one.picture,) if one.picture else ()
    body = "\n".join([*choices, *_lines(one.facts), last, *ways])
    return Message("question", f"{one.number}{f'|again {again}' if again else ''}", title, body, files, urgent=True)


def _lines(facts: Mapping[str, str]) -> list[str]:
    return [f"{key}: {value}" for key, value in facts.items() if value]
