"""Verbs for the language's own tests: their shapes only, nothing that runs."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bots.flow.language import Bilingual
from bots.flow.part import Part
from bots.flow.step import Step, Steps
from bots.flow.values import Comparison, Condition, Duration, PageName, Size, Target, Template, Value


class Click(Step):
    """Click an element."""

    verb, zh, main = "click", "点击", "target"
    title = Bilingual("点击", "Click")
    example = "- click: 查询"

    target: Target


class Expect(Step):
    """Make sure of something."""

    verb, zh, main = "expect", "确认", "condition"
    title = Bilingual("确认", "Expect")
    example = "- expect: {visible: 下架成功}"

    condition: Condition


class ExportTask(Part):
    """What to start and how to know its row."""

    keys_zh: ClassVar = {"row": "任务行", "start": "按钮", "within": "多久以内"}

    start: Target
    row: Template
    within: Duration = Duration.parse("10m")


class DocumentCheck(Part):
    """What a document must hold."""

    keys_zh: ClassVar = {"period": "期间", "rows": "行数"}

    rows: Comparison | None = None
    period: Template | None = None
    size: Size | None = None


class Export(Step):
    """Export a document."""

    verb, zh, main = "export", "导出", "task"
    title = Bilingual("导出", "Export")
    example = "- export: {start: 导出订单, row: 今天}\n  as: 订单.xlsx"
    keys_zh: ClassVar = {"as": "存为", "expect": "确认", "kind": "种类"}

    task: ExportTask
    as_: Template
    kind: str = ""
    expect: DocumentCheck | None = None


class Fail(Step):
    """End with an error."""

    verb, zh, main = "fail", "失败", "reason"
    title = Bilingual("失败", "Fail")
    example = "- fail: 页面变了"

    reason: Template


class Fill(Step):
    """Fill a form."""

    verb, zh, main = "fill", "填写", "fields"
    title = Bilingual("填写", "Fill")
    example = "- fill: {商品ID: 123}"

    fields: dict[Target, Template]


class ForEach(Step):
    """Do something for each row."""

    verb, zh, main = "for_each", "对每一行", "rows"
    title = Bilingual("对每一行", "For each row of")
    example = "- for_each: ${rows}\n  do: [{click: 查询}]"
    keys_zh: ClassVar = {"do": "执行"}
    opens = True

    rows: Template
    do: Steps


class If(Step):
    """Choose."""

    verb, zh, main = "if", "如果", "condition"
    title = Bilingual("如果", "If")
    example = "- if: {visible: 公告}\n  then: [{click: 关闭}]"
    keys_zh: ClassVar = {"else": "否则", "then": "那么"}

    condition: Condition
    then: Steps
    else_: Steps = ()


class Login(Step):
    """Log in."""

    verb, zh = "login", "登录"
    title = Bilingual("登录", "Log in")
    example = "- login"


class Once(Step):
    """Have an effect once."""

    verb, zh, main = "once", "只做一次", "key"
    title = Bilingual("只做一次", "Once")
    example = "- once: 下架-${商品ID}\n  do: [{click: 下架}]\n  verify: {visible: 下架成功}"
    keys_zh: ClassVar = {"do": "执行", "unless": "除非", "verify": "核实"}

    key: Template
    unless: Condition | None = None
    do: Steps
    verify: Condition | None = None


class Open(Step):
    """Open a page."""

    verb, zh, main = "open", "打开", "page"
    title = Bilingual("打开", "Open")
    example = "- open: 订单管理"

    page: PageName


class Press(Step):
    """Press a key some times."""

    verb, zh, main = "press", "按键", "key"
    title = Bilingual("按键", "Press")
    example = "- press: Enter"
    keys_zh: ClassVar = {"times": "次数"}

    key: Template
    times: Value[int] | None = None


class Read(Step):
    """Read a text."""

    verb, zh, main = "read", "读取", "target"
    title = Bilingual("读取", "Read")
    example = "- read: 订单数\n  as: 数量"
    keys_zh: ClassVar = {"as": "存为"}

    target: Target
    as_: str

    def defines(self) -> list[str]:
        """The name that it is stored as."""
        return [self.as_]


class Reject(Step):
    """Refuse the row."""

    verb, zh, main = "reject", "拒绝这一行", "reason"
    title = Bilingual("拒绝这一行", "Reject the row")
    example = "- reject: 找不到商品"

    reason: Template


class Repeat(Step):
    """Repeat."""

    verb, zh, main = "repeat", "重复", "most"
    title = Bilingual("最多重复", "Repeat at most")
    example = "- repeat: 10\n  do: [{click: 下一页}]"
    keys_zh: ClassVar = {"do": "执行", "until": "直到"}

    most: Annotated[int, Field(ge=1, le=1000)]
    do: Steps
    until: Condition | None = None


class Type(Step):
    """Type a text."""

    verb, zh, main = "type", "输入文字", "text"
    title = Bilingual("输入", "Type")
    example = "- type: 你好\n  into: 备注"
    keys_zh: ClassVar = {"into": "到"}

    text: Template
    into: Target


class Wait(Step):
    """Wait."""

    verb, zh, main = "wait", "等待", "until"
    title = Bilingual("等待", "Wait for")
    example = "- wait: loaded"
    words_zh: ClassVar = {"loaded": "加载完"}

    until: Literal["loaded"] | Duration | Condition | Target


VERBS: dict[str, type[Step]] = {
    "click": Click,
    "expect": Expect,
    "export": Export,
    "fail": Fail,
    "fill": Fill,
    "for_each": ForEach,
    "if": If,
    "login": Login,
    "once": Once,
    "open": Open,
    "press": Press,
    "read": Read,
    "reject": Reject,
    "repeat": Repeat,
    "type": Type,
    "wait": Wait,
}
