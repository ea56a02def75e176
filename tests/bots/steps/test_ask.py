"""ask: what the run goes on with when nobody answers."""

from pathlib import Path

import pytest

from bots.browser.fake import FakeSite
from bots.people import NobodyThere
from tests.bots.engine.rig import Rig, read_site

SITE = "site: shop\nbase: ${base_url}\npages:\n  首页: ''\n"


def flow(kind: str, default: str, more: str = "") -> str:
    """A flow that asks and puts out what it went on with."""
    return (
        "title: 问\nsite: shop\nsteps:\n"
        f"  - ask: 怎么办？\n    kind: {kind}\n    within: 1s\n    default: {default}\n    as: said\n{more}"
        "outputs:\n  said: ${said}\n"
    )


@pytest.mark.parametrize(
    ("kind", "default", "more"),
    [("text", "三楼", ""), ("approval", '"yes"', ""), ("choice", "乙店", "    choices: [甲店, 乙店]\n")],
)
async def test_the_default_is_the_answer_of_nobody(tmp_path: Path, kind: str, default: str, more: str) -> None:
    """Without an answer in time the run goes on with the default, which people were told of."""
    played = Rig(FakeSite({"": []}), read_site(SITE), tmp_path)
    result = await played.run(flow(kind, default, more))
    assert (result.state, result.outputs) == ("done", {"said": default.strip('"')})
    assert isinstance(played.inbox, NobodyThere)
    assert [question.default for question in played.inbox.asked] == [default.strip('"')]


@pytest.mark.parametrize(
    ("kind", "default", "more"),
    [("code", '"123456"', ""), ("approval", "perhaps", ""), ("choice", "丙店", "    choices: [甲店, 乙店]\n")],
)
async def test_a_default_that_could_not_be_answered_is_refused(
    tmp_path: Path, kind: str, default: str, more: str
) -> None:
    """A code has no default, a choice only one of its choices; nobody is asked before that is mended."""
    played = Rig(FakeSite({"": []}), read_site(SITE), tmp_path)
    result = await played.run(flow(kind, default, more))
    assert (result.state, result.who) == ("failed", "author")
    assert isinstance(played.inbox, NobodyThere)
    assert played.inbox.asked == []


async def test_a_default_no_is_no_approval(tmp_path: Path) -> None:
    """An approval that defaults to no waits for a person, as a no does."""
    result = await Rig(FakeSite({"": []}), read_site(SITE), tmp_path).run(flow("approval", '"no"'))
    assert (result.state, result.code) == ("person", "E-APPROVAL")
