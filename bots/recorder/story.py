"""From what was seen to what was meant: typing becomes one fill, a click that brought a file a download, …"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bots.recorder.deeds import Deed, Given, NewElement, Ready
from bots.recorder.events import Seen, Who

CAUSED_WITHIN_MS = 3_000
"""A reload or a step back this soon after a click was the page's doing."""

DOWNLOAD_BACK = 3
"""A file belongs to one of the last so many steps."""

EXPORT_BACK = 6
"""An export is begun at most so many steps before its file is fetched."""

_EXPORT = re.compile(r"导出|生成|申请下载|export", re.IGNORECASE)
_ACCOUNT = re.compile(r"用户名|账号|帐号|手机号|登录名|邮箱|user ?name|account|e-?mail|phone|login", re.IGNORECASE)
_KINDS_ZH = {"button": "按钮", "link": "链接", "field": "输入框", "image": "图标", "checkbox": "勾选框", "row": "行"}


class Story:
    """Takes events in the order they happened and keeps the deeds; `name_page` names the page at an address."""

    def __init__(self, name_page: Callable[[str], str]) -> None:
        """Begin with nothing done."""
        self.deeds: list[Deed] = []
        self.new_elements: list[NewElement] = []
        self.lost: list[str] = []
        self._name_page = name_page
        self._tab = 0
        self._arrived: set[int] = set()
        self._leaving: set[int] = set()
        self._chooser = False
        self._secrets: dict[str, str] = {}
        self._take = {
            "arrived": self._arrive,
            "check": self._check,
            "chooser": self._choose,
            "click": self._click,
            "download": self._download,
            "fill": self._fill,
            "hover": self._hover,
            "leaving": self._leave,
            "press": self._press,
            "secret": self._secret,
            "upload": self._upload,
        }

    def take(self, seen: Seen) -> None:
        """One more event."""
        if seen.who is not None:
            named = self._named(seen)
            if named is None:
                self.lost.append(f"{seen.what} {seen.path}")
                return
            seen = replace(seen, who=named)
        self._take[seen.what](seen)

    # ---- moving about

    def _arrive(self, seen: Seen) -> None:
        url, how = seen.facts.get("url", ""), seen.facts.get("how", "")
        first = seen.tab not in self._arrived
        self._arrived.add(seen.tab)
        caused = seen.tab in self._leaving or seen.facts.get("caused") == "true"
        self._leaving.discard(seen.tab)
        if not url.startswith(("http://", "https://")) or (first and seen.tab > 0):
            return
        just_acted = bool(self.deeds) and seen.at - self.deeds[-1].at < CAUSED_WITHIN_MS
        if how in ("reload", "back_forward", "hash"):
            if not just_acted:
                self._move(seen, {"reload": "reload", "back_forward": "back"}.get(how, "open"), url)
        elif not caused:
            self._move(seen, "open", url)

    def _move(self, seen: Seen, verb: str, url: str) -> None:
        value = url if verb == "open" else ""
        last = self.deeds[-1] if self.deeds else None
        if verb == "open" and last is not None and last.verb == "open" and last.tab == seen.tab:
            self.deeds.pop()  # an address that was left before anything was done there
        self._add(Deed(verb, value=value, path=seen.path), seen)

    def _leave(self, seen: Seen) -> None:
        self._leaving.add(seen.tab)

    def _add(self, deed: Deed, seen: Seen) -> None:
        if seen.tab != self._tab and deed.verb not in ("open", "back", "reload"):
            self.deeds.append(Deed("switch_to", value=seen.title, tab=seen.tab, at=seen.at, path=seen.path))
        self._tab = seen.tab
        deed.tab, deed.at, deed.path = seen.tab, seen.at, seen.path
        self.deeds.append(deed)

    # ---- acting

    def _click(self, seen: Seen) -> None:
        self._chooser = False
        last = self._last(seen)
        twice = seen.facts.get("count") == "2" and last is not None and last.verb == "click" and last.who == seen.who
        if twice and last is not None and seen.who is not None and seen.who.kind not in ("button", "link", "menuitem"):
            last.verb = "double_click"
            return
        self._add(Deed("click", who=seen.who), seen)

    def _hover(self, seen: Seen) -> None:
        last = self._last(seen)
        if last is None or last.verb not in ("click", "hover") or last.who != seen.who:
            self._add(Deed("hover", who=seen.who), seen)

    def _press(self, seen: Seen) -> None:
        self._add(Deed("press", who=seen.who, value=seen.value), seen)

    def _check(self, seen: Seen) -> None:
        last = self._last(seen)
        if last is not None and last.verb == "check" and last.who == seen.who:
            last.on = seen.on
            return
        self._add(Deed("check", who=seen.who, on=seen.on), seen)

    def _choose(self, _seen: Seen) -> None:
        self._chooser = bool(self.deeds) and self.deeds[-1].verb == "click"

    def _upload(self, seen: Seen) -> None:
        if self._chooser and self.deeds and self.deeds[-1].verb == "click":
            self.deeds.pop()  # the click only opened the file chooser
        self._chooser = False
        self._add(Deed("upload", who=seen.who, files=seen.files), seen)

    def _download(self, seen: Seen) -> None:
        self._leaving.discard(seen.tab)
        for deed in reversed(self.deeds[-DOWNLOAD_BACK:]):
            if deed.verb == "click":
                deed.verb, deed.value = "download", seen.value
                return
        self.lost.append(f"download {seen.value}")

    # ---- filling in

    def _fill(self, seen: Seen) -> None:
        self._put(seen, seen.values or seen.value)

    def _secret(self, seen: Seen) -> None:
        assert seen.who is not None
        if seen.value == "code":
            self._code(seen)
            return
        number = self._secrets.setdefault(seen.who.name, f"password{len(self._secrets) + 1 if self._secrets else ''}")
        self._put(seen, Ready({"secret": number}))

    def _code(self, seen: Seen) -> None:
        """A code is asked for when the flow runs: the one that was typed is worth nothing by then."""
        assert seen.who is not None
        last = self._last(seen)
        known = last is not None and last.fields.get(seen.who.name) is not None
        self._put(seen, Ready("${code}"))
        if not known:
            where = len(self.deeds) - 1
            ask = Deed("ask", value=seen.who.name, tab=seen.tab, at=seen.at, path=seen.path, names=(seen.who,))
            self.deeds.insert(where, ask)

    def _put(self, seen: Seen, value: Given) -> None:
        who = seen.who
        assert who is not None
        last = self._last(seen)
        if who.section or who.nth or who.row:  # a mapping's labels are plain names: this one needs its place said
            if last is not None and last.verb == "type" and last.who == who:
                last.value = value
            else:
                self._add(Deed("type", who=who, value=value), seen)
            return
        if last is not None and last.verb == "fill":
            if who.name not in last.fields:
                last.names = (*last.names, who)
            last.fields[who.name] = value
            last.at = seen.at
            return
        self._add(Deed("fill", fields={who.name: value}, names=(who,)), seen)

    def _last(self, seen: Seen) -> Deed | None:
        return self.deeds[-1] if self.deeds and self.deeds[-1].tab == seen.tab else None

    # ---- names

    def _named(self, seen: Seen) -> Who | None:
        """The element with a name: its own, or a new one for the library; None when nothing finds it again."""
        who = seen.who
        assert who is not None
        if who.name:
            return who
        if not who.ways:
            return None
        page = self._name_page(seen.path)
        field = seen.what in ("fill", "secret", "upload", "check")
        for known in self.new_elements:
            if known.page == page and known.ways == who.ways:
                return replace(who, name=known.name, library=True, ways=())
        kind = _KINDS_ZH.get(who.kind, "元素")
        number = sum(one.name.startswith(f"未命名{kind}") for one in self.new_elements) + 1
        made = NewElement(page, f"未命名{kind}{number}", who.ways, field)
        self.new_elements.append(made)
        return replace(who, name=made.name, library=True, ways=())


def account_names(deeds: list[Deed]) -> None:
    """The name that stands before a password is the account's: whoever plays the flow signs in as themselves."""
    for deed in deeds:
        labels = list(deed.fields)
        hidden = [label for label in labels if _is_secret(deed.fields[label])]
        if len(hidden) != 1:
            continue
        before = labels[: labels.index(hidden[0])]
        if before and _ACCOUNT.search(before[-1]) and isinstance(deed.fields[before[-1]], str):
            deed.fields[before[-1]] = Ready("${account.username}")


def _is_secret(value: Given) -> bool:
    return isinstance(value, Ready) and isinstance(value.value, dict)


def with_login(deeds: list[Deed], names: frozenset[str]) -> list[Deed]:
    """The deeds with the site's own way of signing in as the one step `login`.

    Signing in by hand leads somewhere, signing in again from a saved session nowhere: the page that is worked on next
    is opened by name.
    """
    kept: list[Deed] = []
    run: list[Deed] = []
    for deed in [*deeds, Deed("end")]:
        touched = deed.touches
        if touched and all(who.library and who.name in names for who in touched):
            run.append(deed)
            continue
        if any(one.secret for one in run):
            while kept and kept[-1].verb == "open":
                kept.pop()
            kept.append(Deed("login", tab=deed.tab, at=run[-1].at))
            if deed.verb not in ("open", "end", "switch_to"):
                kept.append(Deed("open", value=deed.path, tab=deed.tab, at=deed.at, path=deed.path))
        else:
            kept += run
        run = []
        kept.append(deed)
    kept.pop()
    if not any(deed.verb == "login" for deed in kept):
        kept.insert(0, Deed("login"))
    return kept


def with_waits(deeds: list[Deed]) -> list[Deed]:
    """After a search, what is done next in a row, or to a file, waits until the rows are there."""
    kept: list[Deed] = []
    for index, deed in enumerate(deeds):
        kept.append(deed)
        asked = deed.verb in ("click", "press") and index > 0 and deeds[index - 1].verb == "fill"
        following = deeds[index + 1] if index + 1 < len(deeds) else None
        in_rows = following is not None and (following.verb == "download" or any(who.row for who in following.touches))
        if asked and in_rows:
            kept.append(Deed("wait", value="loaded", tab=deed.tab, at=deed.at, path=deed.path))
    return kept


def with_exports(deeds: list[Deed]) -> list[Deed]:
    """A task that was begun and whose file was fetched from a list of tasks is one `export`, which waits for it.

    The row of a task has a number that is new every time: what was asked for says which row it is.
    """
    kept: list[Deed] = []
    for deed in deeds:
        begun = _begun(kept) if deed.verb == "download" and deed.who is not None and deed.who.row else None
        asked = _asked(kept[:begun], deed) if begun is not None else ""
        if begun is None or not asked:
            kept.append(deed)
            continue
        opened = [one.value for one in kept[begun + 1 :] if one.verb == "open"]
        start = kept[begun].who
        del kept[begun:]
        page = opened[-1] if opened else ""
        kept.append(replace(deed, verb="export", start=start, fields={"row": asked, "page": page}))
    return kept


def _begun(deeds: list[Deed]) -> int | None:
    """Where the export was begun, when nothing but looking at the list came after it."""
    for index in range(len(deeds) - 1, max(-1, len(deeds) - 1 - EXPORT_BACK), -1):
        deed = deeds[index]
        if deed.verb == "click" and deed.who is not None and _EXPORT.search(deed.who.name) and not deed.who.row:
            return index
        if deed.verb not in ("open", "click", "reload", "wait"):
            return None
    return None


def _asked(before: list[Deed], download: Deed) -> str:
    """The value filled in before the export that the task's row shows."""
    assert download.who is not None
    values = [value for deed in before for value in deed.fields.values() if isinstance(value, str) and len(value) > 3]
    shown = [text.replace(" ", "") for text in download.who.row]
    return next((value for value in reversed(values) if any(value.replace(" ", "") in text for text in shown)), "")
