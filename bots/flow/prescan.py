"""Looks at the lines before YAML does, and says in one sentence what YAML would say badly or not at all.

A line that can be mended is handed on mended, so that one slip does not hide the next; the problem stays reported.
Only what is certain is reported: a word before a colon must be one of the language, a value must be one that YAML
would refuse, cut, or read as something else.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from bots.flow.indents import Indents
from bots.flow.problem import LINE_BREAK, Problem, Severity, Span

BOM = "\ufeff"
BLANKS = "\u3000\xa0\u2002\u2003\u2009\u202f"
"""Blanks that an input method types and YAML takes for letters."""

DASHES = "－—–•·"

_FILLED = r"\$\{[^{}#:\"'“”‘’（），]*\}"
_SIMPLE = re.compile(
    rf"( *)((?:- )*)(?:([\w.$][\w.$-]*:)(?: +((?:[\w./~+=<-]|{_FILLED})(?:[^#\"'“”‘’`{{}}\[\]：:]|{_FILLED})*"
    rf"|\"[^\"\\]*\" *))?|\w+) *(?:(?<= )# .*)?"
)
"""A line with nothing to look at: indentation, dashes, a plain key, a plain or quoted value, a comment."""

_WORD_COLON = re.compile(rf"([^\s:：\"'“”{{}}\[\]]+)(\s*)([:：])([ {BLANKS}]*)")
_DASH_WORD = re.compile(rf"( *)([-{DASHES}])([ {BLANKS}]*)([^\s:：]+)")
_LEAD = re.compile(r"( *)((?:-(?: +|$))*)")
_BLOCK = re.compile(r"[|>](?:[+-]?[1-9]?|[1-9][+-])\s*(?:#.*)?")
_HASH = re.compile(r"\s#(?=\S)")
_JINJA = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_COMMENT = re.compile(r"\s#.*$")


@dataclass(slots=True)
class Scanned:
    """The problems found, and the text with the mendable lines mended, line for line."""

    text: str
    problems: list[Problem]
    changed: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Line number → the line as written and as mended."""

    def column(self, line: int, column: int) -> int:
        """Return the column in the file of a column in the mended text, both from 1."""
        if line not in self.changed:
            return column
        written, mended = self.changed[line]
        for block in SequenceMatcher(None, mended, written, autojunk=False).get_matching_blocks():
            if column - 1 < block.a + block.size or not block.size:
                return max(column - 1 - block.a, 0) + block.b + 1
        return column

    def unquoted(self, line: int, column: int) -> bool:
        """Say whether a quote at this place (in the file) was put there by the pre-scan."""
        return line in self.changed and self.changed[line][0][column - 1 : column] not in ("'", '"')


def prescan(text: str, path: str, words: Collection[str] = ()) -> Scanned:
    """Return what the lines show; `words` are names of the language that may stand before a colon."""
    return _Prescan(path, frozenset(words)).run(text)


class _Prescan:
    """One pass over the lines; knows whether it stands inside a block of text, quotes or brackets."""

    def __init__(self, path: str, words: frozenset[str]) -> None:
        self.path = path
        self.words = words
        self.problems: list[Problem] = []
        self.number = 0
        self.line = ""
        self.block_indent = -1
        self.quote = ""
        self.depth = 0
        self.indents = Indents()

    def run(self, text: str) -> Scanned:
        out: list[str] = []
        changed: dict[int, tuple[str, str]] = {}
        ends = [match[0] for match in LINE_BREAK.finditer(text)] + [""]
        for number, (line, end) in enumerate(zip(LINE_BREAK.split(text), ends, strict=True), 1):
            self.number, self.line = number, line
            mended = self._line(line)
            if mended != line:
                changed[number] = (line.lstrip(BOM) if number == 1 else line, mended)
            out.append(mended + end)
        return Scanned("".join(out), self.problems, changed)

    # lines ------------------------------------------------------------------------------------------------------

    def _line(self, line: str) -> str:
        if self.block_indent < 0 and not self.quote and not self.depth:
            simple = _SIMPLE.fullmatch(line)
            if simple and self.indents.passes(len(simple[1]), len(simple[2]), bool(simple[3]), not simple[4]):
                return line
        if BOM in line:
            line = self._bom(line)
        if self._inside(line):
            return line
        line = self._indentation(line)
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            return line
        return self._aligned(self._content(line))

    def _inside(self, line: str) -> bool:
        """Say whether the line continues a block of text, quotes or brackets that an earlier line has opened."""
        if self.block_indent >= 0:
            if not line.strip() or len(line) - len(line.lstrip(" ")) > self.block_indent:
                return True
            self.block_indent = -1
        if self.quote:
            end = _quote_end(line, 0, self.quote)
            if end < 0:
                return True
            self.quote = ""
            self._brackets(line, end + 1)
            return True
        if self.depth:
            self._brackets(line, 0)
            return True
        return False

    def _aligned(self, line: str) -> str:
        mended = self.indents.take(line)
        if self.block_indent >= 0:
            self.block_indent += len(mended) - len(line)
        if mended != line and self.indents.reported:
            at = len(line) - len(line.lstrip(" "))
            want = len(mended) - len(mended.lstrip(" "))
            self._add(
                "P-INDENT", 0, max(at, 1),
                f"这一行前面有 {at} 个空格，和同级的行对不齐，应该是 {want} 个。",
                f"This line is indented by {at} blanks and lines up with nothing; it should be {want}.",
                fix=mended,
            )  # fmt: skip
        return mended

    def _bom(self, line: str) -> str:
        at = line.index(BOM)
        first = self.number == 1 and at == 0
        self._add(
            "P-BOM", 0 if first else at, 1,
            "文件开头有一个看不见的记号（BOM）；不影响运行，保存时请选“UTF-8（无 BOM）”。" if first
            else "这一行里有一个看不见的记号（BOM），请删掉它，重新打这一行。",
            "The file begins with an invisible mark (BOM); it does no harm. Save as UTF-8 without BOM." if first
            else "There is an invisible mark (BOM) in this line; type the line again.",
            severity="warning" if first else "error",
        )  # fmt: skip
        return line.replace(BOM, "")

    def _indentation(self, line: str) -> str:
        end = next((n for n, c in enumerate(line) if c not in " \t" + BLANKS), len(line))
        lead = line[:end]
        if "\t" in lead and line[end:]:
            mended = lead.replace("\t", "  ") + line[end:]
            self._add("P-TAB", lead.index("\t"), 1, "缩进用了制表符（Tab），请换成空格，一层两个。",
                      "The indentation has a tab; use blanks, two a level.", fix=mended)  # fmt: skip
            return mended
        if lead.strip(" ") and line[end:]:
            at = next(n for n, c in enumerate(lead) if c in BLANKS)
            mended = "".join("  " if c == "\u3000" else " " if c in BLANKS else c for c in lead) + line[end:]
            self._add("P-BLANK", at, 1, "缩进用了全角空格，请换成英文空格，一层两个。",
                      "The indentation has a full-width blank; use plain ones, two a level.", fix=mended)  # fmt: skip
            return mended
        return line

    # content ----------------------------------------------------------------------------------------------------

    def _content(self, line: str) -> str:
        line = self._dash(line)
        match = _LEAD.match(line)
        start = match.end() if match else 0
        line = self._colon(line, start)
        colon = _colon_at(line, start)
        if colon < 0:
            return self._value(line, start, start)
        if line[start] in "“‘":
            line = self._curly(line, start, colon)
            colon = _colon_at(line, start)
        begin = colon + 1
        while begin < len(line) and line[begin] == " ":
            begin += 1
        return self._value(line, begin, start)

    def _dash(self, line: str) -> str:
        """Mend `-click:` and `－ click:` where a word of the language follows."""
        match = _DASH_WORD.match(line)
        if match is None or (match[2] == "-" and match[3].strip(" ") == "" and match[3]) or match[4] not in self.words:
            return line
        mended = f"{match[1]}- {line[match.start(4) :]}"
        wrong_dash = match[2] != "-"
        self._add(
            "P-DASH", match.start(2), 1,
            f"步骤前面的“{match[2]}”请换成英文减号加一个空格。" if wrong_dash else "“-”后面少了一个空格。",
            f'Write a plain hyphen and a blank for "{match[2]}".' if wrong_dash else "A blank is missing after the -.",
            fix=mended.strip(),
        )  # fmt: skip
        return mended

    def _colon(self, line: str, start: int) -> str:
        """Mend `点击：查询`, `click:查询` and `click:　查询` where a word of the language stands before the colon."""
        match = _WORD_COLON.match(line, start)
        if match is None or match[1] not in self.words:
            return line
        rest = line[match.end() :]
        full, odd_blank, none = match[3] == "：", bool(match[4].strip(" ")), not match[4] and bool(rest)
        if not (full or odd_blank or none):
            return line
        mended = f"{line[: match.end(1)]}: {rest}".rstrip()
        if full:
            zh, en = "冒号是中文的“：”，请换成英文冒号加一个空格。", "The colon is full-width; write : and a blank."
        elif odd_blank:
            zh, en = "冒号后面是全角空格，请换成英文空格。", "A full-width blank follows the colon; use a plain one."
        else:
            zh, en = "冒号后面少了一个空格。", "A blank is missing after the colon."
        self._add("P-COLON", match.start(3), 1, zh, en, fix=mended.strip())
        return mended

    def _curly(self, line: str, start: int, end: int) -> str:
        """Mend “…” around a whole key or value."""
        inner = line[start:end].strip()[1:-1]
        mended = line[:start] + _quoted(inner) + line[end:]
        self._add("P-QUOTES", start, end - start, "引号是中文的“”，会变成文字的一部分；请换成英文引号 \" 或去掉。",
                  'The quotes are Chinese ones and would be part of the text; use " or none.',
                  found=line[start:end].strip(), fix=mended.strip())  # fmt: skip
        return mended

    def _value(self, line: str, start: int, key_start: int) -> str:
        first = line[start : start + 1]
        if not line[start:].strip():
            return line
        if first in "\"'":
            return self._quoted_value(line, start)
        if first in "[{":
            return self._bracket_value(line, start)
        if first == "#":
            return self._comment_value(line, start)
        value = line[start:].rstrip()
        if first in "|>" and _BLOCK.fullmatch(value):
            self.block_indent = self._owner_indent(line, start, key_start)
            return line
        if first in "@`%*&!|>,]}" or (first == "?" and value[1:2] == " "):
            return self._wrap(line, start, "P-START",
                              f"内容以“{first}”开头，YAML 会误解；请给整个内容加英文引号。",
                              f"A value that begins with {first} means something else to YAML; quote it.")  # fmt: skip
        return self._plain(line, start, value)

    def _owner_indent(self, line: str, start: int, key_start: int) -> int:
        """Return the indentation that a block of text must exceed: that of its key, or of its dash."""
        return key_start if start > key_start else line.rindex("-", 0, start) if "-" in line[:start] else 0

    def _plain(self, line: str, start: int, value: str) -> str:
        if value[0] in "“‘" and value[-1] in "”’" and len(value) > 2 and not re.search("[“”‘’]", value[1:-1]):
            return self._curly(line, start, len(line.rstrip()))
        cut = _HASH.search(value)
        if cut:
            return self._hash(line, start, value, cut)
        value = _COMMENT.sub("", value)
        braces = _JINJA.search(value)
        if braces:
            return self._jinja(line, start + braces.start())
        colon = value.find(": ")
        if colon >= 0 or value.endswith(":"):
            return self._wrap(line, start, "P-COLON-INSIDE",
                              "内容里有英文冒号加空格，YAML 会再拆一次；请给整个内容加英文引号。",
                              "The value holds a colon and a blank; YAML would split it again. Quote it.")  # fmt: skip
        return line

    def _hash(self, line: str, start: int, value: str, cut: re.Match[str]) -> str:
        kept, lost = value[: cut.start()], value[cut.start() + 1 :]
        self._add(
            "P-HASH", start + cut.start() + 1, len(lost),
            f"“空格加 #”后面会被当作注释丢掉，内容只剩“{kept}”；是内容请加英文引号，是注释请在 # 后面加空格。",
            f'What follows " #" is dropped as a comment, leaving "{kept}"; quote the value, or put a blank after #.',
            found=value, fix=(line[:start] + _quoted(value)).strip(),
        )  # fmt: skip
        return line[:start] + _quoted(value)

    def _comment_value(self, line: str, start: int) -> str:
        if line[start + 1 : start + 2] in ("", " ", "#") or start == 0:
            return line
        return self._wrap(line, start, "P-HASH",
                          "内容以 # 开头，整个会被当作注释丢掉；请加英文引号，是注释请在 # 后面加空格。",
                          "A value that begins with # is dropped as a comment; quote it.")  # fmt: skip

    def _jinja(self, line: str, at: int) -> str:
        mended = _JINJA.sub(r"${\1}", line[at:].rstrip())
        value = line[:at] + mended
        colon = _colon_at(value, 0)
        quoted = value if mended.startswith("$") or colon < 0 else value[: colon + 2] + _quoted(value[colon + 2 :])
        self._add("P-BRACES", at, 2, "变量写成 ${名字}，不是 {{名字}}。",
                  "A variable is ${name}, not {{name}}.", found=line[at:].strip(), fix=quoted.strip())  # fmt: skip
        return quoted

    # quotes and brackets ----------------------------------------------------------------------------------------

    def _quoted_value(self, line: str, start: int) -> str:
        quote = line[start]
        end = _quote_end(line, start + 1, quote)
        if end < 0:
            self.quote = quote
            return line
        rest = _COMMENT.sub("", line[end + 1 :]).strip()
        if not rest or rest[0] in "#:":
            return line
        return self._wrap(line, start, "P-AFTER-QUOTE", "引号结束后还有文字；请用一对引号把整个内容包起来。",
                          "Text follows the closing quote; put one pair of quotes around the whole value.")  # fmt: skip

    def _bracket_value(self, line: str, start: int) -> str:
        if _JINJA.match(line, start):
            return self._jinja(line, start)
        line = self._quote_templates(line, start)
        end = self._brackets(line, start)
        if end < 0:
            return line
        rest = line[end:].strip()
        if not rest or rest.startswith("#"):
            return self._wide_marks(line, start, end)
        if rest.startswith(":"):
            return line
        return self._wrap(line, start, "P-START",
                          f"内容以“{line[start]}”开头，YAML 会当作一组；请给整个内容加英文引号。",
                          f"A value that begins with {line[start]} is a collection to YAML; quote it.")  # fmt: skip

    def _brackets(self, line: str, at: int) -> int:
        """Follow brackets from `at`; return where the outermost closes, -1 if it stays open."""
        while at < len(line):
            c = line[at]
            if c in "\"'" and (at == 0 or line[at - 1] in " [{,:"):
                end = _quote_end(line, at + 1, c)
                if end < 0:
                    self.quote = c
                    return -1
                at = end
            elif c in "[{":
                self.depth += 1
            elif c in "]}":
                self.depth -= 1
                if self.depth <= 0:
                    self.depth = 0
                    return at + 1
            elif c == "#" and at and line[at - 1] == " ":
                return -1
            at += 1
        return -1

    def _quote_templates(self, line: str, start: int) -> str:
        """Quote the values in brackets that hold `${…}`: there its brace would end the collection."""
        if "${" not in line[start:]:
            return line
        mended = line[:start] + _TOKENS.sub(_quote_token, line[start:])
        if mended != line:
            at = line.index("${", start)
            self._add("P-TEMPLATE", at, 2, "写在 { } 或 [ ] 里面的 ${…} 要加英文引号；已按加了引号读取。",
                      "Inside { } or [ ] a ${…} needs quotes; it was read as if it had them.",
                      fix=mended.strip(), severity="warning")  # fmt: skip
        return mended

    def _wide_marks(self, line: str, start: int, end: int) -> str:
        inner = line[start:end]
        wide = (
            "："
            if line[start] == "{" and ": " not in inner
            else "，"
            if line[start] == "[" and "," not in inner
            else ""
        )
        if not wide or wide not in inner or '"' in inner:
            return line
        plain = inner.replace("：", ": ").replace("，", ", ")
        mended = line[:start] + re.sub(r" +", " ", plain) + line[end:]
        self._add("P-COLON" if wide == "：" else "P-COMMA", start + inner.index(wide), 1,
                  f"括号里用了中文的“{wide}”，请换成英文符号加一个空格；是文字的一部分请加英文引号。",
                  f'A full-width "{wide}" stands inside brackets; use the plain one and a blank, or quote the text.',
                  fix=mended.strip())  # fmt: skip
        return mended

    # problems ---------------------------------------------------------------------------------------------------

    def _wrap(self, line: str, start: int, code: str, zh: str, en: str) -> str:
        value = line[start:].rstrip()
        mended = line[:start] + _quoted(value)
        self._add(code, start, len(value), zh, en, found=value, fix=mended.strip())
        return mended

    def _add(
        self,
        code: str,
        at: int,
        length: int,
        zh: str,
        en: str,
        *,
        found: str = "",
        fix: str = "",
        severity: Severity = "error",
    ) -> None:
        span = Span(self.number, at + 1, self.number, at + 1 + length)
        self.problems.append(Problem(code, self.path, span, zh, en, found, (), fix, severity))


_TOKENS = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'"
    r"|(?:\$\{[^{}]*\}|[^\s,:\[\]{}\"'#])(?:\$\{[^{}]*\}|[^\s,:\[\]{}#]|:(?=\S)| +(?=[^\s,\[\]{}:#]))*"
)
"""Quoted text, or a plain value in brackets; blanks inside a value belong to it."""


def _quote_token(match: re.Match[str]) -> str:
    token = match[0]
    return _quoted(token) if "${" in token and token[0] not in "\"'" else token


def _quote_end(line: str, at: int, quote: str) -> int:
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


def _colon_at(line: str, start: int) -> int:
    """Return where the colon stands that ends the key of this line, -1 if the line has no key."""
    if line[start : start + 1] in ("[", "{", "#", "|", ">"):
        return -1
    if line[start : start + 1] in ("'", '"'):
        end = _quote_end(line, start + 1, line[start])
        after = line[end + 1 :].lstrip() if end >= 0 else ""
        return line.index(":", end + 1) if re.match(r":(\s|$)", after) else -1
    match = re.compile(r":(?=\s|$)").search(line, start)
    if match is None:
        return -1
    comment = _COMMENT.search(line, start)
    return -1 if comment and comment.start() < match.start() else match.start()


def _quoted(value: str) -> str:
    """Return the value in quotes that keep every character."""
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"
