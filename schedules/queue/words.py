"""Who has what, in words for people: named, since when, and how to end it."""

from schedules.queue.model import BY_HAND, Standing
from schedules.settings import SHANGHAI


def user_words(account: str, user: Standing | None) -> tuple[str, str]:
    """Who uses the account now and how to stop them, in Chinese and English. Pure."""
    if user is None:
        return f"账号 {account} 有别的进程在用", f"another process is using the account {account}"
    zh, en = ("手动运行", "the run by hand") if user.ticket.kind == BY_HAND else ("工人", "the worker")
    since = f"{(user.started_at or user.recorded_at).astimezone(SHANGHAI):%m-%d %H:%M}"
    run = user.ticket.run_key.rstrip("|")
    return (
        f'账号 {account} 从 {since} 起由{zh} {user.worker} 在用（{run}；要停它：yeban cancel "{run}"）',
        f'the account {account} is used by {en} {user.worker} since {since} ({run}; to end that: yeban cancel "{run}")',
    )
