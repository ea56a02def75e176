"""Feishu (飞书) group robots, signed: HMAC-SHA256 keyed with time and secret; they take text and no files.

Source: the robot's documentation (custom robot, "签名校验").
"""

import base64
import hashlib
import hmac

from schedules.notify.channels.wire import AGAIN_S, Outlet, asked, cut, lines_of
from schedules.notify.message import Message, NotSent

NEEDS = "token"
BASE = "https://open.feishu.cn"
TOO_FAST = 11232
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
    said = asked(f"{outlet.settings.base or BASE}/open-apis/bot/v2/hook/{outlet.secret('token')}", json=body)
    if said.get("code") != 0:
        again = AGAIN_S if said.get("code") == TOO_FAST else None
        raise NotSent(f"{said.get('code')} {said.get('msg', '')}", again)
