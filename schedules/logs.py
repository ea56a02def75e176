"""Logs: one JSON line per event with its keys in a file, and nothing on the terminal but what a command shows."""

import os
import sys
from pathlib import Path


def silence() -> None:
    """Nothing of the log on the terminal, whoever imports it first: what people see is what commands say."""
    os.environ["LOGURU_AUTOINIT"] = "False"  # read when loguru is imported, which not every command does
    if "loguru" in sys.modules:
        sys.modules["loguru"].logger.remove()


def start_logs(home: Path, *, verbose: bool = False) -> Path:
    """Send loguru's events to `home`/logs/yeban.jsonl (rotated at 20 MB, kept 30 days); returns the file."""
    from loguru import logger

    path = home / "logs" / "yeban.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    logger.remove()
    logger.add(
        path, serialize=True, rotation="20 MB", retention="30 days", level="DEBUG", enqueue=False, diagnose=False
    )
    if verbose:
        logger.add(sys.stderr, level="DEBUG", format="{time:HH:mm:ss} {level:<7} {message} {extra}", diagnose=False)
    return path
