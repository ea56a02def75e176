"""What a good run has healed reaches the library through the desk, and the commands show it and take it back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bots.context import Healed
from bots.engine import RunResult
from bots.flow.parse import parse, parse_site
from bots.steps import STEPS
from schedules import elements
from schedules.cli.whole import app
from schedules.desk import Desk, open_desk
from schedules.settings import Settings
from schedules.work import Playing, mend

LIBRARY = """\
site: shop   # 我们的店
base: http://shop
elements:
  查询: [{testid: search}, {role: button, name: 查询}]   # 两种
"""
MENDED = LIBRARY.replace("{testid: search}, {role: button, name: 查询}", "{role: button, name: 查询}, {testid: search}")
HEALED = Healed("", "查询", "role=button name=查询", 1)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The library's file, in a selectors folder of this test."""
    path = tmp_path / "selectors" / "shop.yaml"
    path.parent.mkdir()
    path.write_text(LIBRARY, "utf-8")
    monkeypatch.setattr(elements, "SELECTORS", path.parent)
    monkeypatch.setenv("YEBAN_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.yaml").write_text("lang: zh\n", "utf-8")
    return path


@pytest.fixture
def desk(tmp_path: Path, library: Path) -> Iterator[Desk]:
    """A desk with a home of its own."""
    with open_desk(Settings(home=tmp_path / "home")) as opened:
        yield opened


def ended(desk: Desk, promote: bool = True) -> tuple[Desk, Playing, RunResult]:
    """A run that has ended, with one element healed."""
    flow = parse("title: 查\nsite: shop\nsteps:\n  - click: 查询\n", "flow.yaml", STEPS).flow
    site = parse_site(LIBRARY, "shop.yaml", STEPS).site
    assert flow is not None and site is not None
    desk.settings = desk.settings.model_copy(update={"promote_healed": promote})
    folder = desk.home / "runs" / "run-1"
    folder.mkdir(parents=True)
    return desk, Playing(flow, site, {}, None, folder, False), RunResult("done", "", folder, healed=[HEALED])


def test_a_good_run_mends_and_the_command_takes_it_back(desk: Desk, library: Path):
    """After the run the working way is first; `yeban elements undo` restores the file byte for byte."""
    mend(*ended(desk))
    assert library.read_text("utf-8") == MENDED
    shown = CliRunner().invoke(app, ["elements", "healed"])
    assert "查询" in shown.output
    taken_back = CliRunner().invoke(app, ["elements", "undo"])
    assert taken_back.exit_code == 0
    assert library.read_text("utf-8") == LIBRARY


def test_with_the_setting_off_a_person_promotes(desk: Desk, library: Path):
    """`promote_healed: no` leaves the library alone until `yeban elements promote 1`."""
    mend(*ended(desk, promote=False))
    assert library.read_text("utf-8") == LIBRARY
    assert CliRunner().invoke(app, ["elements", "promote", "1"]).exit_code == 0
    assert library.read_text("utf-8") == MENDED


def test_a_library_that_cannot_be_read_is_left_alone(desk: Desk, library: Path):
    """A run is not failed because its library has gone or is broken meanwhile."""
    facts = ended(desk)
    library.write_text("site: [", "utf-8")
    mend(*facts)
    assert library.read_text("utf-8") == "site: ["
    library.unlink()
    mend(*facts)
    assert not library.exists()
