"""Save pages as they stand in a browser: `python -m tests.bots.browser.healing.save_pages`.

Of the practice mall, of oscar and of Ant Design. What the libraries draw is kept; scripts go, long tables are cut.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pyotp
from playwright.async_api import Browser, Page, async_playwright

from bots.browser.discovery import discover
from bots.practice.server import WORLD_FILE, Mall
from tests.support.npm import node_modules
from tests.support.oscar.seed import PASSWORD, USERNAME
from tests.support.oscar.site import oscar_site

PAGES = Path(__file__).with_name("pages")
ROWS_KEPT = 8
CLEAN = """rows => {
  document.querySelectorAll('script,noscript').forEach(e => e.remove());
  document.querySelectorAll('input').forEach(e => e.setAttribute('value', e.value));
  document.querySelectorAll('tbody').forEach(b => [...b.children].slice(rows).forEach(r => r.remove()));
  document.querySelectorAll('.el-select-dropdown,.el-picker__popper').forEach(e => e.closest('.el-popper')?.remove());
  const vendor = [...document.querySelectorAll('link[rel=stylesheet]')].filter(e => /element-plus/.test(e.href)).length;
  const own = [...document.styleSheets].filter(s => s.href && !/element-plus/.test(s.href) && /mall/.test(s.href))
    .map(s => [...s.cssRules].map(r => r.cssText).join('\\n')).join('\\n');
  document.querySelectorAll('link,style,meta').forEach(e => e.remove());
  const head = vendor ? '<link rel=stylesheet href="/element-plus.css"><style>' + own + '</style>'
    : '<style>.modal,.dropdown-menu,.collapse:not(.show){display:none}' +
      '.ant-modal-wrap{position:fixed;inset:0;z-index:1000;background:rgba(0,0,0,.4)}.ant-modal{position:relative;' +
      'margin:100px auto;background:#fff}body{font:14px sans-serif}</style>';
  document.head.insertAdjacentHTML('afterbegin', '<meta charset="utf-8">' + head);
  return document.documentElement.outerHTML;
}"""


async def keep(page: Page, name: str) -> None:
    """The page as it stands now, as a file."""
    await page.wait_for_timeout(700)  # let layers and loading masks come to rest
    html = await page.evaluate(CLEAN, ROWS_KEPT)
    (PAGES / f"{name}.html").write_text("<!doctype html>\n" + html + "\n", "utf-8")


async def mall_pages(browser: Browser, home: Path) -> None:
    """The seller centre: its way in, lists, a drawer, a dialog, a message box."""
    with Mall.start(home, size="tiny", last_day=date(2026, 11, 20), export_delay_s=0.1) as mall:
        with closing(sqlite3.connect(home / WORLD_FILE)) as books:
            (seed,) = books.execute("SELECT totp_secret FROM account WHERE username = 'seller_a'").fetchone()
        context = await browser.new_context(base_url=mall.url, viewport={"width": 1440, "height": 900}, locale="zh-CN")
        page = await context.new_page()
        await page.goto("/seller/home")
        await page.get_by_label("用户名").wait_for()
        await keep(page, "mall-login")
        await page.goto("/seller/home")
        await page.get_by_label("用户名").fill("seller_a")
        await page.get_by_label("密码", exact=True).fill("practice-seller_a")
        await page.get_by_role("button", name="登录").click()
        await page.get_by_label("动态口令").fill(pyotp.TOTP(seed).now())
        await page.get_by_role("button", name="确认").click()
        await page.get_by_test_id("shop-name").wait_for()
        for name, path, open_layer in MALL:
            await page.goto(f"/seller/{path}")
            await page.locator("tbody tr").first.wait_for()
            await open_layer(page)
            await keep(page, name)
        await context.close()


async def nothing(page: Page) -> None:
    """The page itself."""


async def delisting(page: Page) -> None:
    """The question before a product leaves the shelf."""
    await page.get_by_role("button", name="下架", exact=True).first.click()
    await page.locator(".el-message-box__btns").wait_for()


async def enrolling(page: Page) -> None:
    """The drawer in which a product is enrolled."""
    await page.get_by_role("button", name="立即报名", exact=True).first.click()
    await page.get_by_test_id("enrol-submit").wait_for()


async def shipping(page: Page) -> None:
    """The dialog in which a waybill is filled in."""
    await page.get_by_role("button", name="发货", exact=True).first.click()
    await page.get_by_test_id("ship-submit").wait_for()


MALL: list[tuple[str, str, Callable[[Page], Awaitable[None]]]] = [
    ("mall-orders", "orders", nothing),
    ("mall-products", "products", nothing),
    ("mall-delisting", "products", delisting),
    ("mall-enrolling", "activities", enrolling),
    ("mall-shipping", "shipping", shipping),
]


async def oscar_pages(browser: Browser, home: Path) -> None:
    """The dashboard: server-rendered forms and tables."""
    with oscar_site(home) as base:
        context = await browser.new_context(base_url=base, viewport={"width": 1440, "height": 900})
        page = await context.new_page()
        await page.goto("/dashboard/login/")
        await page.get_by_label("Username").fill(USERNAME)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Log").click()
        for name, path in (("oscar-products", "catalogue/"), ("oscar-orders", "orders/")):
            await page.goto(f"/dashboard/{path}")
            await keep(page, name)
        await context.close()


ANTD = (Path(__file__).with_name("antd.html")).read_text("utf-8")


async def antd_pages(browser: Browser, home: Path) -> None:
    """A list page and a dialog of Ant Design 5, drawn by the library itself."""
    modules = node_modules()
    files = ["react/umd/react.production.min.js", "react-dom/umd/react-dom.production.min.js", "dayjs/dayjs.min.js"]
    scripts = "".join(
        f'<script src="{(modules / file).as_uri()}"></script>' for file in [*files, "antd/dist/antd.min.js"]
    )
    for name, modal in (("antd-orders", "false"), ("antd-note", "true")):
        path = home / f"{name}.html"
        libraries = f"{scripts}<script>const MODAL = {modal};</script>"
        path.write_text(ANTD.replace("<!-- libraries -->", libraries), "utf-8")
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.goto(path.as_uri())
        await page.locator("tbody tr.ant-table-row").first.wait_for()
        await keep(page, name)
        await page.close()


async def main() -> None:
    """Every page anew."""
    choice = discover(headless=True)
    PAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=choice.executable, args=choice.flags)
            await mall_pages(browser, Path(folder) / "mall")
            await antd_pages(browser, Path(folder))
            await oscar_pages(browser, Path(folder) / "oscar")
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
