"""A tiny mall in a process of its own, a browser that may talk to nobody else, and a client without a browser."""

import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from bots.browser.discovery import discover
from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import World

LAST_DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the mall keeps its books."""
    return tmp_path_factory.mktemp("mall")


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Mall]:
    """A tiny mall, shared by the tests of a module."""
    with Mall.start(home, size="tiny", last_day=LAST_DAY, export_delay_s=0.1) as mall:
        yield mall


@pytest.fixture
def mall(running: Mall) -> Iterator[Mall]:
    """The module's mall in fine weather; whatever a test sets is taken back."""
    running.faults()
    yield running
    running.faults()


@pytest.fixture
def world(mall: Mall, home: Path) -> World:
    """The books behind the mall."""
    return World.open(home / WORLD_FILE)


@dataclass
class Client:
    """A visitor without a browser: JSON in, status and JSON or bytes out, cookies kept."""

    mall: Mall
    site: str
    cookie: str = ""
    seen: list[int] = field(default_factory=list)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request below /api/<site>."""
        status, kind, content = self.fetch(method, f"/api/{self.site}/{path}", body)
        return status, json.loads(content) if "json" in kind else content

    def fetch(self, method: str, path: str, body: Any = None) -> tuple[int, str, bytes]:
        """One request to an address of the mall, redirects not followed: status, content type, body."""
        sent = None if body is None else json.dumps(body).encode()
        headers = {"cookie": self.cookie} | ({} if body is None else {"content-type": "application/json"})
        request = urllib.request.Request(self.mall.url + path, data=sent, method=method, headers=headers)
        try:
            with OPENER.open(request, timeout=20) as answer:
                if "set-cookie" in answer.headers:
                    self.cookie = answer.headers["set-cookie"].split(";")[0]
                return answer.status, answer.headers.get("content-type", ""), answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get("content-type", ""), error.read()

    def sign_in(self, world: World, username: str) -> "Client":
        """Signed in as this account."""
        status, answer = self.ask("POST", "login", {"username": username, "password": f"practice-{username}"})
        assert (status, answer["ok"]) == (200, True)
        if answer["step"] == "totp":
            self.ask("POST", "verify", {"code": totp(world, username)})
        return self


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer."""

    def redirect_request(self, *_: Any) -> None:
        return None


OPENER = urllib.request.build_opener(NoRedirect)


def totp(world: World, username: str) -> str:
    """The code that the account's authenticator shows now."""
    row = world.row("SELECT totp_secret FROM account WHERE username = ?", username)
    assert row is not None
    return pyotp.TOTP(row["totp_secret"]).now()


@pytest.fixture
def seller(mall: Mall, world: World) -> Client:
    """The seller of shop_a, signed in."""
    return Client(mall, "seller").sign_in(world, "seller_a")


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser without a window."""
    choice = discover(headless=True)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=choice.executable, args=choice.flags)
        yield launched
        await launched.close()


@pytest_asyncio.fixture
async def page(browser: Browser, mall: Mall) -> AsyncIterator[Page]:
    """A page; afterwards it is known that it asked nobody but the mall and that no script failed."""
    context = await browser.new_context(base_url=mall.url, viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(10_000)
    opened = await context.new_page()
    strangers: list[str] = []
    failures: list[str] = []
    opened.on("request", lambda r: None if r.url.startswith((mall.url, "data:", "blob:")) else strangers.append(r.url))
    opened.on("pageerror", lambda error: failures.append(str(error)))
    yield opened
    await context.close()
    assert strangers == []
    assert failures == []


async def sign_in(page: Page, world: World, site: str, username: str, landing: str = "home") -> None:
    """Sign in the way a person does, arriving on the page that was asked for."""
    await page.goto(f"/{site}/{landing}")
    await page.get_by_label("用户名").fill(username)
    await page.get_by_label("密码", exact=True).fill(f"practice-{username}")
    await page.get_by_role("button", name="登录").click()
    if site == "seller":
        await page.get_by_label("动态口令").fill(totp(world, username))
        await page.get_by_role("button", name="确认").click()
    await page.wait_for_url(f"**/{site}/{landing}")
    await page.get_by_test_id("shop-name").wait_for()
