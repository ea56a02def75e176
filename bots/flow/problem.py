"""A problem found in a file: where it is, what was found, what is allowed, and a fix that can be pasted."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from bots.flow.language import Bilingual, Lang

Severity = Literal["error", "warning"]

LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What ends a line for libyaml; `str.splitlines` knows more of them and would shift the numbers."""

_OTHER_BREAK = re.compile("[\r\x85\u2028\u2029]")
"""What may end a line besides the plain end that nearly every file has alone."""


def lines_of(text: str) -> list[str]:
    """Return the lines as YAML counts them, without their ends."""
    return LINE_BREAK.split(text) if _OTHER_BREAK.search(text) else text.split("\n")


class Span(NamedTuple):
    """A stretch of source text; lines and columns count from 1, the end is exclusive."""

    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def part(self, offset: int, length: int) -> "Span":
        """Return `length` characters that begin `offset` characters after the start, on the same line."""
        start = self.column + offset
        return Span(self.line, start, self.line, start + max(length, 1))


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding; `code` is stable and listed in `CODES`."""

    code: str
    path: str
    span: Span
    zh: str
    en: str
    found: str = ""
    allowed: tuple[str, ...] = ()
    fix: str = ""
    severity: Severity = "error"

    def text(self, lang: Lang) -> str:
        """Return the sentence in `lang`."""
        return self.zh if lang == "zh" else self.en


class Refused(ValueError):
    """A text that cannot be what it should be; becomes a `Problem` once its place in the file is known.

    `offset` and `length` point inside the text; `subject` is what it was given for, such as an input's name.
    While a flow runs, the engine turns it into an author's error.
    """

    def __init__(
        self,
        code: str,
        zh: str,
        en: str,
        *,
        found: str = "",
        allowed: Sequence[str] = (),
        fix: str = "",
        offset: int = 0,
        length: int = 0,
    ) -> None:
        """Keep the facts; `str(error)` is the Chinese sentence."""
        super().__init__(zh)
        self.code, self.zh, self.en = code, zh, en
        self.found, self.allowed, self.fix = found, tuple(allowed), fix
        self.offset, self.length = offset, length
        self.subject = ""

    def message(self, lang: Lang) -> str:
        """Return the sentence in `lang`."""
        return self.zh if lang == "zh" else self.en

    def shifted(self, offset: int) -> "Refused":
        """Return the same refusal for a longer text in which this one begins at `offset`."""
        self.offset += offset
        return self


LABELS: dict[str, Bilingual] = {
    "allowed": Bilingual("可以写", "allowed"),
    "error": Bilingual("错误", "error"),
    "fix": Bilingual("改成", "fix"),
    "found": Bilingual("写的是", "found"),
    "warning": Bilingual("提醒", "warning"),
}

ALLOWED_SHOWN = 8
LINE_SHOWN = 110
"""A longer line is shown around the place only."""


def render(problem: Problem, source_text: str, lang: Lang) -> str:
    """Return `file:line:col`, the sentence, the source line with a caret, found, allowed and fix, line by line."""
    span = problem.span
    head = f"{problem.path}:{span.line}:{span.column}: {LABELS[problem.severity].say(lang)} {problem.code}"
    lines = [head, f"  {problem.text(lang)}", *_excerpt(span, source_text)]
    if problem.found:
        lines.append(f"  {LABELS['found'].say(lang)}: {problem.found}")
    if problem.allowed:
        lines.append(f"  {LABELS['allowed'].say(lang)}: {_listed(problem.allowed)}")
    if problem.fix:
        fix = problem.fix.split("\n")
        lines.append(f"  {LABELS['fix'].say(lang)}: {fix[0]}" if len(fix) == 1 else f"  {LABELS['fix'].say(lang)}:")
        lines.extend(f"      {line}" for line in fix if len(fix) > 1)
    return "\n".join(line.rstrip() for line in lines)


def render_all(problems: Sequence[Problem], source_text: str, lang: Lang) -> str:
    """Return every problem in the order of the file, an empty line between two."""
    return "\n\n".join(render(problem, source_text, lang) for problem in in_order(problems))


def in_order(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems sorted by position, each once."""
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.path, problem.span, problem.code))


def mended(lines: Sequence[str], span: Span, new: str) -> str:
    """Return the source line with the stretch replaced, ready to be pasted; just `new` when the stretch spans lines."""
    if span.line != span.end_line or not 1 <= span.line <= len(lines):
        return new
    line = lines[span.line - 1]
    written = line[span.column - 1 : span.end_column - 1]
    quote = written[:1] if written[:1] in ("'", '"') and not new.startswith(("{", '"')) else ""
    return f"{line[: span.column - 1]}{quote}{new}{quote}{line[span.end_column - 1 :]}".strip()


def errors(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems that keep a file from running."""
    return [problem for problem in problems if problem.severity == "error"]


def _excerpt(span: Span, source_text: str) -> list[str]:
    source_lines = LINE_BREAK.split(source_text)
    if not 1 <= span.line <= len(source_lines):
        return []
    line = source_lines[span.line - 1].replace("\t", "→").lstrip("\ufeff")
    gutter = f"  {span.line} | "
    start, end = span.column - 1, (span.end_column if span.end_line == span.line else len(line) + 1) - 1
    if len(line) > LINE_SHOWN:
        first = max(min(start - LINE_SHOWN // 3, len(line) - LINE_SHOWN), 0)
        cut = line[first : first + LINE_SHOWN]
        line = ("…" if first else "") + cut + ("…" if first + LINE_SHOWN < len(line) else "")
        start, end = start - first + bool(first), min(end - first + bool(first), len(line) - 1)
    before = _width(line[:start])
    under = max(_width(line[start:end]), 1)
    return [gutter + line, " " * (len(gutter) - 2) + "| " + " " * before + "^" * under]


def _width(text: str) -> int:
    """Return the terminal columns that `text` takes: a Chinese character takes two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _listed(allowed: Sequence[str]) -> str:
    shown = ", ".join(allowed[:ALLOWED_SHOWN])
    return shown + (", …" if len(allowed) > ALLOWED_SHOWN else "")
