"""Keys, sealing and the blind index. Pure: no database, no clock; the keys come from the caller and stay with him.

Sealing is AES-SIV (RFC 5297) with the row and field as associated data: a sealed text cannot be changed or moved to
another row, and the same text in the same place seals the same, so that importing twice changes nothing. The blind
index is HMAC-SHA256 over the normalised text under a key of its own, cut to 128 bits.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.erp.privacy.errors import KeyMissing, KeysBroken, SealBroken
from storage.erp.privacy.normal import normal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

KEY_BYTES = 64
INDEX_HEX = 32


@dataclass(frozen=True)
class Keys:
    """The keys: `current` seals, all of `sealing` open, `index` makes the blind index. Never shown, never stored here.

    `index` stays when sealing keys rotate: with another one nothing would be found again.
    """

    current: str
    sealing: Mapping[str, bytes] = field(repr=False)
    index: bytes = field(repr=False)
    _ciphers: dict[str, "AESSIV"] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def new(cls, key_id: str = "1") -> "Keys":
        """Fresh random keys."""
        return cls(key_id, {key_id: secrets.token_bytes(KEY_BYTES)}, secrets.token_bytes(32))

    @classmethod
    def from_text(cls, text: str) -> "Keys":
        """The keys that `text` made, for a vault. Raises KeysBroken."""
        try:
            said = json.loads(text)
            sealing = {str(name): bytes.fromhex(value) for name, value in said["sealing"].items()}
            keys = cls(str(said["current"]), sealing, bytes.fromhex(said["index"]))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise KeysBroken(type(error).__name__) from error
        if keys.current not in sealing or any(len(value) != KEY_BYTES for value in sealing.values()):
            raise KeysBroken("current")
        return keys

    def text(self) -> str:
        """What a vault keeps."""
        sealing = {name: value.hex() for name, value in self.sealing.items()}
        return json.dumps({"current": self.current, "sealing": sealing, "index": self.index.hex()})

    def rotated(self, key_id: str) -> "Keys":
        """The same keys with a fresh one that seals from now on; the old ones still open."""
        return Keys(key_id, {**self.sealing, key_id: secrets.token_bytes(KEY_BYTES)}, self.index)


KeyRing = Callable[[], Keys]
"""Where the keys are kept: asked for them when there is something to seal."""


def seal(keys: Keys, plain: str, about: str) -> str:
    """`key id.base64`; "" for "". `about` names the row and field that it belongs to."""
    if not plain:
        return ""
    sealed = _cipher(keys, keys.current).encrypt(plain.encode(), [about.encode()])
    return f"{keys.current}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(keys: Keys, sealed: str, about: str) -> str:
    """What was sealed. Raises KeyMissing, SealBroken."""
    from cryptography.exceptions import InvalidTag

    if not sealed:
        return ""
    key_id, _, content = sealed.partition(".")
    cipher = _cipher(keys, key_id)
    try:
        return cipher.decrypt(base64.urlsafe_b64decode(content), [about.encode()]).decode()
    except (InvalidTag, ValueError) as error:
        raise SealBroken(about) from error


def blind(keys: Keys, kind: str, plain: str) -> str:
    """The blind index of a name, phone or address; "" for "". Texts that are the same to a person have the same one."""
    same = normal(kind, plain)
    return _mac(keys, f"{kind}\0{same}") if same else ""


def blind_together(keys: Keys, parts: Mapping[str, str]) -> str:
    """One index over several fields, kind → text; "" when one of them is empty: half a person is nobody."""
    same = {kind: normal(kind, plain) for kind, plain in parts.items()}
    return _mac(keys, json.dumps(same, ensure_ascii=False, sort_keys=True)) if all(same.values()) else ""


def _mac(keys: Keys, text: str) -> str:
    return hmac.new(keys.index, text.encode(), hashlib.sha256).hexdigest()[:INDEX_HEX]


def _cipher(keys: Keys, key_id: str) -> "AESSIV":
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

    if key_id not in keys.sealing:
        raise KeyMissing(key_id)
    if key_id not in keys._ciphers:
        keys._ciphers[key_id] = AESSIV(keys.sealing[key_id])
    return keys._ciphers[key_id]
