"""What is not kept for ever: pictures, traces and torn downloads of old runs. Never files, books, results or the log.

A run's folder stays, with its manifest, files, results, log and page; of its evidence only a note remains.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

NOTE_FILE = "tidied.txt"
EVIDENCE = ("evidence", "downloads")
"""Folders of a run that only explain it: screenshots, snapshots, traces; files half received."""


@dataclass(frozen=True)
class Tidied:
    """What was taken away, or would be: how many runs, files and bytes."""

    runs: int = 0
    files: int = 0
    size: int = 0


def tidy(runs: Path, today: date, keep_days: int, *, really: bool = True) -> Tidied:
    """Evidence of runs whose day lies more than `keep_days` before today is gone; 0 keeps everything.

    Runs are told by the day their folder's name begins with; a folder of another name is not touched.
    """
    if keep_days == 0 or not runs.is_dir():
        return Tidied()
    last = today - timedelta(days=keep_days)
    total = Tidied()
    for folder in sorted(runs.iterdir()):
        day = _day(folder)
        if day is not None and day < last and (old := list(_evidence(folder))):
            size = sum(path.stat().st_size for path in old)
            total = Tidied(total.runs + 1, total.files + len(old), total.size + size)
            if really:
                _remove(folder, old, today, keep_days)
    return total


def _day(folder: Path) -> date | None:
    try:
        return date.fromisoformat(folder.name[:10]) if folder.is_dir() else None
    except ValueError:
        return None


def _evidence(folder: Path) -> Iterator[Path]:
    for name in EVIDENCE:
        yield from (path for path in sorted((folder / name).rglob("*")) if path.is_file() and path.name != NOTE_FILE)


def _remove(folder: Path, old: list[Path], today: date, keep_days: int) -> None:
    # The note is there before anything goes: a picture that is missing from a page is explained in any case.
    note = folder / "evidence" / NOTE_FILE
    note.parent.mkdir(exist_ok=True)
    note.write_text(
        f"{today}：按 keep_evidence_days: {keep_days} 清掉了 {len(old)} 个截图、追踪等；文件、结果和日志都在。\n"
        f"{today}: {len(old)} pictures, traces and the like were taken away by keep_evidence_days: {keep_days}; "
        "files, results and the log are here.\n",
        "utf-8",
    )
    for path in old:
        path.unlink(missing_ok=True)
