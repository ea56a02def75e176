"""YAML's own complaints in sentences that a person can act on."""

from typing import Final, NamedTuple

import yaml

from bots.flow.problem import LINE_BREAK, Problem, Span


class _Sentence(NamedTuple):
    part: str
    zh: str
    en: str


SENTENCES: Final = (
    _Sentence(
        "did not find expected alphabetic or numeric character",
        "& 和 * 开头有特殊意思（起代号、引用）；要写这个字符本身，请给整个值加英文引号。",
        "A leading & or * means something special; quote the value to mean the character itself.",
    ),
    _Sentence(
        "mapping values are not allowed",
        "这里多了一个冒号：要么上一行的缩进或引号不对，要么内容里有“冒号加空格”，请给整个内容加英文引号。",
        "There is a colon too many: the line above is misaligned, or the value holds a colon and needs quotes.",
    ),
    _Sentence(
        "could not find expected ':'",
        "这一行少了冒号：名字后面要写英文冒号加一个空格。",
        "A colon is missing: a name is followed by : and a blank.",
    ),
    _Sentence(
        "did not find expected '-' indicator",
        "这一行和上面的“- ”没有对齐，或者少了“- ”。",
        "This line does not line up with the dashes above, or its dash is missing.",
    ),
    _Sentence(
        "did not find expected key",
        "这一行和上面的行没有对齐；同级的行前面空格要一样多。",
        "This line does not line up with those above; lines of one level begin in one column.",
    ),
    _Sentence(
        "did not find expected ',' or ']'",
        "方括号里的内容没有写完：各项用英文逗号隔开，最后写 ]。",
        "The list in brackets is not complete: commas between items, ] at the end.",
    ),
    _Sentence(
        "did not find expected ',' or '}'",
        "花括号里的内容没有写完：各项用英文逗号隔开，最后写 }；里面的 ${…} 要加英文引号。",
        "The braces are not complete: commas between pairs, } at the end, and quotes around any ${…} inside.",
    ),
    _Sentence(
        "found unexpected end of stream",
        "引号没有写完：从这里开始的引号少了另一半。",
        "A quote is not closed: the one that begins here has no other half.",
    ),
    _Sentence(
        "block sequence entries are not allowed",
        "“- ”不能写在这里；请另起一行，比上一行多缩进两格。",
        "A dash is not allowed here; begin a new line, indented by two more.",
    ),
    _Sentence(
        "found unknown escape character",
        "英文双引号里的反斜杠 \\ 有特殊意思；请改用英文单引号。",
        "A backslash means something special in double quotes; use single ones.",
    ),
    _Sentence(
        "did not find expected hexdecimal number",
        "英文双引号里的反斜杠 \\ 有特殊意思；请改用英文单引号。",
        "A backslash means something special in double quotes; use single ones.",
    ),
    _Sentence(
        "found character that cannot start any token",
        "这个字符不能写在开头；请给整个内容加英文引号。",
        "This character cannot begin a value; quote the value.",
    ),
    _Sentence(
        "found a tab character",
        "缩进用了制表符（Tab），请换成空格。",
        "The indentation has a tab; use blanks.",
    ),
    _Sentence(
        "control characters are not allowed",
        "这里有一个看不见的控制字符，请删掉它，重新打这一行。",
        "There is an invisible control character here; type the line again.",
    ),
    _Sentence(
        "found undefined alias",
        "星号开头会被当作“引用别处”；要写星号本身，请给整个值加英文引号。",
        "A leading * refers to another place; quote the value to mean the star itself.",
    ),
)

_UNCLOSED = ("found unexpected end of stream", "while scanning a quoted scalar", "flow sequence", "flow mapping")


def explain(error: yaml.YAMLError | UnicodeEncodeError, text: str, path: str) -> Problem:
    """Return the problem for an exception of PyYAML: where it is, and what to do about it."""
    zh, en = getattr(error, "zh", ""), getattr(error, "en", "")
    if zh:
        return Problem("E-LIMIT", path, getattr(error, "span", Span()), zh, en)
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    context = str(getattr(error, "context", None) or "")
    for sentence in SENTENCES:
        if sentence.part in said:
            return Problem("E-YAML", path, _span(error, text, context), sentence.zh, sentence.en)
    return Problem(
        "E-YAML",
        path,
        _span(error, text, context),
        f"这里的写法看不懂（{said}）；请检查这一行和上一行的缩进、冒号和引号。",
        f"This cannot be read ({said}); check indentation, colons and quotes of this line and the one above.",
    )


def _span(error: yaml.YAMLError | UnicodeEncodeError, text: str, context: str) -> Span:
    """Return where the trouble is: an unclosed quote or bracket is shown where it was opened."""
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    if opened is not None and any(part in context for part in _UNCLOSED):
        mark = opened
    if mark is None:
        return _at(text, getattr(error, "position", None))
    return Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)


def _at(text: str, position: object) -> Span:
    """Return the span of a character that YAML's reader refused, found by looking for it."""
    at = next((n for n, c in enumerate(text) if not _readable(c)), position if isinstance(position, int) else 0)
    before = LINE_BREAK.split(text[:at])
    return Span(len(before), len(before[-1]) + 1, len(before), len(before[-1]) + 2)


def _readable(character: str) -> bool:
    """Say whether YAML accepts the character (YAML 1.1, section 5.1)."""
    code = ord(character)
    return (
        code in (0x09, 0x0A, 0x0D, 0x85)
        or 0x20 <= code <= 0x7E
        or 0xA0 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or code >= 0x10000
    )
