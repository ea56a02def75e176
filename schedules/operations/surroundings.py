"""What else decides the night: who can be told, room by what nights took, clocks, last night's failures, keys."""

import contextlib
import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select, text

from schedules.desk import Desk
from schedules.notify.channels import CHANNELS
from schedules.notify.settings import NotifySettings, load_notify
from schedules.operations.concern import Concern, of_error
from schedules.operations.room import GIB, room_at
from schedules.operations.tonight import Tonight
from schedules.problems import DeskError, SettingsBroken
from schedules.secrets.master import key_source
from storage.database.moments import stamp
from storage.database.tables import job
from storage.database.tables.desk import notice, question, timetable_mark, timetable_pause

NIGHTS = 5
"""Of so many nights the largest says how much room the next one takes."""
SKEW = timedelta(seconds=25)
"""A one-time code holds for 30 s (RFC 6238): a clock that is further off is refused at sign-in."""
UNPAUSE = {"all": "--all", "account": "-a {}", "entry": "{}"}
"""How the end of a pause is asked for, by what is paused."""
CLOCK_AHEAD = timedelta(hours=1)
SITE_TIMEOUT_S = 4.0


def people_concerns(about: Tonight) -> list[Concern]:
    """Whether anybody would hear of the night: routes without channels, channels without secrets or never tried."""
    try:
        settings = load_notify(about.desk.home)
    except SettingsBroken as error:
        return [of_error("notify.yaml", error)]
    if not settings.routes:
        return [
            Concern(
                "notify.yaml",
                "没有人会收到消息：早上的总结、出的事、要人回答的问题都没有写发给谁。",
                "nobody would be told: no route for the digest, incidents or questions.",
                "写 notify.yaml，再 yeban notify test",
                "write notify.yaml, then yeban notify test",
                sure=False,
            )
        ]
    used = dict.fromkeys(name for names in settings.routes.values() for name in names)
    return [one for name in used if (one := _channel_concern(about.desk, settings, name)) is not None]


def _channel_concern(desk: Desk, settings: NotifySettings, name: str) -> Concern | None:
    needed = CHANNELS[settings.channels[name].kind].NEEDS
    if needed and needed not in desk.vault.names(f"notify:{name}"):
        set_it = f"yeban secret set notify:{name} {needed}"
        return Concern(
            f"notify.yaml · {name}", f"渠道没有存 {needed}，发不出去。", f"the channel has no {needed}.", set_it, set_it
        )
    c = notice.c
    ended = select(c.state, c.reason, c.ended_at).where(c.channel == name, c.state != "waiting")
    stuck = select(c.reason, c.recorded_at).where(c.channel == name, c.state == "waiting", c.tries > 0)
    with desk.database.read() as connection:
        last = connection.execute(ended.order_by(c.ended_at.desc()).limit(1)).first()
        tried = connection.execute(stuck.order_by(c.recorded_at.desc()).limit(1)).first()
    test = f"yeban notify test {name}"
    if tried is not None and (last is None or last.ended_at < tried.recorded_at):
        words = f"最近一条还没有送到：{tried.reason}", f"its newest message does not get through: {tried.reason}"
        return Concern(f"notify.yaml · {name}", *words, test, test)
    if last is None:
        words = "渠道从来没有试过。", "the channel was never tried."
        return Concern(f"notify.yaml · {name}", *words, test, test, sure=False)
    if last.state == "failed":
        words = f"上一条没有送到：{last.reason}", f"its last message did not get through: {last.reason}"
        return Concern(f"notify.yaml · {name}", *words, test, test)
    return None


def room_concerns(about: Tonight) -> list[Concern]:
    """Less room than the settings ask for, or than the largest of the last nights took, twice over."""
    desk = about.desk
    room, biggest = room_at(desk.home), _biggest_night(desk)
    wanted = desk.settings.min_free_gb * GIB + 2 * biggest
    if room.free >= wanted:
        return []
    free, most, asked = (value / GIB for value in (room.free, biggest, wanted))
    return [
        Concern(
            str(desk.home),
            f"磁盘剩 {free:.1f} GB；最近最大的一夜用了 {most:.1f} GB，要留 {asked:.1f} GB 才稳妥。",
            f"{free:.1f} GB are free; the largest of the last nights took {most:.1f} GB: {asked:.1f} GB would be safe.",
            "yeban tidy；把旧备份移走",
            "yeban tidy; move old backups away",
            sure=room.free_gb < desk.settings.min_free_gb,
        )
    ]


def _biggest_night(desk: Desk) -> int:
    """Bytes in the run folders of the largest of the last nights."""
    with desk.database.read() as connection:
        nights = connection.execute(
            select(job.c.night).distinct().order_by(job.c.night.desc()).limit(NIGHTS)
        ).scalars().all()  # fmt: skip
        runs = connection.execute(select(job.c.night, job.c.run_id).where(job.c.night.in_(nights))).all()
    sizes = dict.fromkeys(nights, 0)
    for night, run_id in runs:
        sizes[night] += _size(desk.settings.runs / run_id) if run_id else 0
    return max(sizes.values(), default=0)


def _size(folder: Path) -> int:
    found = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            found += path.stat().st_size if path.is_file() else 0
    return found


def failed_concerns(about: Tonight) -> list[Concern]:
    """What failed on the newest night and is to run again tonight: elements that were not found and the like."""
    newest = select(func.max(job.c.night)).scalar_subquery()
    failed = select(job.c.flow, job.c.account, job.c.message, job.c.summary).where(
        job.c.night == newest, job.c.stage == "failed"
    )
    with about.desk.database.read() as connection:
        rows = connection.execute(failed.order_by(job.c.position)).all()
    found = []
    for row in rows:
        if row.account not in about.flows.get(row.flow, ()):
            continue
        hint = str(json.loads(row.summary or "{}").get("hint", ""))
        words = f"上一夜没有做成：{row.message}", f"it failed last night: {row.message}"
        found.append(Concern(f"{row.flow} · {row.account}", *words, hint, hint, sure=False))
    return found


def key_concerns(about: Tonight) -> list[Concern]:
    """A master key that does not open the vault, that somebody would have to type at night, or that others may read."""
    source = key_source(about.desk.home)
    if source.place in {"environment", "file"} and about.desk.vault.path.exists():
        try:
            about.desk.vault.entries()
        except DeskError as error:
            return [of_error(str(about.desk.vault.path), error)]
    if source.place == "typed":
        zh, en = "主密钥由人输入：夜里没有人。", "the master key is typed by a person, and at night nobody is there."
        keep = "yeban secret rotate --keep file"
        return [Concern(str(source.path), zh, en, f"{keep}，或 --keep keyring", f"{keep}, or --keep keyring")]
    if source.place == "file" and source.path.exists() and source.path.stat().st_mode & 0o077:
        words = "这台机器上的别人也能读主密钥。", "others on this machine may read the master key."
        return [Concern(str(source.path), *words, f"chmod 600 {source.path}", f"chmod 600 {source.path}", sure=False)]
    return []


def waiting_concerns(about: Tonight) -> list[Concern]:
    """What is paused, and questions that wait for an answer."""
    now = stamp(about.now)
    paused = select(timetable_pause).where(timetable_pause.c.ended_at == "")
    open_ones = select(question.c.question_id, question.c.question).where(
        question.c.state == "open", question.c.due_at > now
    )
    with about.desk.database.read() as connection:
        pauses = [row for row in connection.execute(paused) if not row.until_at or row.until_at > now]
        asked = connection.execute(open_ones).all()
    found: list[Concern] = []
    for row in pauses:
        words = f"暂停着（{row.who}：{row.why}）", f"paused by {row.who}: {row.why}"
        goes_on = f"yeban unpause {UNPAUSE[row.scope].format(row.name)}"
        found.append(Concern(row.name or row.scope, *words, goes_on, goes_on, sure=False))
    for row in asked:
        how = f"yeban inbox answer {row.question_id}"
        found.append(Concern("inbox", f"在等回答：{row.question}", f"waits: {row.question}", how, how, sure=False))
    return found


def clock_concerns(about: Tonight) -> list[Concern]:
    """This machine's clock against what the books and the database say of the time."""
    found = []
    with about.desk.database.read() as connection:
        mark = str(connection.execute(select(func.max(timetable_mark.c.planned_until))).scalar() or "")
        if about.desk.database.dialect == "postgresql":
            theirs = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            found += _skewed("PostgreSQL", theirs, datetime.now(UTC))
    if mark and datetime.fromisoformat(mark) > about.now + CLOCK_AHEAD:
        words = (
            f"这台机器的钟被拨回过：账里已经记到 {mark}。",
            f"this machine's clock was set back: the books go to {mark} already.",
        )
        found.append(Concern("clock", *words, "对一下时间（NTP）", "set the clock (NTP)"))
    return found


def site_concerns(about: Tonight) -> list[Concern]:
    """The sites of tonight's accounts answer, and their clocks agree with ours; one behind a proxy is not asked."""
    accounts = (about.desk.account(name) for name in about.accounts if name in about.desk.settings.accounts)
    addresses = sorted({about.desk.base_url(one) for one in accounts if not one.proxy})
    hosts = {urlsplit(one).netloc: one for one in addresses if urlsplit(one).scheme in {"http", "https"}}
    with ThreadPoolExecutor(8) as pool:
        return [one for found in pool.map(_site_concern, hosts.values()) for one in found]


def _site_concern(address: str) -> list[Concern]:
    host = urlsplit(address).netloc
    try:
        request = urllib.request.Request(address, method="HEAD")
        with urllib.request.urlopen(request, timeout=SITE_TIMEOUT_S) as answer:
            theirs = answer.headers.get("Date")
    except urllib.error.HTTPError as error:
        theirs = error.headers.get("Date")
    except (OSError, ValueError) as error:
        words = f"网站现在打不开：{error}", f"the site does not answer: {error}"
        return [Concern(host, *words, "看看网络、代理、地址", "look at network, proxy and address", sure=False)]
    return _skewed(host, parsedate_to_datetime(theirs), datetime.now(UTC)) if theirs else []


def _skewed(whose: str, theirs: datetime, ours: datetime) -> list[Concern]:
    off = ours - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))
    if abs(off) <= SKEW:
        return []
    seconds = round(off.total_seconds())
    words = (
        f"这台机器的钟和 {whose} 差 {seconds} 秒：动态口令会被拒绝。",
        f"this machine's clock is {seconds} s off {whose}: one-time codes will be refused.",
    )
    return [Concern(whose, *words, "对一下时间（NTP）", "set the clock (NTP)")]


INSIDE = (people_concerns, room_concerns, failed_concerns, key_concerns, waiting_concerns, clock_concerns)
"""Looks that stay on this machine and its database."""


def place_concerns(about: Tonight) -> list[Concern]:
    """Where documents are to be delivered and cannot be, and rules that no document has ever been for."""
    from schedules.delivery.night import delivery_concerns  # deliveries know what a concern is

    return delivery_concerns(about)


OUTSIDE = (site_concerns, place_concerns)
"""Looks that ask the sites, and the places that documents go to."""
