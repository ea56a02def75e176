"""Text to a flow or a site, or to every problem that stands in the way."""

from dataclasses import dataclass, field
from functools import lru_cache

from bots.flow.build import Builder, Rename
from bots.flow.flow import Flow
from bots.flow.part import Part
from bots.flow.problem import Problem, Span, errors, in_order, lines_of
from bots.flow.quick import BAD
from bots.flow.shapes import Verbs
from bots.flow.site import Site
from bots.flow.source import Mapping, load
from bots.flow.step import MODIFIERS_ZH, Step


@dataclass(frozen=True, slots=True)
class Parsed:
    """A flow, or None when `problems` holds an error; `renames` are the words of the language with their places.

    `readable` is the flow without the steps that could not be read. It is for `check`, so that all problems come at
    once, and never for playing.
    """

    flow: Flow | None
    problems: list[Problem]
    renames: list[Rename] = field(default_factory=list)
    readable: Flow | None = None


@dataclass(frozen=True, slots=True)
class ParsedSite:
    """A site, or None when `problems` holds an error."""

    site: Site | None
    problems: list[Problem]
    renames: list[Rename] = field(default_factory=list)


def parse(text: str, path: str, verbs: Verbs) -> Parsed:
    """Return the flow that `text` writes, or all its problems in the order of the file; never raises for a text.

    `path` is what messages show. `verbs` maps names to step classes; both languages of every word are accepted.
    """
    made, problems, renames = _read(Flow, text, path, verbs)
    if not isinstance(made, Flow):
        return Parsed(None, problems, renames)
    return Parsed(None if made.incomplete else made, problems, renames, made)


def parse_site(text: str, path: str, verbs: Verbs) -> ParsedSite:
    """Return the element library that `text` writes, or all its problems; never raises for a text."""
    made, problems, renames = _read(Site, text, path, verbs)
    if isinstance(made, Site) and not errors(problems):
        return ParsedSite(made, problems, renames)
    return ParsedSite(None, problems, renames)


def words_of(model: type[Part], verbs: Verbs) -> frozenset[str]:
    """Return every word of the language that may stand before a colon."""
    return _words_of(model, tuple(verbs.values()))


@lru_cache(maxsize=64)
def _words_of(model: type[Part], verbs: tuple[type[Step], ...]) -> frozenset[str]:
    keys = {key for part in (model, *verbs) for key in (*part.keys_zh, *part.keys_zh.values())}
    names = {name for verb in verbs for name in (verb.verb, verb.zh)}
    return frozenset(keys | names | set(MODIFIERS_ZH) | set(MODIFIERS_ZH.values()))


def _read(model: type[Part], text: str, path: str, verbs: Verbs) -> tuple[object, list[Problem], list[Rename]]:
    root, problems = load(text, path, words_of(model, verbs))
    builder = Builder(path, verbs, lines_of(text.removeprefix("\ufeff")))
    made: object = BAD
    if isinstance(root, Mapping):
        made = builder.part(model, root)
    elif not errors(problems):
        builder.problems.append(_not_a_file(path, root.span if root else Span(), model))
    found = in_order([*problems, *builder.problems])
    if isinstance(made, Flow):
        made.place(path, text, root, incomplete=bool(errors(found)))
    elif isinstance(made, Site):
        made.place(path, text, root)
    return made, found, builder.renames


def _not_a_file(path: str, span: Span, model: type[Part]) -> Problem:
    if model is Flow:
        zh, fix = "文件里没有流程；至少要写标题和步骤。", "title: 我的流程\nsite: practice\nsteps:\n  - open: 订单管理"
        return Problem(
            "E-NO-FLOW", path, span, zh, "There is no flow in this file; it needs a title and steps.", fix=fix
        )
    zh, fix = "文件里没有站点；至少要写站点名和地址。", "site: practice\nbase: https://example.com\npages: {}"
    return Problem("E-NO-FLOW", path, span, zh, "There is no site in this file; it needs a name and a base.", fix=fix)
