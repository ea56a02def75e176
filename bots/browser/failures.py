"""What the browser library says, turned into errors that say who has to act."""

from __future__ import annotations

import re

from bots.errors import (
    BotError,
    BrowserClosed,
    ConnectionLost,
    DiskFull,
    ElementBlocked,
    OptionMissing,
    PageTimeout,
)

_CLOSED = ("has been closed", "Target closed", "Target crashed", "Page crashed", "Connection closed", "Browser closed")
_MOVED = ("Execution context was destroyed", "Frame was detached", "Cannot find context", "frame got detached")
_GONE = ("not attached to the DOM", "Element is not attached", "JSHandles can be evaluated only in the context")
_BLOCKS = (
    (re.compile(r"(<[^>]{1,200}>).*intercepts pointer events"), "被 {0} 挡住"),
    (re.compile(r"element is not enabled|element is disabled"), "不可用（灰色）"),
    (re.compile(r"element is not visible"), "看不见"),
    (re.compile(r"element is not stable"), "还在移动"),
    (re.compile(r"element is outside of the viewport"), "在窗口之外"),
    (re.compile(r"element is not editable|is not an <input>"), "不能输入"),
    (re.compile(r"did not find some options"), "没有这个选项"),
)


class PageMoved(ConnectionLost):
    """The document was replaced while it was being read: look again."""


def first_line(message: str) -> str:
    """The part of a library message that a person can use."""
    line = message.strip().splitlines()[0] if message.strip() else ""
    return re.sub(r"^(\w+\.)?\w+: ", "", line)[:200]


def spoken(message: str, kind: str, target: str, url: str, timeout_ms: int) -> BotError:
    """The error of ours for a library error of class `kind` with `message`, met on `target` at `url`."""
    if kind == "TargetClosedError" or any(part in message for part in _CLOSED):
        return BrowserClosed(first_line(message))
    if any(part in message for part in _MOVED):
        return PageMoved(url, "page moved on")
    if "net::ERR_" in message or "NS_ERROR" in message:
        found = re.search(r"net::ERR_\w+", message)
        return ConnectionLost(url, found.group() if found else first_line(message))
    if any(part in message for part in _GONE):
        return gone(target, url)
    if "ENOSPC" in message:
        return DiskFull(target, first_line(message))
    if kind == "TimeoutError" and ".goto" in message.split("\n", 1)[0] + ".":
        return PageTimeout(target, timeout_ms)
    return _blocked(message, kind, target, url, timeout_ms)


def _blocked(message: str, kind: str, target: str, url: str, timeout_ms: int) -> BotError:
    for pattern, reason in _BLOCKS:
        found = pattern.search(message)
        if found:
            return ElementBlocked(target, reason.format(*found.groups()), waited_ms=timeout_ms, url=url)
    if kind == "TimeoutError" and target.startswith(("http:", "https:", "file:")):
        return PageTimeout(target, timeout_ms)
    return ElementBlocked(target, first_line(message), waited_ms=timeout_ms, url=url)


def gone(target: str, url: str) -> ElementBlocked:
    """The error for an element that the page has removed or redrawn meanwhile."""
    return ElementBlocked(target, "已经不在页面上", url=url)


def refused(field: str, value: str, _url: str) -> OptionMissing:
    """The error for a field that does not take a value."""
    return OptionMissing(field, value)
