"""What a text that should have been a step, or key: value pairs, most likely was: a slip of the hand, with its cure."""

import re
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from bots.flow.language import chinese
from bots.flow.source import Node, Scalar

_LOOSE_PAIR: Final = re.compile(r"([^\s:：]+)\s*[:：]\s*(.+)")
_NUMBERED: Final = re.compile(r"\d+\s*[.、．)）]\s*(\S.*)")
_SEPARATED: Final = re.compile(r"(\s*[;；=＝→>]+\s*|\s+|)([^\s:：;；=＝→>].*)")


class Slip(NamedTuple):
    """A slip that was recognised; `fix` can be pasted, or `word` is what the text should have been."""

    code: str
    zh: str
    en: str
    fix: str = ""
    word: str = ""


def step_slip(text: str, verbs: Collection[str]) -> Slip | None:
    """Return the slip in a text that is no verb: `click:查询`, `-click`, `1. click`, `click; 查询`, `打开订单管理`."""
    numbered = _NUMBERED.match(text)
    if numbered is not None and numbered[1] in verbs:
        zh, en = "步骤前面写“- ”，不写序号。", "A step begins with a dash, not with a number."
        return Slip("P-DASH", zh, en, word=numbered[1])
    return _joined(text, verbs) or _without_colon(text, verbs)


def _joined(key: str, verbs: Collection[str]) -> Slip | None:
    """A blank is missing or the colon is full-width."""
    text = key.lstrip("-").strip()
    head, colon, tail = text.partition(":") if ":" in text else text.partition("：")
    word = head.strip()
    if word not in verbs or (not colon and text == key):
        return None
    if colon == "：":
        zh, en = "冒号是中文的“：”，请换成英文冒号加一个空格。", "The colon is full-width; use : and a blank."
    elif text != key:
        zh, en = "“-”后面少了一个空格。", "A blank is missing after the -."
    else:
        zh, en = "冒号后面少了一个空格。", "A blank is missing after the colon."
    fix = f"- {word}: {tail.strip()}" if tail.strip() else f"- {word}{':' if colon else ''}"
    return Slip("P-COLON" if colon else "P-DASH", zh, en, fix)


def _without_colon(text: str, verbs: Collection[str]) -> Slip | None:
    """Another sign, a blank or nothing stands where the colon should."""
    verb = next((name for name in sorted(verbs, key=len, reverse=True) if text.startswith(name)), "")
    match = _SEPARATED.fullmatch(text[len(verb) :]) if verb else None
    if match is None or (not match[1] and not chinese(verb)):
        return None
    zh = f"“{verb}”后面要写英文冒号加一个空格，再写内容。"
    return Slip("P-COLON", zh, f'"{verb}" is followed by : and a blank, then its value.', f"- {verb}: {match[2]}")


def joined_pairs(node: Node, lines: Sequence[str]) -> str:
    """Return the lines of a text as key: value pairs if every one has a colon of some kind, else nothing."""
    if not isinstance(node, Scalar) or node.style:
        return ""
    written = [line.strip() for line in lines[node.span.line - 1 : node.span.end_line] if line.strip()]
    pairs = [_LOOSE_PAIR.fullmatch(line) for line in (written if len(written) > 1 else [node.text])]
    return "\n".join(f"{pair[1]}: {pair[2]}" for pair in pairs if pair) if all(pairs) else ""
