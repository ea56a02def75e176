"""What this machine and these shops are: read once from settings.yaml, defaults otherwise, checked with positions."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from schedules.homes import ROOT as ROOT
from schedules.homes import default_home
from schedules.homes import demo_home as demo_home
from schedules.homes import own_home as own_home
from schedules.problems import Lang, default_lang
from schedules.yaml_file import SECRET_KEYS, Loc, read_yaml, refusal, secret_refusal

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""Where business days begin and end: shops live by Beijing time wherever this machine stands."""


class AccountSettings(BaseModel):
    """One login of ours on one site. Its password and TOTP seed are in the vault, never here.

    `worker`: only workers with this tag sign in as it (that machine, that address); "" for any. `proxy`, `locale` and
    `timezone` are what the site sees of the browser; a proxy's own user and password are in the
    vault too, as `proxy_user` and `proxy_password`. `person`: who reads its codes and keeps its password; questions,
    the digest and the calendar name them where something of this account waits.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    site: str
    username: str
    shop: str = ""
    base_url: str = ""
    proxy: str = ""
    worker: str = ""
    locale: str = "zh-CN"
    timezone: str = "Asia/Shanghai"
    person: str = ""
    values: dict[str, str] = Field(default_factory=dict)

    @field_validator("proxy")
    @classmethod
    def _is_a_proxy(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in PROXIES or not parts.hostname or not _port(parts)):
            words = (
                "代理写成 http://主机:端口 或 socks5://主机:端口。",
                "Write a proxy as http://host:port or socks5://host:port.",
            )
            raise refusal("D-SETTINGS", *words)
        if parts.password or parts.username:
            raise refusal(
                "D-SETTINGS",
                "代理的用户名和密码不写在这里：yeban secret set 账号 proxy_user、proxy_password。",
                "A proxy's user and password do not stand here: yeban secret set ACCOUNT proxy_user, proxy_password.",
            )
        return value

    @field_validator("timezone")
    @classmethod
    def _is_a_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            words = (
                f"没有叫「{value}」的时区，写成 Asia/Shanghai 这样。",
                f"There is no time zone {value}; write Asia/Shanghai.",
            )
            raise refusal("D-SETTINGS", *words) from None
        return value


PROXIES = ("http", "https", "socks5")


def _port(parts: SplitResult) -> int | None:
    """The port of an address; None where there is none that could be."""
    try:
        return parts.port
    except ValueError:
        return None


class HostSettings(BaseModel):
    """How politely all workers treat one site: runs at once, and milliseconds between the beginnings of two."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    at_once: int = Field(default=0, ge=0, le=16)
    gap_ms: int = Field(default=0, ge=0, le=3_600_000)


class ShopSettings(BaseModel):
    """What was agreed with the platform for one shop; reconciliation expects fees by it."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    title: str = ""
    platform: str = "practice"
    commission_bp: int = 0
    wallet: str = ""


class Settings(BaseModel):
    """All settings. `home` holds the database, the archive, run folders, sessions and the vault."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    home: Path
    database: str = ""
    lang: Lang = "zh"
    headless: bool = True
    browser: str = ""
    promote_healed: bool = True
    side_by_side: int = Field(default=0, ge=0, le=16)
    keep_evidence_days: int = Field(default=90, ge=0, le=3650)
    min_free_gb: int = Field(default=1, ge=0, le=10_000)
    logs: Literal["json", "text"] = "json"
    public_url: str = ""
    keep_logs_days: int = Field(default=30, ge=1, le=3650)
    queue: Literal["embedded", "postgresql"] = "embedded"
    longest_run_min: int = Field(default=480, ge=1, le=2880)
    hosts: dict[str, HostSettings] = Field(default_factory=dict)
    accounts: dict[str, AccountSettings] = Field(default_factory=dict)
    shops: dict[str, ShopSettings] = Field(default_factory=dict)
    activities: dict[str, str] = Field(default_factory=dict)

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            words = "写成 http://主机:端口 这样的地址。", "Write an address like http://host:port."
            raise refusal("D-SETTINGS", *words)
        return value

    @property
    def database_url(self) -> str:
        """Where the books are: PostgreSQL by URL, else an SQLite file in `home`."""
        return self.database or f"sqlite:///{(self.home / 'yeban.db').as_posix()}"

    @property
    def runs(self) -> Path:
        """One folder per run."""
        return self.home / "runs"


def today_in_shanghai() -> date:
    """The business day of this moment."""
    return datetime.now(SHANGHAI).date()


def written_secrets(settings: Settings) -> list[tuple[Loc, PydanticCustomError]]:
    """Places of the file where a secret stands that belongs into the vault or the environment."""
    found: list[tuple[Loc, PydanticCustomError]] = [
        (("accounts", name, "values", key), secret_refusal(key))
        for name, account in settings.accounts.items()
        for key in account.values
        if key.lower() in SECRET_KEYS
    ]
    if urlsplit(settings.database).password:
        zh = "数据库的密码不写在 YAML 里：整个地址放进环境变量 YEBAN_DATABASE，或者密码放进 ~/.pgpass。"
        en = "The database's password does not stand in YAML: put the address into YEBAN_DATABASE, or use ~/.pgpass."
        found.append((("database",), refusal("D-SECRET-IN-YAML", zh, en)))
    return found


def load_settings(home: Path | None = None) -> Settings:
    """The settings of `home`: its settings.yaml over the defaults. Raises SettingsBroken with the place.

    `YEBAN_DATABASE` and `YEBAN_LANG` say otherwise for this command, and a password may stand in the first.
    """
    home = home or default_home()
    path = home / "settings.yaml"
    usual: dict[str, object] = {"home": home, "lang": default_lang()}
    settings = read_yaml(path, Settings, usual, written_secrets) if path.exists() else Settings.model_validate(usual)
    # the environment is what somebody says now, for this command; the file is what holds otherwise
    now: dict[str, object] = {"lang": default_lang()} if os.environ.get("YEBAN_LANG") else {}
    if database := os.environ.get("YEBAN_DATABASE"):
        now["database"] = database
    return settings.model_copy(update=now)
