"""What a worker tells one of its runs: that it should end, and why; and until when it may go on."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from schedules.problems import default_lang
from schedules.queue.fence import Fence, fence_of
from schedules.queue.model import Lease

Why = Literal["cancelled", "overdue", "lost", "leaving"]
"""Somebody asked; it lasts too long; its lease is gone; its worker goes and another one takes it up."""

GRACE = timedelta(minutes=2)

WORDS: dict[Why, tuple[str, str]] = {
    "cancelled": ("按要求停下：{detail}", "ended as asked: {detail}"),
    "overdue": ("到点还没做完（{detail}），停下了", "not finished in time ({detail}); ended"),
    "lost": ("和数据库断开太久，交给别的工人", "cut off from the database for too long; another worker goes on"),
    "leaving": ("工人要走，交给下一个", "its worker leaves; the next one goes on"),
}


@dataclass
class Held:
    """One run in a worker's hands. `deadline` is a moment of the event loop's clock, None for no end."""

    lease: Lease
    length: timedelta
    task: "asyncio.Task[None] | None" = None
    deadline: float | None = None
    why: Why | None = None
    detail: str = ""
    detail_of_end: str = ""
    closing: bool = False
    fence: Fence = field(init=False)

    def __post_init__(self) -> None:
        self.fence = fence_of(self.lease, self.length)

    def stop(self, why: Why, detail: str = "") -> None:
        """End it, cleanly: its task is cancelled, which closes its browser. The first reason stands."""
        if self.why is None and self.task is not None and not self.closing:
            self.why, self.detail = why, detail
            self.task.cancel(self.words(default_lang()))

    def lasts_until(self, until: datetime | None, now: datetime, longest: timedelta) -> None:
        """It is ended soon after `until` (one that ends itself then is let be), and when it has lasted `longest`."""
        length = min(longest, max(until - now, timedelta()) + GRACE) if until else longest
        self.deadline = asyncio.get_running_loop().time() + length.total_seconds()
        self.detail_of_end = f"{until:%m-%d %H:%M}" if until and until - now < longest else f"{longest}"

    @property
    def is_over(self) -> bool:
        """Whether it is this worker that writes down how it ended; else somebody goes on with it."""
        return self.why in {None, "cancelled", "overdue"}

    def words(self, lang: str) -> str:
        """Why it was ended, for people; "" when nobody did."""
        return WORDS[self.why][lang == "en"].format(detail=self.detail) if self.why else ""
