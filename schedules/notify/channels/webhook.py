"""Any address of yours: JSON by POST, signed with HMAC-SHA256 over time and body when a secret is stored."""

import hashlib
import hmac
import json

from schedules.notify.channels.wire import Outlet, asked
from schedules.notify.message import Message

NEEDS = "url"


def signature(secret: str, at_s: int, body: bytes) -> str:
    """What stands in X-Yeban-Signature: hex of HMAC-SHA256 over `<seconds>.<body>`."""
    return hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()


def send(message: Message, outlet: Outlet) -> None:
    """The address has answered with success. Raises NotSent, SecretMissing."""
    said = {
        "route": message.route,
        "incident": message.incident,
        "title": message.title,
        "body": message.body,
        "files": [str(path) for path in message.files],
        "urgent": message.urgent,
    }
    body = json.dumps(said, ensure_ascii=False).encode()
    at_s = int(outlet.now_s)
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Yeban-Timestamp": str(at_s)}
    if outlet.has("secret"):
        headers["X-Yeban-Signature"] = signature(outlet.secret("secret"), at_s, body)
    asked(outlet.secret("url"), data=body, headers=headers)
