"""Every folder of `tests/flows_good` holds a flow, what it says it will do, and exactly what it does to the page."""

import csv
import os
from pathlib import Path

import pytest

from bots.engine import RunResult
from bots.flow.check import check
from bots.flow.plan import plan
from bots.people import NobodyThere
from bots.steps import STEPS
from tests.bots.engine.rig import TODAY, Rig, read_flow, read_site
from tests.bots.engine.shop import SELECTORS, Shop

FOLDER = Path(__file__).parents[2] / "flows_good"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())
ACCEPT = os.environ.get("YEBAN_ACCEPT") == "1"
"""Set YEBAN_ACCEPT=1 to write down what happens now as what is to happen; read the difference before committing."""


def shop_for(case: Path) -> Shop:
    """The shop that the case is played on."""
    shop = Shop("1", "2", signed_in=case.name != "001_sign_in")
    if case.name == "013_popup":
        shop.notice_after = 1
    return shop


def told(rig: Rig, result: RunResult) -> str:
    """What was done to the site and how it ended, one line each."""
    lines = [*rig.events, f"— {result.state} {result.message}".rstrip()]
    lines += [f"file {one['path']} {one['kind']} {one['name']}".rstrip() for one in result.files]
    lines += [f"row {one['key']} {one['outcome']} {one['reason']}".rstrip() for one in result.results]
    lines += [f"output {name} = {value}" for name, value in result.outputs.items()]
    page = (result.folder / "index.html").read_text(encoding="utf-8")
    assert "<title>" in page
    if isinstance(rig.inbox, NobodyThere):
        lines += [f"told {text}" for text, _ in rig.inbox.told]
        lines += [f"asked {question.text}" for question in rig.inbox.asked]
    return "\n".join([*lines, *(f"note {note}" for note in notes(page))]) + "\n"


def notes(page: str) -> list[str]:
    """The notes on the run's page."""
    _, found, rest = page.partition("<h2>记录（")
    table = rest.split("</table>")[0] if found else ""
    return [cell.split("</td>")[0] for cell in table.split("<td>")[2::2]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_good_flow_says_and_does(case: Path, tmp_path: Path) -> None:
    """The plan and the events are, word for word, what the folder says."""
    text = (case / "flow.yaml").read_text(encoding="utf-8")
    flow = read_flow(text, (case / "flow.yaml").as_posix())
    site = read_site(SELECTORS)
    assert check(flow, site, STEPS) == []
    values = flow.read_inputs({}, TODAY)
    said = "\n".join(plan(flow, {**values, "today": TODAY}, "zh")) + "\n"
    rig = Rig(shop_for(case).site, site, tmp_path)
    sheet = case / "rows.csv"
    rows = list(csv.DictReader(sheet.open(encoding="utf-8"))) if sheet.exists() else None
    done = told(rig, await rig.run(flow, rows))
    if ACCEPT:
        (case / "plan.txt").write_text(said, encoding="utf-8")
        (case / "events.txt").write_text(done, encoding="utf-8")
    assert said == (case / "plan.txt").read_text(encoding="utf-8")
    assert done == (case / "events.txt").read_text(encoding="utf-8")
