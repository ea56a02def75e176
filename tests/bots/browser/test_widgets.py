"""What Element Plus fields need beyond the matrix in `widgets/`: lazy lists, empty values, odd formats, no typing."""

import pytest

from bots.browser import find, widgets
from bots.browser.target import ResolvedTarget
from bots.errors import OptionMissing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def fill(page, label: str, value: widgets.Value) -> str:
    """What the field reads after it was filled."""
    found = await find.resolve(page, ResolvedTarget.literal(label), want="fill", timeout_ms=3_000)
    await widgets.fill(page, found.element, value, name=label)
    return await widgets.read(found.element)


async def model(page, key: str):
    """What the page's own model holds."""
    return await page.evaluate_json("key => JSON.stringify(window.m[key])", key)


ELEMENT_PLUS = [
    ("范围", "全部", "scope", "", "全部"),
    ("标签", "", "tags", [], ""),
    ("懒类目", "乙0 / 甲1", "lazy", ["乙0", "甲1"], "乙0 / 甲1"),
    ("斜线日期", "2026-11-03", "slash", "2026-11-03", "2026-11-03"),
    ("下单日期", "2026-08-15 ~ 2026-08-15", "range", ["2026-08-15", "2026-08-15"], "2026-08-15 ~ 2026-08-15"),
    ("活动时间", "2026-11-01 ~ 2026-11-20", "moments", ["2026-11-01 00:00:00", "2026-11-20 23:59:59"], None),
    ("不可输入", "2025-02-28", "picked", "2025-02-28", "2025-02-28"),
    ("点选区间", "2026-09-28 ~ 2026-12-02", "clicked", ["2026-09-28", "2026-12-02"], "2026-09-28 ~ 2026-12-02"),
]


@pytest.mark.parametrize(("label", "value", "key", "held", "shown"), ELEMENT_PLUS)
async def test_element_plus_fields_hold_what_was_written(page, label, value, key, held, shown):
    """Every Element Plus widget ends up with exactly the value in its model, and reads back as it was written."""
    await page.goto("/element-plus.html")
    read = await fill(page, label, value)
    assert await model(page, key) == held
    if shown is not None:
        assert read == shown


async def test_one_calendar_after_the_other(page):
    """A calendar that is still fading out neither shuts the next one nor takes its focus back."""
    await page.goto("/element-plus.html")
    for day in ("2026-11-03", "2026-11-04", "2026-11-05"):
        await fill(page, "不可输入", day)
        await fill(page, "点选区间", f"{day} ~ 2026-12-02")
        assert [await model(page, key) for key in ("picked", "clicked")] == [day, [day, "2026-12-02"]]


async def test_a_day_that_is_no_day_is_refused(page):
    """A picker that takes no typing is left as it was."""
    await page.goto("/element-plus.html")
    with pytest.raises(OptionMissing):
        await fill(page, "不可输入", "昨天")
    assert await model(page, "picked") == ""
