"""What this machine and these shops are: read once from settings.yaml, defaults otherwise, checked with positions."""

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bots.flow.source import load, to_plain
from schedules.problems import SettingsBroken

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: flows/, selectors/ and schedules/ are read from here."""


class AccountSettings(BaseModel):
    """One login of ours on one site. Its password and TOTP seed are in the vault, never here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str
    username: str
    shop: str = ""
    base_url: str = ""
    values: dict[str, str] = Field(default_factory=dict)


class ShopSettings(BaseModel):
    """What was agreed with the platform for one shop; reconciliation expects fees by it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = ""
    platform: str = "practice"
    commission_bp: int = 0
    wallet: str = ""


class Settings(BaseModel):
    """All settings. `home` holds the database, the archive, run folders, sessions and the vault."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    home: Path
    database: str = ""
    lang: Literal["zh", "en"] = "zh"
    headless: bool = True
    browser: str = ""
    side_by_side: int = Field(default=0, ge=0, le=16)
    accounts: dict[str, AccountSettings] = Field(default_factory=dict)
    shops: dict[str, ShopSettings] = Field(default_factory=dict)

    @property
    def database_url(self) -> str:
        """Where the books are: PostgreSQL by URL, else an SQLite file in `home`."""
        return self.database or f"sqlite:///{(self.home / 'yeban.db').as_posix()}"

    @property
    def runs(self) -> Path:
        """One folder per run."""
        return self.home / "runs"


def default_home() -> Path:
    """`YEBAN_HOME`, else `.yeban` in the checkout."""
    return Path(os.environ.get("YEBAN_HOME") or ROOT / ".yeban").expanduser().resolve()


def load_settings(home: Path | None = None) -> Settings:
    """The settings of `home`: its settings.yaml over the defaults. Raises SettingsBroken with the place."""
    home = home or default_home()
    path = home / "settings.yaml"
    values: dict[str, object] = {"home": home, "lang": default_lang()}
    if os.environ.get("YEBAN_DATABASE"):
        values["database"] = os.environ["YEBAN_DATABASE"]
    if path.exists():
        node, problems = load(path.read_text("utf-8"), str(path))
        if problems or node is None:
            raise SettingsBroken(path, [problem.text(default_lang()) for problem in problems])
        plain = to_plain(node)
        if isinstance(plain, dict):
            values |= plain
    try:
        return Settings.model_validate(values)
    except ValueError as error:
        raise SettingsBroken(path, [str(error)]) from error


def default_lang() -> Literal["zh", "en"]:
    """`YEBAN_LANG` decides; Chinese otherwise, as most readers are."""
    return "en" if os.environ.get("YEBAN_LANG", "zh").lower().startswith("en") else "zh"
