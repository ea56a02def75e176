"""A file's bytes that are not UTF-8: what they most likely are, and how the file becomes one that can be read."""

import codecs
from contextlib import suppress
from typing import Final

from bots.flow.problem import Problem, Span

_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def not_utf8(content: bytes, path: str) -> tuple[str, Problem]:
    """Return the text as well as it can be shown, and the problem at the first place that is not UTF-8.

    `content` must not be UTF-8. Notepad's “ANSI” is GBK on a Chinese Windows, its “Unicode” UTF-16.
    """
    text, zh, en = _guessed(content)
    start = _first_wrong(content)
    before = content[:start].split(b"\n") if not content.startswith(_MARKS) else [b""]
    line, column = len(before), len(before[-1].decode("utf-8", "replace")) + 1
    span = Span(line, column, line, column + 1)
    return text, Problem(
        "E-ENCODING",
        path,
        span,
        f"文件不是 UTF-8 编码，{zh}；请在编辑器里“另存为”，编码选 UTF-8。",
        f"The file is not UTF-8, {en}; save it again as UTF-8 in your editor.",
    )


def _guessed(content: bytes) -> tuple[str, str, str]:
    if content.startswith(_MARKS):
        return (
            content.decode("utf-16", "replace"),
            "是 UTF-16（记事本里叫 Unicode）",
            'it is UTF-16 (Notepad: "Unicode")',
        )
    with suppress(UnicodeDecodeError):
        text = content.decode("gb18030")
        if "\0" not in text:
            return text, "多半是 GBK（记事本里叫 ANSI）", 'most likely it is GBK (Notepad: "ANSI")'
    return "", "也不像是文字文件，可能选错了文件", "nor does it look like text: it may be another file"


def _first_wrong(content: bytes) -> int:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0
