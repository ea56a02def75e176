"""`yeban run`: one flow for one account, outside the night's plan but with the same promises."""

from pathlib import Path

from rich.text import Text

from schedules.browsers import BrowserDoor
from schedules.cli.night_view import told, watcher
from schedules.cli.outcome import words_of
from schedules.cli.screen import console, is_terminal, say, tell
from schedules.desk import Desk, open_desk
from schedules.inbox.when_asked import WhenAsked
from schedules.logs import start_logs
from schedules.plan import Job, PlannedFlow, make_job
from schedules.problems import EXIT_CODES, WHO
from schedules.settings import today_in_shanghai
from schedules.shelf import flow_path, playable, secret_inputs, shown_path
from schedules.work import Ended, run_job


async def run_one(
    flow: str,
    account: str,
    inputs: dict[str, object],
    dry_run: bool,
    again: bool,
    headed: bool,
    door: BrowserDoor | None = None,
) -> int:
    """Play the flow and take in what it brought; the exit code says who has to act. `door` may have a browser open."""
    with open_desk() as desk:
        start_logs(desk.home, desk.settings)
        desk.account(account)  # before anything is planned: a slip must not leave a run that waits
        job = plan_one(desk, flow, account, inputs, again)
        if not dry_run and is_done(desk, job):
            tell(
                "同样的工作今天已经做完，没有再做。要再做一次就加 --again。",
                "the same work was done today and was not repeated; --again does it once more.",
            )
            return 0
        own = door or BrowserDoor(desk.home, desk.settings.browser, not headed)
        ended = await attempt(desk, job, own, dry_run)
    return conclude(ended)


def conclude(ended: Ended) -> int:
    """Say how the run ended, where its page is and who has to act; the exit code says the last."""
    console.print(Text(f"{ended.message}  {told(ended.summary)}"))
    for words in ended.parked:
        tell(f"没有入账：{words}", f"not in the books: {words_of(words)}", "yellow")
    console.print(Text(say("运行页面  ", "page of the run  ") + str(ended.folder / "index.html")))
    if ended.hint:
        console.print(Text(f"→ {ended.hint}"))
    if ended.who:
        acts = WHO.get(ended.who, WHO["operator"])
        tell(f"由谁处理：{acts[0]}（{ended.code}）", f"to act: {acts[1]} ({ended.code})", "dim")
    if ended.stage == "done":
        return 0
    return EXIT_CODES["person"] if ended.stage == "person" else EXIT_CODES.get(ended.who, EXIT_CODES["site"])


def plan_one(desk: Desk, flow: str, account: str, inputs: dict[str, object], again: bool) -> Job:
    """The work as a job: files among the inputs count by their content, so a changed sheet is other work."""
    path = flow_path(flow)
    name = Path(shown_path(path)).with_suffix("").as_posix().removeprefix("flows/")
    night = today_in_shanghai()
    times = len([row for row in desk.jobs.of_night(night.isoformat()) if row.flow == name]) if again else 0
    planned = PlannedFlow(flow=str(path), accounts=[account])
    marked = {**inputs, "_again": str(times)} if times else inputs
    key = make_job(night, "run", 0, planned.model_copy(update={"flow": name}), account, with_contents(marked))
    return Job(key.key, key.run_id, night, "run", 0, name, account, "", inputs)


def with_contents(inputs: dict[str, object]) -> dict[str, object]:
    """The inputs with each file's digest beside its path."""
    import hashlib

    found = dict(inputs)
    for name, value in inputs.items():
        if isinstance(value, str) and value and Path(value).is_file():
            found[name] = hashlib.sha256(Path(value).read_bytes()).hexdigest()
    return found


def is_done(desk: Desk, job: Job) -> bool:
    """Whether the same work was done today."""
    return any(row.job_key == job.key and row.stage == "done" for row in desk.jobs.of_night(job.night.isoformat()))


async def attempt(desk: Desk, job: Job, door: BrowserDoor, dry_run: bool) -> Ended:
    """Play it with the same stages as a job of the night; a dry run writes none."""
    looks_on = watcher()
    if not dry_run:
        desk.jobs.plan(job, secret_inputs(playable(job.flow, desk.settings.lang)[0]))
        desk.jobs.stage(job, "playing")  # from here on it is unfinished work, which `yeban resume` finds
    looks_on.planned([job], set())
    looks_on.began(job)
    try:
        async with door.lazily() as browser:
            inbox = WhenAsked(desk, looks_on.say if is_terminal() else None)
            ended = await run_job(desk, await browser.get(), job, looks_on.moved, inbox, dry_run)
    finally:
        looks_on.close()
    if not dry_run:
        desk.jobs.stage(job, ended.stage, ended.message, ended.summary)
    looks_on.ended(job, ended.stage, ended.message, ended.summary)
    return ended
