from pathlib import Path

import pytest

from bots.engine import RunResult
from bots.journal import MemoryJournal
from bots.sheets import read_rows
from tests.bots.engine.rig import Rig, read_site
from tests.bots.engine.shop import SELECTORS, Shop

DELIST = """
title: 批量下架
site: shop
items:
  worklist: to_delist
  key: ${商品ID}
  retries: 2
  stop_after: 3
before: [login, {open: 商品管理}]
steps:
  - fill: {商品ID: "${商品ID}"}
  - click: 查询
  - if: {missing: 商品行}
    then:
      - reject: 找不到商品 ${商品ID}
  - once: 下架-${商品ID}
    unless: {visible: {in: 商品行, name: 已下架}}
    do:
      - click: {in: 商品行, name: 下架}
      - click: 确定
        timeout: 1s
    verify: {visible: 下架成功}
    timeout: 200ms
"""


def rows(*products: str) -> list[dict[str, str]]:
    """A worklist with an id for each row."""
    return [{"_id": f"w{product}", "商品ID": product} for product in products]


def rig(shop: Shop, folder: Path, **facts: object) -> Rig:
    """A rig on this shop."""
    return Rig(shop.site, read_site(SELECTORS), folder, **facts)  # type: ignore[arg-type]


async def test_every_row_has_its_end(tmp_path: Path) -> None:
    """Done rows are done once, unknown ones are rejected with the reason, and the sheet comes back saying so."""
    shop = Shop("1", "2")
    result = await rig(shop, tmp_path).run(DELIST, rows("1", "9", "2"))
    assert shop.delisted == ["1", "2"]
    assert [(one["key"], one["outcome"], one["reason"]) for one in result.results] == [
        ("1", "done", ""),
        ("9", "rejected", "找不到商品 9"),
        ("2", "done", ""),
    ]
    assert result.state == "rejected_some"
    back = read_rows(tmp_path / "run-1" / "sheet.xlsx")
    assert [one["结果"] for one in back] == ["完成", "不能做", "完成"]
    assert back[1]["原因"] == "找不到商品 9"
    assert "_id" not in back[0]


SHEET = DELIST.replace("  worklist: to_delist\n", "  from: ${sheet}\n").replace(
    "items:", "inputs:\n  sheet: {title: 清单, type: file, accept: [xlsx, csv]}\nitems:"
)


async def of_sheet(folder: Path, name: str, content: bytes, lang: str = "zh") -> tuple[RunResult, list[str]]:
    """The end of a run over a sheet with this content, and the products that were taken off."""
    sheet = folder / name
    sheet.write_bytes(content)
    shop = Shop("1", "277399420451383410688")
    return await rig(shop, folder, lang=lang).run(SHEET, inputs={"sheet": str(sheet)}), shop.delisted


def numbers(*values: float) -> bytes:
    """A workbook whose product numbers are numbers."""
    import io

    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_string(0, 0, "商品ID")
        for line, value in enumerate(values, start=1):
            sheet.write_number(line, 0, value)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("清单.xlsx", numbers(1, 277399420451383371801)),
        ("清单.csv", "商品ID\n1\n2.77399420451383E+20\n".encode()),
    ],
)
async def test_a_number_that_excel_has_rounded_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    """Nothing is done to whatever has the number that is left; the person is told the cell and what to do."""
    result, delisted = await of_sheet(tmp_path, name, content)
    assert (result.code, delisted) == ("E-INPUT", [])
    assert "第 3 行「商品ID」" in result.message and "文本" in result.message
    result, _ = await of_sheet(tmp_path, name, content, "en")
    assert "row 3, 商品ID" in result.message and "数字" not in result.message


async def test_numbers_that_excel_holds_are_whole(tmp_path: Path) -> None:
    """Fifteen digits are exact."""
    result, delisted = await of_sheet(tmp_path, "清单.xlsx", numbers(1, 999_999_999_999_999))
    assert delisted == ["1"]
    assert [one["key"] for one in result.results] == ["1", "999999999999999"]


async def test_a_sheet_without_the_column_says_which_it_has(tmp_path: Path) -> None:
    """A title above the header, or another name of the column: the sheet is what has to be mended, not the flow."""
    result, delisted = await of_sheet(tmp_path, "清单.csv", "十一月下架\n序号,货号\n1,1\n".encode())
    assert (result.code, delisted) == ("E-INPUT", [])
    assert "清单.csv" in result.message and "没有列「商品ID」，有的是：十一月下架" in result.message


async def test_a_cell_that_cannot_be_worked_with_is_named_by_its_row(tmp_path: Path) -> None:
    """Of five hundred rows, the one whose cell ends the run is said."""
    count = SHEET.replace("steps:\n", "steps:\n  - set: {件: '${int(件数)}'}\n", 1)
    sheet = tmp_path / "清单.csv"
    sheet.write_text("商品ID,件数\n1,2\n9,三\n", "utf-8")
    for lang, row in (("zh", "9 这一行"), ("en", "row 9")):
        result = await rig(Shop("1"), tmp_path / lang, lang=lang).run(count, inputs={"sheet": str(sheet)})
        assert (result.code, row in result.message) == ("E-EXPRESSION", True), result.message


async def test_a_sheet_without_rows_says_so(tmp_path: Path) -> None:
    """A run that had nothing to do does not look like one that did it."""
    result, _ = await of_sheet(tmp_path, "清单.csv", "商品ID\n".encode())
    assert (result.state, result.message) == ("done", "表里一行也没有")


async def test_already_so_is_found_not_done(tmp_path: Path) -> None:
    """What `unless` shows to be so already is not done, and is reported as found."""
    shop = Shop("1")
    shop.products["1"] = False
    result = await rig(shop, tmp_path).run(DELIST, rows("1"))
    assert shop.delisted == []
    assert result.results[0]["outcome"] == "found_done"


async def test_lost_answer_is_looked_up_not_repeated(tmp_path: Path) -> None:
    """An effect whose answer is lost is looked at from a fresh page and never done twice."""
    shop = Shop("1", "2")
    shop.lose_answers = 1
    one = rig(shop, tmp_path)
    result = await one.run(DELIST, rows("1", "2"))
    assert shop.delisted == ["1", "2"]
    assert [r["outcome"] for r in result.results] == ["found_done", "done"]
    assert isinstance(one.journal, MemoryJournal)
    assert set(one.journal.effects().values()) == {"done"}
    assert result.failures[0].code == "E-EFFECT-IN-DOUBT"


SLOW = DELIST.replace(
    """      - click: 确定
        timeout: 1s
""",
    """      - click: 确定
        timeout: 1s
      - wait: {visible: 下架成功}
        timeout: 50ms
""",
)


async def test_a_site_that_is_still_busy_with_it_is_not_asked_again(tmp_path: Path) -> None:
    """A site that has not answered may still do what was submitted: it is not submitted again, a person looks."""
    shop = Shop("1", "2")
    shop.keeps_waiting = True
    shop.site.answers_in_ms = float("inf")
    result = await rig(shop, tmp_path).run(SLOW, rows("1"))
    assert shop.submitted == ["1"]
    assert result.results[0]["outcome"] == "person"
    assert "没有回答" in str(result.results[0]["reason"])


async def test_a_slow_answer_is_waited_for_before_the_page_is_left(tmp_path: Path) -> None:
    """What a slow site has done is found done, once its answer has been waited for."""
    shop = Shop("1")
    shop.keeps_waiting = True
    shop.site.answers_in_ms = 30_000
    result = await rig(shop, tmp_path).run(SLOW, rows("1"))
    assert shop.submitted == ["1"]
    assert result.results[0]["outcome"] == "found_done"


async def test_lost_session_signs_in_again(tmp_path: Path) -> None:
    """A session that ends at any click costs a new sign-in, not a row."""
    for click in (1, 2, 3):
        shop = Shop("1")
        shop.sign_out_at_clicks = {click}
        result = await rig(shop, tmp_path / str(click)).run(DELIST, rows("1"))
        assert shop.delisted == ["1"], click
        assert result.state == "done", result.message


async def test_resume_skips_what_is_finished(tmp_path: Path) -> None:
    """A second run with the same id begins no finished row again and reports the same ends."""
    shop = Shop("1", "2")
    one = rig(shop, tmp_path)
    first = await one.run(DELIST, rows("1", "9"))
    second = await one.run(DELIST, rows("1", "9", "2"))
    assert shop.delisted == ["1", "2"]
    assert second.results[:2] == first.results
    assert [event for event in one.events if event == "fill 商品ID = 1"] == ["fill 商品ID = 1"]


async def test_resume_tries_again_what_failed(tmp_path: Path) -> None:
    """Rows that failed are tried again when the run is, and done then; rows that are done are not touched."""
    shop = Shop("1", "2")
    one = rig(shop, tmp_path)
    broken = DELIST.replace(
        "click: 查询", "click: \"${'查询' if 商品ID == '1' else '没有的按钮'}\"\n    timeout: 100ms"
    )
    first = await one.run(broken, rows("1", "2"))
    assert [result["outcome"] for result in first.results] == ["done", "failed"]
    second = await one.run(DELIST, rows("1", "2"))
    assert [result["outcome"] for result in second.results] == ["done", "done"]
    assert second.results[0] == first.results[0]
    assert shop.delisted == ["1", "2"]


async def test_same_key_twice_is_worked_on_once(tmp_path: Path) -> None:
    """A key that stands in the sheet twice shares one end."""
    shop = Shop("1")
    result = await rig(shop, tmp_path).run(DELIST, [{"商品ID": "1"}, {"商品ID": "1"}])
    assert shop.delisted == ["1"]
    assert result.results[1]["reason"] == "与第 1 行相同"


async def test_run_stops_after_failures_in_a_row(tmp_path: Path) -> None:
    """A site that fails row after row stops the run; the rest of the sheet stays without a result."""
    shop = Shop("1", "2", "3", "4", "5")
    flow = DELIST.replace("click: 查询", "click: 没有的按钮\n    timeout: 100ms").replace("retries: 2", "retries: 1")
    result = await rig(shop, tmp_path).run(flow, rows("1", "2", "3", "4", "5"))
    assert result.state == "stopped"
    assert [one["outcome"] for one in result.results] == ["failed"] * 3
    assert "没有的按钮" in str(result.results[0]["reason"])
    assert result.results[0]["evidence"]
    assert len(result.failures) == 6


async def test_dry_run_shows_and_does_not(tmp_path: Path) -> None:
    """A dry run goes up to each effect, takes a picture, does nothing and writes nothing into the journal."""
    shop = Shop("1", "2")
    one = rig(shop, tmp_path)
    result = await one.run(DELIST, rows("1", "2"), dry_run=True)
    assert shop.delisted == []
    assert [r["outcome"] for r in result.results] == ["shown", "shown"]
    assert isinstance(one.journal, MemoryJournal)
    assert one.journal.entries == []


class Stopped(BaseException):
    """The process was killed."""


@pytest.mark.parametrize("lose", [0, 1])
async def test_killed_at_any_journal_entry_nothing_is_done_twice(tmp_path: Path, lose: int) -> None:
    """Stop at each journal entry in turn, start again: every product is off the shelf exactly once."""
    for stop_at in range(1, 40):
        shop = Shop("1", "2")
        shop.lose_answers = lose
        written = 0

        def before_write(_entry: dict[str, object], at: int = stop_at) -> None:
            nonlocal written
            written += 1
            if written == at:
                raise Stopped

        journal = MemoryJournal(before_write)
        one = rig(shop, tmp_path / f"{lose}-{stop_at}", journal=journal)
        try:
            await one.run(DELIST, rows("1", "2", "9"))
        except Stopped:
            result = await one.run(DELIST, rows("1", "2", "9"))
        else:
            return
        assert sorted(shop.delisted) == ["1", "2"], stop_at
        assert [r["outcome"] in {"done", "found_done", "rejected"} for r in result.results] == [True] * 3, stop_at
    raise AssertionError("the run never came to its end")


async def test_row_gone_because_it_is_done_is_not_rejected(tmp_path: Path) -> None:
    """A row whose effect was finished before a crash counts as done even if the page no longer lists it."""
    shop = Shop("1")
    journal = MemoryJournal()
    journal.start_item("run-1", "1", {})
    journal.open_effect("acc|w1|下架-1", "run-1", "1", "下架-1")
    journal.close_effect("acc|w1|下架-1", "done", "")
    del shop.products["1"]
    shop._draw_all()
    result = await rig(shop, tmp_path, journal=journal).run(DELIST, rows("1"))
    assert result.results[0]["outcome"] == "done"


async def test_effect_that_cannot_be_told_waits_for_a_person(tmp_path: Path) -> None:
    """Begun before, end unknown, and the row is gone: a person has to look; nothing is done again."""
    shop = Shop()
    journal = MemoryJournal()
    journal.start_item("run-1", "1", {})
    journal.open_effect("acc|w1|下架-1", "run-1", "1", "下架-1")
    result = await rig(shop, tmp_path, journal=journal).run(DELIST, rows("1"))
    assert result.state == "person"
    assert result.results[0]["outcome"] == "person"
    assert journal.effects() == {"acc|w1|下架-1": "person"}


async def test_unless_that_cannot_see_never_makes_it_happen_twice(tmp_path: Path) -> None:
    """Everything was clicked and neither `verify` nor `unless` shows it: a person looks, nothing is clicked again."""
    shop = Shop("1")
    blind = DELIST.replace("unless: {visible: {in: 商品行, name: 已下架}}", "unless: {visible: 看不见的字}").replace(
        "verify: {visible: 下架成功}", "verify: {visible: 也看不见}"
    )
    result = await rig(shop, tmp_path).run(blind, rows("1"))
    assert shop.delisted == ["1"]
    assert result.results[0]["outcome"] == "person"


async def test_what_waits_for_a_person_is_looked_at_again(tmp_path: Path) -> None:
    """A later run that sees it has happened says so and ends the waiting; one that does not see it does nothing."""
    for off_shelf, outcome, known in ((True, "found_done", "done"), (False, "person", "person")):
        shop = Shop("1")
        shop.products["1"] = not off_shelf
        journal = MemoryJournal()
        journal.open_effect("acc|w1|下架-1", "run-0", "1", "下架-1")
        journal.close_effect("acc|w1|下架-1", "person", "看不出有没有成功")
        result = await rig(shop, tmp_path / outcome, journal=journal).run(DELIST, rows("1"))
        assert result.results[0]["outcome"] == outcome
        assert journal.effects() == {"acc|w1|下架-1": known}
        assert shop.delisted == []
