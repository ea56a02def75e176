"""A site's element library: where pages are, how elements are found, how to log in. Made by `parse_site`."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from bots.flow.part import Part
from bots.flow.problem import Refused
from bots.flow.step import Steps
from bots.flow.values import Condition, Target, Template

By = Literal["css", "label", "placeholder", "role", "row", "section", "testid", "text"]
BYS: tuple[By, ...] = ("testid", "role", "label", "placeholder", "text", "css", "row", "section")

_BYS_ZH: dict[str, str] = {
    "css": "样式",
    "exact": "完全一致",
    "has": "含有",
    "in": "在",
    "label": "标签",
    "name": "名称",
    "nth": "第几个",
    "placeholder": "占位提示",
    "role": "角色",
    "row": "行",
    "section": "区域",
    "testid": "测试编号",
    "text": "文字",
}


class Alternative(Part):
    """One way to find an element: exactly one of test id, role, label … ; `by` and `value` say which.

    `in_` narrows it to the inside of another alternative; `name` is the accessible name that goes with a role; `has`
    is a text that must stand inside it, such as the title of the one card that is meant.
    """

    keys_zh: ClassVar[Mapping[str, str]] = _BYS_ZH

    testid: Template | None = None
    role: Template | None = None
    label: Template | None = None
    placeholder: Template | None = None
    text: Template | None = None
    css: Template | None = None
    row: Template | None = None
    section: Template | None = None
    name: Template | None = None
    has: Template | None = None
    exact: bool = True
    in_: "Alternative | None" = None
    nth: int | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [by for by in BYS if getattr(self, by) is not None]
        if len(given) != 1:
            raise Refused(
                "E-ALTERNATIVE",
                "一种找法只写一项：testid、role、label、placeholder、text、css、row、section 之一；"
                "多种找法用 [ ] 列出来。",
                "One alternative has exactly one of testid, role, label, placeholder, text, css, row, section; "
                "list several in [ ].",
                found=", ".join(given),
                allowed=BYS,
            )
        return self

    @property
    def by(self) -> By:
        """The way it is found."""
        return next(by for by in BYS if getattr(self, by) is not None)

    @property
    def value(self) -> Template:
        """What is looked for in that way."""
        value: Template = getattr(self, self.by)
        return value

    def describe(self) -> str:
        """Return the alternative in one line: `role=button name=查询`."""
        name = f" name={self.name.source}" if self.name else ""
        has = f" has={self.has.source}" if self.has else ""
        inside = f" in {self.in_.describe()}" if self.in_ else ""
        return f"{self.by}={self.value.source}{name}{has}{inside}"


class ElementSpec(Part):
    """An element: alternatives in the order of trust. Written as one alternative, a list, or with `find`."""

    short_list: ClassVar[str] = "find"
    spill: ClassVar[str] = "find"
    keys_zh: ClassVar[Mapping[str, str]] = {"find": "找法", "in_frame": "在框架", "kind": "种类"}

    find: tuple[Alternative, ...]
    kind: str = ""
    in_frame: Template | None = None

    _name: str = PrivateAttr(default="")

    @model_validator(mode="before")
    @classmethod
    def _from_one(cls, data: Any) -> Any:
        if isinstance(data, Alternative):
            return {"find": (data,)}
        if isinstance(data, dict) and "find" not in data:
            own = {key: value for key, value in data.items() if key in ("kind", "in_frame")}
            return {**own, "find": ({key: value for key, value in data.items() if key not in own},)}
        return data

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.find:
            raise Refused("E-ALTERNATIVE", "元素至少要有一种找法。", "An element needs at least one alternative.")
        return self

    @property
    def name(self) -> str:
        """The element's name in the library."""
        return self._name

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """The alternatives in the order of trust."""
        return self.find


class PageMap(Part):
    """A page: its address below the site's base, and its elements by name."""

    short: ClassVar[str] = "url"
    keys_zh: ClassVar[Mapping[str, str]] = {"elements": "元素", "title": "标题", "url": "网址"}

    url: Template = Template.parse("")
    title: str = ""
    elements: dict[str, ElementSpec] = Field(default_factory=dict)


class Login(Part):
    """How to tell signed in from signed out, the steps that sign in, and what the site shows when it refuses."""

    keys_zh: ClassVar[Mapping[str, str]] = {
        "refused": "被拒绝",
        "signed_in": "已登录",
        "signed_out": "未登录",
        "steps": "步骤",
    }

    signed_in: Condition
    signed_out: Condition | None = None
    refused: Target | None = None
    steps: Steps


class Popup(Part):
    """Something that may lie over the page at any time: when it shows, `click` is clicked."""

    keys_zh: ClassVar[Mapping[str, str]] = {"click": "点击", "when": "出现"}

    when: Target
    click: Target


class Site(Part):
    """A site as its file in `selectors/` describes it."""

    keys_zh: ClassVar[Mapping[str, str]] = {
        "base": "地址",
        "busy": "加载标志",
        "captcha": "验证码",
        "elements": "元素",
        "login": "登录",
        "pages": "页面",
        "popups": "弹窗",
        "site": "站点",
        "title": "标题",
    }

    site: str
    title: str = ""
    base: Template
    login: Login | None = None
    popups: tuple[Popup, ...] = ()
    captcha: tuple[Target, ...] = ()
    busy: tuple[Alternative, ...] = ()
    pages: dict[str, PageMap] = Field(default_factory=dict)
    elements: dict[str, ElementSpec] = Field(default_factory=dict)

    _path: str = PrivateAttr(default="")
    _text: str = PrivateAttr(default="")
    _node: Any = PrivateAttr(default=None)

    @property
    def name(self) -> str:
        """The name that flows refer to."""
        return self.site

    @property
    def path(self) -> str:
        """The file that the site was read from."""
        return self._path

    @property
    def text(self) -> str:
        """The file's text."""
        return self._text

    def place(self, path: str, text: str, node: Any) -> None:
        """Note where the site was read and tell elements their names; called once, by the parser."""
        self._path, self._text, self._node = path, text, node
        for library in (self.elements, *(page.elements for page in self.pages.values())):
            for name, element in library.items():
                element._name = name

    def element(self, page: str, name: str) -> ElementSpec | None:
        """Return the element called `name` on `page`, else the one of every page, else None."""
        own = self.pages.get(page)
        found = own.elements.get(name) if own else None
        return found or self.elements.get(name)


Alternative.model_rebuild()
