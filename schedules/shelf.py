"""Where flows and element libraries lie, read and checked: a flow that leaves here can be played."""

import difflib
import os
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from bots.flow.check import check, check_site
from bots.flow.encoding import not_utf8
from bots.flow.flow import Flow
from bots.flow.neighbours import Neighbours, check_neighbours
from bots.flow.parse import parse, parse_site
from bots.flow.problem import Problem, in_order, render
from bots.flow.python_check import check_functions
from bots.flow.site import Site
from bots.steps import STEPS
from schedules.problems import FlowBroken, FlowMissing, Lang
from schedules.settings import ROOT

FLOWS = ROOT / "flows"
SELECTORS = ROOT / "selectors"
FLOW_ENDINGS = frozenset({".yaml", ".yml"})
"""By path, both; what lies on the shelf and is found by name ends in `.yaml`."""


@dataclass(frozen=True)
class Loaded:
    """A flow with its site, and everything found wrong in either."""

    flow: Flow | None
    site: Site | None
    problems: tuple[Problem, ...]
    sources: dict[str, str]

    @property
    def errors(self) -> list[Problem]:
        """The problems that keep it from being played."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def rendered(self, problems: list[Problem], lang: Lang) -> list[str]:
        """The problems as a person reads them, each with its source line and a fix."""
        return [render(problem, self.sources.get(problem.path, ""), lang) for problem in problems]


def flow_names() -> list[str]:
    """Every flow there is, as `folder/name`."""
    return sorted(path.relative_to(FLOWS).with_suffix("").as_posix() for path in FLOWS.rglob("*.yaml"))


def flow_path(name: str) -> Path:
    """The file of a flow given by name (`practice/orders`) or by path. Raises FlowMissing with the nearest names."""
    given = Path(name)
    for candidate in (given, FLOWS / f"{name}.yaml", FLOWS / name):
        if candidate.suffix in FLOW_ENDINGS and candidate.is_file():
            return candidate.resolve()
    names = flow_names()
    raise FlowMissing(name, difflib.get_close_matches(name, names, n=3, cutoff=0.4))


def flow_titles() -> dict[str, str | None]:
    """The title of every flow there is by name, None for one with errors; the shelf as it is now."""
    return {name: _title(f"{name}.yaml", _written(FLOWS / f"{name}.yaml")[0]) for name in flow_names()}


def _written(path: Path) -> tuple[str, list[Problem]]:
    """The text of a file that somebody has written, and the problem that keeps it from being read as what it is."""
    try:
        return path.read_text("utf-8"), []
    except UnicodeDecodeError:
        text, problem = not_utf8(path.read_bytes(), shown_path(path))
        return text, [problem]


@lru_cache(maxsize=1024)
def _title(shown: str, text: str) -> str | None:
    """Kept by the whole text, so that a changed file is another one: the warm process reads all flows before it forks.

    Only what the text alone says. What `check` finds depends on other files too, and a title does not need it.
    """
    flow = parse(text, shown, STEPS).flow
    return flow.title if flow else None


def shown_path(path: Path) -> str:
    """The path as people name it: from the checkout where it lies inside."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def load_flow(path: Path) -> Loaded:
    """Parse and check one flow with its site's element library; problems are returned, all of them."""
    shown = shown_path(path)
    text, unreadable = _written(path)
    if unreadable:
        return Loaded(None, None, tuple(unreadable), {shown: text})
    parsed = parse(text, shown, STEPS)
    sources = {shown: text}
    problems = list(parsed.problems)
    site = None
    readable = parsed.readable  # what could be read in spite of errors: so that every problem is said at once
    if readable is not None and readable.site:
        site_path = SELECTORS / f"{readable.site}.yaml"
        if site_path.is_file():
            site, site_problems, site_text = read_site(site_path)
            sources[shown_path(site_path)] = site_text
            problems += site_problems
    if readable is not None:
        problems += check(readable, site, STEPS)
        problems += check_neighbours(readable, STEPS, _beside(path.parent))
        problems += check_functions(readable, partial(_read_beside, path.parent), partial(_python_beside, path.parent))
    return Loaded(parsed.flow, site, tuple(in_order(problems)), sources)


def _beside(folder: Path) -> Neighbours:
    return Neighbours(_names_in(folder), lambda name: _read_beside(folder, f"{name}.yaml"), _names_in(SELECTORS))


def _names_in(folder: Path) -> list[str]:
    """The YAML files of a folder without their ending; asked for each file of a shelf, so no path is made of them."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return sorted(entry.name[: -len(".yaml")] for entry in entries if entry.name.endswith(".yaml"))


def _read_beside(folder: Path, name: str) -> str | None:
    """The text of a file beside the flow, None when there is none that can be read."""
    try:
        return (folder / name).read_text("utf-8")
    except (OSError, ValueError):
        return None


def _python_beside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.py"))


@lru_cache(maxsize=64)
def read_site(path: Path) -> tuple[Site | None, tuple[Problem, ...], str]:
    """One element library, read once however many flows use it."""
    text, unreadable = _written(path)
    if unreadable:
        return None, tuple(unreadable), text
    parsed = parse_site(text, shown_path(path), STEPS)
    problems = list(parsed.problems)
    if parsed.site is not None:
        problems += check_site(parsed.site, STEPS)
    return parsed.site, tuple(problems), text


def secret_inputs(flow: Flow) -> frozenset[str]:
    """The inputs that are given anew for each run, because nothing that is kept may hold them."""
    return frozenset(name for name, wanted in flow.inputs.items() if wanted.type == "secret")


def playable(name: str, lang: Lang) -> tuple[Flow, Site]:
    """A flow that can be played, with its site. Raises FlowMissing or FlowBroken."""
    path = flow_path(name)
    loaded = load_flow(path)
    if loaded.flow is None or loaded.site is None or loaded.errors:
        raise FlowBroken(path, loaded.rendered(loaded.errors, lang))
    return loaded.flow, loaded.site
