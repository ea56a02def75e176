"""No secret in any log line, screenshot note, manifest or page: one filter that knows every secret it gave out."""

from collections.abc import Callable, Iterator, Mapping

from bots.errors import SecretMissing

HIDDEN = "••••••"
SHORTEST_HIDDEN = 4


class Mask:
    """Every value learnt is replaced by dots wherever text leaves the run.

    Values shorter than four characters are not replaced: that would garble every text and hide nothing.
    """

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def learn(self, value: str) -> str:
        """The value itself, from now on hidden."""
        if len(value) >= SHORTEST_HIDDEN:
            self._secrets.add(value)
        return value

    def hide(self, text: str) -> str:
        """The text with every secret replaced, longest first so that one inside another leaves nothing over."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text

    def hide_all(self, value: object) -> object:
        """The same for every text inside dicts and lists; other values as they are."""
        match value:
            case str():
                return self.hide(value)
            case dict():
                return {self.hide(str(name)): self.hide_all(part) for name, part in value.items()}
            case list() | tuple():
                return [self.hide_all(part) for part in value]
        return value


class Secrets(Mapping[str, str]):
    """`${secret.password}`: looked up in the store when used, hidden from then on."""

    def __init__(self, look_up: Callable[[str], str], mask: Mask) -> None:
        self._look_up = look_up
        self._mask = mask

    def __getitem__(self, name: str) -> str:
        try:
            return self._mask.learn(self._look_up(name))
        except LookupError as error:
            raise SecretMissing(name) from error

    def __iter__(self) -> Iterator[str]:
        """Nothing: the store never lists what it holds."""
        return iter(())

    def __len__(self) -> int:
        return 0
