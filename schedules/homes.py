"""Where Yeban keeps everything, and the language that is chosen there: before any setting is read or checked."""

import os
import re
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: flows/, selectors/ and schedules/ are read from here."""


def own_home() -> Path:
    """`YEBAN_HOME`, else `.yeban` in the checkout."""
    return Path(os.environ.get("YEBAN_HOME") or ROOT / ".yeban").expanduser().resolve()


def demo_home(night: date, size: str = "full") -> Path:
    """Where the demo of this day keeps everything: a home inside the home."""
    return own_home() / "demo" / (night.isoformat() if size == "full" else f"{night}-{size}")


def default_home() -> Path:
    """Your own home; the newest demo's while you have no settings and no books of your own."""
    home = own_home()
    if (home / "settings.yaml").exists() or (home / "yeban.db").exists():
        return home
    demos = sorted((home / "demo").glob("*/settings.yaml"), key=lambda path: path.stat().st_mtime)
    return demos[-1].parent if demos else home


def written_lang() -> str:
    """What `lang:` of settings.yaml says, "" where it says nothing.

    Read with a glance and not as YAML: help and errors of the settings themselves are said in this language, too.
    """
    try:
        text = (default_home() / "settings.yaml").read_text("utf-8")
    except (OSError, UnicodeError):
        return ""
    found = re.search(r"^lang\s*:\s*[\"']?(\w+)", text, re.MULTILINE)
    return found[1] if found else ""
