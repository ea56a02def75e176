"""What is wrong with a timetable, or with what was asked of it.

DeskError
├── TimetableBroken     author     the YAML cannot be used: every problem with its place
├── TimetableMissing    author     there is no such file
├── EntryMissing        author     no entry, or account, of that name
├── NotBackfilled       author     an entry that waits for something from outside has no days to go back to
├── DaysBackwards       author     the range ends before it begins
├── NotPaused           author     nothing of that name is paused
├── CalendarEnds        operator   workdays are asked for in a year whose holidays are not here
├── ClockRunning        operator   another process keeps this desk's clock
└── MailboxRefused      operator   the mailbox cannot be looked at
"""

from collections.abc import Sequence
from pathlib import Path

from schedules.problems import DeskError


class TimetableBroken(DeskError):
    """The YAML cannot be used; each problem is rendered with its place."""

    who = "author"
    code = "D-TIMETABLE"

    def __init__(self, path: Path, rendered: Sequence[str]) -> None:
        """Facts: the file and its problems as rendered text."""
        body = "\n\n".join(rendered)
        super().__init__(
            f"时间表 {path} 有 {len(rendered)} 处要改：\n\n{body}", f"{path}: places to mend: {len(rendered)}\n\n{body}"
        )
        self.rendered = list(rendered)


class TimetableMissing(DeskError):
    """There is no such file."""

    who = "author"
    code = "D-TIMETABLE-MISSING"

    def __init__(self, path: Path) -> None:
        """Facts: where it was looked for."""
        super().__init__(
            f"没有时间表 {path}。",
            f"there is no timetable {path}.",
            "照 schedules/timetable.yaml 写一份，或用 --file 指定。",
            "write one after schedules/timetable.yaml, or name it with --file.",
        )


class EntryMissing(DeskError):
    """No entry, or account, of that name."""

    who = "author"
    code = "D-ENTRY"

    def __init__(self, name: str, nearest: Sequence[str], known: Sequence[str]) -> None:
        """Facts: the name, the nearest ones and all there are."""
        near, every = "、".join(nearest), "、".join(known)
        super().__init__(
            f"时间表里没有「{name}」。",
            f"the timetable has no {name}.",
            f"最接近的：{near}" if nearest else f"有这些：{every or '（一个也没有）'}",
            f"nearest: {', '.join(nearest)}" if nearest else f"there are: {', '.join(known) or '(none)'}",
        )


class NotBackfilled(DeskError):
    """An entry that waits for something from outside has no days to go back to."""

    who = "author"
    code = "D-BACKFILL"

    def __init__(self, name: str) -> None:
        """Facts: the entry."""
        super().__init__(
            f"「{name}」等的是外面来的东西，没有日子可以补。",
            f"{name} waits for something from outside; there are no days to go back to.",
            "把文件再放一次，或者直接运行它的流程：yeban run。",
            "put the file there again, or run its flow: yeban run.",
        )


class DaysBackwards(DeskError):
    """The range ends before it begins."""

    who = "author"
    code = "D-DAYS"

    def __init__(self, first: str, last: str) -> None:
        """Facts: both days as they were written."""
        super().__init__(
            f"--from {first} 和 --to {last} 不是一段日子。",
            f"--from {first} and --to {last} are no range of days.",
            "日期写成 2026-11-01 这样，先小后大，最多 366 天。",
            "write days like 2026-11-01, the earlier one first, 366 days at most.",
        )


class NotPaused(DeskError):
    """Nothing of that name is paused."""

    who = "author"
    code = "D-NOT-PAUSED"

    def __init__(self, what: str, paused: Sequence[str]) -> None:
        """Facts: what was named and what is paused."""
        every = "、".join(paused)
        super().__init__(
            f"{what} 没有暂停。",
            f"{what} is not paused.",
            f"暂停着的：{every or '（没有）'}",
            f"paused: {', '.join(paused) or '(nothing)'}",
        )


class CalendarEnds(DeskError):
    """Workdays are asked for in a year whose holidays are not here."""

    code = "D-CALENDAR-ENDS"

    def __init__(self, year: int, path: Path) -> None:
        """Facts: the year, and the file in which it can be added."""
        super().__init__(
            f"{year} 年的节假日和调休还没有：那年只能按周一到周五算，调休日会错。",
            f"the holidays and make-up workdays of {year} are not known: Monday to Friday would be assumed.",
            f"国务院通知出来后写进 {path}（照里面的例子），或更新 chinesecalendar。",
            f"add them to {path} from the official notice (there is an example), or update chinesecalendar.",
        )


class ClockRunning(DeskError):
    """Another process keeps this desk's clock."""

    code = "D-CLOCK-RUNNING"

    def __init__(self, path: Path) -> None:
        """Facts: the lock that is held."""
        super().__init__(
            f"这里已经有一个钟在走（锁：{path}）。",
            f"a clock is already running here (lock: {path}).",
            "它会按时间表做事；不用再开一个。",
            "it does what the timetable says; there is no need for another.",
        )


class MailboxRefused(DeskError):
    """The mailbox cannot be looked at."""

    code = "D-MAILBOX"

    def __init__(self, where: str, reason: str) -> None:
        """Facts: host and user, and what the server said."""
        super().__init__(
            f"看不了邮箱 {where}：{reason}",
            f"cannot look at the mailbox {where}: {reason}",
            "核对设置里的地址、用户名，和 yeban secret set 存的密码（多数邮箱要用授权码）。",
            "check address and user in the settings, and the password stored by yeban secret set.",
        )
