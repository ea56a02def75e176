"""What all channels share: their settings with their secrets, and one way of asking over HTTP.

The robots of DingTalk, Feishu and WeCom answer 200 to what they refuse and say so inside; the library that sends to the
other kinds looks at the status only and would call a refused message sent. So these three are asked from here.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schedules.notify.message import Message, NotSent
from schedules.notify.settings import ChannelSettings

TIMEOUT_S = 20.0
AGAIN_S = 60.0
"""How soon another try is worth it when the other side was not there or was busy."""
BUSY = 429
FAILED = 500


@dataclass(frozen=True)
class Outlet:
    """One channel: its settings, and its secrets by name. `secret` raises SecretMissing; `now_s`: Unix seconds."""

    settings: ChannelSettings
    secret: Callable[[str], str]
    has: Callable[[str], bool]
    now_s: float


def asked(url: str, **request: Any) -> Mapping[str, Any]:
    """The JSON that the other side answers to a POST. Raises NotSent."""
    import requests

    try:
        answer = requests.post(url, timeout=TIMEOUT_S, allow_redirects=False, **request)
    except requests.RequestException as error:  # its text holds the address, and that the token
        raise NotSent(type(error).__name__, AGAIN_S, perhaps=isinstance(error, requests.ReadTimeout)) from None
    if answer.status_code == BUSY or answer.status_code >= FAILED:
        raise NotSent(f"HTTP {answer.status_code}", AGAIN_S)
    if not answer.ok or answer.is_redirect:
        raise NotSent(f"HTTP {answer.status_code}")
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def robot_said(url: str, keys: tuple[str, str], for_now: Collection[int], **request: Any) -> Mapping[str, Any]:
    """What a robot answers to what it took. Raises NotSent with its own words.

    `keys`: under which its code and its words stand; 0 is taken, a code of `for_now` is worth another try. So is an
    answer without any code: it is not the robot's, but of something in between. A text goes as UTF-8: escaped, Chinese
    would take twice the bytes of the robot's limit.
    """
    if "json" in request:
        request["data"] = json.dumps(request.pop("json"), ensure_ascii=False).encode()
        request["headers"] = {"Content-Type": "application/json; charset=utf-8"}
    said = asked(url, **request)
    code = said.get(keys[0])
    if code is None:
        raise NotSent("回话的不是机器人 / what answers is no robot", AGAIN_S)
    if code != 0:
        raise NotSent(f"{code} {said.get(keys[1], '')}".strip(), AGAIN_S if code in for_now else None)
    return said


def lines_of(message: Message, *, files: bool) -> str:
    """The body, with where the files are when the channel does not carry them."""
    if files or not message.files:
        return message.body
    where = "\n".join(f"附件 / file: {path}" for path in message.files)
    return f"{message.body}\n{where}"


def cut(text: str, most_bytes: int) -> str:
    """The text within so many bytes of UTF-8, whole characters, and a mark where something was cut."""
    raw = text.encode()
    if len(raw) <= most_bytes:
        return text
    mark = "…（太长，后面的略去 / cut）"
    return raw[: most_bytes - len(mark.encode())].decode(errors="ignore") + mark


def content(path: Path) -> bytes:
    """The file's bytes. Raises NotSent when it is not there any more."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotSent(f"附件读不到 / cannot read: {path.name} ({error.strerror})") from None
