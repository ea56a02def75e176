"""Deeds on paper: the flow file, with a sheet's values as columns and uploaded files as inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bots.recorder.deeds import Deed, Given, NewElement, Ready
from bots.recorder.events import Seen, Who
from bots.recorder.story import Story, account_names, with_exports, with_login, with_waits
from bots.recorder.writing import INDENT, StepText, Value, literal, pair, step_lines

ONCE_NOTE = "# 录制出来的步骤：有对外效果的点击（提交、发货、下架……）请放进 once，中断后才不会做两次"


@dataclass(frozen=True, slots=True)
class Places:
    """What the recorder knows of the site: its name, base address, pages by address, elements of special meaning.

    `login` are the elements of its login steps, `rows` column → row element, `popups` what the player clicks away.
    """

    site: str = ""
    base: str = ""
    pages: Mapping[str, str] = field(default_factory=dict)
    login: frozenset[str] = frozenset()
    has_login: bool = False
    rows: Mapping[str, str] = field(default_factory=dict)
    popups: frozenset[str] = frozenset()

    def owner(self, url: str) -> str:
        """The page that the address belongs to, as the player sees it: the longest address that it goes on from."""
        here = place_of(url)
        fitting = [known for known in self.pages if here == known or here.startswith((known + "/", known + "#"))]
        return self.pages[max(fitting, key=len)] if fitting else ""

    def page(self, url: str) -> str:
        """The library's name of the page at the address; '' when it has none."""
        return self.pages.get(place_of(url), "")

    def address(self, url: str) -> str:
        """The address as `open` writes it: a page's name, a path below the base, or all of it."""
        parts = urlsplit(url)
        if not parts.query and (name := self.page(url)):
            return name
        if self.base and (url + "/").startswith(self.base.rstrip("/") + "/"):
            return url[len(self.base.rstrip("/")) :] or "/"
        return url


def place_of(url: str) -> str:
    """The address without its query: what tells one page of a site from another."""
    parts = urlsplit(url)
    fragment = "#" + parts.fragment.split("?")[0].rstrip("/") if parts.fragment.startswith(("/", "!/")) else ""
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}{fragment}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that a person worked through while recording: its file name and its rows."""

    name: str
    rows: Sequence[Mapping[str, str]]

    def columns_for(self, values: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Value → column, by the row that explains the most of `values` (label, value)."""
        best: dict[str, str] = {}
        for row in self.rows:
            found = {value: column for label, value in values if (column := _column(row, label, value))}
            if len(found) > len(best):
                best = found
        return best

    def key(self, used: Sequence[str]) -> str:
        """The used column whose values tell the rows apart; else the first used one."""
        for column in used:
            cells = [row.get(column, "") for row in self.rows]
            if all(cells) and len(set(cells)) == len(cells):
                return column
        return used[0]


def _column(row: Mapping[str, str], label: str, value: str) -> str:
    if row.get(label) == value and value:
        return label
    return next((column for column, cell in row.items() if cell == value and len(value) > 1), "")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of a recording: the steps, what else the file needs, and what a person has to be told."""

    steps: tuple[StepText, ...]
    inputs: Mapping[str, Value]
    columns: tuple[str, ...]
    key: str
    new_elements: tuple[NewElement, ...]
    lost: tuple[str, ...]

    def lines(self, indent: str = "") -> list[str]:
        """The steps as list items at `indent`."""
        return [line for step in self.steps for line in step_lines(step, indent)]


def recorded(seen: Sequence[Seen], places: Places, sheet: Sheet | None = None) -> Recorded:
    """The events of one recording as steps."""
    story = Story(places.owner)
    for event in sorted(seen, key=lambda one: one.at):  # two tabs do not speak in turn
        story.take(event)
    deeds = [deed for deed in story.deeds if not _dismisses(deed, places.popups)]
    if places.has_login and deeds:
        deeds = with_login(deeds, places.login)
    account_names(deeds)
    paper = _Paper(with_waits(with_exports(deeds)), places, sheet)
    steps = tuple(paper.step(deed) for deed in paper.deeds)
    used = tuple(dict.fromkeys(paper.used))
    key = sheet.key(used) if sheet is not None and used else ""
    return Recorded(steps, paper.inputs, used, key, tuple(story.new_elements), tuple(story.lost))


def _dismisses(deed: Deed, popups: frozenset[str]) -> bool:
    """Whether it only clicked away what the player clicks away by itself."""
    return deed.verb == "click" and deed.who is not None and deed.who.library and deed.who.name in popups


class _Paper:
    def __init__(self, deeds: list[Deed], places: Places, sheet: Sheet | None) -> None:
        self.deeds, self.places, self.sheet = deeds, places, sheet
        self.inputs: dict[str, Value] = {}
        self.used: list[str] = []
        self.typed = [
            (label, value) for deed in deeds for label, value in deed.fields.items() if isinstance(value, str)
        ]
        picked = [("", text) for deed in deeds for who in deed.touches for text in who.row]
        self.columns = sheet.columns_for([*self.typed, *picked]) if sheet is not None else {}

    def step(self, deed: Deed) -> StepText:
        """The deed as the flow writes it."""
        if deed.verb in ("login", "back", "reload"):
            return deed.verb
        if deed.verb == "switch_to" and not deed.value:
            return "switch_to"
        made: dict[str, Value] = {}
        if deed.verb == "open":
            made["open"] = literal(self.places.address(str(deed.value)))
        elif deed.verb == "fill":
            made["fill"] = {literal(label): self._given(value) for label, value in deed.fields.items()}
        elif deed.verb == "ask":
            made |= {"ask": f"请输入{literal(str(deed.value))}", "kind": "code", "within": "5m", "as": "code"}
        elif deed.verb in ("wait", "switch_to"):
            made[deed.verb] = literal(str(deed.value))
        else:
            made |= self._act(deed)
        return made

    def _act(self, deed: Deed) -> dict[str, Value]:
        target = self._target(deed.who) if deed.who is not None else ""
        match deed.verb:
            case "type":
                return {"type": self._plain(deed.value), "into": target}
            case "press":
                return {"press": literal(str(deed.value)), **({"on": target} if target else {})}
            case "check":
                return {"check": target, **({} if deed.on else {"on": False})}
            case "upload":
                files = [self._file(name) for name in deed.files]
                return {"upload": target, "file": files[0] if len(files) == 1 else files}
            case "export":
                return {"export": self._export(deed), "as": literal(str(deed.value))}
            case "download":
                return {"download": target, "as": literal(str(deed.value))}
            case _:
                return {deed.verb: target}

    def _export(self, deed: Deed) -> dict[str, Value]:
        assert deed.start is not None and deed.who is not None
        task: dict[str, Value] = {"start": self._target(deed.start), "row": self._given(deed.fields["row"])}
        if page := str(deed.fields["page"]):
            task["page"] = literal(self.places.address(page))
        if deed.who.name != "下载":
            task["link"] = literal(deed.who.name)
        return {**task, "within": "15m"}

    def _plain(self, value: Given) -> str:
        if isinstance(value, Ready):
            return value.value if isinstance(value.value, str) else f"${{secret.{value.value['secret']}}}"
        return self._words(", ".join(value) if isinstance(value, tuple) else value)

    def _given(self, value: Given) -> Value:
        if isinstance(value, tuple):
            return [self._words(one) for one in value]
        return value.value if isinstance(value, Ready) else self._words(value)

    def _words(self, text: str) -> str:
        column = self.columns.get(text)
        if column is None:
            return literal(text)
        self.used.append(column)
        return f"${{{column}}}"

    def _target(self, who: Who) -> Value:
        name = literal(who.name)
        if who.row:
            return {"in": self._row(who.row), "name": name}
        if who.section:
            return {"in": literal(who.section), "name": name}
        if who.nth:
            return {"name": name, "nth": who.nth}
        return name

    def _row(self, texts: Sequence[str]) -> str:
        """What says which row: the sheet's column, else what was just searched for, else its first cell."""
        for text in texts:
            if column := self.columns.get(text):
                self.used.append(column)
                return self.places.rows.get(column) or f"${{{column}}}"
        searched = {value for _, value in self.typed}
        return literal(next((text for text in texts if text in searched), texts[0]))

    def _file(self, name: str) -> str:
        if self.sheet is not None and name == self.sheet.name:
            self._need_sheet()
            return "${sheet}"
        for key, known in self.inputs.items():
            if isinstance(known, Mapping) and known.get("title") == name:
                return f"${{{key}}}"
        key = "file" if "file" not in self.inputs else f"file{len(self.inputs) + 1}"
        self.inputs[key] = {"title": name, "type": "file"}
        return f"${{{key}}}"

    def _need_sheet(self) -> None:
        assert self.sheet is not None
        self.inputs.setdefault("sheet", {"title": self.sheet.name, "type": "file", "accept": ["xlsx", "csv"]})


def flow_text(made: Recorded, title: str, site: str, sheet_name: str = "") -> str:
    """The whole flow file. With columns of a sheet in use, the steps are done for each of its rows."""
    inputs = dict(made.inputs)
    lines = [ONCE_NOTE, *pair("title", literal(title)), *(pair("site", site) if site else [])]
    steps = list(made.steps)
    before: list[StepText] = []
    if made.columns:
        inputs = {"sheet": {"title": sheet_name, "type": "file", "accept": ["xlsx", "csv"]}, **inputs}
        if steps and steps[0] == "login":
            before, steps = steps[:1], steps[1:]
    if inputs:
        lines += ["inputs:", *(line for name, one in inputs.items() for line in pair(name, one, INDENT))]
    if made.columns:
        lines += ["items:", *pair("from", "${sheet}", INDENT), *pair("key", f"${{{made.key}}}", INDENT)]
    if before:
        lines.append("before: [login]")
    lines.append("steps:")
    lines += [line for step in steps for line in step_lines(step, INDENT)]
    return "\n".join(lines) + "\n"
