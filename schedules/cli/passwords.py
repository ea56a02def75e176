"""Passwords of zips: those that were given, then those that a person types; used once and never kept."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from schedules.cli.screen import say, tell

TRIES = 3
Ask = Callable[[str], str]


class Passwords:
    """`ask` shows a question and gives what was typed, "" to give up; None where nobody can be asked."""

    def __init__(self, given: Sequence[str] = (), ask: Ask | None = None) -> None:
        self._known = list(given)
        self._ask = ask

    @contextmanager
    def opened(self, path: Path) -> Iterator[Path]:
        """The zip without its password. Raises FileProtected where no password is known, PasswordWrong, FileBroken."""
        from storage.errors import FileProtected, PasswordWrong
        from storage.unlock import unlocked

        with ExitStack() as stack:
            for password in self._candidates(path):
                try:
                    readable = stack.enter_context(unlocked(path, password))
                except PasswordWrong:
                    continue
                yield readable
                return
        raise PasswordWrong(path.name) if self._known else FileProtected(path.name)

    def _candidates(self, path: Path) -> Iterator[str]:
        """Known passwords, then up to three that are asked for; one that was typed may fit the next file too."""
        yield from list(self._known)
        for turn in range(TRIES if self._ask else 0):
            if turn or self._known:
                tell(f"密码打不开 {path.name}。", f"That does not open {path.name}.", "yellow")
            question = say(f"{path.name} 的密码（空着跳过）", f"password of {path.name} (empty: skip)")
            typed = self._ask(question) if self._ask else ""
            if not typed:
                return
            self._known.append(typed)
            yield typed


def typed_on_terminal(question: str) -> str:
    """Ask on the terminal without showing what is typed."""
    import typer

    return str(typer.prompt(question, default="", hide_input=True, show_default=False))
