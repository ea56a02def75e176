"""The right browser is chosen, for a reason that can be read, and nothing is ever downloaded."""

import os
import sys
from pathlib import Path

import pytest

from bots.browser import discovery
from bots.browser.choice import BrowserChoice
from bots.browser.discovery import Place, candidates, chinese_fonts, discover, known_places, offers, playwright_places
from bots.browser.sessions import SessionStore
from bots.errors import BrowserMissing


def place(tmp_path: Path, name: str, kind: str = "chromium", headless_only: bool = False) -> Place:
    """A file where a browser might be."""
    path = tmp_path / name
    path.write_bytes(b"x")
    return Place(kind, path, headless_only)


class Probe:
    """Starts nothing: answers from a list of those that work."""

    def __init__(self, *good: str) -> None:
        self.good = good
        self.asked: list[str] = []

    def __call__(self, place: Place, no_sandbox: bool) -> str:
        self.asked.append(place.path.name)
        if place.path.name not in self.good:
            raise ValueError("missing libnss3.so")
        return f"Chromium 1 ({place.path.name})"


def test_the_first_that_really_starts_is_chosen(tmp_path):
    """A file that exists but does not start is passed over; what comes after the choice is not even tried."""
    places = [place(tmp_path, name) for name in ("broken", "good", "later")]
    probe = Probe("good", "later")
    assert discover(probe=probe, places=places).executable.name == "good"
    assert probe.asked == ["broken", "good"]


def test_none_says_everything_that_was_tried(tmp_path):
    """The error lists each place with its reason."""
    places = [place(tmp_path, "broken"), Place("chrome", tmp_path / "nowhere")]
    with pytest.raises(BrowserMissing) as caught:
        discover(probe=Probe(), places=places)
    assert "libnss3" in str(caught.value) and "no such file" in str(caught.value)


def test_a_chosen_browser_is_never_replaced_in_silence(tmp_path):
    """When the browser of the setting does not start, no other is taken."""
    places = [place(tmp_path, "mine", "setting"), place(tmp_path, "good")]
    with pytest.raises(BrowserMissing):
        discover(probe=Probe("good"), places=places)


def test_a_success_is_remembered_until_the_file_changes(tmp_path):
    """The second night starts no probe; an updated browser is probed again; a torn cache costs one probe."""
    places, cache = [place(tmp_path, "good")], tmp_path / "cache" / "browsers.json"
    probe = Probe("good")
    for _ in range(2):
        assert discover(probe=probe, places=places, cache=cache).version == "Chromium 1 (good)"
    assert probe.asked == ["good"]
    os.utime(places[0].path, (1, 1))
    discover(probe=probe, places=places, cache=cache)
    cache.write_text("{torn", "utf-8")
    discover(probe=probe, places=places, cache=cache)
    assert probe.asked == ["good"] * 3


def test_order_and_settings(tmp_path, monkeypatch):
    """Setting, then Playwright's own (PLAYWRIGHT_BROWSERS_PATH respected), then the rest; shells only when headless."""
    environment = {"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path), "YEBAN_BROWSER": "/opt/my/chrome"}
    found = known_places(environment=environment)
    assert (found[0].kind, found[0].path) == ("setting", Path("/opt/my/chrome"))
    assert found[1].kind == "playwright" and found[1].path.is_relative_to(tmp_path) and found[1].headless_only
    assert known_places("/else", environment=environment)[0].path == Path("/else")
    assert not any(one.headless_only for one in known_places(headless=False, environment={}))


def test_playwrights_own_is_found_where_it_lies(tmp_path):
    """The revision is read from Playwright, never written down here."""
    full = next(one for one in playwright_places({"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}) if not one.headless_only)
    full.path.parent.mkdir(parents=True)
    full.path.write_bytes(b"x")
    again = playwright_places({"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)})
    assert full.path in [one.path for one in again]


def test_offers_are_commands_for_a_person():
    """There is always something to run, Playwright's own first."""
    assert offers()[0].command == (sys.executable, "-m", "playwright", "install", "chromium")
    assert all(offer.zh and offer.en for offer in offers())


@pytest.mark.browser
def test_this_machines_browser_really_starts(tmp_path):
    """On this machine one is found, it has a version, and there are fonts for Chinese."""
    choice = discover(cache=tmp_path / "browsers.json")
    assert choice.executable.is_file() and choice.version
    assert "no_sandbox" not in choice.flags and ("--no-sandbox" in choice.flags) == discovery.needs_no_sandbox()
    assert chinese_fonts()


def test_only_a_browser_that_shows_nothing_gives_up_the_middle_compiler():
    """Flags that suit pages of seconds are for headless shells; a browser with a window is as its user knows it."""
    shell, full = (BrowserChoice(Path("/x"), "shell", headless_only=only) for only in (True, False))
    assert "--js-flags=--no-maglev" in shell.flags
    assert not [flag for flag in full.flags if flag.startswith("--js-flags")]


def test_candidates_show_all(tmp_path):
    """The doctor sees every place, usable or not."""
    places = [place(tmp_path, "broken"), place(tmp_path, "good")]
    assert [one.usable for one in candidates(probe=Probe("good"), places=places)] == [False, True]


def test_sessions_are_sealed(tmp_path):
    """What lies on disk tells neither the account nor the cookies; another key or a damaged file means: log in anew."""
    key = SessionStore.new_key()
    store = SessionStore(tmp_path / "sessions", key)
    assert store.load("夜班-1") is None
    store.save("夜班-1", b'{"cookies": "sid=7"}')
    store.save("夜班-1", b'{"cookies": "sid=8"}')
    (file,) = (tmp_path / "sessions").iterdir()
    assert b"sid" not in file.read_bytes() and "夜班" not in file.name
    assert os.name == "nt" or file.stat().st_mode & 0o077 == 0
    assert SessionStore(tmp_path / "sessions", key).load("夜班-1") == b'{"cookies": "sid=8"}'
    assert SessionStore(tmp_path / "sessions", SessionStore.new_key()).load("夜班-1") is None
    file.write_bytes(file.read_bytes()[:-9])
    assert store.load("夜班-1") is None
    store.forget("夜班-1")
    assert list((tmp_path / "sessions").iterdir()) == []
