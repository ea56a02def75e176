"""A timetable's YAML as a Timetable, or every problem in it, located: nearest name and fix, in two languages."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar, cast
from zoneinfo import ZoneInfo

from bots.flow.encoding import not_utf8
from bots.flow.language import nearest
from bots.flow.problem import Problem, Refused, Span, errors, in_order, render
from bots.flow.source import Mapping as YamlMapping
from bots.flow.source import Node, Scalar, Sequence, load
from bots.flow.template import Template
from schedules.problems import default_lang
from schedules.timetable.cron import parse_cron
from schedules.timetable.days import Days, parse_days
from schedules.timetable.errors import TimetableBroken, TimetableMissing
from schedules.timetable.model import SESSIONS, Chain, Entry, Gate, Missed, Overlap, Timetable, Trigger
from schedules.timetable.words import minutes_between, parse_span, parse_time, parse_zone

TOP_KEYS = ("title", "timezone", "holidays", "entries")
ENTRY_KEYS = (
    "run", "accounts", "inputs", "timezone", "every", "at", "cron", "after", "when_all", "or_at", "since", "on",
    "until", "jitter", "missed", "overlap", "expected",
)  # fmt: skip
WAYS = {"every": "every + at", "cron": "cron", "after": "after", "when_all": "when_all + or_at", "on": "on"}
"""How an entry says when; exactly one of them."""
NAMES = frozenset(
    {
        "day",
        "night",
        "today",
        "yesterday",
        "month",
        "last_month",
        "file",
        "name",
        "sender",
        "subject",
        "payload",
        "missing",
    }
)
"""What an input may ask for in `${…}`."""
MOST_JITTER = timedelta(hours=6)
Value = TypeVar("Value")


class Beside(NamedTuple):
    """What a timetable may name: accounts, flows, and the accounts of a night's plan (Refused: it cannot be used)."""

    accounts: Collection[str]
    flows: Collection[str]
    plan_accounts: Callable[[str], tuple[str, ...]]
    inputs_of: Callable[[str], Mapping[str, bool] | None] = lambda _: None
    """A flow's inputs, and whether each must be given; None where it is not looked at so closely."""


class Read(NamedTuple):
    """A file that was read: the timetable unless there are errors, all problems, the text they are rendered with."""

    timetable: Timetable | None
    problems: list[Problem]
    text: str
    holidays: str = ""

    def rendered(self, lang: Literal["zh", "en"]) -> list[str]:
        """Each problem with its place and its line."""
        return [render(problem, self.text, lang) for problem in self.problems]


def load_timetable(path: Path, beside: Beside) -> Read:
    """The timetable in the file. Raises TimetableMissing, or TimetableBroken with every problem located."""
    if not path.is_file():
        raise TimetableMissing(path)
    read = read_timetable(text_of(path), str(path), path.stem, beside)
    if errors(read.problems):
        raise TimetableBroken(path, read.rendered(default_lang()))
    return read


def text_of(path: Path) -> str:
    """What stands in the file. Raises TimetableBroken when it is not UTF-8, with the place."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        text, problem = not_utf8(path.read_bytes(), str(path))
        raise TimetableBroken(path, [render(problem, text, default_lang())]) from error


def read_timetable(text: str, path: str, name: str, beside: Beside) -> Read:
    """The text as a timetable called `name`, and its problems in the order of the file."""
    node, problems = load(text, path)
    reader = _Reader(path, beside, list(problems))
    timetable = reader.timetable(node, name)
    holidays = reader.text(node.get("holidays")) if isinstance(node, YamlMapping) else ""
    found = in_order(reader.problems)
    return Read(None if errors(found) else timetable, found, text, holidays)


class _Reader:
    """Reads nodes into values; what cannot be read becomes a problem, and reading goes on."""

    def __init__(self, path: str, beside: Beside, problems: list[Problem]) -> None:
        self.path = path
        self.beside = beside
        self.problems = problems
        self.zone = ZoneInfo("Asia/Shanghai")

    def refuse(self, node: Node, refused: Refused) -> None:
        """The refusal, at the node."""
        span = node.span
        if refused.length and isinstance(node, Scalar):
            span = span.part(refused.offset + bool(node.style), refused.length)
        self.problems.append(
            Problem(refused.code, self.path, span, refused.zh, refused.en, refused.found, refused.allowed, refused.fix)
        )

    def say(self, node: Node, code: str, zh: str, en: str, **more: str) -> None:
        """A problem at the node."""
        self.refuse(node, Refused(code, zh, en, found=more.get("found", ""), fix=more.get("fix", "")))

    def unknown(self, node: Scalar, name: str, known: Iterable[str], zh: str, en: str) -> None:
        """A name that is none of the known ones: the nearest are offered, else all."""
        every = tuple(known)
        close = nearest(name, every)
        self.refuse(
            node,
            Refused("T-NAME", f"{zh}「{name}」。", f"{en} {name}.", found=name, allowed=tuple(close) or every,
                    fix=close[0] if close else ""),
        )  # fmt: skip

    def timetable(self, node: Node | None, name: str) -> Timetable:
        """The whole file."""
        entries: dict[str, Entry] = {}
        title = name
        if not isinstance(node, YamlMapping):
            self.problems.append(_empty(self.path, node))
            return Timetable(name, title, entries)
        self.keys(node, TOP_KEYS)
        title = self.text(node.get("title")) or name
        self.zone = self.read(node.get("timezone"), parse_zone, self.zone)
        listed = node.get("entries")
        if not isinstance(listed, YamlMapping):
            self.say(listed or node, "T-ENTRIES", "entries 下面一行一个名字，名字下面写做什么、什么时候。",
                     "entries holds names, and below each what is run and when.")  # fmt: skip
            return Timetable(name, title, entries)
        for key, value in listed.pairs:
            if "|" in key.text or not key.text.strip():
                self.say(key, "T-ENTRY-NAME", "名字里不能有 |，也不能空着。", "a name has no | and is not empty.")
            elif isinstance(value, YamlMapping):
                entries[key.text] = self.entry(key, value)
            else:
                self.say(value, "T-ENTRY", f"「{key.text}」下面要写 run、every 这样的键。",
                         f"{key.text} needs keys like run and every below it.")  # fmt: skip
        self.links(listed, entries)
        return Timetable(name, title, entries)

    def entry(self, name: Scalar, node: YamlMapping) -> Entry:
        """One entry."""
        self.keys(node, ENTRY_KEYS)
        self.one_way(name, node)
        zone = self.read(node.get("timezone"), parse_zone, self.zone)
        run, occupies, accounts = self.what(name, node)
        entry = Entry(
            name=name.text,
            run=run,
            zone=zone,
            accounts=accounts,
            occupies=occupies,
            inputs=self.inputs(node.get("inputs")),
            days=self.days(node),
            at=self.times(node.get("at")),
            cron=self.read(node.get("cron"), parse_cron, None),
            chain=self.chain(node.get("after")),
            gate=self.gate(node),
            trigger=self.trigger(node.get("on")),
            until=self.read(node.get("until"), parse_time, None),
            jitter=self.read(node.get("jitter"), parse_span, timedelta()),
            missed=cast(Missed, self.choice(node.get("missed"), ("all", "last", "none"), usually_missed(node))),
            overlap=cast(Overlap, self.choice(node.get("overlap"), ("queue", "skip", "replace"), "queue")),
            expected=self.read(node.get("expected"), parse_span, None),
            span=name.span,
        )
        self.jitter_fits(entry, node)
        self.inputs_fit(entry, node)
        return entry

    def keys(self, node: YamlMapping, known: tuple[str, ...]) -> None:
        """Every key is one of these."""
        for key, _ in node.pairs:
            if key.text not in known:
                self.unknown(key, key.text, known, "这里没有这个键", "there is no key")

    def one_way(self, name: Scalar, node: YamlMapping) -> None:
        """Exactly one way of saying when; `every` also says on which days a gate opens."""
        used = [key for key, _ in node.pairs if key.text in WAYS]
        ways = [key for key in used if not (key.text == "every" and node.get("when_all"))]
        if not ways:
            self.refuse(name, Refused("T-WHEN", f"「{name.text}」没有说什么时候。", f"{name.text} does not say when.",
                                      allowed=tuple(WAYS.values())))  # fmt: skip
        for key in ways[1:]:
            self.say(key, "T-WHEN", f"已经写了 {ways[0].text}，不能再写 {key.text}：只能有一种时间。",
                     f"{ways[0].text} says when; {key.text} cannot say it too.")  # fmt: skip
        for wanted, others in (("at", ("every",)), ("or_at", ("when_all",)), ("since", ("when_all",))):
            if (extra := node.get(wanted)) and not any(node.get(other) for other in others):
                self.say(extra, "T-WHEN", f"{wanted} 要和 {others[0]} 一起写。", f"{wanted} goes with {others[0]}.")
        for key in ways:
            beside = {"every": "at", "when_all": "or_at"}.get(key.text, "")
            if beside and _nothing(node.get(beside)):
                example = 'at: "01:30"' if beside == "at" else 'or_at: "07:30"'
                self.say(key, "T-WHEN", f"{key.text} 还缺 {beside}。", f"{key.text} needs {beside}.", fix=example)

    def what(self, name: Scalar, node: YamlMapping) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """What is run, the accounts that a plan occupies, the accounts that a flow is run for."""
        run, accounts = node.get("run"), node.get("accounts")
        names = self.names(accounts, self.beside.accounts, "设置里没有账号", "the settings have no account")
        if not isinstance(run, Scalar) or run.empty:
            if run is not None or node.get("on") is None:
                self.say(run or name, "T-RUN", f"「{name.text}」没有说做什么：run 写一个流程，或一夜的计划。",
                         f"{name.text} does not say what is run: a flow, or a night's plan.",
                         fix="run: practice/orders")  # fmt: skip
            return "", (), names or ("",)
        is_plan = run.text.endswith((".yaml", ".yml"))
        if (inputs := node.get("inputs")) is not None and (is_plan or run.text == SESSIONS):
            self.say(inputs, "T-INPUTS", "只有流程有输入：计划的写在计划里，这里写的不起作用。",
                     "only a flow has inputs: a plan has its own in it, and these would do nothing.")  # fmt: skip
        if is_plan:
            no_accounts: tuple[str, ...] = ()
            occupies = self.read(run, self.beside.plan_accounts, no_accounts)
            if accounts is not None:
                self.say(
                    accounts, "T-ACCOUNTS", "计划里写着它自己的账号，这里不用写。", "a plan names its own accounts."
                )
            return run.text, occupies, ("",)
        if run.text == SESSIONS:
            return run.text, (), names or ("",)
        if run.text not in self.beside.flows:
            self.unknown(run, run.text, self.beside.flows, "没有这个流程", "there is no flow")
        if _nothing(accounts):
            self.say(
                accounts or run,
                "T-ACCOUNTS",
                "流程要有账号：accounts: [账号]",
                "a flow needs accounts.",
                fix="accounts: [seller_a]",
            )
        return run.text, (), names or ("",)

    def days(self, node: YamlMapping) -> Days | None:
        """On which days; a gate's are every day unless it says otherwise."""
        if node.get("every") is None:
            return Days("day") if node.get("when_all") else None
        return self.read(node.get("every"), parse_days, None)

    def times(self, node: Node | None) -> tuple[time, ...]:
        """One time or several, in order, each once."""
        items = node.items if isinstance(node, Sequence) else [node] if node is not None else []
        return tuple(sorted({at for item in items if (at := self.read(item, parse_time, None)) is not None}))

    def chain(self, node: Node | None) -> Chain | None:
        """`after: name`, or `after: {entry: name, even_if_failed: yes}`."""
        if isinstance(node, YamlMapping):
            self.keys(node, ("entry", "even_if_failed"))
            even = self.choice(node.get("even_if_failed"), ("yes", "no"), "no") == "yes"
            return Chain(self.text(node.get("entry"), node), even)
        return Chain(self.text(node)) if node is not None else None

    def gate(self, node: YamlMapping) -> Gate | None:
        """`when_all: [names]`, `or_at`, `since`."""
        listed = node.get("when_all")
        if listed is None:
            return None
        if _nothing(listed):
            self.say(listed, "T-WHEN", "when_all 里要写等的是哪几项。", "when_all names the entries it waits for.")
        items = listed.items if isinstance(listed, Sequence) else [listed]
        names = tuple(dict.fromkeys(self.text(item) for item in items))
        or_at = self.read(node.get("or_at"), parse_time, time())
        return Gate(names, or_at, self.read(node.get("since"), parse_time, or_at))

    def trigger(self, node: Node | None) -> Trigger | None:
        """`on: {file: …}`, `on: {mail: account, from: …, subject: …}` or `on: {webhook: name}`."""
        if node is None:
            return None
        kinds: dict[Literal["file", "mail", "webhook"], tuple[str, ...]] = {
            "file": ("settled",), "mail": ("from", "subject"), "webhook": (),
        }  # fmt: skip
        given = [kind for kind in kinds if isinstance(node, YamlMapping) and node.get(kind) is not None]
        if not isinstance(node, YamlMapping) or len(given) != 1:
            self.say(node, "T-ON", "on 要写一种：file、mail 或 webhook。", "on names one of file, mail, webhook.",
                     fix='on: {file: "收件/*.xlsx"}')  # fmt: skip
            return None
        kind = given[0]
        self.keys(node, (kind, *kinds[kind]))
        where = node.get(kind)
        if kind == "mail" and isinstance(where, Scalar) and where.text not in self.beside.accounts:
            self.unknown(where, where.text, self.beside.accounts, "设置里没有账号", "the settings have no account")
        if _nothing(where):
            self.say(where or node, "T-ON", f"{kind} 后面要写等的是什么。", f"{kind} says what is waited for.")
        elif kind == "webhook" and isinstance(where, Scalar) and "/" in where.text:
            self.say(where, "T-ON", "名字里不能有 /：它是地址 /hooks/名字 的最后一段。",
                     "a name has no /: it is the last part of the address /hooks/NAME.")  # fmt: skip
        settled = self.read(node.get("settled"), parse_span, timedelta(seconds=30))
        return Trigger(
            kind, self.text(where, node), self.text(node.get("from")), self.text(node.get("subject")), settled
        )

    def inputs(self, node: Node | None) -> dict[str, str | list[str]]:
        """A flow's inputs as templates; what they ask for is known."""
        found: dict[str, str | list[str]] = {}
        for key, value in node.pairs if isinstance(node, YamlMapping) else []:
            items = value.items if isinstance(value, Sequence) else [value]
            texts = [self.read(item, self.template, "") for item in items]
            found[key.text] = texts if isinstance(value, Sequence) else texts[0]
        if node is not None and not isinstance(node, YamlMapping):
            self.say(node, "T-INPUTS", "inputs 下面一行一个：名字: 值。", "inputs holds lines of name: value.")
        return found

    def inputs_fit(self, entry: Entry, node: YamlMapping) -> None:
        """The flow asks for the inputs that are given, and what it must have is given."""
        wanted = self.beside.inputs_of(entry.run) if entry.run in self.beside.flows else None
        given, run = node.get("inputs"), node.get("run")
        if wanted is None or run is None:
            return
        for key, _ in given.pairs if isinstance(given, YamlMapping) else []:
            if key.text not in wanted:
                self.unknown(key, key.text, wanted, f"{entry.run} 没有这个输入", f"{entry.run} has no input")
        missing = [name for name, must in wanted.items() if must and name not in entry.inputs]
        if missing:
            names = "、".join(missing)
            self.say(given or run, "T-INPUTS", f"{entry.run} 还要 {names}。", f"{entry.run} also needs {names}.",
                     fix=f'inputs: {{{missing[0]}: "${{day}}"}}')  # fmt: skip

    def template(self, source: str) -> str:
        """The text, if its `${…}` can be filled."""
        for name in sorted(Template.parse(source).names - NAMES):
            raise Refused("T-NAME", f"没有 ${{{name}}} 可以用。", f"there is no ${{{name}}}.", found=name,
                          allowed=nearest(name, NAMES) or sorted(NAMES))  # fmt: skip
        return source

    def links(self, listed: YamlMapping, entries: Mapping[str, Entry]) -> None:
        """Chains and gates name entries that are there, and never lead back to where they began."""
        nodes = {key.text: value for key, value in listed.pairs if isinstance(value, YamlMapping)}
        for entry in entries.values():
            for name in wanted_by(entry):
                if name not in nodes:
                    at = _scalar_of(nodes[entry.name], name)
                    self.unknown(at, name, entries, "时间表里没有", "the timetable has no")
            if entry.name in _reached(entry, entries):
                at = _scalar_of(nodes[entry.name], wanted_by(entry)[0])
                self.say(
                    at, "T-RING", f"「{entry.name}」绕了一圈等的是自己。", f"{entry.name} ends up waiting for itself."
                )
            else:
                self.gate_sees(entry, entries, nodes[entry.name])

    def gate_sees(self, entry: Entry, entries: Mapping[str, Entry], node: Node) -> None:
        """Whatever a gate waits for runs within its window; else it would open without having waited."""
        for name in entry.gate.entries if entry.gate else ():
            root = entries.get(name)
            for _ in entries:
                root = entries.get(root.chain.entry) if root and root.chain else root
            at = (root.cron.times if root.cron else root.at) if root else ()
            if entry.gate is None or root is None or root.zone != entry.zone or not at:
                continue
            since, until = entry.gate.since, entry.gate.or_at
            if not any(since <= one < until if since < until else one >= since or one < until for one in at):
                self.say(_scalar_of(node, name), "T-GATE",
                         f"「{name}」{at[0]:%H:%M} 运行，不在 {since:%H:%M} 到 {until:%H:%M} 之间，等不到它。",
                         f"{name} runs at {at[0]:%H:%M}, not between {since:%H:%M} and {until:%H:%M}: it is missed.",
                         fix=f'since: "{at[0]:%H:%M}"')  # fmt: skip

    def jitter_fits(self, entry: Entry, node: YamlMapping) -> None:
        """A run that is put off at random still begins within its window, on a day that is its own."""
        at = node.get("jitter")
        if at is None:
            return
        if entry.chain or entry.gate or entry.trigger:
            self.say(at, "T-JITTER", "只有 every 和 cron 可以错开。", "jitter goes with every or cron only.")
        room = MOST_JITTER
        if entry.until:
            times = entry.cron.times if entry.cron else entry.at
            room = min([room, *(timedelta(minutes=minutes_between(one, entry.until)) for one in times)])
        if entry.jitter >= room:
            minutes = int(room.total_seconds() // 60)
            self.say(at, "T-JITTER", f"错开的时间要少于 {minutes} 分钟，不然会过了窗口。",
                     f"jitter must be under {minutes} minutes to stay within the window.")  # fmt: skip

    def names(self, node: Node | None, known: Collection[str], zh: str, en: str) -> tuple[str, ...]:
        """A list of known names."""
        items = node.items if isinstance(node, Sequence) else [node] if node is not None else []
        found: list[str] = []
        for item in items:
            if isinstance(item, Scalar) and item.text in known:
                found.append(item.text)
            elif isinstance(item, Scalar):
                self.unknown(item, item.text, known, zh, en)
            else:
                self.say(item, "T-TEXT", "这里写一个名字。", "a name goes here.")
        return tuple(dict.fromkeys(found))

    def choice(self, node: Node | None, allowed: tuple[str, ...], usual: str) -> str:
        """One of the words."""
        if node is None:
            return usual
        text = self.text(node)
        if text not in allowed and isinstance(node, Scalar):
            self.unknown(node, text, allowed, "这里不能写", "this cannot be")
        return text if text in allowed else usual

    def text(self, node: Node | None, missing_at: Node | None = None) -> str:
        """The text of a scalar."""
        if isinstance(node, Scalar):
            return node.text
        if node is not None or missing_at is not None:
            self.say(node or cast(Node, missing_at), "T-TEXT", "这里写一个名字。", "a name goes here.")
        return ""

    def read(self, node: Node | None, parse: Callable[[str], Value], usual: Value) -> Value:
        """What `parse` makes of the text; the usual value when there is none, or when it cannot be read."""
        if node is None:
            return usual
        if not isinstance(node, Scalar):
            self.say(node, "T-TEXT", "这里写一个值，不是一组。", "one value goes here, not several.")
            return usual
        try:
            return parse(node.text)
        except Refused as refused:
            self.refuse(node, refused)
            return usual


def usually_missed(node: YamlMapping) -> Missed:
    """What becomes of missed runs where the entry does not say: one file or mail does not stand for the one before."""
    return "last" if node.get("on") is None else "all"


def wanted_by(entry: Entry) -> tuple[str, ...]:
    """The entries that this one waits for."""
    return (entry.chain.entry,) if entry.chain else entry.gate.entries if entry.gate else ()


def _reached(entry: Entry, entries: Mapping[str, Entry]) -> set[str]:
    found: set[str] = set()
    todo = [*wanted_by(entry)]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += wanted_by(entries[name]) if name in entries else ()
    return found


def _scalar_of(node: Node, text: str) -> Scalar:
    """The scalar of `after` or `when_all` that says `text`."""
    todo: list[Node] = (
        [found for key in ("after", "when_all") if (found := node.get(key))] if isinstance(node, YamlMapping) else []
    )
    while todo:
        one = todo.pop()
        if isinstance(one, Scalar) and one.text == text:
            return one
        todo += (
            one.items
            if isinstance(one, Sequence)
            else [v for _, v in one.pairs]
            if isinstance(one, YamlMapping)
            else []
        )
    return Scalar(text, node.span)


def _nothing(node: Node | None) -> bool:
    """Whether a key is not there, or nothing stands behind it."""
    if isinstance(node, Sequence):
        return not node.items
    return node is None or (isinstance(node, Scalar) and not node.text.strip())


def _empty(path: str, node: Node | None) -> Problem:
    return Problem("T-ENTRIES", path, node.span if node else Span(), "这不是一张时间表：要有 title 和 entries。",
                   "this is no timetable: it has a title and entries.")  # fmt: skip
