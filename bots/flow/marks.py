"""Quotes, brackets and invisible characters of a line: where they end, what is not closed, how it would be mended."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

COMMENT: Final = re.compile(r"\s#.*$")

INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\ud800-\udfff\ufffe\uffff]"
)
"""Characters that nobody sees and nobody types: control characters, and what chats and web pages hide in a text."""

TOKENS: Final = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'"
    r"|(?:\$\{[^{}]*\}|[^\s,:\[\]{}\"'#])(?:\$\{[^{}]*\}|[^\s,:\[\]{}#]|:(?=\S)| +(?=[^\s,\[\]{}:#]))*"
)
"""Quoted text, or a plain value in brackets; blanks inside a value belong to it."""

_FILLED: Final = r"\$\{[^{}#:\"'“”‘’（），]*\}"
_HARMLESS: Final = r"[^#\"'“”‘’`{}\[\]：:＄｛｝［］\\\t]"
_QUOTED_ITEM: Final = r"\"(?:[^\"\\＄｛｝$\ufeff]|\$(?! ))*\""
_PLAIN_ITEM: Final = r"[\w./~+=<>-][^#\"'“”‘’`{}\[\]：:＄｛｝［］\\\t,，\ufeff]*"
_ITEM: Final = rf"(?:{_QUOTED_ITEM} *|{_PLAIN_ITEM})"
_COLLECTION: Final = rf"(?:\{{\w+: +{_ITEM}(?:, *\w+: +{_ITEM})*\}}|\[{_ITEM}(?:, *{_ITEM})*\])"
SIMPLE: Final = re.compile(
    rf"( *)((?:- )*)(?:([\w.$][\w.$-]*:)(?: +((?:[\w./~+=<-]|{_FILLED})(?:{_HARMLESS}|{_FILLED})*"
    rf"|\"[^\"\\]*\" *|{_COLLECTION} *))?|\w+) *(?:(?<= )# .*)?"
)
"""A line with nothing to look at: indentation, dashes, a plain key, plain or quoted values, a comment."""

_PATH: Final = re.compile(r'"([A-Za-z]:\\[^"]*|\\\\[^"]*)"')
_ESCAPE: Final = re.compile(
    r'\\(?:[0abtnvfre \t"/\\N_LP]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U000[0-9A-Fa-f]{5}|U0010[0-9A-Fa-f]{4})'
)
_ENTRY: Final = re.compile(r"( *)(?:- |-$|(?:- )*[^\s:：\"'\[\]{},#]+:(?:\s|$))")
_CLOSERS: Final = {"[": "]", "{": "}"}
LOOK_AHEAD_LINES: Final = 200


def quote_end(line: str, at: int, quote: str) -> int:
    """Return where the closing quote stands at or after `at`, -1 if it is not on this line."""
    while at < len(line):
        if quote == '"' and line[at] == "\\":
            at += 1
        elif line[at] == quote:
            if quote == "'" and line[at + 1 : at + 2] == "'":
                at += 1
            else:
                return at
        at += 1
    return -1


def colon_at(line: str, start: int) -> int:
    """Return where the colon stands that ends the key of this line, -1 if the line has no key."""
    if line[start : start + 1] in ("[", "{", "#", "|", ">"):
        return -1
    if line[start : start + 1] in ("'", '"'):
        end = quote_end(line, start + 1, line[start])
        after = line[end + 1 :].lstrip() if end >= 0 else ""
        return line.index(":", end + 1) if re.match(r":(\s|$)", after) else -1
    match = _COLON.search(line, start)
    if match is None:
        return -1
    comment = COMMENT.search(line, start)
    return -1 if comment and comment.start() < match.start() else match.start()


_COLON: Final = re.compile(r":(?=\s|$)")


def quoted(value: str) -> str:
    """Return the value in quotes that keep every character."""
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def quote_token(match: re.Match[str]) -> str:
    """Return a token of `TOKENS` in quotes if it holds `${…}` and has none yet."""
    token = match[0]
    return quoted(token) if "${" in token and token[0] not in "\"'" else token


def plain_backslashes(line: str, start: int) -> tuple[str, int]:
    """Return the line with the first path or odd backslash in single quotes, and where it stood, -1 if none did.

    Only text in double quotes counts, in a value that begins at `start`.
    """
    at = start
    while at < len(line):
        if line[at] in "\"'" and (at == start or line[at - 1] in " [{,:"):
            path = _PATH.match(line, at)
            end = quote_end(line, at + 1, line[at])
            if path is not None and line[at] == '"':
                return line[:at] + quoted(path[1]) + line[path.end() :], at
            if end < 0:
                return line, -1
            if line[at] == '"' and "\\" in _ESCAPE.sub("", line[at:end]):
                return line[:at] + quoted(line[at + 1 : end]) + line[end + 1 :], at
            at = end
        at += 1
    return line, -1


@dataclass(slots=True)
class Open:
    """What is open at the end of a line: brackets from the outside in, and a quote with its column."""

    brackets: list[tuple[str, int]] = field(default_factory=list)
    quote: str = ""
    quote_at: int = -1
    wrong: tuple[int, str, bool] | None = None
    """The first closing bracket that is not its opener's: its column, the one wanted, and whether to put it before."""

    @property
    def closers(self) -> str:
        """What would close every bracket."""
        return "".join(_CLOSERS[bracket] for bracket, _ in reversed(self.brackets))

    def take(self, line: str, at: int) -> int:
        """Go over the line from `at`; return where the outermost bracket or quote has closed, -1 if it has not."""
        while at < len(line):
            c = line[at]
            if self.quote:
                at = quote_end(line, at, self.quote)
                if at < 0:
                    return -1
                self.quote = ""
                if not self.brackets:
                    return at + 1
            elif c in "\"'" and (at == 0 or line[at - 1] in " [{,:"):
                self.quote, self.quote_at = c, at
            elif c in _CLOSERS:
                self.brackets.append((c, at))
            elif c in "]}" and self.brackets:
                wanted = _CLOSERS[self.brackets.pop()[0]]
                if c != wanted:
                    skipped = bool(self.brackets) and _CLOSERS[self.brackets[-1][0]] == c
                    self.wrong = self.wrong or (at, wanted, skipped)
                    if skipped:
                        self.brackets.pop()
                if not self.brackets:
                    return at + 1
            elif c == "#" and at and line[at - 1] == " ":
                return -1
            at += 1
        return -1


_VARIABLE: Final = re.compile(r"[＄$] ?[{｛]([^{}｛｝]*)[}｝]")
_WIDE_PAIR: Final = re.compile(r"(?:^\{|[,，])\s*([^\s,，:：\"'{}\[\]]+)(：|: )")
_WIDE_COMMA: Final = re.compile(r"，\s*(?=([^\s,，:：\"'{}\[\]]+)(：|: ))")


_WIDE_LIST: Final = re.compile(r"(?<=[\[{,:] )\[[^\[\]{},]*，[^\[\]{},]*\]")


def plain_variables(line: str) -> tuple[str, int]:
    """Return the line with `＄{日}`, `$｛日｝`, `$ {日}` as `${日}`, and where the first stood, -1 if none did."""
    for match in _VARIABLE.finditer(line):
        if match[0] != f"${{{match[1]}}}":
            return _VARIABLE.sub(r"${\1}", line), match.start()
    return line, -1


def plain_marks(inner: str, words: Collection[str]) -> tuple[str, int]:
    """Return a bracketed value with plain colons and commas, and where the first full-width one stood, -1 if none did.

    Only what separates counts: a comma before a pair, a colon after a word of the language, or, when there is no plain
    one at all, every one of its kind. What stands in quotes stays.
    """
    if '"' in inner or "'" in inner:
        return inner, -1
    mended = inner
    if inner[0] == "{" and ": " not in inner and "：" in inner:
        mended = inner.replace("：", ": ").replace("，", ", ")
    elif inner[0] == "[" and "," not in inner and "，" in inner:
        mended = inner.replace("，", ", ")
    elif inner[0] == "{":
        mended = _WIDE_COMMA.sub(lambda m: ", " if m[2] == ": " or m[1] in words else m[0], inner)
        mended = _WIDE_PAIR.sub(lambda m: m[0].replace("：", ": ") if m[1] in words else m[0], mended)
    mended = _WIDE_LIST.sub(lambda m: m[0].replace("，", ", "), mended)
    if mended == inner:
        return inner, -1
    return re.sub(r" +", " ", mended), next(n for n, (a, b) in enumerate(zip(inner, mended, strict=False)) if a != b)


_HASH_VALUE: Final = re.compile(r"(?<=[\[{:,] )#[^\s,\[\]{}]*")


def quoted_hashes(line: str, at: int) -> tuple[str, int]:
    """Return the line with values that begin with # in quotes, and where the first stood, -1 if none did."""
    match = _HASH_VALUE.search(line, at)
    return (line, -1) if match is None else (line[:at] + _HASH_VALUE.sub(r'"\g<0>"', line[at:]), match.start())


def left_open(lines: Sequence[str], index: int, line: str, start: int) -> Open | None:
    """Return what `line` opens at `start` and no line below closes; None if all is closed in time.

    `line` is line `index` of `lines` as mended so far. A line below that begins a step or a key no deeper than this
    one ends the search: nobody meant that to be inside.
    """
    first = Open()
    if first.take(line, start) >= 0:
        return None
    indent = len(line) - len(line.lstrip(" "))
    goes_on = not first.quote and line.rstrip()[-1:] in ("[", "{", ",")
    now = Open(list(first.brackets), first.quote)
    for other in lines[index + 1 : index + 1 + LOOK_AHEAD_LINES]:
        entry = _ENTRY.match(other)
        if entry and len(entry[1]) <= indent and not (goes_on and not other.lstrip().startswith("-")):
            return first
        if now.take(other, 0) >= 0:
            return None
        goes_on = not now.quote and other.rstrip()[-1:] in ("[", "{", ",")
    return first if index + LOOK_AHEAD_LINES >= len(lines) else None
