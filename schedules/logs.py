"""Logs: one line per event with its keys in a file, and nothing on the terminal but what a command shows.

A JSON line: `at` (ISO 8601, UTC), `level`, `message` (an event's name), the event's own keys and those of the run it
belongs to (`run_id`, `account`, `flow`), `where` (module:line), `trace` when something was raised.
"""

import json
import os
import sys
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from loguru import Record

ROTATED_AT = "20 MB"
KEPT_DAYS = 30
LINE = "_line"
_OPEN: list[Path] = []
"""The file that events of this process go to, once `start_logs` has opened it."""


class LogSettings(Protocol):
    """What the settings say of logs: `json` or `text`, and for how many days old ones are kept."""

    @property
    def logs(self) -> str:
        """The form."""

    @property
    def keep_logs_days(self) -> int:
        """Days."""


def silence() -> None:
    """Nothing of the log on the terminal, whoever imports it first: what people see is what commands say."""
    os.environ["LOGURU_AUTOINIT"] = "False"  # read when loguru is imported, which not every command does
    if "loguru" in sys.modules:
        sys.modules["loguru"].logger.remove()


def log_of(home: Path) -> Path | None:
    """The file that has this process's events: the one that is open, else one opened now; None where none can be."""
    with suppress(OSError):
        return _OPEN[-1] if _OPEN else start_logs(home)
    return None


def start_logs(home: Path, chosen: LogSettings | None = None, *, verbose: bool = False) -> Path:
    """Send events to `home`/logs/yeban.jsonl, or yeban.log as `text`; rotated at 20 MB, kept 30 days or as chosen.

    Returns the file. `verbose`: on the terminal as well.
    """
    from loguru import logger

    plain = chosen is not None and chosen.logs == "text"
    path = home / "logs" / ("yeban.log" if plain else "yeban.jsonl")
    path.parent.mkdir(parents=True, exist_ok=True)
    logger.remove()
    lines = _Lines(path, chosen.keep_logs_days if chosen else KEPT_DAYS)
    logger.add(lines, format=_text if plain else _json, level="DEBUG", enqueue=False, diagnose=False, catch=True)
    _OPEN[:] = [path]
    if verbose:
        logger.add(sys.stderr, level="DEBUG", format="{time:HH:mm:ss} {level:<7} {message} {extra}", diagnose=False)
    return path


class _Lines:
    """loguru's file, where a full disk costs lines of the log, never the run that wrote them.

    Left to itself loguru shows each such line on the terminal, with everything that it knows, and a trace at the end.
    """

    def __init__(self, path: Path, days: int) -> None:
        from loguru._file_sink import FileSink

        name = str(path).replace("{", "{{").replace("}", "}}")  # a folder's braces are no fields of loguru's
        self._file = FileSink(name, rotation=ROTATED_AT, retention=f"{days} days", encoding="utf-8")  # type: ignore[no-untyped-call]
        self._said = False

    def write(self, line: str) -> None:
        """The line is in the file; the first that cannot be is told."""
        try:
            self._file.write(line)  # type: ignore[no-untyped-call]
        except OSError as error:
            if not self._said:
                self._said = True
                sys.stderr.write(f"夜班 · 日志写不进去 / the log cannot be written: {error.strerror}\n")

    def stop(self) -> None:
        """The file is closed, as far as there is room for what is still to be written."""
        with suppress(OSError):
            self._file.stop()  # type: ignore[no-untyped-call]


def _json(record: "Record") -> str:
    """The record as one JSON line; what loguru prints is the line itself."""
    line: dict[str, object] = {
        "at": record["time"].astimezone(UTC).isoformat(timespec="milliseconds"),
        "level": record["level"].name,
        "message": record["message"],
        **{key: value for key, value in record["extra"].items() if key != LINE},
        "where": f"{record['name']}:{record['line']}",
    }
    if record["exception"] is not None:
        line["trace"] = _trace(record)
    record["extra"][LINE] = json.dumps(line, ensure_ascii=False, default=str)
    return f"{{extra[{LINE}]}}\n"


def _text(record: "Record") -> str:
    """The record for eyes: time in Beijing's or whatever zone this machine has, level, event, its keys."""
    keys = " ".join(f"{key}={value}" for key, value in record["extra"].items() if key != LINE)
    line = f"{record['time']:YYYY-MM-DD HH:mm:ss.SSS} {record['level'].name:<7} {record['message']} {keys}".rstrip()
    trace = f"\n{_trace(record)}" if record["exception"] is not None else ""
    record["extra"][LINE] = line + trace
    return f"{{extra[{LINE}]}}\n"


def _trace(record: "Record") -> str:
    """What was raised, with where, and without the values of variables: they may be secret."""
    import traceback

    raised = record["exception"]
    if raised is None or raised.value is None:
        return ""
    return "".join(traceback.format_exception(raised.type, raised.value, raised.traceback)).rstrip()
