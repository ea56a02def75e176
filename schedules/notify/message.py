"""What is told, and what becomes of it. Pure values."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Route = Literal["digest", "incident", "question", "note", "test"]
"""Why somebody is told: the morning's digest, something wrong, something only a person can do, a flow's note."""

ROUTES: dict[Route, tuple[str, str]] = {
    "digest": ("早上的总结", "the morning's digest"),
    "incident": ("出了事", "something went wrong"),
    "question": ("要人做的事", "something only a person can do"),
    "note": ("流程里的通知", "a flow's own message"),
    "test": ("测试", "a test"),
}


@dataclass(frozen=True)
class Message:
    """One thing to tell. `incident` names it: the same one is told once on each channel, however often it is met.

    `urgent` ones do not wait for the end of the quiet hours. `files` go along where the channel carries files;
    elsewhere the message says where they are.
    """

    route: Route
    incident: str
    title: str
    body: str
    files: tuple[Path, ...] = field(default=())
    urgent: bool = False


class NotSent(Exception):
    """The other side did not take the message: its own words; `again_s` seconds until another try, None for never.

    `perhaps`: some of it may have been taken all the same, so that another try may repeat it.
    """

    def __init__(self, why: str, again_s: float | None = None, *, perhaps: bool = False) -> None:
        """Keep the words and whether it is worth another try."""
        super().__init__(why)
        self.again_s = again_s
        self.perhaps = perhaps
