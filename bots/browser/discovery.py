"""Which browser this machine has: looked for in a fixed order, each one really started before it is believed.

Order: the user's setting → Playwright's own → a headless shell (unattended) → Chrome → Edge → Chromium. Nothing is ever
downloaded here: when none works, `offers()` says what a person may run. A success is remembered with the file's
modification time, so that the next run does not start a browser to find out that it starts.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bots.browser.choice import QUIET_FLAGS, BrowserChoice, BrowserKind
from bots.errors import BrowserMissing

SETTING = "YEBAN_BROWSER"
PROBE_TIMEOUT_S = 30
_CHROME = ("google-chrome", "google-chrome-stable", "chrome")
_EDGE = ("microsoft-edge", "microsoft-edge-stable", "msedge")
_CHROMIUM = ("chromium", "chromium-browser")
_SHELLS = ("/usr/lib/chromium/chromium-headless-shell", "/usr/bin/chromium-headless-shell")
_CHROMIUMS = ("/usr/lib/chromium/chromium", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/snap/bin/chromium")
_MAC: tuple[tuple[BrowserKind, str], ...] = (
    ("chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    ("edge", "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"),
    ("chromium", "/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
_WINDOWS: tuple[tuple[BrowserKind, str], ...] = (
    ("chrome", r"Google\Chrome\Application\chrome.exe"),
    ("edge", r"Microsoft\Edge\Application\msedge.exe"),
    ("chromium", r"Chromium\Application\chrome.exe"),
)
Probe = Callable[["Place", bool], str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a browser might be."""

    kind: BrowserKind
    path: Path
    headless_only: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that was looked at and what was found: `version` when it started, else `problem`."""

    kind: BrowserKind
    path: Path
    version: str = ""
    problem: str = ""

    @property
    def usable(self) -> bool:
        """Whether it exists and started."""
        return not self.problem

    def __str__(self) -> str:
        return f"{self.kind} {self.path}: {self.version or self.problem}"


def discover(
    setting: str | Path = "",
    *,
    headless: bool = True,
    cache: Path | None = None,
    probe: Probe | None = None,
    places: Iterable[Place] | None = None,
) -> BrowserChoice:
    """The first browser that starts. `setting` is a path that a person has chosen; empty means search.

    `cache` is a file in which successful probes are remembered. Raises BrowserMissing with all that was looked at.
    """
    tried: list[Candidate] = []
    for candidate, choice in _look(
        probe or start_once, cache, known_places(setting, headless) if places is None else places
    ):
        tried.append(candidate)
        if choice is not None:
            return choice
        if candidate.kind == "setting":
            break  # what a person has asked for by name is never replaced in silence
    raise BrowserMissing([str(one) for one in tried])


def candidates(
    setting: str | Path = "",
    *,
    headless: bool = True,
    cache: Path | None = None,
    probe: Probe | None = None,
    places: Iterable[Place] | None = None,
) -> list[Candidate]:
    """Every place, each with its version or its problem, for `yeban doctor`."""
    where = known_places(setting, headless) if places is None else places
    return [candidate for candidate, _ in _look(probe or start_once, cache, where)]


def _look(
    probe: Probe, cache: Path | None, places: Iterable[Place]
) -> Iterator[tuple[Candidate, BrowserChoice | None]]:
    no_sandbox = needs_no_sandbox()
    known = _Memory(cache)
    for place in places:
        if not place.path.is_file():
            yield Candidate(place.kind, place.path, problem="没有这个文件 / no such file"), None
            continue
        version = known.version(place.path)
        if not version:
            try:
                version = probe(place, no_sandbox)
            except (OSError, subprocess.SubprocessError, ValueError) as error:
                yield Candidate(place.kind, place.path, problem=str(error)[:200] or type(error).__name__), None
                continue
            known.remember(place.path, version)
        choice = BrowserChoice(place.path, place.kind, version, place.headless_only, no_sandbox)
        yield Candidate(place.kind, place.path, version), choice


def known_places(
    setting: str | Path = "", headless: bool = True, environment: Mapping[str, str] = os.environ
) -> list[Place]:
    """Every place to look at on this machine, in order."""
    asked = Path(chosen) if (chosen := setting or environment.get(SETTING)) else None
    own = playwright_places(environment)
    shells = [place for place in own if place.headless_only] if headless else []
    system = [Place("shell", Path(path), True) for path in _SHELLS] if headless else []
    found = [
        *([Place("setting", asked, "headless" in asked.name)] if asked else []),
        *shells,
        *(place for place in own if not place.headless_only),
        *system,
        *_installed(environment),
    ]
    return list({place.path: place for place in reversed(found)}.values())[::-1]


def _installed(environment: Mapping[str, str]) -> Iterator[Place]:
    if sys.platform == "darwin":
        yield from (Place(kind, Path(path)) for kind, path in _MAC)
        return
    if sys.platform == "win32":
        roots = [
            environment[name] for name in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData") if name in environment
        ]
        yield from (Place(kind, Path(root) / path) for kind, path in _WINDOWS for root in roots)
        return
    commands: tuple[tuple[BrowserKind, tuple[str, ...]], ...] = (("chrome", _CHROME), ("edge", _EDGE))
    for kind, names in commands:
        yield from (Place(kind, Path(path)) for name in names if (path := shutil.which(name)))
    yield from (Place("chromium", Path(path)) for path in _CHROMIUMS)
    yield from (Place("chromium", Path(path)) for name in _CHROMIUM if (path := shutil.which(name)))


def playwright_places(environment: Mapping[str, str] = os.environ) -> list[Place]:
    """Where Playwright keeps the browsers it was built for (PLAYWRIGHT_BROWSERS_PATH respected), the shell first."""
    package = importlib.util.find_spec("playwright")
    if package is None or package.origin is None:
        return []
    driver = Path(package.origin).parent / "driver" / "package"
    listed = driver / "browsers.json"
    if not listed.is_file():
        return []
    revisions = {one["name"]: one["revision"] for one in json.loads(listed.read_text("utf-8"))["browsers"]}
    root = _browsers_folder(environment, driver)
    shell, full = _LAYOUT.get(sys.platform, _LAYOUT["linux"])
    return [
        Place("playwright", path, headless_only)
        for name, folder, patterns, headless_only in (
            ("chromium-headless-shell", "chromium_headless_shell", shell, True),
            ("chromium", "chromium", full, False),
        )
        for path in _first(root / f"{folder}-{revisions.get(name, '0')}", patterns)
    ]


_LAYOUT: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "darwin": (
        ("chrome-headless-shell-mac-*/chrome-headless-shell",),
        ("chrome-mac*/*.app/Contents/MacOS/*",),
    ),
    "linux": (
        ("chrome-headless-shell-linux*/chrome-headless-shell", "chrome-linux/headless_shell"),
        ("chrome-linux*/chrome",),
    ),
    "win32": (
        ("chrome-headless-shell-win*/chrome-headless-shell.exe",),
        ("chrome-win*/chrome.exe",),
    ),
}


def _first(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    for pattern in patterns:
        found = sorted(folder.glob(pattern))
        if found:
            return found[:1]
    return [folder / patterns[0].replace("*", "64")]


def _browsers_folder(environment: Mapping[str, str], driver: Path) -> Path:
    given = environment.get("PLAYWRIGHT_BROWSERS_PATH")
    if given == "0":
        return driver / ".local-browsers"
    if given:
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA", str(Path.home()))) / "ms-playwright"
    return Path(environment.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "ms-playwright"


def needs_no_sandbox() -> bool:
    """Whether Chromium's sandbox cannot work here: as root, or inside a container."""
    if sys.platform != "linux":
        return False
    inside = Path("/.dockerenv").exists() or Path("/run/.containerenv").exists() or "container" in os.environ
    return os.geteuid() == 0 or inside


def start_once(place: Place, no_sandbox: bool) -> str:
    """The version of a browser that has really started, drawn an empty page and ended. Raises when it does not."""
    flags = ["--headless", *QUIET_FLAGS, *(["--no-sandbox"] if no_sandbox else [])]
    with tempfile.TemporaryDirectory(prefix="yeban-probe-", ignore_cleanup_errors=True) as profile:
        # A profile of its own: a browser that is open already would take the page and answer nothing.
        said = subprocess.run(
            [
                str(place.path),
                *flags,
                f"--user-data-dir={profile}",
                "--dump-dom",
                "data:text/html,<title>ready</title>",
            ],
            capture_output=True,
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    if b"<title>ready</title>" not in said.stdout:
        reason = said.stderr.decode(errors="replace").strip().splitlines()
        raise ValueError(reason[-1] if reason else f"exit code {said.returncode}")
    return _version(place.path)


def _version(path: Path) -> str:
    if sys.platform == "win32":  # chrome.exe --version opens a window there
        return "started"
    said = subprocess.run([str(path), "--version"], capture_output=True, timeout=PROBE_TIMEOUT_S, check=False)
    return said.stdout.decode(errors="replace").strip() or "started"


class _Memory:
    """Browsers that have started before, by path and modification time."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, list[str]] = {}
        if path is not None and path.is_file():
            try:
                self._known = json.loads(path.read_text("utf-8"))
            except ValueError:
                self._known = {}  # a torn cache costs one more probe, nothing else

    def version(self, browser: Path) -> str:
        stamp, version = self._known.get(str(browser), ["", ""])
        return version if stamp == _stamp(browser) else ""

    def remember(self, browser: Path, version: str) -> None:
        self._known[str(browser)] = [_stamp(browser), version]
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps(self._known), "utf-8")
            fresh.replace(self._path)


def _stamp(path: Path) -> str:
    seen = path.stat()
    return f"{seen.st_mtime_ns}:{seen.st_size}"


@dataclass(frozen=True, slots=True)
class Offer:
    """Something a person may run to get a browser or fonts; never run without being asked."""

    zh: str
    en: str
    command: tuple[str, ...]


def offers() -> list[Offer]:
    """How a browser can be installed on this machine, the best way first."""
    own = Offer(
        "安装 Playwright 自带的浏览器", "install Playwright's own browser",
        (sys.executable, "-m", "playwright", "install", "chromium"),
    )  # fmt: skip
    if shutil.which("apt-get"):
        apt = Offer(
            "安装系统的 Chromium（要管理员）", "install the system's Chromium (as administrator)",
            ("apt-get", "install", "-y", "chromium-headless-shell", "chromium", "fonts-noto-cjk"),
        )  # fmt: skip
        return [own, apt]
    if sys.platform == "darwin":
        return [
            own,
            Offer(
                "用 Homebrew 安装 Chrome",
                "install Chrome with Homebrew",
                ("brew", "install", "--cask", "google-chrome"),
            ),
        ]
    if sys.platform == "win32":
        return [
            own,
            Offer("用 winget 安装 Chrome", "install Chrome with winget", ("winget", "install", "Google.Chrome")),
        ]
    return [own]


def chinese_fonts() -> list[str]:
    """Fonts of this machine that can draw Chinese; empty means that screenshots would show boxes."""
    if sys.platform in {"darwin", "win32"}:
        return [platform.system()]  # both systems bring Chinese fonts
    listing = shutil.which("fc-list")
    if listing:
        said = subprocess.run(
            [listing, ":lang=zh", "family"], capture_output=True, timeout=PROBE_TIMEOUT_S, check=False
        )
        return sorted({line.strip() for line in said.stdout.decode(errors="replace").splitlines() if line.strip()})
    names = ("*CJK*", "*wqy*", "*SourceHan*", "*DroidSansFallback*")
    folders = [Path("/usr/share/fonts"), Path.home() / ".fonts", Path.home() / ".local/share/fonts"]
    return sorted({path.stem for folder in folders for name in names for path in folder.rglob(name)})


def font_offer() -> Offer | None:
    """How to get Chinese fonts; None where the system brings them or cannot install packages."""
    if chinese_fonts() or not shutil.which("apt-get"):
        return None
    return Offer("安装中文字体", "install Chinese fonts", ("apt-get", "install", "-y", "fonts-noto-cjk"))
