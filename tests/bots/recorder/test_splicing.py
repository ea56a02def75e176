"""Lines go into files that people wrote: every other byte stays, and what cannot be done safely is refused."""

from pathlib import Path

import pytest

from bots.browser.driver import By
from bots.flow.parse import parse, parse_site
from bots.recorder.errors import NoPlaceForElement, NoPlaceForSteps
from bots.recorder.splicing import insert_steps, write_element
from bots.steps import STEPS

FLOW = """# 头
title: 例子   # 尾注
site: practice
steps:
  - login                          # 第一步

  - open: 商品管理
  - if: {missing: 商品行}
    then:
      - reject: 找不到   # 里面
    else:
    - note: 有
  # 最后的注释
finally:
- note: 完
"""
NEW = [{"click": "查询"}, {"fill": {"商品ID": "007"}}]


@pytest.mark.parametrize(
    ("line", "indent"), [(5, "  "), (7, "  "), (8, "  "), (10, "      "), (12, "    "), (15, ""), (16, "")]
)
def test_steps_are_put_before_a_line_with_its_indentation(line: int, indent: str) -> None:
    """Every line where a step begins, and the line after the last one, takes steps; the rest is byte for byte."""
    edit = insert_steps(FLOW, line, NEW, STEPS)
    lines = FLOW.splitlines(keepends=True)
    added = [f"{indent}- click: 查询\n", f"{indent}- fill:\n", f"{indent}    商品ID: 007\n"]
    assert edit.text == "".join([*lines[: line - 1], *added, *lines[line - 1 :]])
    assert parse(edit.text, "a.yaml", STEPS).flow is not None


@pytest.mark.parametrize("line", [1, 2, 4, 9, 40])
def test_no_step_is_put_where_none_may_stand(line: int) -> None:
    """The refusal names lines that will do."""
    with pytest.raises(NoPlaceForSteps) as refused:
        insert_steps(FLOW, line, NEW, STEPS, "a.yaml")
    assert refused.value.facts["places"]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_stay_as_the_file_has_them(end: str) -> None:
    """A file from Windows stays one; a last line without an end gets none."""
    text = end.join(["title: a", "steps:", "  - login", "  - back"])
    edit = insert_steps(text, 5, [{"click": "查询"}], STEPS)
    assert edit.text == text + end + "  - click: 查询"


LIBRARY = """# 库
site: shop
base: https://shop.example
elements:
  退出: [{role: link, name: 退出}]   # 右上角
pages:
  首页: /home   # 没有元素
  商品:
    url: /products
    elements:
      查询: {css: "#go"}   # 旧的
      # 下面还有
      商品行: [{row: "${商品ID}"}]
  订单:
    url: /orders
"""
WAYS = [By("testid", "search"), By("role", "button", name="查询"), By("css", "a b", within=By("row", "P1"))]
WRITTEN = "[{testid: search}, {role: button, name: 查询}, {css: a b, in: {row: P1}}]"


@pytest.mark.parametrize(
    ("page", "name", "old", "new"),
    [
        ("", "登录", "# 右上角\n", f"# 右上角\n  登录: {WRITTEN}\n"),
        (
            "商品",
            "新的",
            '商品行: [{row: "${商品ID}"}]\n',
            f'商品行: [{{row: "${{商品ID}}"}}]\n      新的: {WRITTEN}\n',
        ),
        ("商品", "查询", '{css: "#go"}', WRITTEN),
        ("订单", "查询", "url: /orders\n", f"url: /orders\n    elements:\n      查询: {WRITTEN}\n"),
        ("首页", "x: y", "/home   # 没有元素", f'# 没有元素\n    url: /home\n    elements:\n      "x: y": {WRITTEN}'),
    ],
)
def test_an_element_is_written_into_the_library(page: str, name: str, old: str, new: str) -> None:
    """New, known, on a page without elements, on a page that was only an address: comments stay byte for byte."""
    edit = write_element(LIBRARY, page, name, WAYS, STEPS, "shop.yaml")
    assert edit.text == LIBRARY.replace(old, new, 1)
    assert edit.text[: edit.at] + edit.before + edit.text[edit.at + len(edit.after) :] == LIBRARY
    site = parse_site(edit.text, "shop.yaml", STEPS).site
    assert site is not None
    element = site.element(page, name)
    assert element is not None and len(element.alternatives) == len(WAYS)


def test_an_element_is_not_written_where_it_does_not_fit() -> None:
    """An unknown page, a library on one line: refused, nothing is guessed."""
    for text, page in ((LIBRARY, "没有"), ("{site: a, base: 'http://a'}", ""), ("site: a\nbase: [", "")):
        with pytest.raises(NoPlaceForElement):
            write_element(text, page, "查询", WAYS, STEPS, "shop.yaml")


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[3] / "selectors").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_library_takes_an_element_on_every_page(path: Path) -> None:
    """The libraries as they are shipped: one line more, nothing else."""
    text = path.read_text("utf-8")
    site = parse_site(text, path.name, STEPS).site
    assert site is not None
    for page in ["", *site.pages]:
        edit = write_element(text, page, "新元素", WAYS[:1], STEPS, path.name)
        assert text == edit.text[: edit.at] + edit.before + edit.text[edit.at + len(edit.after) :]
