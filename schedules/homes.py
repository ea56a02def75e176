"""Where Yeban keeps everything, and the language that is chosen there: before any setting is read or checked."""

import os
import re
from contextlib import closing
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
    """Your own home; the newest demo's while you have no settings and nothing in books of your own."""
    home = own_home()
    if (home / "settings.yaml").exists() or os.environ.get("YEBAN_DATABASE"):
        return home
    demos = sorted((home / "demo").glob("*/settings.yaml"), key=lambda path: path.stat().st_mtime)
    return home if not demos or _hold_anything(home / "yeban.db") else demos[-1].parent


def _hold_anything(books: Path) -> bool:
    """Whether these books have a row: `doctor`, or a list of nothing, made empty ones before the demo was played."""
    if not books.exists():
        return False
    import sqlite3  # only who has a demo and no settings comes here

    alone = "" if books.with_name(f"{books.name}-wal").exists() else "&immutable=1"  # and no file is left beside them
    try:
        with closing(sqlite3.connect(f"{books.as_uri()}?mode=ro{alone}", uri=True)) as opened:
            tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            own = (name for (name,) in tables if name != "alembic_version" and not name.startswith("sqlite_"))
            return any(opened.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() for name in own)
    except sqlite3.Error:
        return True  # what cannot be read may be all that somebody has


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
