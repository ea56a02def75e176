"""Seeds of one-time codes are looked at when they are stored, not at night."""

from datetime import UTC, datetime

from bots import totp
from schedules.problems import DeskError


class SeedUnfit(DeskError):
    """What was typed is no seed of one-time codes."""

    who = "author"
    code = "D-SEED"

    def __init__(self) -> None:
        """No facts: what was typed may be a secret."""
        super().__init__(
            "这不是动态口令的种子（应是 A–Z、2–7 组成的一串，或 otpauth:// 开头的地址）。",
            "this is no seed of one-time codes (letters A-Z and digits 2-7, or an otpauth:// address).",
            "在网站的「绑定验证器」页面选「无法扫码、手动输入」，把那一串贴过来；不是手机上的 6 位数。",
            "take the site's key for manual entry, not the six digits that the phone shows.",
        )


class CodesUnknown(DeskError):
    """The site makes its one-time codes in a way that is not made here."""

    who = "author"
    code = "D-SEED-OTHER"

    def __init__(self, other: str) -> None:
        """Facts: what is other about them."""
        super().__init__(
            f"这个地址要的动态口令和这里算的不一样（{other}）；什么也没有存。",
            f"this address asks for other codes than are made here ({other}); nothing was stored.",
            "夜班算的是 SHA1、30 秒、6 位的；网站能换就换成这样，不能就让流程问人（ask: … kind: code）。",
            "Yeban makes SHA1 codes of 30 s and 6 digits; choose those at the site, or have the flow ask a person.",
        )


def seed_of(typed: str) -> str:
    """The seed as it is stored. Raises SeedUnfit, CodesUnknown."""
    try:
        return totp.seed_of(typed)
    except totp.OtherCodes as error:
        raise CodesUnknown(str(error)) from error
    except ValueError as error:
        raise SeedUnfit from error


def code_now(seed: str) -> str:
    """The code that a phone with this seed shows now."""
    return totp.code_at(seed, datetime.now(UTC))
