"""A person points at a thing and gets ways of finding it, best first, each of which finds exactly that thing."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bots.browser import find
from bots.browser.driver import Ask, Browser, Page
from bots.browser.held import HeldElement
from bots.browser.target import ResolvedTarget
from bots.recorder.pick import Picked, pick
from tests.bots.recorder.conftest import Shop

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def pointed(browser: Browser, shop: Shop, tmp: Path, name: str, inside: str = "") -> tuple[Picked, list[int]]:
    """What pointing at the thing gives, and how often each way finds something; the click must not reach the page."""
    session = await browser.open_session(None, downloads=tmp, base=shop.url)
    try:
        page = await session.new_page()
        await page.goto("/list")
        place = ResolvedTarget.literal(inside) if inside else None
        target = ResolvedTarget(name, ResolvedTarget.literal(name).alternatives, inside=place)
        found = await find.resolve(page, target, want="fill" if name == "商品ID" else "act", timeout_ms=3_000)
        assert isinstance(found.element, HeldElement)
        handle = found.element.handle
        tasks: list[asyncio.Task[None]] = []
        picked = await pick(page, lambda: tasks.append(asyncio.create_task(point_at(page, handle))))
        await tasks[0]
        seen = await page.survey([Ask(way, "fill" if picked.field else "act") for way in picked.ways])
        assert page.url == shop.url + "/list"
        return picked, [one.count for one in seen]
    finally:
        await session.close()


async def point_at(page: Page, handle: Any) -> None:
    """Moves over the thing once the page waits for the click, and clicks it."""
    async with asyncio.timeout(10):
        while await page.evaluate_json("() => JSON.stringify(!document.querySelector('x-pw-glass'))"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    box = await handle.bounding_box()
    mouse = (await handle.owner_frame()).page.mouse
    await mouse.move(box["x"] + box["width"] / 2 - 1, box["y"] + box["height"] / 2)
    await mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@pytest.mark.parametrize(
    ("name", "inside", "ways"),
    [
        ("商品ID", "", ["label='商品ID'", "css='input[name=\"id\"]'"]),
        (
            "编辑",
            "P1002",
            ["role='button' '编辑' in row='P1002'", "text='编辑' in row='P1002'"],
        ),
        ("新建商品", "", ["role='link' '新建商品'", "text='新建商品'", "css='a[href=\"\\\\/form\"]'"]),
    ],
)
async def test_what_is_pointed_at_is_found_by_every_way(
    browser: Browser, shop: Shop, tmp_path: Path, name: str, inside: str, ways: list[str]
):
    """Label, role, text, CSS, inside its row: in the order of trust, each matching exactly one element."""
    shop.sent.clear()
    picked, counts = await pointed(browser, shop, tmp_path, name, inside)
    assert counts == [1] * len(picked.ways)
    assert [str(way)[: len(want)] for way, want in zip(picked.ways, ways, strict=False)] == ways
    assert picked.name == name
    assert shop.sent == []
