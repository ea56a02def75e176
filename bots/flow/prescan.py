"""Looks at the lines before YAML does, and says in one sentence what YAML would say badly or not at all.

A line that can be mended is handed on mended, so that one slip does not hide the next; the problem stays reported.
Only what is certain is reported: a word before a colon must be one of the language, a value must be one that YAML
would refuse, cut, or read as something else.
"""

import re
from collections.abc import Collection

from bots.flow.indents import Indents
from bots.flow.marks import (
    COMMENT,
    INVISIBLE,
    SIMPLE,
    TOKENS,
    Open,
    colon_at,
    left_open,
    plain_backslashes,
    plain_marks,
    plain_variables,
    quote_end,
    quote_token,
    quoted,
    quoted_hashes,
)
from bots.flow.problem import LINE_BREAK, Problem, Severity, Span, lines_of
from bots.flow.scanned import Scanned

BOM = "\ufeff"
BLANKS = "\u3000\xa0\u2002\u2003\u2009\u202f"
"""Blanks that an input method types and YAML takes for letters."""

DASHES = "－—–•·"

_WORD_COLON = re.compile(rf"([^\s:：\"'“”{{}}\[\]]+)(\s*)([:：])([ \t{BLANKS}]*)")
_DASH_WORD = re.compile(rf"( *)([-{DASHES}])([ {BLANKS}]*)([^\s:：]+)")
_LEAD = re.compile(r"( *)((?:-(?: +|$))*)")
_WIDE_BRACKETS = str.maketrans({"｛": "{", "｝": "}", "［": "[", "］": "]", "：": ": ", "，": ", "})
_VARIABLE_SLIP = frozenset("＄｛｝")
_BLOCK = re.compile(r"[|>](?:[+-]?[1-9]?|[1-9][+-])\s*(?:#.*)?")
_HASH = re.compile(r"\s#(?=\S)")
_JINJA = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


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
        self.block_indent = -1
        self.quote = ""
        self.depth = 0
        self.indents = Indents()
        self.lines: list[str] = []
        self.cells = -1

    def run(self, text: str) -> Scanned:
        changed: dict[int, tuple[str, str]] = {}
        self.lines = lines_of(text)
        hidden = INVISIBLE.search(text) is not None
        simple, passes = SIMPLE.fullmatch, self.indents.passes
        for number, line in enumerate(self.lines, 1):
            self.number = number
            mended = self._unhidden(line) if hidden and INVISIBLE.search(line) else line
            inside = self.block_indent >= 0 or self.quote or self.depth
            match = None if inside else simple(mended)
            if match is None or not passes(*match.groups()):
                mended = self._line(mended)
            if mended != line:
                changed[number] = (line.lstrip(BOM) if number == 1 else line, mended)
        return Scanned(self._mended(text, changed) if changed else text, self.problems, changed)

    def _mended(self, text: str, changed: dict[int, tuple[str, str]]) -> str:
        ends = [match[0] for match in LINE_BREAK.finditer(text)] + [""]
        lines = zip(self.lines, ends, strict=True)
        return "".join((changed[n][1] if n in changed else line) + end for n, (line, end) in enumerate(lines, 1))

    # lines ------------------------------------------------------------------------------------------------------

    def _line(self, line: str) -> str:
        if BOM in line:
            line = self._bom(line)
        if self._inside(line):
            return line
        line = self._indentation(line)
        stripped = line.strip()
        if stripped.startswith("＃"):
            line = self._wide_comment(line)
        if not stripped or stripped[0] in "#＃":
            return line
        return self._aligned(self._content(line))

    def _inside(self, line: str) -> bool:
        """Say whether the line continues a block of text, quotes or brackets that an earlier line has opened."""
        if self.block_indent >= 0:
            if not line.strip() or len(line) - len(line.lstrip(" ")) > self.block_indent:
                return True
            self.block_indent = -1
        if self.quote:
            end = quote_end(line, 0, self.quote)
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

    def _unhidden(self, line: str) -> str:
        at = next(match.start() for match in INVISIBLE.finditer(line))
        mended = INVISIBLE.sub("", line)
        self._add("P-INVISIBLE", at, 1,
                  "这里有一个看不见的字符（多半是从网页或聊天里复制来的），请删掉它，或重新打这一行。",
                  "There is an invisible character here, as web pages and chats leave them; type the line again.",
                  found=f"U+{ord(line[at]):04X}", fix=mended.strip())  # fmt: skip
        return mended

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
        if "\t" in line and not colon_at(line, 0) >= 0 and re.search(r"[^\s#]\t+[^\s#]", line):
            return self._cells(line)
        if not _VARIABLE_SLIP.isdisjoint(line) or "$ {" in line:
            line = self._variable(line)
        match = _LEAD.match(line)
        start = match.end() if match else 0
        line = self._colon(line, start)
        colon = colon_at(line, start)
        if colon < 0:
            return self._value(line, start, start)
        if line[start] in "“‘":
            line = self._curly(line, start, colon)
            colon = colon_at(line, start)
        begin = colon + 1
        while begin < len(line) and line[begin] == " ":
            begin += 1
        return self._value(line, begin, start)

    def _wide_comment(self, line: str) -> str:
        at = line.index("＃")
        mended = f"{line[:at]}# {line[at + 1 :].lstrip()}"
        self._add("P-HASH", at, 1, "注释前面的“＃”是全角的，请换成英文的 # 加一个空格。",
                  "The sign before this comment is full-width; write # and a blank.", fix=mended.strip())  # fmt: skip
        return mended

    def _cells(self, line: str) -> str:
        """Leave out a line of cells; the lines below it from the same table are left out with it."""
        at = line.index("\t", len(line) - len(line.lstrip()))
        if self.cells != self.number - 1:
            self._add("P-TAB", at, 1,
                      "这一行像是从表格里粘贴来的；表格请存成文件，用 items（明细）或 rows（整理表格）读取。",
                      "This line looks like cells from a sheet; keep the sheet as a file and read it by items or rows.",
                      fix="items: {from: \"${sheet}\", key: \"${商品ID}\"}")  # fmt: skip
        self.cells = self.number
        return ""

    def _backslash(self, line: str, start: int) -> str:
        """Put paths in single quotes: in double ones `\\n` of `C:\\new` is a new line, and `\\数` is refused."""
        written, first = line, -1
        while True:
            mended, at = plain_backslashes(line, start)
            if at < 0:
                break
            line, first = mended, at if first < 0 else first
        if first >= 0:
            self._add("P-BACKSLASH", first, 1, "英文双引号里的反斜杠 \\ 有特殊意思，路径会变样；请改用英文单引号。",
                      "A backslash means something special in double quotes; use single ones for a path.",
                      found=written[first:].strip(), fix=line.strip())  # fmt: skip
        return line

    def _variable(self, line: str) -> str:
        mended, at = plain_variables(line)
        if at >= 0:
            self._add("P-VARIABLE", at, 2, "变量要写成 ${名字}：美元符号和花括号都用英文的，中间没有空格。",
                      "A variable is ${name}: a plain dollar sign and plain braces, no blank between.",
                      found=line[at:].strip(), fix=mended.strip())  # fmt: skip
        return mended

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
        """Mend `点击：查询`, `click:查询` and `click:　查询` where a word of the language or another key must stand."""
        match = _WORD_COLON.match(line, start)
        if match is None or not (match[1] in self.words or self.indents.wants_key(line, start)):
            return line
        rest = line[match.end() :]
        full, odd_blank, none = match[3] == "：", bool(match[4].strip(" ")), not match[4] and bool(rest)
        if not (full or odd_blank or none):
            return line
        mended = f"{line[: match.end(1)]}: {rest}".rstrip()
        if full:
            zh, en = "冒号是中文的“：”，请换成英文冒号加一个空格。", "The colon is full-width; write : and a blank."
        elif "\t" in match[4]:
            zh, en = "冒号后面是制表符（Tab），请换成空格。", "A tab follows the colon; use a blank."
        elif odd_blank:
            zh, en = "冒号后面是全角空格，请换成英文空格。", "A full-width blank follows the colon; use a plain one."
        else:
            zh, en = "冒号后面少了一个空格。", "A blank is missing after the colon."
        self._add("P-COLON", match.start(3), 1, zh, en, fix=mended.strip())
        return mended

    def _curly(self, line: str, start: int, end: int) -> str:
        """Mend “…” around a whole key or value."""
        inner = line[start:end].strip()[1:-1]
        mended = line[:start] + quoted(inner) + line[end:]
        self._add("P-QUOTES", start, end - start, "引号是中文的“”，会变成文字的一部分；请换成英文引号 \" 或去掉。",
                  'The quotes are Chinese ones and would be part of the text; use " or none.',
                  found=line[start:end].strip(), fix=mended.strip())  # fmt: skip
        return mended

    def _value(self, line: str, start: int, key_start: int) -> str:
        first = line[start : start + 1]
        if not line[start:].strip():
            return line
        if first in "\"'[{" and "\\" in line:
            line = self._backslash(line, start)
        if line[start] in "\"'":
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
        if value[0] + value[-1] in ("｛｝", "［］"):
            return self._wide_brackets(line, start)
        if value[0] in "“‘" and value[-1] in "”’" and len(value) > 2 and not re.search("[“”‘’]", value[1:-1]):
            return self._curly(line, start, len(line.rstrip()))
        cut = _HASH.search(value)
        if cut:
            return self._hash(line, start, value, cut)
        value = COMMENT.sub("", value)
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
            found=value, fix=(line[:start] + quoted(value)).strip(),
        )  # fmt: skip
        return line[:start] + quoted(value)

    def _comment_value(self, line: str, start: int) -> str:
        if line[start + 1 : start + 2] in ("", " ", "#") or start == 0:
            return line
        return self._wrap(line, start, "P-HASH",
                          "内容以 # 开头，整个会被当作注释丢掉；请加英文引号，是注释请在 # 后面加空格。",
                          "A value that begins with # is dropped as a comment; quote it.")  # fmt: skip

    def _jinja(self, line: str, at: int) -> str:
        mended = _JINJA.sub(r"${\1}", line[at:].rstrip())
        value = line[:at] + mended
        colon = colon_at(value, 0)
        whole = value if mended.startswith("$") or colon < 0 else value[: colon + 2] + quoted(value[colon + 2 :])
        self._add("P-BRACES", at, 2, "变量写成 ${名字}，不是 {{名字}}。",
                  "A variable is ${name}, not {{name}}.", found=line[at:].strip(), fix=whole.strip())  # fmt: skip
        return whole

    # quotes and brackets ----------------------------------------------------------------------------------------

    def _quoted_value(self, line: str, start: int) -> str:
        quote = line[start]
        end = quote_end(line, start + 1, quote)
        if end < 0 and left_open(self.lines, self.number - 1, line, start):
            value = line[start + 1 :].rstrip()
            mended = line[:start] + (quoted(value) if quote == '"' else f"'{value}'")
            self._add("P-UNCLOSED", start, 1, f"从这里开始的引号 {quote} 少了另一半，请在内容后面补上。",
                      f"The quote {quote} that begins here has no other half; put it after the text.",
                      found=line[start:].strip(), fix=mended.strip())  # fmt: skip
            return mended
        if end < 0:
            self.quote = quote
            return line
        rest = COMMENT.sub("", line[end + 1 :]).strip()
        if not rest or rest[0] in "#:":
            return line
        return self._wrap(line, start, "P-AFTER-QUOTE", "引号结束后还有文字；请用一对引号把整个内容包起来。",
                          "Text follows the closing quote; put one pair of quotes around the whole value.")  # fmt: skip

    def _bracket_value(self, line: str, start: int) -> str:
        if _JINJA.match(line, start):
            return self._jinja(line, start)
        line = self._closed(self._quote_templates(line, start), start)
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

    def _closed(self, line: str, start: int) -> str:
        """Mend brackets that nothing closes, or that another kind of bracket does."""
        still = left_open(self.lines, self.number - 1, line, start)
        if still is None:
            return self._right_closers(line, start)
        hashed, at = quoted_hashes(line, start)
        if at >= 0 and left_open(self.lines, self.number - 1, hashed, start) is None:
            self._add("P-HASH", at, 1, "内容以 # 开头，后面的都会被当作注释丢掉；请加英文引号。",
                      "A value that begins with # is dropped as a comment with all that follows; quote it.",
                      fix=hashed.strip())  # fmt: skip
            return self._right_closers(hashed, start)
        at, mended = start, line.rstrip()
        if still.quote_at >= 0 and still.quote:
            at = still.quote_at
            mended = mended[:at] + mended[at + 1 :]
            still = Open()
            still.take(mended, start)
        mended += still.closers
        self._add("P-UNCLOSED", at, 1, f"从这里开始的 {line[at]} 没有写完，少了另一半。",
                  f"The {line[at]} that begins here has no other half.",
                  found=line[start:].strip(), fix=mended.strip())  # fmt: skip
        return self._right_closers(mended, start)

    def _right_closers(self, line: str, start: int) -> str:
        seen = Open()
        seen.take(line, start)
        if seen.wrong is None:
            return line
        at, wanted, before = seen.wrong
        mended = line[:at] + wanted + line[at + (not before) :]
        zh, en = ("前面少了", "wants {1} before it") if before else ("要换成", "must be {1}")
        self._add("P-UNCLOSED", at, 1, f"括号不成对：这里的 {line[at]} {zh} {wanted}。",
                  f"The brackets do not match: {line[at]} {en.format('', wanted)}.",
                  found=line[start:].strip(), fix=mended.strip())  # fmt: skip
        return self._right_closers(mended, start)

    def _brackets(self, line: str, at: int) -> int:
        """Follow brackets from `at`; return where the outermost closes, -1 if it stays open."""
        while at < len(line):
            c = line[at]
            if c in "\"'" and (at == 0 or line[at - 1] in " [{,:"):
                end = quote_end(line, at + 1, c)
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
        mended = line[:start] + TOKENS.sub(quote_token, line[start:])
        if mended != line:
            at = line.index("${", start)
            self._add("P-TEMPLATE", at, 2, "写在 { } 或 [ ] 里面的 ${…} 要加英文引号；已按加了引号读取。",
                      "Inside { } or [ ] a ${…} needs quotes; it was read as if it had them.",
                      fix=mended.strip(), severity="warning")  # fmt: skip
        return mended

    def _wide_marks(self, line: str, start: int, end: int) -> str:
        plain, at = plain_marks(line[start:end], self.words)
        if at < 0:
            return line
        wide, mended = line[start + at], line[:start] + plain + line[end:]
        self._add("P-COLON" if wide == "：" else "P-COMMA", start + at, 1,
                  f"括号里用了中文的“{wide}”，请换成英文符号加一个空格；是文字的一部分请加英文引号。",
                  f'A full-width "{wide}" stands inside brackets; use the plain one and a blank, or quote the text.',
                  fix=mended.strip())  # fmt: skip
        return mended

    def _wide_brackets(self, line: str, start: int) -> str:
        value = line[start:].rstrip()
        mended = line[:start] + re.sub(r" +", " ", value.translate(_WIDE_BRACKETS)).strip()
        self._add("P-BRACKETS", start, 1, f"括号“{value[0]}”是全角的，会变成文字；请换成英文的括号、冒号和逗号。",
                  f'"{value[0]}" is a full-width bracket and would be text; use plain brackets, colons and commas.',
                  found=value, fix=mended.strip())  # fmt: skip
        return mended

    # problems ---------------------------------------------------------------------------------------------------

    def _wrap(self, line: str, start: int, code: str, zh: str, en: str) -> str:
        value = line[start:].rstrip()
        mended = line[:start] + quoted(value)
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
        end = len(self.lines[self.number - 1])  # what was put in by an earlier mend stands nowhere in the file
        span = Span(self.number, min(at, end) + 1, self.number, min(at + length, end + 1) + 1)
        self.problems.append(Problem(code, self.path, span, zh, en, found, (), fix, severity))
