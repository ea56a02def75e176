"""DingTalk (钉钉) group robots, signed: HMAC-SHA256 over time and secret; they take markdown and no files.

Source: the robot's documentation (custom robot, security settings "加签"). A robot takes 20 messages a minute.
"""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from schedules.notify.channels.wire import Outlet, cut, lines_of, robot_said
from schedules.notify.message import Message

NEEDS = "token"
BASE = "https://oapi.dingtalk.com"
FOR_NOW = frozenset({-1, 410100, 130101})
"""The platform is busy, or has too many calls; this robot has had its 20 messages of the minute."""
MOST_BYTES = 18_000


def signature(secret: str, at_ms: int) -> str:
    """The sign of a call at this moment, base64."""
    said = hmac.new(secret.encode(), f"{at_ms}\n{secret}".encode(), hashlib.sha256)
    return base64.b64encode(said.digest()).decode()


def send(message: Message, outlet: Outlet) -> None:
    """The robot has taken the message. Raises NotSent with its own words, SecretMissing."""
    at_ms = int(outlet.now_s * 1000)
    call = {"access_token": outlet.secret("token")}
    if outlet.has("secret"):
        call |= {"timestamp": str(at_ms), "sign": signature(outlet.secret("secret"), at_ms)}
    text = "\n\n".join(f"### {message.title}\n{lines_of(message, files=False)}".split("\n"))
    body = {"msgtype": "markdown", "markdown": {"title": message.title, "text": cut(text, MOST_BYTES)}}
    robot_said(
        f"{outlet.settings.base or BASE}/robot/send?{urlencode(call)}", ("errcode", "errmsg"), FOR_NOW, json=body
    )
