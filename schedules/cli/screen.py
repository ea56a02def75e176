"""What commands show: one console, errors with where, message, hint and who, Ctrl-C that leaves things clean."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from schedules.homes import default_home
from schedules.logs import log_of
from schedules.problems import FAULT, default_lang, explain


def _plain(*, stderr: bool) -> Console:
    """Shows texts as they are: a product called 裙子[new] keeps its brackets, a name like [/x] breaks no table."""
    return Console(stderr=stderr, highlight=False, soft_wrap=True, markup=False, emoji=False)


INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""
console, complaints = _plain(stderr=False), _plain(stderr=True)


def look_again() -> None:
    """The consoles see this moment's terminal and environment: those of a process that has taken another's place."""
    for one, stderr in ((console, False), (complaints, True)):
        vars(one).update(vars(_plain(stderr=stderr)))


def tell(zh: str, en: str, style: str = "") -> None:
    """Show one sentence in the reader's language."""
    console.print(Text(en if default_lang() == "en" else zh, style=style))


def say(zh: str, en: str) -> str:
    """The sentence in the reader's language."""
    return en if default_lang() == "en" else zh


def listed(words: Iterable[str]) -> str:
    """The words one after the other, as the reader's language parts them."""
    return say("、", ", ").join(words)


def noted(number: str, new: bool) -> None:
    """Say that a decision about this number is written down, or that it was so already."""
    if new:
        tell(f"{number} 记下了。", f"{number} is noted.", "green")
    else:
        tell(f"{number} 早就是这样了。", f"{number} was so already.")


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C ends the work in order and says that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt:
        say_stopped()
        raise SystemExit(INTERRUPTED) from None


def say_stopped() -> None:
    """Somebody pressed Ctrl-C."""
    tell("已停止。做完的都记下了，再运行一次会接着做。", "Stopped. What was done is written down; run again to go on.")


def is_interrupt(error: BaseException) -> bool:
    """Whether this is what a library makes of Ctrl-C: DuckDB's query ends as an error of its own."""
    return isinstance(error, RuntimeError) and str(error) == "Query interrupted"


@contextmanager
def edge() -> Iterator[None]:
    """The one place where errors end: shown in words, logged with the trace, turned into the exit code."""
    try:
        yield
    except Exception as error:
        from loguru import logger

        if is_interrupt(error):
            say_stopped()
            raise SystemExit(INTERRUPTED) from None
        shown = explain(error, default_lang())
        log = log_of(default_home()) if shown.code == FAULT else None
        logger.opt(exception=error).error("command_failed", code=shown.code)
        if shown.where:
            complaints.print(Text(shown.where, style="dim"))
        complaints.print(Text(shown.message, style="bold red"))
        if shown.hint:
            complaints.print(Text(f"→ {shown.hint}"))
        if shown.code == FAULT:
            complaints.print(Text(str(log) if log else _trace(error), style="dim"))
        complaints.print(
            Text(say(f"由谁处理：{shown.who}（{shown.code}）", f"to act: {shown.who} ({shown.code})"), style="dim")
        )
        raise SystemExit(shown.exit_code) from error


def _trace(error: BaseException) -> str:
    """Where no log can be written, what its makers need is shown."""
    import traceback

    return "".join(traceback.format_exception(error)).rstrip()


def is_terminal() -> bool:
    """Whether somebody looks at a live terminal."""
    return sys.stdout.isatty() and sys.stdin.isatty()
