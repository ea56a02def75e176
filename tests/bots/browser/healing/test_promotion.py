"""A library that mended itself after a good run, and the one command that takes it back."""

import json
from pathlib import Path

import pytest

from bots.context import Healed
from bots.flow.parse import parse_site
from bots.healing.splice import promote
from schedules.elements import Mendings
from schedules.problems import MendingMissing, MendingOutdated

LIBRARY = """\
# 店铺后台。改动前先问王芳。
site: shop
base: ${base_url}
elements:
  退出: [ {testid: out} ,  {role: button, name: "退出"} ]   # 两种
pages:
  订单:
    url: /orders
    elements:
      查询: [{testid: search}, {role: button, name: 查询}, {css: "form button[type=submit]"}]  # 三种
      导出:
        # 按钮改过两次名字
        - testid: export   # 旧的
        - role: button
          name: 导出订单
        - {text: 导出}
      日期:
        find: [{label: 下单日期}, {css: '.picker, .range'}]
        kind: field
      单号: {label: 订单号}
"""


def moved(page: str, element: str, way: str, text: str = LIBRARY) -> str | None:
    """The library's text after the way has come first."""
    site = parse_site(text, "shop.yaml", {}).site
    assert site is not None
    spliced = promote(site, page, element, way)
    return spliced.text if spliced else None


@pytest.mark.parametrize(
    ("page", "element", "way", "before", "after"),
    [
        (
            "",
            "退出",
            "role=button name=退出",
            '[ {testid: out} ,  {role: button, name: "退出"} ]   # 两种',
            '[ {role: button, name: "退出"} ,  {testid: out} ]   # 两种',
        ),
        (
            "订单",
            "查询",
            "css=form button[type=submit]",
            '[{testid: search}, {role: button, name: 查询}, {css: "form button[type=submit]"}]',
            '[{css: "form button[type=submit]"}, {testid: search}, {role: button, name: 查询}]',
        ),
        (
            "订单",
            "导出",
            "role=button name=导出订单",
            "- testid: export   # 旧的\n        - role: button\n          name: 导出订单\n",
            "- role: button\n          name: 导出订单   # 旧的\n        - testid: export\n",
        ),
        (
            "订单",
            "日期",
            "css=.picker, .range",
            "[{label: 下单日期}, {css: '.picker, .range'}]",
            "[{css: '.picker, .range'}, {label: 下单日期}]",
        ),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_only_the_alternatives_change_places(page, element, way, before, after, ends):
    """The way that works comes first; comments, quotes, layout and line ends stay byte for byte."""
    text = LIBRARY.replace("\n", ends)
    assert moved(page, element, way, text) == text.replace(before.replace("\n", ends), after.replace("\n", ends))
    assert moved(page, element, way, "\ufeff" + text) == "\ufeff" + text.replace(
        before.replace("\n", ends), after.replace("\n", ends)
    )


@pytest.mark.parametrize(
    ("page", "element", "way"),
    [
        ("订单", "查询", "testid=search"),
        ("订单", "查询", "text=没有"),
        ("订单", "没有", "testid=x"),
        ("没有", "查询", "x"),
        ("订单", "单号", "label=订单号"),
    ],
)
def test_nothing_to_move_moves_nothing(page, element, way):
    """A way that is first already, unknown, or the only one leaves the library alone."""
    assert moved(page, element, way) is None


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home, with a library beside it and a run that has healed with two pictures."""
    (tmp_path / "selectors").mkdir()
    (tmp_path / "selectors" / "shop.yaml").write_bytes(LIBRARY.encode())
    (tmp_path / "run-1" / "evidence").mkdir(parents=True)
    for name in ("before", "after"):
        (tmp_path / "run-1" / "evidence" / f"healed-001-{name}.png").write_bytes(name.encode())
    return tmp_path


HEALED = Healed(
    "订单", "查询", "role=button name=查询", 1, ("evidence/healed-001-before.png", "evidence/healed-001-after.png")
)
EXPORT = Healed("订单", "导出", "text=导出", 2)


def mendings(home: Path) -> Mendings:
    """The mendings of the home."""
    return Mendings(home, home / "selectors")


def library(home: Path) -> str:
    """The library as it stands on disk."""
    return (home / "selectors" / "shop.yaml").read_bytes().decode()


def test_a_good_run_mends_and_undo_restores_every_byte(home: Path):
    """After the mending the working way is first; after `undo` the file is what it was; both are on record."""
    (one,) = mendings(home).take("shop", home / "run-1", [HEALED], write=True)
    assert library(home) != LIBRARY
    assert moved("订单", "查询", HEALED.way, library(home)) is None
    assert (mendings(home).folder(one.id) / "before.yaml").read_bytes().decode() == LIBRARY
    assert [(mendings(home).folder(one.id) / name).read_text() for name in one.pictures] == ["before", "after"]
    assert mendings(home).undo().state == "undone"
    assert library(home) == LIBRARY


def test_mendings_are_undone_in_any_order(home: Path):
    """The first of two is taken back alone; then the second; then nothing is left to take back."""
    first, second = mendings(home).take("shop", home / "run-1", [HEALED, EXPORT], write=True)
    mendings(home).undo(first.id)
    assert library(home) == moved("订单", "导出", EXPORT.way)
    mendings(home).undo(second.id)
    assert library(home) == LIBRARY
    with pytest.raises(MendingMissing):
        mendings(home).undo()


def test_elements_written_alike_do_not_hide_each_other(home: Path):
    """Two pages may write an element in the same words; each mending takes back its own."""
    path = home / "selectors" / "shop.yaml"
    twin = (
        LIBRARY
        + "  售后:\n    url: /after\n    elements:\n      查询: [{testid: search}, {role: button, name: 查询}]\n"
    )
    path.write_bytes(twin.encode())
    after_sales = Healed("售后", "查询", HEALED.way, 1)
    for healed in (HEALED, after_sales):
        mendings(home).take("shop", home / "run-1", [healed], write=True)
    mendings(home).undo(1)
    assert library(home) == moved("售后", "查询", HEALED.way, twin)
    mendings(home).undo(2)
    assert library(home) == twin


def test_a_later_edit_elsewhere_survives_undo(home: Path):
    """Somebody's own change to another element stays; only the mended element goes back."""
    mendings(home).take("shop", home / "run-1", [HEALED], write=True)
    path = home / "selectors" / "shop.yaml"
    path.write_bytes(library(home).replace("先问王芳", "先问李雷").encode())
    mendings(home).undo()
    assert library(home) == LIBRARY.replace("先问王芳", "先问李雷")


def test_an_element_that_somebody_changed_is_left_alone(home: Path):
    """When the mended element itself was edited since, undo says so and touches nothing."""
    mendings(home).take("shop", home / "run-1", [HEALED], write=True)
    path = home / "selectors" / "shop.yaml"
    path.write_bytes(library(home).replace("{testid: search}", "{testid: find}").encode())
    edited = library(home)
    with pytest.raises(MendingOutdated):
        mendings(home).undo()
    assert library(home) == edited


def test_what_was_undone_is_not_done_again(home: Path):
    """A mending that a person has taken back does not come back with the next good run."""
    mendings(home).take("shop", home / "run-1", [HEALED], write=True)
    mendings(home).undo()
    assert mendings(home).take("shop", home / "run-1", [HEALED], write=True) == []
    assert library(home) == LIBRARY


def test_with_the_setting_off_it_is_only_proposed(home: Path):
    """Proposed once however often it heals; the library waits for `promote`."""
    for _ in range(2):
        (one,) = mendings(home).take("shop", home / "run-1", [HEALED], write=False)
        assert (one.id, one.state, library(home)) == (1, "proposed", LIBRARY)
    mendings(home).promote(1)
    assert library(home) == moved("订单", "查询", HEALED.way)
    assert json.loads((home / "healing" / "1" / "mending.json").read_text("utf-8"))["state"] == "promoted"
