"""Planted secrets, failures at awkward moments, a real browser and the real desk: afterwards nothing kept holds any."""

import base64
import html
import io
import json
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote, quote_plus

import pyotp
import pytest
import pytest_asyncio

from bots.browser.discovery import discover
from bots.browser.driver import Browser
from bots.browser.playwright import launch
from bots.engine import Progress
from bots.engine.outcome import RunResult
from bots.people import NobodyThere
from schedules.desk import Desk, open_desk
from schedules.logs import start_logs
from schedules.plan import Job
from schedules.settings import Settings
from schedules.shelf import secret_inputs
from schedules.work import Playing, play_flow, take_in
from tests.bots.engine.rig import read_flow, read_site
from tests.bots.secrets.leaky import BEARER, CARD, TOKEN, leaky_site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PASSWORD = "p@ss/w&rd+=\"<口令>'%#? 7"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
API_KEY = "sk-live-4f9c2e71a8"
CODE = "输入的暗号-8842"
PLANTED = {
    "password": PASSWORD, "TOTP seed": SEED, "API key": API_KEY, "secret input": CODE,
    "session cookie": TOKEN, "bearer token": BEARER, "value read by a secret step": CARD,
}  # fmt: skip

SELECTORS = """
site: leaky
title: 漏嘴后台
base: ${base_url}
login:
  signed_in: {visible: 店铺名称}
  signed_out: {visible: 登录}
  refused: 拒绝
  steps:
    - fill: {用户名: "${account.username}", 密码: "${secret.password}", 动态口令: "${totp()}"}
    - click: 登录
elements:
  店铺名称: {role: heading, name: 店铺名称}
  卡号: {css: "#card"}
  拒绝: {css: .refused}
pages:
  首页: /home
"""

HEAD = """title: {title}
site: leaky
inputs:
  暗号: {{title: 暗号, type: secret}}
before: [login, {{open: 首页}}]
steps:
"""

FLOWS = {
    "a secret stays in a plain field": """
  - fill: {备注: "${secret.api}"}
  - click: 没有这个按钮
    timeout: 300ms
""",
    "a secret in the address of a page that repeats it": """
  - open: /echo?key=${secret.api}
  - expect: {visible: 没有这个}
    timeout: 300ms
""",
    "a secret in an address that nobody has encoded": """
  - open: /echo?key=${secret.password}
  - click: 没有这个按钮
    timeout: 300ms
""",
    "a secret in the request that fails": """
  - fill: {备注: "${secret.password}"}
  - click: 保存
  - wait: {visible: 保存成功}
    timeout: 3s
""",
    "a secret in the name of a file": """
  - fill: {备注: "${secret.api}"}
  - download: 下载
  - download: 带密钥下载
  - fail: 文件名里有密钥 ${secret.api}
""",
    "a secret that was read": """
  - open: /card
  - read: 卡号
    as: 卡号
    secret: true
  - note: 卡号是 ${卡号}
  - set: {后四位: "${right(卡号, 19)}"}
  - screenshot: 卡 ${卡号}
  - notify: 卡 ${卡号}
  - fill: {备注: "${卡号}"}
  - fail: 卡 ${卡号} 不能用
""",
    "a secret that was given": """
  - fill: {说明: "甲${暗号}乙"}
    secret: true
  - open: /echo?key=${暗号}
  - ask: 暗号 ${暗号} 对吗
    within: 1s
    else:
      - ask: 要不要接着做？
        within: 1s
  - click: 没有这个按钮
""",
    "the one-time code": """
  - fill: {备注: "${totp()}"}
  - fail: 口令 ${totp()} 不对
""",
}


def written_forms(secret: str) -> set[bytes]:
    """Every way in which a file may hold the secret; made here without the product's own list."""
    clear = {secret, secret.strip()}
    said = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    said |= {html.escape(secret), html.escape(secret, quote=False)}
    urls = {quote(secret), quote(secret, safe=""), quote_plus(secret), quote(quote(secret, safe=""), safe="")}
    texts = {one.encode() for one in clear | said | urls} | {secret.encode("utf-16-le")}
    raw = secret.encode()
    for before in range(3):
        letters = base64.b64encode(b"\0" * before + raw + b"\0\0\0")
        certain = letters[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        texts |= {certain, certain.replace(b"+", b"-").replace(b"/", b"_")}
    return texts


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """What a file holds: its name, its bytes, the members of a zip, the texts of a picture."""
    content = path.read_bytes()
    yield path.name, path.name.encode() + b"\n" + content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield f"{path.name}/{name}", name.encode() + b"\n" + archive.read(name)
    if content.startswith(b"\x89PNG"):
        yield f"{path.name} texts", b"\n".join(_png_texts(content))


def _png_texts(content: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        body = content[at + 8 : at + 8 + size]
        if kind in {b"tEXt", b"iTXt"}:
            yield body
        elif kind == b"zTXt":
            yield zlib.decompress(body.split(b"\0", 1)[1][1:])
        at += size + 12


def leaks(folder: Path, said: str, secrets: dict[str, str]) -> list[str]:
    """Where a secret stands in clear or in some form, in any file below `folder` or in what was said."""
    wanted = {(name, form) for name, secret in secrets.items() for form in written_forms(secret)}
    every = [("said", said.encode())]
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        every += [(f"{path.parent.relative_to(folder).as_posix()}/{part}", content) for part, content in contents(path)]
    return sorted({f"{where}: {name}" for where, content in every for name, form in wanted if form in content})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One real browser for this file."""
    running = await launch(discover())
    yield running
    await running.close()


class Night:
    """Runs at a desk with a home of its own; `said` is all that the terminal was given."""

    def __init__(self, desk: Desk, browser: Browser) -> None:
        self.desk = desk
        self.browser = browser
        self.said: list[str] = []
        self.inbox = NobodyThere()

    async def run(self, title: str, steps: str) -> RunResult:
        """The end of a flow, taken into the books."""
        desk, run_id = self.desk, f"run-{len(self.said)}"
        job = Job(f"key-{run_id}", run_id, date(2026, 11, 21), "run", 0, "leaky", "acc", "", {"暗号": CODE})
        flow = read_flow(HEAD.format(title=title) + steps.removeprefix("\n"), "flows/leaky.yaml")
        desk.jobs.plan(job, secret_inputs(flow))
        playing = Playing(flow, read_site(SELECTORS), job.inputs, None, desk.settings.runs / run_id, False)
        result = await play_flow(desk, self.browser, job, desk.account("acc"), playing, self._watch, self.inbox)
        desk.jobs.stage(job, "failed", result.message)
        take_in(desk, playing.folder, run_id)
        self.said += [result.message, result.hint, str(result.outputs), str(result.failures)]
        return result

    def _watch(self, _job: Job, progress: Progress) -> None:
        self.said.append(str(progress))


@pytest_asyncio.fixture(loop_scope="module")
async def night(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Night]:
    """A night with one account, whose secrets are in the vault."""
    with leaky_site(refuses=getattr(request, "param", False)) as address:
        account = {"site": "leaky", "username": "clerk", "shop": "店", "base_url": address}
        settings = Settings.model_validate({"home": tmp_path / "home", "accounts": {"acc": account}})
        start_logs(settings.home)
        with open_desk(settings) as desk:
            desk.vault.put("acc", password=PASSWORD, totp=SEED, api=API_KEY)
            yield Night(desk, browser)


async def test_nothing_that_is_kept_or_said_holds_a_secret(night: Night) -> None:
    """Eight runs that fail with a secret in a field, an address, a request, a file's name, a text, a question."""
    for title, steps in FLOWS.items():
        result = await night.run(title, steps)
        assert result.state in {"failed", "person"}, (title, result.message)
    evidence = [path.name for path in night.desk.home.rglob("evidence/*")]
    assert any(name.endswith(".zip") for name in evidence)
    assert any(name.endswith(".aria.txt") for name in evidence)
    log = (night.desk.home / "logs" / "yeban.jsonl").read_text("utf-8")
    assert "没有这个按钮" in log
    asked = [(one.text, *one.facts.values()) for one in night.inbox.asked]
    assert len(asked) == 2, "both questions were heard"
    found = leaks(night.desk.home, "\n".join([*night.said, str(asked), str(night.inbox.told)]), PLANTED)
    assert not found, "\n".join(found)


async def test_no_picture_is_taken_while_a_secret_can_be_read(night: Night) -> None:
    """A field with a secret in it, or a page that repeats one, leaves texts behind but no picture."""
    await night.run("field", FLOWS["a secret stays in a plain field"])
    await night.run("echo", FLOWS["a secret in the address of a page that repeats it"])
    assert not list(night.desk.home.rglob("*.png"))
    for trace in night.desk.home.rglob("*.zip"):
        with zipfile.ZipFile(trace) as archive:
            names = archive.namelist()
            assert any(name.endswith(".trace") for name in names)
            assert not [name for name in names if name.endswith((".jpeg", ".png"))]


async def test_a_run_without_secrets_on_the_page_keeps_its_pictures(night: Night) -> None:
    """Where nothing secret can be read the picture of the failure is there: hiding all would be no cure."""
    await night.run("plain", "\n  - click: 没有这个按钮\n    timeout: 300ms\n")
    assert list(night.desk.home.rglob("*.png"))


@pytest.mark.parametrize("night", [True], indirect=True)
async def test_a_refused_password_that_the_site_repeats_is_not_repeated_by_us(night: Night) -> None:
    """A site that says the wrong password again does so to nobody else: no message, picture, log or database has it."""
    result = await night.run("refused", "\n  - note: 到不了\n")
    assert result.code == "E-LOGIN"
    assert "••••••" in result.message
    codes = {"one-time code": pyotp.TOTP(SEED).now()}
    assert leaks(night.desk.home, "\n".join(night.said), {**PLANTED, **codes}) == []
    assert not list(night.desk.home.rglob("*.png"))
