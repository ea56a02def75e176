"""Who is signed in: passwords, one-time codes and session tokens of the three sites."""

import hmac
import secrets
import threading
import time
from dataclasses import dataclass

from bots.practice.world import World

LIFETIME_S = 8 * 3600
COOKIES = {"seller": "mall_seller", "pay": "mall_pay", "ads": "mall_ads"}


@dataclass(frozen=True)
class Visitor:
    """One session: which account, of which shop (None: all shops), and whether the second step is done."""

    token: str
    username: str
    shop_id: str | None
    verified: bool


class Sessions:
    """Sign-in of all sites. Sessions live in the mall's file and survive a restart; codes and captchas do not."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._sms: dict[str, str] = {}
        self._captchas: dict[str, str] = {}

    def begin(self, site: str, username: str, password: str) -> tuple[Visitor, str] | None:
        """Check the password; the new session and the next step (`totp`, `sms` or `done`), or None if it is wrong."""
        with self._world.writing() as db:
            row = db.execute(
                "SELECT username, password, totp_secret, shop_id FROM account WHERE username = ? AND site = ?",
                (username, site),
            ).fetchone()
            if row is None or not hmac.compare_digest(str(row["password"]).encode(), password.encode()):
                return None
            step = "done" if site != "seller" else "totp" if row["totp_secret"] else "sms"
            visitor = Visitor(secrets.token_urlsafe(24), username, row["shop_id"], step == "done")
            db.execute(
                "INSERT INTO session (token, username, at, verified) VALUES (?, ?, ?, ?)",
                (visitor.token, username, time.time(), int(visitor.verified)),
            )
        if step == "sms":
            self.send_sms(username)
        return visitor, step

    def send_sms(self, username: str) -> None:
        """Make a new six-digit code for this account; only the test door can read it."""
        with self._lock:
            self._sms[username] = f"{secrets.randbelow(1_000_000):06d}"

    def sms(self, username: str) -> str | None:
        """The last code that was sent to this account."""
        with self._lock:
            return self._sms.get(username)

    def verify(self, visitor: Visitor, code: str) -> bool:
        """Finish the second step with a TOTP or SMS code; False leaves the session unverified."""
        import pyotp

        with self._world.reading() as db:
            secret = db.execute("SELECT totp_secret FROM account WHERE username = ?", (visitor.username,)).fetchone()[
                "totp_secret"
            ]
        if secret:
            good = pyotp.TOTP(secret).verify(code, valid_window=1)
        else:
            sent = self.sms(visitor.username)
            good = sent is not None and hmac.compare_digest(sent, code)
        if good:
            with self._world.writing() as db:
                db.execute("UPDATE session SET verified = 1 WHERE token = ?", (visitor.token,))
        return good

    def find(self, site: str, token: str | None) -> Visitor | None:
        """The session behind a cookie, unless it is unknown, of another site or too old."""
        if not token:
            return None
        with self._world.reading() as db:
            row = db.execute(
                "SELECT s.token, s.username, s.verified, a.shop_id FROM session s JOIN account a USING (username)"
                " WHERE s.token = ? AND a.site = ? AND s.at > ?",
                (token, site, time.time() - LIFETIME_S),
            ).fetchone()
        return None if row is None else Visitor(row["token"], row["username"], row["shop_id"], bool(row["verified"]))

    def end(self, token: str) -> None:
        """Forget this session."""
        with self._world.writing() as db:
            db.execute("DELETE FROM session WHERE token = ?", (token,))
        with self._lock:
            self._captchas.pop(token, None)

    def challenge(self, token: str) -> None:
        """Ask this session for a captcha; one that is open stays as it is."""
        with self._lock:
            self._captchas.setdefault(token, f"{secrets.randbelow(10_000):04d}")

    def digits(self, token: str) -> str:
        """What the picture of this session's captcha shows, empty when none is open."""
        with self._lock:
            return self._captchas.get(token, "")

    def challenged(self, token: str) -> bool:
        """Whether this session still owes a captcha."""
        with self._lock:
            return token in self._captchas

    def answer(self, token: str, digits: str) -> bool:
        """Solve the captcha; a wrong answer brings a new picture."""
        with self._lock:
            if self._captchas.get(token) == digits:
                del self._captchas[token]
                return True
            if token in self._captchas:
                self._captchas[token] = f"{secrets.randbelow(10_000):04d}"
            return False

    def captchas(self) -> dict[str, str]:
        """Open captchas by username, for the test door."""
        with self._lock:
            open_ones = dict(self._captchas)
        with self._world.reading() as db:
            rows = db.execute("SELECT token, username FROM session").fetchall()
        return {row["username"]: open_ones[row["token"]] for row in rows if row["token"] in open_ones}
