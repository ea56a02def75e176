"""The manual's pages of verbs, conditions, functions and error codes, made from what the code itself declares."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from bots.flow.codes import CODES
from bots.flow.expressions import Expression
from bots.flow.functions import FUNCTIONS, as_text
from bots.flow.language import Bilingual, Lang
from bots.flow.part import Part, key_of
from bots.flow.shapes import Shape, Verbs, example_of, keys_of, shape_of
from bots.flow.step import MODIFIERS_ZH, Step
from bots.flow.values import Condition, Retry, Target

WORDS: dict[str, Bilingual] = {
    "codes": Bilingual("错误代码", "Problem codes"),
    "conditions": Bilingual("条件", "Conditions"),
    "example": Bilingual("例子", "Example"),
    "function": Bilingual("函数", "Function"),
    "functions": Bilingual("函数（写在 ${…} 里）", "Functions (inside ${…})"),
    "key": Bilingual("名字", "Key"),
    "meaning": Bilingual("意思", "Meaning"),
    "modifiers": Bilingual("每一步都可以写", "Keys of every step"),
    "result": Bilingual("得到", "Gives"),
    "sample": Bilingual("例子里的值", "The values in the examples"),
    "required": Bilingual("必写", "Required"),
    "retry": Bilingual("重试", "Retry"),
    "target": Bilingual("元素", "Elements"),
    "title": Bilingual("流程手册", "Flow reference"),
    "value": Bilingual("内容", "Value"),
    "verbs": Bilingual("步骤", "Steps"),
}

SAMPLE: Final[Mapping[str, object]] = {
    "today": date(2026, 11, 21),
    "备注": "加急，送 3 件",
    "订单号": "26112100881",
    "文件": ["订单.xlsx", "售后.xlsx"],
    "商家编码": "Sku-7a",
    "库存": 120,
    "手机号": "13800001234",
    "标题": "秋季 外套",
    "金额": ["19.90", "5.05"],
    "单价": Decimal("19.90"),
    "规格": "红色;L",
    "商品ID": " 1001 ",
}
"""What the names in the examples of functions stand for; with them every example is worked out on the manual's page."""

CONDITION_EXAMPLES: Final[Mapping[str, str]] = {
    "visible": "{visible: 下架成功}",
    "missing": "{missing: {in: 商品行, name: 下架}}",
    "text": "{text: {target: 余额, matches: '[1-9]'}}",
    "url": "{url: /orders}",
    "file": "{file: 订单.xlsx}",
    "equals": "{equals: ['${状态}', 已下架]}",
    "matches": "{matches: ['${单号}', '^T[0-9]+$']}",
    "all": "{all: [{visible: 店铺名称}, {missing: 加载中}]}",
    "any": "{any: [{visible: 下架成功}, {visible: 已下架}]}",
    "not": "{not: {url: /login}}",
    "expression": "${数量 > 1 and 状态 != '已下架'}",
}
"""One condition of each kind; the tests look at each on a page where it holds and on one where it does not."""

TYPES: dict[str, Bilingual] = {
    "any_of": Bilingual("见例子", "see the example"),
    "bool": Bilingual("是 / 否", "true / false"),
    "list": Bilingual("列表", "list"),
    "map": Bilingual("名字: 值", "name: value"),
    "steps": Bilingual("步骤", "steps"),
}

LEAVES: dict[str, Bilingual] = {
    "Comparison": Bilingual('比较，如 ">= 1"', 'comparison, such as ">= 1"'),
    "Condition": Bilingual("条件", "condition"),
    "Duration": Bilingual("时长，如 30s、2分钟", "duration, such as 30s"),
    "PageName": Bilingual("页面名或网址", "page or address"),
    "Size": Bilingual("大小，如 10MB", "size, such as 10MB"),
    "Target": Bilingual("元素", "element"),
    "Template": Bilingual("文字，可含 ${…}", "text, may hold ${…}"),
    "int": Bilingual("整数", "whole number"),
    "str": Bilingual("文字", "text"),
}


def reference(verbs: Verbs, lang: Lang) -> str:
    """Return the manual page in Markdown: every verb with keys and example, then what all of them share."""
    lines = [f"# {_word('title', lang)}", "", f"## {_word('verbs', lang)}"]
    for verb in sorted(verbs.values(), key=lambda verb: verb.verb):
        lines.extend(_verb(verb, lang))
    lines.extend(["", f"## {_word('modifiers', lang)}", "", *_keys(Step, lang)])
    lines.extend(["", f"## {_word('conditions', lang)}", "", *_conditions(lang)])
    for title, part in (("target", Target), ("retry", Retry)):
        lines.extend(["", f"## {_word(title, lang)}", "", *_keys(part, lang)])
    lines.extend(["", f"## {_word('functions', lang)}", "", *_functions(lang)])
    lines.extend(["", f"## {_word('codes', lang)}", "", *_codes(lang)])
    return "\n".join(lines) + "\n"


def _word(name: str, lang: Lang) -> str:
    return WORDS[name].say(lang)


def _verb(verb: type[Step], lang: Lang) -> Iterator[str]:
    names = f"{verb.zh}（`{verb.verb}`）" if lang == "zh" else f"`{verb.verb}` ({verb.zh})"
    yield ""
    yield f"### {names}"
    yield ""
    yield f"**{verb.title.say(lang)}**"
    promise = verb.promise_zh if lang == "zh" else " ".join((verb.__doc__ or "").split())
    if promise:
        yield ""
        yield promise
    own = [name for name in verb.model_fields if name not in MODIFIERS_ZH]
    if own:
        yield ""
        yield from _keys(verb, lang, own)
    if verb.example.strip():
        yield ""
        yield "```yaml"
        yield example_of(verb)
        yield "```"


def _keys(part: type[Part], lang: Lang, names: list[str] | None = None) -> Iterator[str]:
    keys = keys_of(part)
    main = part.main if issubclass(part, Step) else ""
    head = ("key", "value", "required")
    yield "| " + " | ".join(_word(word, lang) for word in head) + " |"
    yield "|---|---|---|"
    for name in names if names is not None else list(part.model_fields):
        info = part.model_fields[name]
        english = key_of(name)
        chinese = keys.chinese.get(english, "")
        if name == main and issubclass(part, Step):
            english, chinese = part.verb, part.zh
        label = f"`{english}` {chinese}".strip()
        yield f"| {label} | {_type(keys.shapes[name], part, lang)} | {'✓' if info.is_required() else ''} |"


def _type(shape: Shape, model: type[Part], lang: Lang) -> str:
    if shape.words:
        words = sorted(shape.words)
        return " / ".join(f"{word} {model.words_zh.get(word, '')}".strip() for word in words)
    if shape.kind == "any_of":
        return " / ".join(dict.fromkeys(_type(shape_of(member), model, lang) for member in shape.inner))
    if shape.kind in TYPES:
        return TYPES[shape.kind].say(lang)
    if shape.kind == "part":
        part: type[Part] = shape.inner[0]
        if part.__name__ in LEAVES:
            return LEAVES[part.__name__].say(lang)
        keys = keys_of(part)
        return ", ".join(f"`{key_of(name)}` {keys.chinese.get(key_of(name), '')}".strip() for name in part.model_fields)
    name = getattr(shape.annotation, "__name__", "str")
    return LEAVES.get(name, LEAVES["str"]).say(lang)


def _conditions(lang: Lang) -> Iterator[str]:
    keys = keys_of(Condition)
    yield f"| {_word('key', lang)} | {_word('meaning', lang)} | {_word('example', lang)} |"
    yield "|---|---|---|"
    for name in Condition.model_fields:
        key = key_of(name)
        example = CONDITION_EXAMPLES[key]
        yield f"| `{key}` {keys.chinese.get(key, '')} | {_type(keys.shapes[name], Condition, lang)} | `{example}` |"


def _functions(lang: Lang) -> Iterator[str]:
    values = ", ".join(f"`{name}` = {_shown(value)}" for name, value in SAMPLE.items())
    yield f"{_word('sample', lang)}: {values}"
    yield ""
    heads = ("function", "meaning", "example", "result")
    yield "| " + " | ".join(_word(head, lang) for head in heads) + " |"
    yield "|---|---|---|---|"
    for function in sorted(FUNCTIONS.values(), key=lambda function: function.name):
        example = function.example.replace("|", "\\|")
        result = _shown(worked_out(function.example)).replace("|", "\\|")
        yield f"| `{function.name}` {function.zh} | {function.title.say(lang)} | `${{{example}}}` | {result} |"


def worked_out(example: str) -> object:
    """Return what an example of a function gives, with the values of `SAMPLE`."""
    return Expression.parse(example).evaluate(SAMPLE)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_shown(one) for one in value[:4]) + (", …]" if len(value) > 4 else "]")
    if isinstance(value, str):
        return f"“{value}”" if value != value.strip() or not value else value
    if isinstance(value, bool):
        return "是 / yes" if value else "否 / no"
    return as_text(value)


def _codes(lang: Lang) -> Iterator[str]:
    yield f"| {_word('key', lang)} | {_word('meaning', lang)} |"
    yield "|---|---|"
    for code, title in sorted(CODES.items()):
        yield f"| `{code}` | {title.say(lang)} |"
