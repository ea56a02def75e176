"""What can go wrong with work for workers.

DeskError
├── LeaseLost        operator   somebody else has taken the work up: this run does nothing more
├── HandEnded        operator   a run by hand was asked to end, or was cut off
├── AccountBusy
│   └── AccountHeld  operator   somebody else uses the account, and who it is
├── RunMissing       author     no run of that name
└── QueueUnfit       operator   the engine that was asked for does not go with this database
"""

from collections.abc import Sequence

from schedules.problems import AccountBusy, DeskError


class LeaseLost(DeskError):
    """Another worker has this run now, or may take it any moment; whatever was begun is for that one to look at."""

    code = "D-LEASE-LOST"

    def __init__(self, key: str, worker: str) -> None:
        """Facts: the ticket and who held it."""
        super().__init__(
            f"{worker} 已经不再负责 {key}：断开太久，别的工人会接着做。",
            f"{worker} no longer holds {key}: it was cut off for too long, and another worker goes on.",
            "不用做什么；在 yeban runs 里看谁接了手。",
            "nothing to do; yeban runs says who has taken it up.",
        )


class HandEnded(DeskError):
    """A run by hand has stopped before its end; what it has done stands."""

    code = "D-HAND-ENDED"

    def __init__(self, account: str, zh: str, en: str) -> None:
        """Facts: the account, and why in both languages."""
        super().__init__(
            f"账号 {account} 的这次运行停下了：{zh}。",
            f"the run of the account {account} has stopped: {en}.",
            "做完的不会再做；要接着做：yeban resume。",
            "what is done is not done again; yeban resume goes on with it.",
        )


class AccountHeld(AccountBusy):
    """Somebody uses the account, on this machine or another one, and did not end in time."""

    code = "D-ACCOUNT-HELD"

    def __init__(self, zh: str, en: str) -> None:
        """Facts: who uses which account, in both languages (`user_words`)."""
        DeskError.__init__(
            self,
            f"{zh}，等了也没有空出来。",
            f"{en}, and did not end in time.",
            "同一个账号一次只做一件事：等那一件做完再运行。",
            "an account does one thing at a time: run this again when the other has ended.",
        )


class RunMissing(DeskError):
    """No run of that name is open."""

    who = "author"
    code = "D-RUN-MISSING"

    def __init__(self, name: str, open_ones: Sequence[str]) -> None:
        """Facts: what was asked for and what there is."""
        super().__init__(
            f"没有叫「{name}」、还没做完的运行。",
            f"no run called {name} is open.",
            f"没做完的：{'、'.join(open_ones) or '（没有）'}；全部见 yeban runs。",
            f"open: {', '.join(open_ones) or '(none)'}; see yeban runs.",
        )


class QueueUnfit(DeskError):
    """procrastinate lives in PostgreSQL, and the books do not."""

    code = "D-QUEUE"

    def __init__(self, engine: str, database: str) -> None:
        """Facts: the engine and the database."""
        super().__init__(
            f"queue: {engine} 要用 PostgreSQL，账现在在 {database}。",
            f"queue: {engine} needs PostgreSQL, and the books are in {database}.",
            "settings.yaml 里把 database 写成 postgresql://…，或者去掉 queue（一台机器用自带的就够）。",
            "write database: postgresql://… in settings.yaml, or leave queue out: one machine needs no more.",
        )
