"""A flow and its head: inputs, items, steps. Made by `parse`, never by hand."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr

from bots.flow.expressions import Expression
from bots.flow.functions import as_text, to_date, to_list, to_month, to_number
from bots.flow.language import nearest
from bots.flow.part import Part
from bots.flow.problem import Refused
from bots.flow.step import Steps
from bots.flow.values import Template

InputType = Literal["bool", "choice", "date", "file", "int", "list", "money", "month", "secret", "text"]

YES, NO = ("yes", "true", "1", "on", "是"), ("no", "false", "0", "off", "否")


class Input(Part):
    """One value that a flow asks for; a bare text is its title."""

    short: ClassVar[str] = "title"
    keys_zh: ClassVar[Mapping[str, str]] = {
        "accept": "格式",
        "choices": "选项",
        "default": "默认",
        "required": "必填",
        "title": "标题",
        "type": "类型",
    }
    words_zh: ClassVar[Mapping[str, str]] = {
        "bool": "是否",
        "choice": "选择",
        "date": "日期",
        "file": "文件",
        "int": "整数",
        "list": "列表",
        "money": "金额",
        "month": "月份",
        "secret": "密码",
        "text": "文字",
    }

    title: str = ""
    type: InputType = "text"
    default: Template | None = None
    required: bool = True
    accept: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    def read(self, raw: object, scope: Mapping[str, object]) -> object:
        """Return a given value as the input's type; `scope` holds `today` for yesterday and month names.

        text, choice, file, secret → str; int → int; money → Decimal in yuan; date → date; month → `2026-11`;
        bool → bool; list → list of text. Raises `Refused`.
        """
        value = _spoken(raw, scope)
        match self.type:
            case "bool":
                return self._flag(value)
            case "choice":
                return self._choice(as_text(value))
            case "date":
                return to_date(value)
            case "int":
                return self._int(value)
            case "list":
                return [as_text(item) for item in to_list(value)]
            case "money":
                return to_number(value)
            case "month":
                return to_month(value)
            case "file":
                return self._file(as_text(value))
            case _:
                return as_text(value)

    def _flag(self, value: object) -> bool:
        text = as_text(value).strip().lower()
        if text in YES or text in NO:
            return text in YES
        raise Refused(
            "E-INPUT", f"“{text}”要写“是”或“否”。", f'"{text}" must be yes or no.', found=text, allowed=("yes", "no")
        )

    def _choice(self, text: str) -> str:
        if text in self.choices:
            return text
        allowed = nearest(text, self.choices) or list(self.choices)
        raise Refused(
            "E-INPUT", f"“{text}”不在选项里。", f'"{text}" is not one of the choices.', found=text, allowed=allowed
        )

    def _int(self, value: object) -> int:
        number: Decimal = to_number(value)
        if number != number.to_integral_value():
            raise Refused("E-NUMBER", f"“{value}”不是整数。", f'"{value}" is not a whole number.', found=as_text(value))
        return int(number)

    def _file(self, text: str) -> str:
        endings = tuple("." + ending.lstrip(".").lower() for ending in self.accept)
        if endings and not text.lower().endswith(endings):
            raise Refused(
                "E-INPUT",
                f"文件“{text}”的格式不对，要 {'、'.join(endings)}。",
                f'The file "{text}" must end in {", ".join(endings)}.',
                found=text,
                allowed=endings,
            )
        return text


SPOKEN = ("today", "yesterday", "今天", "昨天")


def _spoken(raw: object, scope: Mapping[str, object]) -> object:
    """Return what `yesterday`, `上月` or a template mean today; anything else as it is."""
    if isinstance(raw, Template):
        raw = raw.expand(scope)
    if isinstance(raw, str) and raw.strip() in SPOKEN:
        return Expression.parse(raw.strip()).evaluate(scope)
    today = scope.get("today")
    if isinstance(raw, str) and isinstance(today, date):
        year, month = today.year, today.month
        if raw.strip() in ("this_month", "本月"):
            return f"{year}-{month:02}"
        if raw.strip() in ("last_month", "上月", "上个月"):
            return f"{year - (month == 1)}-{(month - 2) % 12 + 1:02}"
    return raw


class Items(Part):
    """The rows that a flow works through, one durable work item each: from a sheet, or from a worklist of the core."""

    keys_zh: ClassVar[Mapping[str, str]] = {
        "columns": "列",
        "from": "来自",
        "key": "唯一键",
        "retries": "重试次数",
        "stop_after": "连续失败停止",
        "worklist": "待办清单",
    }

    from_: Template | None = None
    worklist: str | None = None
    key: Template
    retries: Annotated[int, Field(ge=0, le=20)] = 2
    stop_after: Annotated[int, Field(ge=1, le=1000)] = 5
    columns: tuple[str, ...] = ()


class Flow(Part):
    """A flow that was read without an error; `path` and `text` are the file's, for messages and for splicing."""

    keys_zh: ClassVar[Mapping[str, str]] = {
        "before": "准备",
        "finally": "最后",
        "inputs": "输入",
        "items": "明细",
        "note": "说明",
        "outputs": "输出",
        "site": "站点",
        "steps": "步骤",
        "title": "标题",
    }

    title: str
    site: str = ""
    note: str = ""
    inputs: dict[str, Input] = Field(default_factory=dict)
    items: Items | None = None
    before: Steps = ()
    steps: Steps
    finally_: Steps = ()
    outputs: dict[str, Template] = Field(default_factory=dict)

    _path: str = PrivateAttr(default="")
    _text: str = PrivateAttr(default="")
    _node: Any = PrivateAttr(default=None)
    _incomplete: bool = PrivateAttr(default=False)

    @property
    def path(self) -> str:
        """The file's path, as it was given to the parser."""
        return self._path

    @property
    def text(self) -> str:
        """The file's text."""
        return self._text

    @property
    def incomplete(self) -> bool:
        """Whether steps were left out because they could not be read; such a flow must not be played."""
        return self._incomplete

    def place(self, path: str, text: str, node: Any, *, incomplete: bool) -> None:
        """Note where the flow was read; called once, by the parser."""
        self._path, self._text, self._node, self._incomplete = path, text, node, incomplete

    def read_inputs(self, given: Mapping[str, object], today: date) -> dict[str, object]:
        """Return every input as its type, defaults filled in; raises `Refused` for a missing, unknown or wrong one.

        Defaults may use earlier inputs: `to: {default: "${from}"}`. An input that is not required and has no
        default is the empty text.
        """
        unknown = [name for name in given if name not in self.inputs]
        if unknown:
            raise _unknown_input(unknown[0], list(self.inputs))
        scope: dict[str, object] = {"today": today}
        values: dict[str, object] = {}
        for name, wanted in self.inputs.items():
            raw = given.get(name, wanted.default)
            if raw is None and wanted.required:
                title = wanted.title or name
                raise Refused("E-INPUT", f"没有给“{title}”（{name}）。", f"The input {name} is missing.", found=name)
            try:
                values[name] = "" if raw is None else wanted.read(raw, scope)
            except Refused as refused:
                refused.subject = wanted.title or name
                raise
            scope[name] = values[name]
        return values


def _unknown_input(name: str, inputs: list[str]) -> Refused:
    allowed = nearest(name, inputs) or inputs
    return Refused(
        "E-INPUT", f"流程没有叫“{name}”的输入。", f'The flow has no input "{name}".', found=name, allowed=allowed
    )
