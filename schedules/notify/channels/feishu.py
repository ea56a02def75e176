"""Feishu (飞书) group robots, signed: HMAC-SHA256 keyed with time and secret; they take text and no files.

Source: the robot's documentation (custom robot, "签名校验").
"""

import base64
import hashlib
import hmac

from schedules.notify.channels.wire import Outlet, cut, lines_of, robot_said
from schedules.notify.message import Message

NEEDS = "token"
BASE = "https://open.feishu.cn"
FOR_NOW = frozenset({11232})
"""Too many messages at this time."""
MOST_BYTES = 18_000


def signature(secret: str, at_s: int) -> str:
    """The sign of a call at this moment, base64; the text that is signed is empty, time and secret are the key."""
    said = hmac.new(f"{at_s}\n{secret}".encode(), b"", hashlib.sha256)
    return base64.b64encode(said.digest()).decode()


def send(message: Message, outlet: Outlet) -> None:
    """The robot has taken the message. Raises NotSent with its own words, SecretMissing."""
    text = cut(f"{message.title}\n{lines_of(message, files=False)}", MOST_BYTES)
    body: dict[str, object] = {"msg_type": "text", "content": {"text": text}}
    if outlet.has("secret"):
        at_s = int(outlet.now_s)
        body |= {"timestamp": str(at_s), "sign": signature(outlet.secret("secret"), at_s)}
    url = f"{outlet.settings.base or BASE}/open-apis/bot/v2/hook/{outlet.secret('token')}"
    robot_said(url, ("code", "msg"), FOR_NOW, json=body)
