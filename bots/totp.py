"""One-time codes by time (RFC 6238: SHA-1, 30 s, 6 digits), as every authenticator on a phone shows them.

Written out here because seeds of 80 bits, which most sites still give out, are refused by pyotp since 2.10.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from bots.errors import OperatorError

STEP_S = 30
DIGITS = 6


class SeedUnfit(OperatorError):
    """The secret that one-time codes are made of is no seed."""

    code = "E-SEED"
    zh = "密码库里的「{name}」不是动态口令的种子"
    en = "the secret {name} is no seed of one-time codes"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class OtherCodes(ValueError):
    """The address asks for codes that are made in another way than these; it keeps what is other, nothing secret."""


def seed_of(typed: str) -> str:
    """The seed in base32 (RFC 4648), capital letters without blanks or padding; an otpauth:// address holds one.

    Raises ValueError, which does not repeat what was typed; OtherCodes for an address whose codes these are not.
    """
    said = typed.strip()
    if said.lower().startswith("otpauth://"):
        said = _seed_in(said)
    seed = "".join(said.split()).replace("-", "").rstrip("=").upper()
    if not _key(seed):
        raise ValueError("no seed")
    return seed


def _seed_in(address: str) -> str:
    """The seed that the address behind a QR code holds (github.com/google/google-authenticator/wiki/Key-Uri-Format)."""
    parts = urlsplit(address)
    given = {name.lower(): values[0] for name, values in parse_qs(parts.query).items()}
    ours = {"algorithm": "SHA1", "digits": str(DIGITS), "period": str(STEP_S)}
    other = [f"{name}={given[name]}" for name, its in ours.items() if given.get(name, its).upper() != its]
    if parts.netloc.lower() == "hotp":
        other.append("hotp")
    if other:
        raise OtherCodes(", ".join(other))
    return given.get("secret", "")


def code_at(seed: str, moment: datetime) -> str:
    """The six digits of this moment. Raises ValueError when `seed` is none."""
    counter = int(moment.timestamp()) // STEP_S
    digest = hmac.digest(_key(seed_of(seed)), counter.to_bytes(8, "big"), hashlib.sha1)
    at = digest[-1] & 0xF
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def _key(seed: str) -> bytes:
    try:
        return base64.b32decode(seed + "=" * (-len(seed) % 8))
    except binascii.Error as error:
        raise ValueError("no seed") from error
