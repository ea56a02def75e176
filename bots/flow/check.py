"""What can be known about a flow without a browser: names that nothing defines, pages that do not exist, literal
secrets, effects that nobody could verify. Every rule reports all it finds.
"""

import re
from collections.abc import Iterable
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath
from typing import Final

from bots.flow.expressions import Expression
from bots.flow.flow import Flow
from bots.flow.language import nearest
from bots.flow.part import Part
from bots.flow.problem import Problem, Refused, Severity, Span, in_order, mended
from bots.flow.shapes import Verbs
from bots.flow.site import Site
from bots.flow.source import Mapping, Node, Scalar, lines_of
from bots.flow.step import Step
from bots.flow.values import Duration, PageName, Target, Template, Value
from bots.flow.walk import blocks_of, inside, node_of, parts_of, span_of, values_of

PROVIDED_NAMES: Final = frozenset({"account", "base_url", "error", "now", "row", "secret", "today", "错误", "行"})
"""What the engine puts into every scope."""

RESERVED_NAMES: Final = frozenset({"account", "now", "row", "secret", "today"})

SECRET_LABEL = re.compile(r"密码|口令|密钥|password|passwd|passcode|secret|token|api[_ -]?key", re.IGNORECASE)

_BARE: Final = re.compile(r"(?<![${])\{([^{}$\s]+)\}(?!\})")

_DEFAULTS: Final = {
    "date": ("yesterday", "2026-11-20"),
    "int": ("10",),
    "money": ("1234.50",),
    "month": ("last_month", "2026-11"),
}
"""What a default of a type may look like."""

FIELD_VERBS: Final = frozenset({"fill", "select"})
"""Verbs whose keys are the fields of the page."""

ENDINGS: Final = frozenset({"fail", "reject", "stop"})
"""Verbs after which nothing in the same list runs."""


def check(flow: Flow, site: Site | None, verbs: Verbs) -> list[Problem]:
    """Return what is wrong with a parsed flow, in the order of the file; `site` None leaves out pages and elements.

    Errors keep the flow from running; warnings do not. `Parsed.readable` may be given too, so that one reading shows
    everything: then a name that a step which could not be read might set is not reported.
    """
    found = _Check(flow.path, lines_of(flow.text), site, verbs)
    found.head(flow)
    found.incomplete = flow.incomplete
    found.siteless = not flow.site
    names = _Names(set(PROVIDED_NAMES | flow.inputs.keys()), opened=flow.incomplete)
    if flow.items is not None:
        columns = set(flow.items.columns)
        names = names.inner(columns, opened=not columns)
    found.per_row = flow.items is not None
    for steps in (flow.before, flow.steps, flow.finally_):
        found.steps(steps, names)
    for value, node in values_of(flow.outputs, node_of(flow, "outputs")):
        found.value(value, node, names, Span())
    return in_order(found.problems)


def check_site(site: Site, verbs: Verbs) -> list[Problem]:
    """Return what is wrong with a parsed element library."""
    found = _Check(site.path, lines_of(site.text), site, verbs)
    if site.login is not None:
        found.steps(site.login.steps, _Names(set(PROVIDED_NAMES), opened=True))
    return in_order(found.problems)


@dataclass
class _Names:
    """Names that may be used; `opened` when others may exist that only a run can know, such as columns."""

    known: set[str]
    opened: bool

    def inner(self, names: Iterable[str], *, opened: bool) -> "_Names":
        return _Names(self.known | set(names), self.opened or opened)


@dataclass
class _Check:
    path: str
    lines: list[str]
    site: Site | None
    verbs: Verbs
    problems: list[Problem] = field(default_factory=list)
    per_row: bool = False
    once: Step | None = None
    """The effect that the steps being checked belong to."""
    siteless: bool = False
    incomplete: bool = False
    """Steps were left out: a name may be one that a missing step would have set."""

    def add(
        self,
        code: str,
        span: Span,
        zh: str,
        en: str,
        *,
        found: str = "",
        allowed: Iterable[str] = (),
        fix: str = "",
        instead: str = "",
        severity: Severity = "error",
    ) -> None:
        """Report a finding; `instead` is what would stand right at `span`, `fix` a text of its own."""
        fix = mended(self.lines, span, instead) if instead else fix
        self.problems.append(Problem(code, self.path, span, zh, en, found, tuple(allowed), fix, severity))

    # head -------------------------------------------------------------------------------------------------------

    def head(self, flow: Flow) -> None:
        """Check what stands above the steps."""
        start = span_of(flow._node, Span())
        if not flow.steps and not flow.incomplete:
            place = span_of(node_of(flow, "steps"), start)
            self.add("E-NO-STEPS", place, "流程里没有步骤。", "The flow has no steps.",
                     fix="steps:\n  - open: 订单管理")  # fmt: skip
        self._site_name(flow)
        self._inputs(flow)
        self._items(flow)

    def _site_name(self, flow: Flow) -> None:
        if self.site is not None and flow.site and flow.site != self.site.name:
            self.add("E-SITE", span_of(node_of(flow, "site"), Span()), f"没有叫“{flow.site}”的站点。",
                     f'There is no site "{flow.site}".', found=flow.site, allowed=[self.site.name])  # fmt: skip

    def _inputs(self, flow: Flow) -> None:
        node = node_of(flow, "inputs")
        keys = {key.text: key for key, _ in node.pairs} if isinstance(node, Mapping) else {}
        for name, wanted in flow.inputs.items():
            span = keys[name].span if name in keys else Span()
            if name in RESERVED_NAMES:
                self.add("E-NAME-TAKEN", span, f"“{name}”是系统自带的名字，输入请换一个名字。",
                         f'"{name}" is provided by the system; call the input something else.', found=name,
                         instead=f"my_{name}")  # fmt: skip
            else:
                self._usable(name, span)
            if wanted.type == "choice" and not wanted.choices:
                self.add("E-INPUT", span, f"“{name}”是选择题，但没有写选项。", f'"{name}" is a choice without choices.',
                         fix="choices: [甲, 乙]")  # fmt: skip
            if wanted.default is None:
                continue
            place = node_of(wanted, "default")
            if wanted.type == "secret" and wanted.default.literal:
                self._secret(span_of(place, span), name)
            elif not wanted.default.names - {"today"}:
                self._default(flow, name, place, span)

    def _usable(self, name: str, span: Span) -> None:
        """Warn of a name that could be given and never be used."""
        if name in PROVIDED_NAMES or _can_be_used(name):
            return
        plain = re.sub(r"\W+", "_", name).strip("_")
        self.add("W-NAME", span, f"“{name}”当不了名字，写进 ${{…}} 会被看成别的；请只用文字、数字、下划线。",
                 f'"{name}" means something else inside ${{…}}; use letters, digits and _ for a name, no digit first.',
                 found=name, instead=plain if _can_be_used(plain) else f"my_{plain}", severity="warning")  # fmt: skip

    def _written(self, step: Step, name: str) -> Span:
        """Return where a step writes a name that it gives: behind `as`, or before a colon."""
        main = node_of(step, step.main) if step.main else None
        keys = {key.text: key.span for key, _ in main.pairs} if isinstance(main, Mapping) else {}
        return keys.get(name) or span_of(node_of(step, "as_"), step.span)

    def _default(self, flow: Flow, name: str, place: Node | None, span: Span) -> None:
        wanted = flow.inputs[name]
        try:
            wanted.read(wanted.default, {"today": date(2000, 1, 1)})
        except Refused as refused:
            self.add(
                refused.code, span_of(place, span), refused.zh, refused.en, found=refused.found,
                allowed=refused.allowed or _DEFAULTS.get(wanted.type, ()),
            )  # fmt: skip

    def _items(self, flow: Flow) -> None:
        items = flow.items
        if items is None:
            return
        span = span_of(node_of(flow, "items"), Span())
        if (items.from_ is None) == (items.worklist is None):
            neither = items.from_ is None
            self.add("E-ITEMS", span, "明细要写来自哪里：from（来自）或 worklist（待办清单），写一个，只写一个。",
                     "Items come from a sheet (from) or a worklist: write one of the two, and only one.",
                     allowed=("from", "worklist"), fix="from: ${sheet}" if neither else "")  # fmt: skip
        if not items.key.expressions:
            self.add("E-ITEMS", span_of(node_of(items, "key"), span),
                     "唯一键里没有列名，所有行会被当成同一行；请写 ${列名}。",
                     "The key holds no column, so all rows would be one; write ${column}.",
                     found=items.key.source, instead=f"${{{items.key.source}}}")  # fmt: skip
        names = _Names(set(PROVIDED_NAMES | flow.inputs.keys()), opened=False)
        if items.from_ is not None:
            self.value(items.from_, node_of(items, "from_"), names, span)

    # steps ------------------------------------------------------------------------------------------------------

    def steps(self, steps: tuple[Step, ...], names: _Names) -> None:
        """Check a list of steps; names that a step defines are known to those after it."""
        ended: Step | None = None
        for step in steps:
            if ended is not None:
                self.add("W-UNREACHABLE", step.span,
                         f"第 {ended.span.line} 行已经结束了，这一步不会运行；请移到它前面，或删掉。",
                         f"Line {ended.span.line} ends here, so this step never runs: move it up or delete it.",
                         severity="warning")  # fmt: skip
                ended = None
            self._step(step, names)
            names.known.update(filter(_can_be_used, step.defines()))
            if step.verb in ENDINGS and step.when is None and not step.off:
                ended = step

    def _step(self, step: Step, names: _Names) -> None:
        for _, value, node in parts_of(step):
            for inner, inner_node in values_of(value, node):
                self.value(inner, inner_node, names, step.span)
            if step.verb in FIELD_VERBS and isinstance(value, MappingABC):
                for _, key in _pair_nodes(node):
                    if isinstance(key, Scalar) and "${" not in key.text:
                        self._element(Target(name=Template.parse(key.text)), key, step.span)
        for name in step.defines():
            self._usable(name, self._written(step, name))
        self._literal_secrets(step)
        self._sleep(step)
        if step.verb == "once":
            self._once(step)
        if step.verb == "run":
            self._runs_itself(step)
        if step.verb == "login" and self.siteless:
            self.add("E-SITE", step.span, "流程没有写站点，不知道登录哪里；请在上面加上 site（站点）。",
                     "The flow names no site, so there is nothing to log in to; add site above.",
                     fix="site: practice")  # fmt: skip
        inner = names.inner(step.binds(), opened=step.opens)
        per_row, self.per_row = self.per_row, self.per_row or step.opens
        once = self.once
        self._inside_once(step)
        for _, block in blocks_of(step):
            self.steps(block, inner)
        self.per_row, self.once = per_row, once
        names.known |= inner.known - set(step.binds())

    def value(self, value: object, node: Node | None, names: _Names, span: Span) -> None:
        """Check one value: names in templates, pages, elements."""
        if isinstance(value, Value):
            value = value.template
        if isinstance(value, Template):
            self._template(value, node, names, span)
            self._bare(value, node, names, span)
        if isinstance(value, PageName):
            self._page(value, node, span)
        elif isinstance(value, Target):
            self._element(value, node_of(value, "name") or node, span)

    def _template(self, template: Template, node: Node | None, names: _Names, span: Span) -> None:
        for expression in template.expressions:
            for name in sorted(expression.names - names.known):
                close = _close_names(name, names.known)
                if names.opened and not any(_one_slip(name, other) for other in close):
                    continue
                guess_zh = f"是不是想写 ${{{close[0]}}}？" if close else "要先在输入里写，或用 set 设好。"
                guess_en = f" Did you mean ${{{close[0]}}}?" if close else " Add an input or set it."
                self.add(
                    "E-NAME", inside(node, span, name),
                    f"没有叫“{name}”的值。{guess_zh}",
                    f'Nothing is called "{name}".{guess_en}',
                    found=f"${{{name}}}", allowed=close or sorted(names.known - PROVIDED_NAMES),
                    instead=close[0] if close else "",
                    severity="warning" if names.opened and not self.incomplete else "error",
                )  # fmt: skip

    def _bare(self, template: Template, node: Node | None, names: _Names, span: Span) -> None:
        """Warn of `{日期}` where there is a value 日期: without the dollar sign it stays as it is, in names too."""
        for match in _BARE.finditer(template.source):
            name, place = match[1], span_of(node, span)
            if name not in names.known:
                continue
            if isinstance(node, Scalar) and node.text == template.source and place.line == place.end_line:
                place = place.part(match.start() + (node.style in ("'", '"')), len(match[0]))
            self.add("W-VARIABLE", place, f"“{{{name}}}”会原样当作文字；要填进“{name}”的值，请写 ${{{name}}}。",
                     f'"{{{name}}}" stays as it is; write ${{{name}}} for the value of {name}.',
                     found=match[0], instead=f"${match[0]}", severity="warning")  # fmt: skip

    def _page(self, page: PageName, node: Node | None, span: Span) -> None:
        name = page.literal
        if self.site is None or name is None or name in self.site.pages or re.match(r"https?://|/", name):
            return
        close = nearest(name, self.site.pages)
        self.add(
            "E-PAGE", span_of(node, span),
            f"站点“{self.site.title or self.site.name}”里没有页面“{name}”。"
            + (f"是不是想写“{close[0]}”？" if close else ""),
            f'The site has no page "{name}".' + (f' Did you mean "{close[0]}"?' if close else ""),
            found=name, allowed=close or sorted(self.site.pages), instead=close[0] if close else "",
        )  # fmt: skip

    def _element(self, target: Target, node: Node | None, span: Span) -> None:
        name = target.name.literal
        if self.site is None or name is None:
            return
        known = {element for page in self.site.pages.values() for element in page.elements} | set(self.site.elements)
        if name in known:
            return
        close = [other for other in nearest(name, known, cutoff=0.6) if _one_slip(name, other)]
        if close:
            self.add(
                "W-ELEMENT", span_of(node, span),
                f"元素库里没有“{name}”，会按页面文字去找。是不是想写“{close[0]}”？",
                f'"{name}" is not in the element library and is looked for as text. Did you mean "{close[0]}"?',
                found=name, allowed=close, instead=close[0], severity="warning",
            )  # fmt: skip

    def _literal_secrets(self, step: Step) -> None:
        fields = {name: (value, node) for name, value, node in parts_of(step) if name not in ("name", "when")}
        for value, node in fields.values():
            if isinstance(value, MappingABC):
                nodes = [inner for inner, _ in _pair_nodes(node)]
                for position, (label, text) in enumerate(value.items()):
                    if isinstance(label, (Target, str)) and isinstance(text, Template):
                        self._literal_secret(label, text, nodes[position] if position < len(nodes) else node, step.span)
        targets = [value for value, _ in fields.values() if isinstance(value, Target)]
        texts = [(value, node) for value, node in fields.values() if type(value) is Template]
        for text, node in texts:
            if step.secret and text.literal and not targets:
                self._secret(span_of(node, step.span), step.verb)
            for target in targets:
                self._literal_secret(target, text, node, step.span)

    def _literal_secret(self, label: Target | str, text: Template, node: Node | None, span: Span) -> None:
        name = label if isinstance(label, str) else label.name.source
        if text.literal and SECRET_LABEL.search(name):
            self._secret(span_of(node, span), name)

    def _secret(self, span: Span, name: str) -> None:
        self.add("E-SECRET", span, f"“{name}”不能直接写在流程里；请存进密码库，这里写 ${{secret.password}}。",
                 f'"{name}" must not be written in a flow; store it as a secret and write ${{secret.password}}.',
                 allowed=("${secret.password}", "${totp()}"), instead='"${secret.password}"')  # fmt: skip

    def _sleep(self, step: Step) -> None:
        main = getattr(step, step.main, None) if step.main else None
        pause = getattr(main, "time", None) if isinstance(main, Part) else main
        if isinstance(pause, Duration):
            self.add("W-SLEEP", span_of(node_of(step, step.main), step.span),
                     "固定等待不可靠：网慢时不够，网快时浪费；请等一个看得到的结果，例如 wait: loaded。",
                     "A fixed wait is too short on a slow day and wasted on a fast one; wait for something visible.",
                     found=pause.source, fix="- wait: loaded", severity="warning")  # fmt: skip

    def _inside_once(self, step: Step) -> None:
        """A retry on or in an effect would do it twice, so the engine does not; an effect in another is ambiguous."""
        outer, self.once = self.once, self.once or (step if step.verb == "once" else None)
        if self.once is None:
            return
        if step.retry is not None:
            self.add("W-RETRY-ONCE", span_of(node_of(step, "retry"), step.span),
                     "“只做一次”和它里面的步骤不会重试，免得做两遍；请删掉 retry，失败后会先核实再决定。",
                     "Nothing in once is tried again, or it might be done twice; delete retry: it is verified instead.",
                     severity="warning")  # fmt: skip
        if outer is not None and step.verb == "once":
            self.add("E-ONCE-INSIDE", step.span,
                     f"“只做一次”里面不能再写“只做一次”（外面的在第 {outer.span.line} 行）；请把两个并排写。",
                     f"Once cannot stand inside once (line {outer.span.line}); write one after the other.")  # fmt: skip

    def _runs_itself(self, step: Step) -> None:
        name = getattr(step, step.main, None)
        if isinstance(name, Template) and name.literal and PurePath(name.literal).stem == PurePath(self.path).stem:
            self.add("E-RUN-SELF", span_of(node_of(step, step.main), step.span),
                     f"流程“{name.literal}”运行了自己，永远不会结束；请改成另一个流程的名字，或用 repeat。",
                     f'The flow "{name.literal}" runs itself and would never end; name another one, or use repeat.',
                     found=name.literal)  # fmt: skip

    def _once(self, step: Step) -> None:
        if all(getattr(step, key, None) is None for key in ("unless", "verify")):
            self.add("E-ONCE", step.span,
                     "只做一次的步骤要能查证：请写 verify（核实，做完能看到什么）或 unless（除非，已经做过的样子）。",
                     "An effect that happens once must be checkable: write verify (what shows afterwards) or unless "
                     "(how it looks when already done).", fix="verify: {visible: 成功}")  # fmt: skip
        key = getattr(step, step.main, None) if step.main else None
        if self.per_row and isinstance(key, Template) and not key.expressions:
            self.add("E-ONCE-KEY", span_of(node_of(step, step.main), step.span),
                     "每一行的“只做一次”要有不同的名字，否则只有第一行会做；请把行里的编号写进去。",
                     "Every row needs a name of its own here, or only the first row is done; put the row's id into it.",
                     found=key.source, instead=f"{key.source}-${{商品ID}}")  # fmt: skip


def _can_be_used(name: str) -> bool:
    """Say whether `${name}` is this name: `${余额-1}` is a subtraction, `${from}` nothing at all."""
    try:
        return Expression.parse(name).names == {name}
    except Refused:
        return False


def _close_names(name: str, known: set[str]) -> list[str]:
    """Return what may have been meant: the flow's own names first, the system's only for a slip of the finger."""
    own = nearest(name, known - PROVIDED_NAMES, cutoff=0.6)
    return own or [other for other in nearest(name, PROVIDED_NAMES, cutoff=0.6) if _one_slip(name, other)]


def _pair_nodes(node: Node | None) -> list[tuple[Node, Node]]:
    return [(value, key) for key, value in node.pairs] if isinstance(node, Mapping) else []


def _one_slip(word: str, other: str) -> bool:
    """Say whether one slip of the finger parts two words: one letter wrong, missing, too much, or two swapped."""
    if min(len(word), len(other)) < 3 or abs(len(word) - len(other)) > 1 or word == other:
        return False
    start = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    rest, wanted = word[start:], other[start:]
    swapped = len(rest) > 1 and rest[:2] == wanted[:2][::-1] and rest[2:] == wanted[2:]
    return swapped or rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:]
