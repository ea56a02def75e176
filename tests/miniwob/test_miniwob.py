"""Generic flows on MiniWoB++'s own pages: every task of a family is solved from its instruction alone.

The score is the one that the page gives (1 is full, below 0 is wrong, without the deduction for time). README.md beside
this file is the table of all of them; YEBAN_ACCEPT=1 writes it anew.
"""

import os
import re
from pathlib import Path

import pytest

from tests.miniwob.conftest import Player
from tests.miniwob.families import FAMILIES, SEEDS

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
TABLE = HERE / "README.md"
FLOWS = HERE.parents[1] / "flows" / "miniwob"
LINE = re.compile(r"^\| ([a-z0-9-]+) \| \[([a-z_]+)\]\([^)]+\) \| ([^|]+) \|$", re.MULTILINE)
KNOWS = ["key: ${task}-${seed}", "columns: [task, seed]", "- open: /${task}.html?seed=${seed}"]
"""All that a flow may do with the name of its task: open the page."""
ACCEPT = os.environ.get("YEBAN_ACCEPT") == "1"


def line_of(task: str, family: str, scores: list[float]) -> str:
    """The table's line of a task."""
    shown = " | ".join(f"{score:g}" for score in scores)
    return f"| {task} | [{family}](../../flows/miniwob/{family}.yaml) | {shown.replace(' | ', ' · ')} |"


def accepted(lines: dict[str, str]) -> None:
    """The table holds these lines, others stay."""
    text = TABLE.read_text("utf-8")
    kept = {found.group(1): found.group(0) for found in LINE.finditer(text)} | lines
    known = {task for tasks in FAMILIES.values() for task in tasks}
    head = text[: text.index("|---|") + len("|---|---|---|\n")]
    TABLE.write_text(head + "\n".join(kept[task] for task in sorted(kept) if task in known) + "\n", "utf-8")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("family", sorted(FAMILIES))
async def test_a_family_is_solved_by_its_flow(player: Player, family: str) -> None:
    """Every row ends well, every page gives a score above 0, once, and the scores are those of the table."""
    tasks = FAMILIES[family]
    rows = [{"task": task, "seed": str(seed)} for task in tasks for seed in SEEDS]
    result = await player.play(family, rows)
    told = [(one["key"], one["outcome"], one["reason"]) for one in result.results]
    assert result.state == "done", (result.message, [one for one in told if one[1] != "done"])
    scores = {task: [player.arena.scores[task, seed] for seed in SEEDS] for task in tasks}
    assert all(score > 0 for found in scores.values() for score in found), scores
    assert {player.arena.ended[task, seed] for task in tasks for seed in SEEDS} == {1}, "no second try"
    lines = {task: line_of(task, family, scores[task]) for task in tasks}
    if ACCEPT:
        accepted(lines)
    text = TABLE.read_text("utf-8")
    assert [line for line in lines.values() if line not in text] == []


def test_the_table_is_whole() -> None:
    """At least fifty tasks; each has its line in the table, each flow its tasks, and no flow names a task."""
    tasks = [task for family in FAMILIES.values() for task in family]
    assert len(set(tasks)) == len(tasks) >= 50
    assert sorted(found.group(1) for found in LINE.finditer(TABLE.read_text("utf-8"))) == sorted(tasks)
    assert {path.stem for path in FLOWS.glob("*.yaml")} == set(FAMILIES)
    for path in FLOWS.glob("*.yaml"):
        assert [line.strip() for line in path.read_text("utf-8").splitlines() if "task" in line] == KNOWS, path
