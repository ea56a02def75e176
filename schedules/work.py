"""One run from its flow to the books: load → plan → play → archive → ingest → record. Sequence only, no logic."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, cast

from loguru import logger

from bots.browser.driver import Browser, SessionOptions
from bots.browser.sessions import SessionStore
from bots.engine import RunResult, play
from bots.errors import LoginFailed
from bots.facts import AccountFacts, Progress
from bots.flow.flow import Flow
from bots.flow.site import Site
from bots.healing.memory import ElementMemory
from bots.people import Inbox, NobodyThere
from schedules.browsers import seen_as
from schedules.desk import Desk
from schedules.done import Done
from schedules.elements import Mendings
from schedules.jobs import STAGE_OF_STATE
from schedules.lock import one_run
from schedules.operations.room import require_room
from schedules.plan import Job
from schedules.problems import DeskError
from schedules.queue.model import Ending
from schedules.queue.words import user_words
from schedules.settings import SHANGHAI, AccountSettings
from schedules.settling import unsettled_s
from schedules.shelf import playable
from schedules.worklists import sheet_inputs, worklist_rows

if TYPE_CHECKING:
    from schedules.queue.model import How, Standing
    from storage.ingest import Ingested

NOTHING_TO_DO = {"en": "nothing to do", "zh": "没有要做的"}
Watch = Callable[[Job, Progress], None]


@dataclass(frozen=True)
class Ended:
    """How a job ended. `stage`: done | failed | person; `files`, `outcomes`, of the core `done`: what came of it.

    `who` has to act (author | site | person | operator), `hint` what to do, `code` which error; "" when all is done.
    `person`: by name, where it is the one who answers for the account.
    """

    job: Job
    stage: str
    message: str
    folder: Path
    files: "list[Ingested]" = field(default_factory=list)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    who: str = ""
    hint: str = ""
    code: str = ""
    person: str = ""
    done: Done | None = None
    told: Mapping[str, object] | None = None

    @property
    def parked(self) -> list[str]:
        """Why each file that came is not in the books, as the books say it."""
        return [file.message for file in self.files if file.state != "read"]

    @property
    def summary(self) -> dict[str, object]:
        """What the table of the night needs, as JSON; `told` by another worker's process where that one played it."""
        if self.told is not None:
            return dict(self.told)
        said = {"said": {"zh": self.done.zh, "en": self.done.en}, "counts": dict(self.done.counts)} if self.done else {}
        return {
            **said,
            "files": len(self.files),
            "rows": sum(file.rows for file in self.files),
            "changed": sum(file.created + file.changed for file in self.files),
            "parked": self.parked,
            "outcomes": dict(self.outcomes),
            "who": "" if self.stage == "done" else self.who or ("person" if self.stage == "person" else "site"),
            "hint": "" if self.stage == "done" else self.hint,
            **({"person": self.person} if self.person else {}),
        }


async def run_job(
    desk: Desk, browser: Browser, job: Job, watch: Watch, inbox: Inbox | None = None, dry_run: bool = False
) -> Ended:
    """Play the job and take in what it brought; safe to call again after a kill at any moment. Raises RoomShort."""
    require_room(desk.settings)
    with logger.contextualize(run_id=job.run_id, account=job.account, flow=job.flow):
        return await _run_job(desk, browser, job, watch, inbox, dry_run)


async def _run_job(desk: Desk, browser: Browser, job: Job, watch: Watch, inbox: Inbox | None, dry_run: bool) -> Ended:
    account = desk.account(job.account)
    # A dry run has a folder of its own: it must not replace the manifest and results of what was really done.
    folder = desk.settings.runs / (f"{job.run_id}-dry" if dry_run else job.run_id)
    flow, site = playable(job.flow, desk.settings.lang)
    rows = worklist_rows(desk, job, account.shop, folder)
    if job.worklist and not rows:
        return Ended(job, "done", NOTHING_TO_DO[desk.settings.lang], folder)
    inputs = {**job.inputs, **sheet_inputs(flow, job, account.shop, rows, folder)}
    given = rows if job.worklist and flow.items is not None else None  # None: the flow reads the sheet it was given
    play_it = Playing(flow, site, inputs, given, folder, dry_run)
    result = await play_flow(desk, browser, job, account, play_it, watch, inbox or NobodyThere())
    if dry_run:
        return Ended(job, STAGE_OF_STATE.get(result.state, "failed"), result.message, folder)
    desk.jobs.stage(job, "played", result.message)
    files, outcomes = take_in(desk, folder, job.run_id)
    stage = STAGE_OF_STATE.get(result.state, "failed")
    person = account.person if stage == "person" or result.code == LoginFailed.code else ""
    return Ended(job, stage, result.message, folder, files, outcomes, result.who, result.hint, result.code, person)


@dataclass(frozen=True)
class Playing:
    """What is played: a checked flow with its site, its inputs, the rows it works through, and where it writes."""

    flow: Flow
    site: Site
    inputs: Mapping[str, object]
    rows: list[dict[str, str]] | None
    folder: Path
    dry_run: bool


async def play_flow(
    desk: Desk, browser: Browser, job: Job, account: AccountSettings, playing: Playing, watch: Watch, inbox: Inbox
) -> RunResult:
    """Play the flow in the account's own browser session, whose state is kept encrypted for the next run.

    One run at a time per account: whoever uses it, a worker or another run by hand, on whatever machine, is waited for,
    and the wait is told to `watch`. Raises AccountBusy, HandEnded.
    """
    from schedules.queue.in_hand import in_hand
    from schedules.queue.turns import (
        TicketTurns,
    )  # the queue: who only reads what this module says does not wait for it

    def waits(user: "Standing | None") -> None:
        words = user_words(job.account, user)[desk.settings.lang == "en"]
        logger.warning("account_in_use", account=job.account, by=words)
        watch(job, Progress("waits", words))

    url = desk.base_url(account)
    async with in_hand(desk, job.account, job.run_id, waits=waits) as hand:
        turns = TicketTurns(desk.database, hand.desk.ticket)
        if not playing.dry_run:
            await _settled(desk, job, watch)
        alone, polite = one_run(desk.home, job.account, waits=lambda: waits(None)), desk.hosts.turn(url, turns)
        async with alone, polite:
            result = await _play(hand.desk, browser, job, account, playing, watch, inbox)
        stage = cast("How", STAGE_OF_STATE.get(result.state, "failed"))
        hand.ending = Ending(stage, result.message, folder=str(playing.folder))
    if result.state == "done" and result.healed and not playing.dry_run:
        mend(desk, playing, result)
    return result


async def _settled(desk: Desk, job: Job, watch: Watch) -> None:
    """Nobody's site is still at work for a process of this account that is gone, as far as time can tell."""
    left_s = unsettled_s(desk.journal.doubtful_since(job.account), datetime.now(UTC))
    if not left_s:
        return
    seconds = ceil(left_s)
    words = {
        "zh": f"上一次停在提交的中间，网站也许还在做：等 {seconds} 秒再看做成没有",
        "en": f"the last run stopped in the middle of a submission, and the site may still be at it: "
        f"{seconds} s until it is looked at",
    }[desk.settings.lang]
    logger.info("site_may_be_at_work", account=job.account, seconds=seconds)
    watch(job, Progress("waits", words))
    await asyncio.sleep(left_s)


def session_options(desk: Desk, name: str, account: AccountSettings) -> SessionOptions:
    """What the account's sites see of the browser. Raises VaultLocked."""
    known = desk.vault.names(name) if account.proxy else ()
    user, password = (desk.vault.get(name, key) if key in known else "" for key in ("proxy_user", "proxy_password"))
    return replace(seen_as(account), proxy_user=user, proxy_password=password)


async def _play(
    desk: Desk, browser: Browser, job: Job, account: AccountSettings, playing: Playing, watch: Watch, inbox: Inbox
) -> RunResult:
    store = SessionStore(desk.home / "sessions", desk.vault.key)
    base_url = desk.base_url(account)
    session = await browser.open_session(
        store.load(job.account),
        downloads=playing.folder / "downloads",
        base=base_url,
        options=session_options(desk, job.account, account),
    )
    try:
        result = await play(
            playing.flow,
            playing.site,
            inputs=playing.inputs,
            account=AccountFacts(job.account, account.shop, account.username, {"base_url": base_url, **account.values}),
            secrets=lambda name: desk.vault.get(job.account, name),
            rows=playing.rows,
            journal=desk.journal,
            job_key=job.key,
            run_id=job.run_id,
            folder=playing.folder,
            session=session,
            today=job.night,
            clock=lambda: datetime.now(SHANGHAI),
            inbox=inbox,
            dry_run=playing.dry_run,
            progress=lambda event: watch(job, event),
            lang=desk.settings.lang,
            memory=ElementMemory(Mendings(desk.home).memory_of(playing.site.name)),
        )
        store.save(job.account, await session.state())
    finally:
        await session.close()
    return result


def mend(desk: Desk, playing: Playing, result: RunResult) -> None:
    """What the run has healed is mended in the element library, or proposed; a library that cannot be mended waits."""
    mendings = Mendings(desk.home)
    try:
        taken = mendings.take(playing.site.name, result.folder, result.healed, write=desk.settings.promote_healed)
    except (OSError, DeskError) as error:
        logger.warning("library_not_mended", site=playing.site.name, reason=str(error))
        return
    for one in taken:
        logger.info("library_mended", id=one.id, state=one.state, file=one.file, element=one.element, way=one.way)


def take_in(desk: Desk, folder: Path, run_id: str) -> "tuple[list[Ingested], dict[str, int]]":
    """Archive and ingest what the run folder's manifest names, then let the books follow the bot's result rows."""
    from schedules.answers import follow  # with the document kinds a fifth of a second, which no run waits for
    from schedules.book_keys import key_ring
    from schedules.delivery.places import note
    from storage.ingest import ingest_run_folder

    files = ingest_run_folder(desk.database, desk.archive, folder, keys=key_ring(desk.vault))
    with desk.database.write() as connection:
        follow(connection, run_id)
        note(connection, desk.machine, [file.file_sha for file in files if file.file_sha], datetime.now(UTC))
    return files, desk.jobs.outcomes(run_id)
