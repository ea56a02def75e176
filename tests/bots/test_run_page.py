"""The page of a run is in the language of whoever reads it."""

import re

from bots.evidence import Failure
from bots.runpage import OUTCOMES, STATES, RunPage, StepLine

CHINESE = re.compile(r"[\u3400-\u9fff]")
RESULT = {"key": "1", "outcome": "rejected", "reason": "sold out", "at": "2026-11-22T03:00:00"}
FILE = {"path": "files/a.csv", "kind": "orders", "size": 12, "received_at": "2026-11-22T03:00:00", "sha256": "0" * 64}


def page(lang: str) -> str:
    """A page with everything that a page may show."""
    said = {"message": "没有找到", "hint": "看一看", "next": "停下"}
    said_en = {"message_en": "not found", "hint_en": "have a look", "next_en": "it stops"}
    when = "2026-11-22T03:00:00"
    failure = Failure(
        at=when, step="Click", where="a.yaml:3", code="E-X", who="site", **said, **said_en, snapshots=("a.txt",)
    )
    return RunPage(
        title="Orders",
        state="rejected_some",
        message="",
        facts={"shop": "a"},
        steps=[StepLine("Open", 3, "done", 120)],
        files=[FILE],
        results=[RESULT],
        failures=[failure],
        notes=[{"at": "2026-11-22T03:00:00", "text": "ok"}],
        lang=lang,
    ).html()


def test_an_english_page_has_no_chinese() -> None:
    """Headings, states, results and what went wrong are all in English."""
    shown = page("en")
    assert CHINESE.findall(shown) == []
    assert "What went wrong" in shown
    assert "refused" in shown


def test_a_chinese_page_has_no_raw_state() -> None:
    """An operator reads 不能做 and not the name that the program has for it."""
    shown = re.sub(r"<style>.*?</style>", "", page("zh"), flags=re.DOTALL)
    assert "不能做" in shown
    assert "rejected" not in shown


def test_every_state_is_said_in_both_languages() -> None:
    """No state of a run or of a row is without its words."""
    for zh, en, _ in (*STATES.values(), *OUTCOMES.values()):
        assert CHINESE.search(zh)
        assert en
        assert not CHINESE.search(en)
