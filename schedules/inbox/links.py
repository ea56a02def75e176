"""A link that answers one question: signed for it alone, of no use once it is answered or over."""

import base64
import hashlib
import hmac

from schedules.inbox.book import Open

TOKEN_CHARS = 32
"""192 bits: nobody guesses one."""


def token_of(number: str, key: bytes) -> str:
    """The token that answers this question, and no other."""
    digest = hmac.digest(key, f"answer|{number}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode()[:TOKEN_CHARS]


def link_of(one: Open, key: bytes, public_url: str) -> str:
    """The address at which this question is answered; "" where the settings name none."""
    return f"{public_url.rstrip('/')}/ask/{one.number}/{token_of(one.number, key)}" if public_url else ""
