"""The desk's log: lines that machines read, with the keys of the run they belong to, and no variable's value."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

from schedules.logs import start_logs
from schedules.settings import Settings


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """The log of other tests is as it was before."""
    yield
    logger.remove()


SECRET = "-".join(("pl4nted", "s3cret"))
"""Not in one piece: the source's own line stands in a trace."""


def fail(password: str) -> None:
    """Raise with a secret among the variables."""
    raise ValueError("broken" if password else "")


async def test_each_line_has_the_keys_of_its_run(tmp_path: Path) -> None:
    """Two runs side by side: every event carries its own run, account and flow beside the event's keys."""
    path = start_logs(tmp_path, Settings(home=tmp_path))

    async def run(name: str) -> None:
        with logger.contextualize(run_id=f"run-{name}", account=name, flow="practice/orders"):
            await asyncio.sleep(0)
            logger.info("file_taken", rows=3, path=tmp_path / "订单.xlsx")

    await asyncio.gather(run("a"), run("b"))
    logger.warning("outside", note="{not a format}")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [(one["run_id"], one["account"], one["rows"]) for one in lines[:2]] == [("run-a", "a", 3), ("run-b", "b", 3)]
    assert lines[0]["path"].endswith("订单.xlsx")
    assert "run_id" not in lines[2]
    assert (lines[2]["level"], lines[2]["note"], lines[2]["message"]) == (
        "WARNING",
        "{not a format}",
        "outside",
    )
    assert lines[0]["at"].endswith("+00:00")


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_trace_shows_where_and_no_values(tmp_path: Path, form: str) -> None:
    """What was raised stands there with its place; the values of variables, which may be secret, do not."""
    path = start_logs(tmp_path, Settings(home=tmp_path, logs=form))  # type: ignore[arg-type]
    try:
        fail(SECRET)
    except ValueError:
        logger.exception("it_failed", code="D-X")
    text = path.read_text("utf-8")
    assert SECRET not in text
    assert "ValueError: broken" in text
    assert "test_logs.py" in text
    if form == "json":
        (line,) = text.splitlines()
        assert json.loads(line)["code"] == "D-X"
    else:
        assert path.name == "yeban.log"
        assert "it_failed code=D-X" in text.splitlines()[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_costs_lines_and_no_more(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Whoever works goes on; the terminal gets one sentence, and neither the record nor a trace."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "yeban.jsonl").symlink_to("/dev/full")
    start_logs(tmp_path)
    for number in range(3):
        logger.info("file_taken", rows=number)
    logger.remove()
    said = capfd.readouterr().err
    assert said.splitlines() == ["夜班 · 日志写不进去 / the log cannot be written: No space left on device"]


def test_braces_in_a_folder_are_its_name(tmp_path: Path) -> None:
    """The log lies where everything else of that home does."""
    start_logs(tmp_path / "shop {a}")
    logger.info("begun")
    assert "begun" in (tmp_path / "shop {a}" / "logs" / "yeban.jsonl").read_text("utf-8")
