"""No secret in any log line, note, manifest, trace or page: one filter that knows every secret given out.

A secret seldom leaves in clear: an address holds it URL-encoded, a request base64, an answer JSON- or HTML-escaped.
Each is a form of its own here, and all of them are hidden.
"""

import base64
import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote, quote_plus

from bots.errors import SecretMissing

HIDDEN = "••••••"
SHORTEST_HIDDEN = 4
SHORTEST_SESSION, SHORTEST_TOKEN = 8, 16
"""A value that scripts cannot read is a session's; what is only called a token may be a word if it is short."""
TOKEN_NAME = re.compile(r"auth|csrf|jwt|pass|secret|sess|sid|ticket|token", re.IGNORECASE)
SHORTEST_ENCODED = 6
"""Of a shorter secret so few base64 letters are certain that other words would be hidden with it."""

UNESCAPED_IN_URLS = (
    "",
    "/",
    "!'()*~",
    "*",
    ";,/?:@&=+$-_.!~*'()#",
    "!#$%&'()*+,-./:;=?@[\\]^_`{|}~",
    "!#$%&()*+,-./:;=?@[\\]^_`{|}~",
)
"""What Python, browsers' encodeURIComponent, form fields, encodeURI and address lines leave as it is."""

_PERCENT = re.compile("%[0-9A-F]{2}")


@lru_cache(maxsize=256)
def forms(secret: str) -> frozenset[str]:
    """Every way in which a text may hold the secret: in clear, URL-encoded, base64, JSON- and HTML-escaped."""
    urls = {quote(secret, safe=safe) for safe in UNESCAPED_IN_URLS} | {quote_plus(secret), quote_plus(secret, safe="*")}
    urls |= {quote(url, safe="") for url in urls}
    urls |= {_PERCENT.sub(lambda match: match[0].lower(), url) for url in urls}
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    escaped |= {html.escape(one) for one in (secret, *escaped)} | {html.escape(secret, quote=False)}
    escaped |= {one.replace("&#x27;", "&#39;") for one in escaped} | {one.replace("/", "\\/") for one in escaped}
    return frozenset({secret, *urls, *escaped, *_base64(secret)})


def _base64(secret: str) -> set[str]:
    """The letters that are certain, whatever stands before and after the secret, in both alphabets."""
    raw = secret.encode("utf-8", "surrogatepass")
    found: set[str] = set()
    if len(raw) < SHORTEST_ENCODED:
        return found
    for before in range(3):
        letters = base64.b64encode(bytes(before) + raw + bytes(3)).decode()
        certain = letters[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        found |= {certain, certain.translate(str.maketrans("+/", "-_"))}
    return found


class Mask:
    """Every value learnt is replaced by dots wherever text leaves the run.

    Values shorter than four characters are not replaced: that would garble every text and hide nothing.
    """

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, value: str) -> str:
        """The value itself, from now on hidden."""
        if len(value.strip()) >= SHORTEST_HIDDEN and value not in self._secrets:
            self._secrets |= {value, value.strip()}
            known = {form for secret in self._secrets for form in forms(secret)}
            # Longest first, so that one inside another leaves nothing over.
            self._pattern = re.compile("|".join(map(re.escape, sorted(known, key=lambda one: (-len(one), one)))))
        return value

    def learn_all(self, value: object) -> None:
        """Every text inside lists and dicts, and numbers as they are written, are hidden from now on."""
        match value:
            case str():
                self.learn(value)
            case dict():
                for part in value.values():
                    self.learn_all(part)
            case list() | tuple():
                for part in value:
                    self.learn_all(part)
            case None | bool():
                return
            case _:
                self.learn(str(value))

    def shows(self, text: str) -> bool:
        """Whether the text holds a secret in any form."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def hide(self, text: str) -> str:
        """The text with every secret replaced, in whatever form it is there."""
        return text if self._pattern is None else self._pattern.sub(HIDDEN, text)

    def hide_bytes(self, content: bytes) -> bytes:
        """The same for a text in UTF-8; any other content as it is."""
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            return content
        return self.hide(text).encode("utf-8")

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


def learn_state(mask: Mask, state: bytes) -> None:
    """Hide a session's cookies and tokens: whoever has them is signed in. `state` is the browser's storage state."""
    told = json.loads(state or b"{}")
    if not isinstance(told, dict):
        return
    stores = [origin.get("localStorage", []) for origin in told.get("origins", [])]
    for entry in (*told.get("cookies", []), *(pair for store in stores for pair in store)):
        name, value = str(entry.get("name", "")), str(entry.get("value", ""))
        sure = SHORTEST_SESSION if entry.get("httpOnly") else SHORTEST_TOKEN if TOKEN_NAME.search(name) else None
        if sure is not None and len(value) >= sure:
            mask.learn(value)


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
