"""`yeban resume`: work that was begun and not finished goes on where its journal says; nothing is done twice."""

from schedules.browsers import BrowserDoor
from schedules.cli.run_command import attempt, conclude
from schedules.cli.screen import tell
from schedules.desk import Desk, open_desk
from schedules.jobs import job_of
from schedules.logs import start_logs
from schedules.plan import Job
from schedules.problems import DeskError


class NothingToResume(DeskError):
    """No run of this name was begun and left unfinished."""

    who = "author"
    code = "D-RESUME"

    def __init__(self, run_id: str, unfinished: list[str]) -> None:
        """Facts: the run asked for and those that are unfinished, newest first."""
        super().__init__(
            f"没有还没做完的运行「{run_id}」。",
            f"there is no unfinished run {run_id}.",
            f"没做完的有：{'、'.join(unfinished[:5]) or '（一个也没有）'}",
            f"unfinished are: {', '.join(unfinished[:5]) or '(none)'}",
        )


async def resume_one(run_id: str, headed: bool) -> int:
    """Go on with the run, by default with the newest unfinished one; the exit code says who has to act."""
    with open_desk() as desk:
        start_logs(desk.home, desk.settings)
        job = unfinished_job(desk, run_id)
        if job is None:
            tell("没有做到一半的运行。", "nothing is unfinished.", "green")
            return 0
        tell(f"接着做：{job.title}（{job.run_id}）", f"going on with {job.title} ({job.run_id})")
        ended = await attempt(desk, job, BrowserDoor(desk.home, desk.settings.browser, not headed), dry_run=False)
    return conclude(ended)


def unfinished_job(desk: Desk, run_id: str) -> Job | None:
    """The unfinished job of that run, of the newest one for ""; None when nothing is. Raises NothingToResume."""
    jobs = [job_of(row) for row in desk.jobs.unfinished()]
    if not run_id:
        return jobs[0] if jobs else None
    found = [job for job in jobs if job.run_id == run_id] or [job for job in jobs if job.run_id.startswith(run_id)]
    if not found:
        raise NothingToResume(run_id, [job.run_id for job in jobs])
    return found[0]
