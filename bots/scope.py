"""The names a flow may use at one moment, innermost first: loop rows, values set, the row, inputs, account."""

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import TypeVar

from bots.error_words import Said
from bots.errors import ExpressionFailed
from bots.facts import AccountFacts
from bots.flow.problem import Refused
from bots.flow.values import Template, Value
from bots.masking import Mask, Secrets
from bots.totp import SeedUnfit, code_at

T = TypeVar("T")
Names = MutableMapping[str, object]


class Scope:
    """Names and functions for `${…}`.

    `set` writes into the innermost store: the item's while a row is worked on, else the run's. Loop frames lie above
    and vanish with the loop. Errors: ExpressionFailed for anything that cannot be worked out.
    """

    def __init__(self, base: Mapping[str, object], functions: Mapping[str, Callable[..., object]]) -> None:
        self._chain: ChainMap[str, object] = ChainMap({}, dict(base))
        self._stores: list[Names] = [self._chain.maps[0]]
        self._functions = functions

    @property
    def names(self) -> Mapping[str, object]:
        """Everything that can be named now."""
        return self._chain

    def expand(self, template: Template) -> object:
        """The template filled in; exactly one `${…}` keeps its type."""
        try:
            return template.expand(self._chain, self._functions)
        except Refused as refused:
            raise ExpressionFailed(template.source, Said(refused.zh, refused.en)) from refused

    def text(self, template: Template) -> str:
        """The template filled in, as text."""
        try:
            return template.expand_text(self._chain, self._functions)
        except Refused as refused:
            raise ExpressionFailed(template.source, Said(refused.zh, refused.en)) from refused

    def value(self, value: Value[T]) -> T:
        """The value filled in and checked."""
        try:
            return value.expand(self._chain, self._functions)
        except Refused as refused:
            raise ExpressionFailed(repr(value), Said(refused.zh, refused.en)) from refused

    def put(self, name: str, value: object) -> None:
        """From now on `name` is `value`, until the item or run ends."""
        self._stores[-1][name] = value

    @contextmanager
    def frame(self, names: Mapping[str, object]) -> Iterator[None]:
        """Names that only the steps inside see."""
        before = self._chain
        self._chain = before.new_child(dict(names))
        try:
            yield
        finally:
            self._chain = before

    @contextmanager
    def item(self, row: Mapping[str, object]) -> Iterator[None]:
        """The row's columns by name, and a fresh store: what one row sets, the next does not see."""
        store: Names = {}
        before = self._chain
        self._chain = before.new_child({**row, "row": dict(row)}).new_child(store)
        self._stores.append(store)
        try:
            yield
        finally:
            self._stores.pop()
            self._chain = before

    def shown(self) -> dict[str, object]:
        """What a failure report may show: no account, no secrets, no functions."""
        hidden = {"account", "secret", "row"}
        return {name: value for name, value in self._chain.items() if name not in hidden and not name.startswith("_")}


def base_names(account: AccountFacts, secrets: Secrets, today: date) -> dict[str, object]:
    """The names that every flow and element library has: today, account, secret, the account's base values."""
    facts = {"name": account.name, "shop": account.shop, "username": account.username}
    return {**account.base, "today": today, "account": facts, "secret": secrets}


def engine_functions(secrets: Secrets, mask: Mask, clock: Callable[[], datetime]) -> dict[str, Callable[..., object]]:
    """`totp()`: the one-time code of the account's secret `totp`, or of another named one."""

    def totp(name: str = "totp") -> str:
        try:
            return mask.learn(code_at(secrets[name], clock()))
        except ValueError as error:
            raise SeedUnfit(name) from error

    return {"totp": totp, "动态口令": totp}
