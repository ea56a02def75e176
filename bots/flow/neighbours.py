"""What can be known of a flow only beside its neighbours: flows that it runs, and the site that it works on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from bots.flow.flow import Flow
from bots.flow.language import nearest
from bots.flow.parse import parse
from bots.flow.problem import Problem, Span, in_order, mended
from bots.flow.shapes import Verbs
from bots.flow.source import lines_of
from bots.flow.step import Step
from bots.flow.template import Template
from bots.flow.walk import blocks_of, node_of, span_of

MOST_FLOWS = 200
"""More flows than anybody chains; whoever writes such a chain is told of its first ones."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The folder that a flow lies in: names of its flows without ending, how one is read, and the sites there are."""

    flows: Sequence[str]
    read: Callable[[str], str | None]
    sites: Sequence[str]


def check_neighbours(flow: Flow, verbs: Verbs, beside: Neighbours) -> list[Problem]:
    """Return the problems of flows that are run but not there, or lead back to where they began, and of the site."""
    found = _Beside(flow, verbs, beside, lines_of(flow.text))
    found.site()
    for step in _runs((*flow.before, *flow.steps, *flow.finally_)):
        found.step(step)
    return in_order(found.problems)


def _runs(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        if step.verb == "run" and not step.off:
            yield step
        for _, block in blocks_of(step):
            yield from _runs(block)


def _name(step: Step) -> str:
    """Return the name of the flow that a `run` step names, empty when only a run can tell."""
    name = getattr(step, step.main, None)
    return PurePath(name.literal).with_suffix("").as_posix() if isinstance(name, Template) and name.literal else ""


@dataclass(slots=True)
class _Beside:
    flow: Flow
    verbs: Verbs
    beside: Neighbours
    lines: list[str]
    problems: list[Problem] = field(default_factory=list)

    def site(self) -> None:
        name = self.flow.site
        if not name or name in self.beside.sites:
            return
        close = nearest(name, self.beside.sites)
        span = span_of(node_of(self.flow, "site"), Span())
        self._add("E-SITE", span, f"没有叫“{name}”的站点。" + (f"是不是想写“{close[0]}”？" if close else ""),
                  f'There is no site "{name}".' + (f' Did you mean "{close[0]}"?' if close else ""),
                  name, close or sorted(self.beside.sites), close[:1])  # fmt: skip

    def step(self, step: Step) -> None:
        name = _name(step)
        if not name or name == PurePath(self.flow.path).stem:
            return  # a flow that runs itself is said by `check`
        span = span_of(node_of(step, step.main), step.span)
        text = self.beside.read(name)
        if text is None:
            close = nearest(name, self.beside.flows)
            self._add("E-RUN-MISSING", span, f"旁边没有流程“{name}”。" + (f"是不是想写“{close[0]}”？" if close else ""),
                      f'There is no flow "{name}" beside this one.' + (f' Did you mean "{close[0]}"?' if close else ""),
                      name, close or sorted(self.beside.flows), close[:1])  # fmt: skip
            return
        way = self._way_back(name, text)
        if way:
            said = " → ".join(way)
            self._add("E-RUN-SELF", span, f"流程绕了一圈，永远不会结束：{said}；请去掉其中一个 run。",
                      f"The flows run in a circle and would never end: {said}; take one run out.", name)  # fmt: skip

    def _way_back(self, name: str, text: str) -> list[str]:
        """Return the names from this flow back to itself, nothing when no way leads back."""
        own = PurePath(self.flow.path).stem
        ways, seen = [([own, name], text)], {name}
        while ways and len(seen) < MOST_FLOWS:
            way, text = ways.pop(0)
            readable = parse(text, f"{way[-1]}.yaml", self.verbs).readable
            steps = (*readable.before, *readable.steps, *readable.finally_) if readable is not None else ()
            for other in map(_name, _runs(steps)):
                if other == own:
                    return [*way, own]
                inner = self.beside.read(other) if other and other not in seen else None
                seen.add(other)
                if inner is not None:
                    ways.append(([*way, other], inner))
        return []

    def _add(
        self,
        code: str,
        span: Span,
        zh: str,
        en: str,
        found: str,
        allowed: Sequence[str] = (),
        meant: Sequence[str] = (),
    ) -> None:
        fix = mended(self.lines, span, meant[0]) if meant else ""
        self.problems.append(Problem(code, self.flow.path, span, zh, en, found, tuple(allowed), fix))
