"""WeCom (企业微信) group robots: markdown, and files by upload. Source: the robot's documentation.

A robot takes 20 messages a minute; a text has at most 4,096 bytes, a file between 5 bytes and 20 MB.
"""

from collections.abc import Mapping

from schedules.notify.channels.wire import Outlet, content, cut, lines_of, robot_said
from schedules.notify.message import Message, NotSent

NEEDS = "key"
BASE = "https://qyapi.weixin.qq.com"
FOR_NOW = frozenset({-1, 45009, 45033})
"""The platform is busy; this robot has had its messages of the minute; too many calls at one time."""
MOST_BYTES = 4_000
FILE_BYTES = range(6, 20 * 1024 * 1024 + 1)


def send(message: Message, outlet: Outlet) -> None:
    """The robot has taken the message and its files. Raises NotSent with its own words, SecretMissing."""
    base, key = f"{outlet.settings.base or BASE}/cgi-bin/webhook", outlet.secret("key")
    files = [(path.name, content(path)) for path in message.files]
    fits = all(len(raw) in FILE_BYTES for _, raw in files)
    ids = []
    for name, raw in files if fits else []:
        uploaded = _told(f"{base}/upload_media?key={key}&type=file", files={"media": (name, raw)})
        ids.append(uploaded["media_id"])
    text = cut(f"### {message.title}\n{lines_of(message, files=fits)}", MOST_BYTES)
    _told(f"{base}/send?key={key}", json={"msgtype": "markdown", "markdown": {"content": text}})
    for media_id in ids:
        try:
            _told(f"{base}/send?key={key}", json={"msgtype": "file", "file": {"media_id": media_id}})
        except NotSent as error:
            words = f"文字收下了，附件没有 / the text was taken, a file was not: {error}"
            raise NotSent(words, error.again_s, perhaps=True) from None


def _told(url: str, **request: object) -> Mapping[str, str]:
    return robot_said(url, ("errcode", "errmsg"), FOR_NOW, **request)
