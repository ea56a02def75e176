"""log.jsonl: one JSON object per log line of one run, secrets masked, keys first."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from bots.masking import Mask

if TYPE_CHECKING:
    from loguru import Logger, Message, Record

KEYS = ("run_id", "flow", "step", "line", "item", "code", "where")


@contextmanager
def logbook(path: Path, run_id: str, mask: Mask, clock: Callable[[], datetime]) -> "Iterator[Logger]":
    """A log bound to the run; everything logged through it is also a line of the file until the block ends."""
    with path.open("a", encoding="utf-8") as file:

        def write(message: "Message") -> None:
            record = message.record
            if record["extra"].get("run_id") != run_id:
                return
            keys = {key: record["extra"][key] for key in KEYS if key in record["extra"]}
            line = {
                "at": clock().isoformat(timespec="milliseconds"),
                "level": record["level"].name,
                **keys,
                "message": record["message"],
            }
            file.write(json.dumps(mask.hide_all(line), ensure_ascii=False, default=str) + "\n")
            file.flush()

        handler = logger.add(write, level="DEBUG", format="{message}")
        try:
            yield logger.patch(partial(_mask_message, mask)).bind(run_id=run_id)
        finally:
            logger.remove(handler)


def _mask_message(mask: Mask, record: "Record") -> None:
    record["message"] = mask.hide(record["message"])
