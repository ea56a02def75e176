"""Logs: one JSON line per event with its keys in a file, and nothing on the terminal but what a command shows."""

import sys
from pathlib import Path

from loguru import logger


def silence() -> None:
    """Nothing of the log on the terminal: what people see is what commands say."""
    logger.remove()


def start_logs(home: Path, *, verbose: bool = False) -> Path:
    """Send loguru's events to `home`/logs/yeban.jsonl (rotated at 20 MB, kept 30 days); returns the file."""
    path = home / "logs" / "yeban.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    logger.remove()
    logger.add(
        path, serialize=True, rotation="20 MB", retention="30 days", level="DEBUG", enqueue=False, diagnose=False
    )
    if verbose:
        logger.add(sys.stderr, level="DEBUG", format="{time:HH:mm:ss} {level:<7} {message} {extra}", diagnose=False)
    return path
