"""WeCom (企业微信) group robots: markdown, and files by upload. Source: the robot's documentation.

A robot takes 20 messages a minute; a text has at most 4,096 bytes, a file between 5 bytes and 20 MB.
"""

from schedules.notify.channels.wire import AGAIN_S, Outlet, asked, content, cut, lines_of
from schedules.notify.message import Message, NotSent

NEEDS = "key"
BASE = "https://qyapi.weixin.qq.com"
TOO_FAST = 45009
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
        _told(f"{base}/send?key={key}", json={"msgtype": "file", "file": {"media_id": media_id}})


def _told(url: str, **request: object) -> dict[str, str]:
    said = asked(url, **request)
    if said.get("errcode") != 0:
        again = AGAIN_S if said.get("errcode") == TOO_FAST else None
        raise NotSent(f"{said.get('errcode')} {said.get('errmsg', '')}", again)
    return dict(said)
