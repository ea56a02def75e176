"""Which files are due when, as `feeds.yaml` of the home folder says it: checked, with located errors."""

import re
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from schedules.yaml_file import Loc, read_yaml, refusal, unknown_name

if TYPE_CHECKING:
    from pydantic_core import PydanticCustomError

    from storage import feeds

FILE = "feeds.yaml"


class FeedSettings(BaseModel):
    """One file that is expected: of which kind and shop, for every day or month, by when and how many days after."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    shop: str = ""
    by: time
    days_after: int = Field(default=1, ge=0, le=40)
    every: Literal["day", "month"] = "day"

    @field_validator("by", mode="before")
    @classmethod
    def _is_clock(cls, text: str) -> str:
        """A time as people write it."""
        if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
            raise refusal("D-FEED-TIME", "时间写成 06:00 这样。", "Write a time like 06:00.")
        return text.zfill(5)


class FeedsFile(BaseModel):
    """feeds.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    feeds: list[FeedSettings]


def load_feeds(home: Path) -> "list[feeds.Feed]":
    """The feeds of this home; none where there is no file. Raises SettingsBroken with every place that is wrong."""
    from storage.documents.shelf import Shelf
    from storage.documents.taught import FOLDER, load_taught
    from storage.feeds import Feed

    path = home / FILE
    if not path.exists():
        return []
    known = sorted(Shelf(load_taught(home / FOLDER)).kinds)

    def strange(file: FeedsFile) -> "list[tuple[Loc, PydanticCustomError]]":
        return [
            (("feeds", place, "kind"), unknown_name("D-FEED-KIND", ("文件种类", "kind of file"), one.kind, known))
            for place, one in enumerate(file.feeds)
            if one.kind not in known
        ]

    told = read_yaml(path, FeedsFile, more=strange)
    return [Feed(one.kind, one.shop, one.by, one.days_after, one.every) for one in told.feeds]


def written(found: "list[feeds.Feed]") -> str:
    """The feeds as feeds.yaml has them."""
    lines = ["# 哪些文件、最晚什么时候该到（北京时间） / which files are due, and by when (Beijing time)", "feeds:"]
    for one in found:
        lines.append(f"  - kind: {one.kind}")
        lines += [f'    shop: "{one.shop}"'] if one.shop else []
        lines += [f'    by: "{one.due:%H:%M}"', f"    days_after: {one.lag_days}"]
        lines += ["    every: month"] if one.every == "month" else []
    return "\n".join(lines) + "\n"
