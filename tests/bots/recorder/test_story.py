"""What was meant by what was seen, without a browser."""

import itertools
from collections.abc import Iterator

import pytest

from bots.recorder.events import Seen, Who, read_seen
from bots.recorder.paper import Places, Sheet, recorded

HOME = "https://shop.example/list"
PLACES = Places(site="shop", base="https://shop.example", pages={HOME: "列表", "https://shop.example/tasks": "任务"})
MOMENTS: Iterator[int] = itertools.count(10_000, 10_000)


def seen(what: str, name: str = "", value: str = "", **more: object) -> Seen:
    """One event, ten seconds after the one before."""
    who = {"name": name, "kind": "button", **dict(more.pop("who", {}))} if name else None  # type: ignore[call-overload]
    made = read_seen({"what": what, "at": next(MOMENTS), "who": who, "value": value, "path": HOME, **more}, 0)
    assert made is not None
    return made


def arrived(url: str = HOME, how: str = "navigate", caused: bool = False) -> Seen:
    """A page that has come."""
    return seen("arrived", url=url, how=how, caused=caused)


def steps(*events: Seen, places: Places = PLACES, sheet: Sheet | None = None) -> list[object]:
    """The steps of these events."""
    return list(recorded(events, places, sheet).steps)


def test_typing_becomes_one_fill_with_the_last_values() -> None:
    """Every key is an event; the flow has the words."""
    typed = [seen("fill", "名称", value) for value in ("衬", "衬衫")]
    assert steps(*typed, seen("fill", "编码", "A1"), seen("fill", "名称", "衬衫2")) == [
        {"fill": {"名称": "衬衫2", "编码": "A1"}}
    ]


def test_fills_around_a_click_stay_apart() -> None:
    """What was filled after a click is filled after it."""
    assert steps(seen("fill", "甲", "1"), seen("click", "下一步"), seen("fill", "甲", "2")) == [
        {"fill": {"甲": "1"}},
        {"click": "下一步"},
        {"fill": {"甲": "2"}},
    ]


@pytest.mark.parametrize(
    ("url", "written"),
    [
        (HOME, "列表"),
        (HOME + "/", "列表"),
        (HOME + "?a=1", "/list?a=1"),
        ("https://shop.example/x/${y}", "/x/$${y}"),
        ("https://other.example/", "https://other.example/"),
    ],
)
def test_an_address_is_written_as_short_as_it_can_be(url: str, written: str) -> None:
    """A page's name, a path below the base, or the whole address."""
    assert steps(arrived(url)) == [{"open": written}]


def test_a_page_that_a_click_led_to_is_not_opened_again() -> None:
    """Links, forms and scripts lead away by themselves; typed addresses, reloads and steps back are steps."""
    assert steps(
        arrived(), seen("click", "订单"), seen("leaving"), arrived("https://shop.example/orders", caused=True),
        arrived("https://shop.example/orders", how="reload"), arrived(HOME, how="back_forward"), seen("click", "完"),
        arrived("https://shop.example/tasks"),
    ) == [{"open": "列表"}, {"click": "订单"}, "reload", "back", {"click": "完"}, {"open": "任务"}]  # fmt: skip


def test_addresses_that_were_only_passed_are_left_out() -> None:
    """A typed address that was left before anything was done there is no step."""
    assert steps(arrived("https://shop.example/wrong"), arrived()) == [{"open": "列表"}]


def test_a_click_that_brought_a_file_is_a_download() -> None:
    """Also when the page moved meanwhile."""
    events = [seen("click", "下载账单"), seen("leaving"), seen("download", value="账单.zip"), arrived()]
    assert steps(*events) == [{"download": "下载账单", "as": "账单.zip"}, {"open": "列表"}]


def test_an_export_that_was_begun_and_fetched_is_one_step() -> None:
    """The task's number is new every time; what was asked for says which row it is."""
    row = {"row": ["E20261122", "订单2026-11-01 ~ 2026-11-20"]}
    events = [
        arrived(), seen("fill", "下单日期", "2026-11-01 ~ 2026-11-20"), seen("click", "导出订单"),
        arrived("https://shop.example/tasks"), seen("click", "刷新"), seen("click", "下载", who=row),
        seen("download", value="订单.xlsx"),
    ]  # fmt: skip
    assert steps(*events) == [
        {"open": "列表"},
        {"fill": {"下单日期": "2026-11-01 ~ 2026-11-20"}},
        {
            "export": {"start": "导出订单", "row": "2026-11-01 ~ 2026-11-20", "page": "任务", "within": "15m"},
            "as": "订单.xlsx",
        },
    ]


def test_a_row_is_named_by_what_was_searched_for() -> None:
    """Not by a price that happens to be in one row only."""
    who = {"row": ["¥53.96", "P1001", "衬衫"]}
    events = [seen("fill", "商品ID", "P1001"), seen("click", "查询"), seen("click", "下架", who=who)]
    assert steps(*events)[1:] == [{"click": "查询"}, {"wait": "loaded"}, {"click": {"in": "P1001", "name": "下架"}}]


def test_signing_in_is_one_step_and_the_page_is_opened_by_name() -> None:
    """With the site's names of fields; elsewhere the account's name, a secret and a question stand for the words."""
    field = {"library": True, "kind": "field"}
    acts = [
        arrived(), seen("fill", "用户名", "wang", who=field), seen("secret", "密码", "password", who=field),
        seen("secret", "短信码", "code", who=field), seen("click", "登录", who={"library": True}),
        seen("leaving"), arrived(caused=True), seen("click", "导出"),
    ]  # fmt: skip
    login = Places(
        site="shop", base=PLACES.base, pages=PLACES.pages, has_login=True,
        login=frozenset({"用户名", "密码", "短信码", "登录"}),
    )  # fmt: skip
    assert steps(*acts, places=login) == ["login", {"open": "列表"}, {"click": "导出"}]
    assert steps(*acts) == [
        {"open": "列表"},
        {"ask": "请输入短信码", "kind": "code", "within": "5m", "as": "code"},
        {"fill": {"用户名": "${account.username}", "密码": {"secret": "password"}, "短信码": "${code}"}},
        {"click": "登录"},
        {"click": "导出"},
    ]
    assert steps(seen("click", "导出"), places=login) == ["login", {"click": "导出"}]


def test_a_menu_is_opened_before_its_item_is_clicked() -> None:
    """By the mouse if that is what opened it; a click that opened it is enough."""
    by_mouse = [seen("hover", "更多"), seen("click", "全部导出")]
    assert steps(*by_mouse) == [{"hover": "更多"}, {"click": "全部导出"}]
    by_click = [seen("click", "更多"), seen("hover", "更多"), seen("click", "全部导出")]
    assert steps(*by_click) == [{"click": "更多"}, {"click": "全部导出"}]


def test_what_the_player_clicks_away_is_no_step() -> None:
    """A popup that shows today does not show every day."""
    places = Places(site="shop", base=PLACES.base, pages=PLACES.pages, popups=frozenset({"我知道了"}))
    acts = [seen("click", "我知道了", who={"library": True}), seen("click", "我知道了"), seen("click", "查询")]
    assert steps(*acts, places=places) == [{"click": "我知道了"}, {"click": "查询"}]


def test_several_choices_are_a_list() -> None:
    """So that a choice with a comma in it stays one."""
    acts = [seen("fill", "标签", "爆款, 清仓", values=["爆款", "清仓"]), seen("fill", "渠道", "手机")]
    assert steps(*acts) == [{"fill": {"标签": ["爆款", "清仓"], "渠道": "手机"}}]


def test_a_new_name_belongs_to_the_page_that_the_player_sees() -> None:
    """A page below a page of the library is that page."""
    way = {"by": "css", "value": ".icon"}
    acts = [seen("click", " ", who={"name": "", "kind": "button", "ways": [way]}, path=HOME + "/7")]
    made = recorded(acts, PLACES)
    assert [(one.page, one.name) for one in made.new_elements] == [("列表", "未命名按钮1")]


def test_two_passwords_are_two_secrets() -> None:
    """A change of password asks for the old and the new one."""
    acts = [
        seen("secret", "旧密码", "password"),
        seen("secret", "新密码", "password"),
        seen("secret", "旧密码", "password"),
    ]
    assert steps(*acts) == [{"fill": {"旧密码": {"secret": "password"}, "新密码": {"secret": "password2"}}}]


def test_the_sheets_best_row_says_which_values_are_columns() -> None:
    """A value that is in the sheet by chance stays as it was typed."""
    sheet = Sheet("表.xlsx", [{"商品ID": "P1", "数量": "10"}, {"商品ID": "P2", "数量": "20"}])
    acts = [
        seen("fill", "编号", "P2"),
        seen("fill", "数量", "20"),
        seen("fill", "页码", "1"),
        seen("fill", "别的", "P1"),
    ]
    made = recorded(acts, PLACES, sheet)
    assert made.steps == ({"fill": {"编号": "${商品ID}", "数量": "${数量}", "页码": "1", "别的": "P1"}},)
    assert made.key == "商品ID"


def test_what_a_page_makes_up_is_not_taken() -> None:
    """A page can call the recorder's door itself: anything of another shape is no event, and long texts are cut."""
    for told in ({}, {"what": "rm", "at": 1}, {"what": "click", "at": "soon"}, {"what": ["click"], "at": 1}):
        assert read_seen(told, 0) is None  # type: ignore[arg-type]
    long = read_seen(
        {
            "what": "fill",
            "at": 1,
            "value": "x" * 99_999,
            "who": {"name": {"a": 1}, "ways": [{"by": "?"}, {"by": ["css"]}]},
        },
        0,
    )
    assert long is not None and len(long.value) == 10_000
    assert long.who == Who("")
