"""A trace that may be kept: what headers, cookies and pages said of secrets is gone, and so are pictures that show any.

Playwright writes down every request with its cookies and every page with what stands in its fields; nobody who is sent
the file to look at a failure may sign in with it.
"""

import json
import re
import zipfile
from pathlib import Path

from bots.masking import HIDDEN, Mask

SECRET_HEADER = re.compile(r"cookie|authorization|token|csrf|xsrf|session|secret|api-?key", re.IGNORECASE)
PICTURES = (".jpeg", ".jpg", ".png", ".webp")
RECORDS = (".network", ".trace")


def discard(path: Path) -> None:
    """Nothing is left of a trace that could not be cleaned."""
    for torn in (path, _draft(path)):
        torn.unlink(missing_ok=True)


def _draft(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def clean(path: Path, mask: Mask) -> None:
    """The trace at `path` is as it was but for secrets; pictures are left out when a page showed one."""
    draft = _draft(path)
    with zipfile.ZipFile(path) as given:
        texts = {name: given.read(name) for name in given.namelist() if not name.endswith(PICTURES)}
        cleaned = {name: _text(name, content, mask) for name, content in texts.items()}
        shown = any(cleaned[name] != texts[name] for name in texts if not name.endswith(".network"))
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as kept:
            for name in given.namelist():
                if name in cleaned:
                    kept.writestr(name, cleaned[name])
                elif not shown:
                    kept.writestr(name, given.read(name))
    draft.replace(path)


def _text(name: str, content: bytes, mask: Mask) -> bytes:
    """The member with secrets hidden; bytes that are no text stay."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        hidden = mask.hide(content.decode("latin-1"))
        return content if hidden == content.decode("latin-1") else b""
    if name.endswith(RECORDS):
        text = "\n".join(map(_record, text.split("\n")))
    return mask.hide(text).encode("utf-8")


def _record(line: str) -> str:
    """One line of the trace with the values of telling headers and of all cookies hidden."""
    if not SECRET_HEADER.search(line):
        return line
    try:
        record = json.loads(line)
    except json.JSONDecodeError:
        return line
    return json.dumps(_without_headers(record), ensure_ascii=False)


def _without_headers(value: object, inside: str = "") -> object:
    match value:
        case dict() if "value" in value and (inside == "cookies" or SECRET_HEADER.search(str(value.get("name")))):
            return {**value, "value": HIDDEN}
        case dict():
            return {key: _without_headers(part, str(key)) for key, part in value.items()}
        case list():
            return [_without_headers(part, inside) for part in value]
    return value
