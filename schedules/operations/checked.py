"""What was found of each account's session before the night: kept in a file, said in words. Reads quickly."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

State = Literal["signed_in", "by_itself", "person", "secret", "unreachable", "busy", "no_login"]
FINE = frozenset({"signed_in", "by_itself", "busy", "no_login"})
"""States in which the night needs nobody."""
CAPTCHA = "captcha"


@dataclass(frozen=True)
class SessionHealth:
    """What the night will find for one account. `needs`: names of missing secrets, or kinds of questions to people."""

    account: str
    site: str
    state: State
    needs: tuple[str, ...] = ()
    seen: str = ""
    checked_at: str = ""

    @property
    def fine(self) -> bool:
        """Whether the night needs nobody for it."""
        return self.state in FINE


def checked_file(home: Path) -> Path:
    """Where the last findings lie."""
    return home / "sessions" / "checked.json"


def last_checked(home: Path) -> dict[str, SessionHealth]:
    """The last finding of each account that was ever looked at; {} where nobody looked or the file is torn."""
    try:
        rows = json.loads(checked_file(home).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {row["account"]: SessionHealth(**{**row, "needs": tuple(row["needs"])}) for row in rows}


def keep(home: Path, found: Sequence[SessionHealth]) -> None:
    """These findings take the place of the accounts' earlier ones."""
    known = {**last_checked(home), **{one.account: one for one in found}}
    path = checked_file(home)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps([asdict(one) for one in known.values()], ensure_ascii=False, indent=1), "utf-8")
    draft.replace(path)


KINDS: Mapping[str, tuple[str, str]] = {
    "approval": ("批准", "an approval"),
    CAPTCHA: ("图形验证码", "a captcha"),
    "choice": ("一个选择", "a choice"),
    "code": ("短信或邮件验证码", "a code by message or mail"),
    "qr": ("手机扫码", "a QR code scanned with the phone"),
    "text": ("一个回答", "an answer"),
}


def asked_words(one: SessionHealth, lang: str) -> str:
    """The question to whoever can sign the account in before going home."""
    english = lang == "en"
    kinds = [KINDS[kind][english] for kind in one.needs]
    if english:
        return f"Tonight {one.account} cannot sign in without {', '.join(kinds)}. Yes: sign in now, the rest follows."
    return f"今晚账号 {one.account} 登录要{'、'.join(kinds)}。现在方便就回答「是」，马上开始登录。"


def said(one: SessionHealth, lang: str) -> str:
    """The finding as a sentence, with what to do about it."""
    english = lang == "en"
    kinds = ("、", ", ")[english].join(KINDS.get(kind, (kind, kind))[english] for kind in one.needs)
    command = f"yeban secret set {one.account} {one.needs[0] if one.needs else ''}"
    store = f"{'、'.join(one.needs)}。{command}", f"{', '.join(one.needs)}. {command}"
    words: dict[State, tuple[str, str]] = {
        "signed_in": ("登录着", "signed in"),
        "by_itself": ("登录过期了，今晚会自己登录", "signed out; tonight it signs in by itself"),
        "person": (
            f"要人：{kinds}。yeban sessions sign-in {one.account}",
            f"needs a person: {kinds}. yeban sessions sign-in {one.account}",
        ),
        "secret": (f"要登录，但没有存 {store[0]}", f"not stored: {store[1]}"),
        "unreachable": (f"看不出来：{one.seen}", f"cannot be told: {one.seen}"),
        "busy": ("正在被一个运行使用", "a run is using it"),
        "no_login": ("这个网站不用登录", "the site needs no sign-in"),
    }
    return words[one.state][english].strip()
