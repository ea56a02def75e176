"""From a name in a flow to ways of finding it: the current page's elements, the site's, else the literal name."""

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from bots.browser.driver import By
from bots.browser.names import join_url
from bots.browser.target import ResolvedTarget
from bots.error_words import Said
from bots.errors import StepMisused
from bots.flow.site import Alternative, ElementSpec, PageMap, Site
from bots.flow.values import Target, Template, Value

Text = Callable[[Template], str]


class Lookup:
    """Resolves names against one site's element library; `text` fills templates in."""

    def __init__(self, site: Site, text: Text) -> None:
        self._site = site
        self._text = text

    @property
    def base(self) -> str:
        """The site's base address, without a slash at its end."""
        return self._text(self._site.base).rstrip("/")

    def address(self, name: str) -> str:
        """The address of a page of the library, or the address itself. Raises StepMisused for an unknown name."""
        page = self._site.pages.get(name)
        if page is not None:
            return join_url(self.base, self._text(page.url))
        if name.startswith(("http://", "https://", "/")):
            return join_url(self.base, name)
        raise StepMisused(
            "open",
            Said(
                f"站点「{self._site.title}」没有叫「{name}」的页面，有的是：{'、'.join(self._site.pages)}",
                f"the site {self._site.title} has no page {name}; it has: {', '.join(self._site.pages)}",
            ),
        )

    def page_at(self, url: str) -> PageMap | None:
        """The page of the library that the address belongs to: same path, the longest one that fits."""
        path, base = path_of(url), self.base
        fitting = [
            (len(known), page)
            for page in self._site.pages.values()
            if _within(path, known := _path_below(base, self._text(page.url)))
        ]
        return max(fitting, key=lambda one: one[0])[1] if fitting else None

    def target(self, target: Target, url: str) -> ResolvedTarget:
        """The target with its names looked up on the page at `url` and its templates filled in."""
        name = self._text(target.name)
        spec = self._spec(name, url)
        return ResolvedTarget(
            name,
            self.ways(spec) if spec else (By("name", name),),
            kind=spec.kind if spec else "",
            inside=self.target(target.in_, url) if target.in_ else None,
            near=self.target(target.near, url) if target.near else None,
            below=self.target(target.below, url) if target.below else None,
            right_of=self.target(target.right_of, url) if target.right_of else None,
            nth=self._nth(target.nth) if target.nth is not None else None,
        )

    def _nth(self, nth: Value[int]) -> int:
        """The number, filled in. Raises StepMisused when it is not a whole number from 1."""
        if nth.template is None:
            return nth.expand({})
        text = self._text(nth.template)
        if not text.isdecimal() or int(text) < 1:
            raise StepMisused(
                "nth",
                Said(
                    f"{nth.template.source} 是“{text[:40]}”，要写从 1 数起的整数",
                    f'{nth.template.source} is "{text[:40]}"; a whole number from 1 is wanted',
                ),
            )
        return int(text)

    def ways(self, spec: ElementSpec) -> tuple[By, ...]:
        """The alternatives of an element, in rank order."""
        frame = self._text(spec.in_frame) if spec.in_frame else ""
        return tuple(self.by(way, frame) for way in spec.alternatives)

    @staticmethod
    def lasting(spec: ElementSpec) -> bool:
        """Whether the element is the same thing every time: no part of its alternatives depends on a value."""
        return all("${" not in way.describe() for way in spec.alternatives)

    def by(self, way: Alternative, frame: str = "") -> By:
        """One alternative of the library with its templates filled in."""
        return By(
            way.by,
            self._text(way.value),
            name=self._text(way.name) if way.name else "",
            has=self._text(way.has) if way.has else "",
            exact=way.exact,
            within=self.by(way.in_, frame) if way.in_ else None,
            frame=frame,
            nth=way.nth,
        )

    def _spec(self, name: str, url: str) -> ElementSpec | None:
        return self.entry(name, url)[1]

    def entry(self, name: str, url: str) -> tuple[str, ElementSpec | None]:
        """The library's page ("" for an element of every page) and entry of a name on the page at `url`."""
        page = self.page_at(url)
        if page is not None and name in page.elements:
            return next(title for title, one in self._site.pages.items() if one is page), page.elements[name]
        return "", self._site.elements.get(name)


def path_of(url: str) -> str:
    """The path with the fragment's own path, which single-page sites use, without query and trailing slash.

    What pages are told apart by, here and in the witness that the recorder leaves in a page.
    """
    parts = urlsplit(url)
    fragment = parts.fragment.split("?", 1)[0] if parts.fragment.startswith(("/", "!/")) else ""
    return (parts.path.rstrip("/") + ("#" + fragment.rstrip("/") if fragment else "")) or "/"


@lru_cache(1_000)
def _path_below(base: str, address: str) -> str:
    """The path of a library's page; asked for again with every element that a step names."""
    return path_of(join_url(base, address))


def _within(path: str, known: str) -> bool:
    return path == known or (known != "/" and path.startswith((known + "/", known + "#")))
