"""notify.yaml in the home: which channels there are, who is told what, when it is quiet. Secrets are in the vault."""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from schedules.notify.message import ROUTES, Route
from schedules.settings import SHANGHAI
from schedules.yaml_file import Loc, read_yaml, refusal, unknown_name

FILE = "notify.yaml"


class ChannelSettings(BaseModel):
    """One robot, mailbox or address. What is secret of it stands in the vault under `notify:<name of the channel>`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    per_minute: int = Field(default=20, ge=1, le=600)
    base: str = ""
    to: list[str] = Field(default_factory=list)
    sender: str = ""
    host: str = ""
    port: int = Field(default=465, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"


def time_of_day(value: str) -> str:
    """The same text. Raises what a located error is made of when it is no time of day."""
    try:
        if time.fromisoformat(value).tzinfo is not None:  # it is Beijing's, and no clock can be compared with another's
            raise ValueError(value)
    except ValueError:
        words = f"「{value}」不是钟点，写成 23:00 这样。", f"{value} is no time of day; write it like 23:00."
        raise refusal("D-NOTIFY", *words) from None
    return value


class Quiet(BaseModel):
    """Hours in which only urgent messages go out, Beijing time; may run over midnight."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: str
    until: str

    @field_validator("since", "until")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        return time_of_day(value)

    def ends(self, at: datetime) -> datetime | None:
        """When the quiet that holds at this moment ends; None when it is not quiet."""
        here = at.astimezone(SHANGHAI)
        since, until = time.fromisoformat(self.since), time.fromisoformat(self.until)
        now = here.time()
        within = since <= now < until if since <= until else now >= since or now < until
        if not within:
            return None
        day = here.date() + timedelta(days=1 if now >= until else 0)
        return datetime.combine(day, until, SHANGHAI)


class NotifySettings(BaseModel):
    """Who is told what. A route that is not named tells nobody."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channels: dict[str, ChannelSettings] = Field(default_factory=dict)
    routes: dict[Route, list[str]] = Field(default_factory=dict)
    quiet: Quiet | None = None
    digest_at: str = "08:00"

    @field_validator("digest_at")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        return time_of_day(value)


def load_notify(home: Path) -> NotifySettings:
    """The settings of `home`; empty ones where nobody wrote any. Raises SettingsBroken with every place."""
    path = home / FILE
    return read_yaml(path, NotifySettings, more=wrong_channels) if path.exists() else NotifySettings()


def wrong_channels(settings: NotifySettings) -> list[tuple[Loc, PydanticCustomError]]:
    """Kinds of channel and channels of a route that there are not, and mailboxes without what mail needs."""
    from schedules.notify.channels import CHANNELS  # not above: each of them reads its settings from here

    known = list(settings.channels)
    wrong: list[tuple[Loc, PydanticCustomError]] = [
        (("routes", route, place), unknown_name("D-NOTIFY", ("通知渠道", "channel"), name, known))
        for route, names in settings.routes.items()
        for place, name in enumerate(names)
        if name not in known
    ]
    for name, channel in settings.channels.items():
        if channel.kind not in CHANNELS:
            what = ("通知渠道种类", "kind of channel")
            wrong.append((("channels", name, "kind"), unknown_name("D-NOTIFY", what, channel.kind, list(CHANNELS))))
        missing = (
            [key for key in ("host", "sender", "to") if not getattr(channel, key)] if channel.kind == "mail" else []
        )
        if missing:
            keys = "、".join(missing)
            words = f"邮箱还要写上 {keys}。", f"A mailbox needs {', '.join(missing)} as well."
            wrong.append((("channels", name), refusal("D-NOTIFY", *words)))
        if channel.kind in CHANNELS and holds_secret(channel.base):
            wrong.append((("channels", name, "base"), base_refusal(name, CHANNELS[channel.kind].NEEDS)))
    return wrong


def holds_secret(base: str) -> bool:
    """Whether this is a robot's whole address, as its settings page gives it: the key stands in it. Pure."""
    parts = urlsplit(base)
    return bool(parts.query or parts.username or parts.password) or "/hook/" in parts.path


def base_refusal(name: str, needs: str) -> PydanticCustomError:
    """What is said of a robot's whole address where its host belongs; `needs`: what its secret is called."""
    store = f"yeban secret set notify:{name} {needs}".strip()
    return refusal(
        "D-SECRET-IN-YAML",
        f"base 只写到主机（平常不用写）；地址里的密钥谁都看得到：删掉它，用 {store} 存。",
        f"base ends with the host (and is seldom needed); the key in the address may be read by anybody: take it out "
        f"and store it by {store}.",
    )


def route_words(route: Route, lang: str) -> str:
    """What a route is called."""
    return ROUTES[route][lang == "en"]
