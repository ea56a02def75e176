"""Rewrites the words of a file from one language to the other; everything else stays byte for byte."""

from collections.abc import Iterable

from bots.flow.build import Rename
from bots.flow.language import Lang
from bots.flow.parse import parse, parse_site
from bots.flow.problem import LINE_BREAK, Problem, Refused, errors
from bots.flow.shapes import Verbs


def fmt(text: str, lang: Lang, verbs: Verbs, path: str = "") -> str:
    """Return the flow or element library with every verb, key and fixed word in `lang`.

    Only those words are spliced: comments, blanks, quotes and the site's own vocabulary stay as they are, and doing
    it again changes nothing. Raises `Refused` for a file with errors, because a word could then be misread.
    """
    renames, problems = _read(text, verbs, path)
    if problems:
        raise _not_readable(problems)
    renamed = splice(text, renames, lang)
    _, after = _read(renamed, verbs, path)
    if after:
        raise _not_readable(after)
    return renamed


def splice(text: str, renames: Iterable[Rename], lang: Lang) -> str:
    """Return the text with each word replaced at its place, from the end backwards so that places stay right."""
    starts = [0, *(match.end() for match in LINE_BREAK.finditer(text))]
    bom = 1 if text.startswith("\ufeff") else 0
    for rename in sorted(set(renames), key=lambda rename: rename.span, reverse=True):
        old, new = (rename.en, rename.zh) if lang == "zh" else (rename.zh, rename.en)
        at = starts[rename.span.line - 1] + rename.span.column - 1 + (bom if rename.span.line == 1 else 0)
        at += text[at : at + 1] in ("'", '"')
        if old and new and text.startswith(old, at):
            text = text[:at] + new + text[at + len(old) :]
    return text


def _read(text: str, verbs: Verbs, path: str) -> tuple[list[Rename], list[Problem]]:
    """Return the words and errors of a flow or of an element library, whichever the text is."""
    flow = parse(text, path, verbs)
    if flow.flow is not None:
        return flow.renames, []
    site = parse_site(text, path, verbs)
    if site.site is not None:
        return site.renames, []
    return [], min(errors(flow.problems), errors(site.problems), key=len)


def _not_readable(problems: list[Problem]) -> Refused:
    first = problems[0]
    return Refused(
        "E-NOT-READABLE",
        f"文件里有 {len(problems)} 个错误，先改好再换语言；第一个在第 {first.span.line} 行：{first.zh}",
        f"The file has {len(problems)} errors; mend them first. Line {first.span.line}: {first.en}",
    )
