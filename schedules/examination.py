"""`yeban elements test`: every element of a library looked for on its page, each way counted, shown on one HTML page.

When an element was last found is known from runs that passed (`home/elements/<site>/elements.json`) and from earlier
examinations (`examined.json` beside it).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bots.browser.driver import Ask, By, Sighting
from bots.browser.names import join_url
from bots.errors import BotError
from bots.evidence import PASSWORD_FIELD
from bots.flow.site import ElementSpec, Site
from bots.folder import replace_text
from bots.healing.memory import ElementMemory
from bots.lookup import Lookup
from bots.runpage import PAGE, STYLE
from schedules.problems import default_lang
from schedules.settings import SHANGHAI

if TYPE_CHECKING:
    from bots.browser.driver import Page

State = Literal["first", "lower", "several", "missing", "open"]
SAID: dict[State, tuple[str, str, str]] = {
    "first": ("找到了", "found", "ok"),
    "lower": ("只有后面的找法能找到", "found by a lower alternative only", "warn"),
    "several": ("找到不止一个", "more than one", "warn"),
    "missing": ("现在页面上没有", "not on the page now", "bad"),
    "open": ("要有一行数据才能找", "needs a row's value", "run"),
}
COLUMNS = (
    ("图中", "元素", "现在", "每种找法找到几个", "上次找到"),
    ("box", "element", "now", "what each way finds", "last found"),
)
BOXES = """boxes => {
  const eyes = globalThis[Symbol.for('yeban')];
  for (const [number, token] of boxes) {
    const el = eyes.element(token);
    if (!el) continue;
    const b = el.getBoundingClientRect(), d = document.createElement('div');
    d.dataset.yebanBox = '';
    d.textContent = number;
    d.style.cssText = 'position:absolute;z-index:2147483646;border:2px solid #e11d48;color:#fff;pointer-events:none;' +
      'font:12px/14px sans-serif;box-sizing:border-box;text-shadow:0 0 3px #e11d48,0 0 3px #e11d48,0 0 3px #e11d48;' +
      `left:${b.x + scrollX}px;top:${b.y + scrollY}px;width:${b.width}px;height:${b.height}px`;
    document.documentElement.append(d);
  }
  return 'null';
}"""
UNBOX = "() => { document.querySelectorAll('[data-yeban-box]').forEach(d => d.remove()); return 'null'; }"


@dataclass(frozen=True)
class Examined:
    """One element as it was found: `counts` of each alternative (None: its template is open), when it was last there.

    `number` is its box in the page's picture, 0 when it has none.
    """

    page: str
    name: str
    ways: tuple[str, ...]
    counts: tuple[int | None, ...]
    number: int = 0
    last_at: str = ""
    last_way: str = ""

    @property
    def state(self) -> State:
        """How it stands with the element now."""
        known = [count for count in self.counts if count is not None]
        if not known:
            return "open"
        if self.counts[0] == 1:
            return "first"
        if 1 in known:
            return "lower"
        return "several" if any(known) else "missing"


@dataclass(frozen=True)
class PageExamined:
    """One page with its elements and its picture's file name; `trouble` says why it could not be looked at."""

    name: str
    url: str
    elements: tuple[Examined, ...]
    picture: str = ""
    trouble: str = ""


class Memory:
    """When each element of one site was last found, and how: by a run that passed, or by an examination."""

    def __init__(self, home: Path, site: str) -> None:
        """What is known so far."""
        self._path = home / "elements" / site / "examined.json"
        self._runs = ElementMemory(home / "elements" / site)
        self._seen: dict[str, dict[str, str]] = {}
        if self._path.exists():
            self._seen = json.loads(self._path.read_text("utf-8"))

    def note(self, page: str, name: str, way: str, at: str) -> None:
        """An examination found the element that way at that time (ISO)."""
        self._seen[f"{page}/{name}"] = {"at": at, "way": way}

    def last(self, page: str, name: str) -> tuple[str, str]:
        """When and how it was last found; empty when never."""
        own = self._seen.get(f"{page}/{name}", {"at": "", "way": ""})
        run = self._runs.last(page, name)
        found = [(own["at"], own["way"]), *([(run.at, run.way)] if run is not None else [])]
        return max(found, key=lambda one: one[0][:19])

    def keep(self) -> None:
        """What the examination found is on disk."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(self._path, json.dumps(self._seen, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


async def examine(
    page: "Page", site: Site, values: Mapping[str, object], folder: Path, memory: Memory, only: str = ""
) -> list[PageExamined]:
    """Every page of the library (or `only` that one) opened and looked at; `memory` is updated.

    Pictures go to `folder`, which exists. Elements that belong to every page are looked for on each.
    """
    names = [only] if only else list(site.pages) or [""]
    return [await _Look(page, site, values, folder, memory, name).run() for name in names]


class _Look:
    """One page of the library, opened and looked at."""

    def __init__(
        self, page: "Page", site: Site, values: Mapping[str, object], folder: Path, memory: Memory, name: str
    ) -> None:
        self._page, self._site, self._folder, self._memory, self._name = page, site, folder, memory, name
        self._lookup = Lookup(site, lambda template: template.partial(values))
        self._values = values

    async def run(self) -> PageExamined:
        known = self._site.pages.get(self._name)
        url = join_url(self._lookup.base, known.url.partial(self._values) if known is not None else "")
        try:
            await self._page.goto(url)
            await self._settled()
            elements, boxes = await self._elements()
            picture = await self._picture(boxes)
        except BotError as error:
            return PageExamined(self._name, url, (), trouble=error.message(default_lang()))
        return PageExamined(self._name, url, tuple(elements), picture)

    async def _settled(self) -> None:
        """The page has stopped changing: the same elements are found twice in a row."""
        import asyncio

        before: list[int] = []
        for _ in range(20):
            asks = [Ask(way, "see") for _, _, ways in self._specs() for way in ways if "${" not in str(way)]
            now = [sighting.count for sighting in await self._page.survey(asks)]
            if now == before and any(now):
                return
            before = now
            await asyncio.sleep(0.15)

    def _specs(self) -> list[tuple[str, ElementSpec, tuple[By, ...]]]:
        """Page, element and its ways: the page's own first, then those of every page."""
        known = self._site.pages.get(self._name)
        own = dict(known.elements) if known is not None else {}
        shared = {name: spec for name, spec in self._site.elements.items() if name not in own}
        pairs = [*((self._name, name, spec) for name, spec in own.items()), *(("", *one) for one in shared.items())]
        return [(page, spec, self._lookup.ways(spec)) for page, _, spec in pairs]

    async def _elements(self) -> tuple[list[Examined], list[tuple[int, int]]]:
        found: list[Examined] = []
        boxes: list[tuple[int, int]] = []
        specs = self._specs()
        closed = [way for _, _, ways in specs for way in ways if "${" not in str(way)]
        answers = iter(await self._page.survey([Ask(way, "see") for way in closed]))
        for page, spec, ways in specs:
            seen = [None if "${" in str(way) else next(answers) for way in ways]
            one = self._one(page, spec, seen, len(boxes) + 1)
            match = next((s.matches[0] for s in seen if s is not None and s.count == 1), None)
            if match is not None:
                boxes += [(len(boxes) + 1, match.token)] if match.frame == 0 else []
            found.append(one)
        return found, boxes

    def _one(self, page: str, spec: ElementSpec, seen: list[Sighting | None], number: int) -> Examined:
        counts = tuple(None if sighting is None else sighting.count for sighting in seen)
        hit = next((index for index, count in enumerate(counts) if count == 1), None)
        earlier = self._memory.last(page, spec.name)
        if hit is not None:
            now = datetime.now(SHANGHAI).isoformat(timespec="seconds")
            self._memory.note(page, spec.name, spec.alternatives[hit].describe(), now)
            sighting = seen[hit]
            number = number if sighting is not None and sighting.matches[0].frame == 0 else 0
        shown = tuple(way.describe() for way in spec.alternatives)
        return Examined(page, spec.name, shown, counts, number if hit is not None else 0, *earlier)

    async def _picture(self, boxes: list[tuple[int, int]]) -> str:
        """The page with a numbered box around each element that was found; passwords covered."""
        hidden = await self._page.query(PASSWORD_FIELD)
        await self._page.evaluate_json(BOXES, [[number, token] for number, token in boxes])
        try:
            picture = await self._page.screenshot(full=True, mask=hidden)
        finally:
            await self._page.evaluate_json(UNBOX)
        name = f"{len(list(self._folder.glob('*.png'))) + 1}.png"
        (self._folder / name).write_bytes(picture)
        return name


def html(title: str, pages: list[PageExamined], at: datetime) -> str:
    """All of it on one page, in the reader's language: pictures with boxes, counts, when last found."""
    english = default_lang() == "en"
    name = f"{title}: its elements" if english else f"{title}：元素体检"
    shut, words = ("does not open", COLUMNS[1]) if english else ("打不开", COLUMNS[0])
    body = [f"<h1>{escape(name)}</h1><p class=facts>{at.strftime('%Y-%m-%d %H:%M')}</p>"]
    for one in pages:
        body.append(f"<h2>{escape(one.name or title)}</h2><p class=facts>{escape(one.url)}</p>")
        if one.trouble:
            body.append(f"<p class=box><span class='tag bad'>{shut}</span> {escape(one.trouble)}</p>")
            continue
        head = "".join(f"<th>{word}</th>" for word in words)
        rows = "".join(_row(element) for element in one.elements)
        body.append(f"<table><tr>{head}</tr>{rows}</table><img src='{escape(one.picture)}' alt=''>")
    lang = "en" if english else "zh-CN"
    return PAGE.format(lang=lang, title=escape(title), style=STYLE, body="".join(body))


def _row(one: Examined) -> str:
    zh, en, look = SAID[one.state]
    english = default_lang() == "en"
    said, every, never = (en, " (every page)", "never") if english else (zh, "（每一页）", "从来没有")
    counts = "<br>".join(
        f"<code>{escape(way)}</code> {'?' if count is None else count}"
        for way, count in zip(one.ways, one.counts, strict=True)
    )
    last = f"{escape(one.last_at[:16].replace('T', ' '))}<br><code>{escape(one.last_way)}</code>" if one.last_at else ""
    where = "" if one.page else every
    return (
        f"<tr><td class=number>{one.number or ''}</td><td>{escape(one.name)}{where}</td>"
        f"<td><span class='tag {look}'>{said}</span></td><td>{counts}</td><td>{last or never}</td></tr>"
    )
