"""Pydantic's findings in the words of the language."""

from collections.abc import Callable
from typing import Any

from bots.flow.language import nearest
from bots.flow.numerals import chinese_number
from bots.flow.part import Part, key_of
from bots.flow.problem import Refused
from bots.flow.step import Step


def for_pydantic(detail: Any, model: type[Part]) -> Refused:
    """Return the refusal for one entry of `ValidationError.errors()`."""
    make = _MAKERS.get(detail["type"])
    return make(detail, model) if make else _other(detail)


def _shown(detail: Any) -> str:
    value = detail.get("input")
    return str(value)[:60] if isinstance(value, (str, int, float)) else ""


def _other(detail: Any) -> Refused:
    return Refused("E-VALUE", f"“{_shown(detail)}”不合要求。", f"{detail['msg']}.", found=_shown(detail))


def _missing(detail: Any, model: type[Part]) -> Refused:
    if isinstance(detail["loc"][-1], int):
        return Refused(
            "E-NOT-LIST", "这里要写两个值：[甲, 乙]。", "Two values are wanted here: [a, b].", allowed=("[甲, 乙]",)
        )
    key = key_of(str(detail["loc"][-1]))
    if issubclass(model, Step) and key == key_of(model.main):
        key = model.verb
    chinese = model.keys_zh.get(key, "")
    called = f"“{key}”（{chinese}）" if chinese else f"“{key}”"
    return Refused(
        "E-MISSING", f"少了{called}这一项，必须写。", f'The key "{key}" is missing.', fix=_example(model, key)
    )


def _example(model: type[Part], key: str) -> str:
    """Return the key with the value that the verb's own example has, ready to be pasted and changed."""
    example = model.example if issubclass(model, Step) else ""
    lines = [line.strip().removeprefix("- ") for line in example.split("\n")]
    return next((line for line in lines if line.startswith(f"{key}: ")), f"{key}: …")


def _whole(detail: Any, _model: type[Part]) -> Refused:
    shown = _shown(detail)
    digits = chinese_number(shown)
    return Refused(
        "E-NUMBER",
        f"“{shown}”不是整数，请写阿拉伯数字。",
        f'"{shown}" is not a whole number.',
        found=shown,
        allowed=() if digits else ("1", "2", "10"),
        fix=str(digits) if digits else "",
    )


def _number(detail: Any, _model: type[Part]) -> Refused:
    return Refused(
        "E-NUMBER", f"“{_shown(detail)}”不是数字。", f'"{_shown(detail)}" is not a number.', found=_shown(detail)
    )


def _flag(detail: Any, _model: type[Part]) -> Refused:
    return Refused(
        "E-BOOL",
        f"“{_shown(detail)}”要写 true（是）或 false（否）。",
        f'"{_shown(detail)}" must be true or false.',
        found=_shown(detail),
        allowed=("true", "false", "是", "否"),
    )


def _word(detail: Any, model: type[Part]) -> Refused:
    words = [part.strip(" '") for part in str(detail["ctx"]["expected"]).replace(" or ", ", ").split(", ")]
    both = [*words, *(model.words_zh[word] for word in words if word in model.words_zh)]
    close = nearest(_shown(detail), both)
    return Refused(
        "E-WORD",
        f"这里不能写“{_shown(detail)}”。" + (f"是不是想写“{close[0]}”？" if close else ""),
        f'"{_shown(detail)}" does not fit here.' + (f' Did you mean "{close[0]}"?' if close else ""),
        found=_shown(detail),
        allowed=[*close, *(word for word in both if word not in close)],
        fix=close[0] if close else "",
    )


def _text(_detail: Any, _model: type[Part]) -> Refused:
    return Refused("E-NOT-TEXT", "这里要写一段文字，不是一组内容。", "Text is wanted here, not a list or a mapping.")


def _list(detail: Any, _model: type[Part]) -> Refused:
    return Refused(
        "E-NOT-LIST", "这里要写一个列表：[甲, 乙]，或者每行一个“- ”。", "A list is wanted here.", found=_shown(detail)
    )


def _mapping(detail: Any, _model: type[Part]) -> Refused:
    return Refused("E-NOT-MAPPING", "这里要写“名字: 值”。", "Key: value pairs are wanted here.", found=_shown(detail))


def _bound(zh: str, en: str, key: str) -> Callable[[Any, type[Part]], Refused]:
    def make(detail: Any, _model: type[Part]) -> Refused:
        limit, shown = detail["ctx"][key], _shown(detail)
        nearest_fit = limit if key in ("ge", "le") else limit + (1 if key == "gt" else -1)
        zh_said, en_said = f"“{shown}”不行，{zh} {limit}。", f'"{shown}" must be {en} {limit}.'
        return Refused("E-RANGE", zh_said, en_said, found=shown, fix=str(nearest_fit))

    return make


_MAKERS: dict[str, Callable[[Any, type[Part]], Refused]] = {
    "bool_parsing": _flag,
    "bool_type": _flag,
    "decimal_parsing": _number,
    "dict_type": _mapping,
    "float_parsing": _number,
    "greater_than": _bound("要大于", "more than", "gt"),
    "greater_than_equal": _bound("最小是", "at least", "ge"),
    "int_from_float": _whole,
    "int_parsing": _whole,
    "int_parsing_size": _whole,
    "int_type": _whole,
    "less_than": _bound("要小于", "less than", "lt"),
    "less_than_equal": _bound("最大是", "at most", "le"),
    "list_type": _list,
    "literal_error": _word,
    "missing": _missing,
    "model_type": _mapping,
    "string_type": _text,
    "tuple_type": _list,
}
