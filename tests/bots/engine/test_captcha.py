import asyncio
from pathlib import Path

import pytest

from bots import captcha
from bots.browser.fake import field, text
from bots.people import NobodyThere, Question
from tests.bots.engine.rig import Rig, read_site
from tests.bots.engine.shop import SELECTORS, Shop

SITE = SELECTORS.replace("popups:", "captcha: [图形验证码]\npopups:").replace(
    "elements:\n  店铺名称", "elements:\n  图形验证码: {testid: captcha}\n  店铺名称", 1
)
LOOK = """
title: 看订单
site: shop
steps:
  - login
  - open: 商品管理
  - click: 查询
"""


class Asleep(NobodyThere):
    """Nobody answers and nobody says so; meanwhile the shop loses the session, and the captcha stays on its page."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self.shop = shop
        self.taken_back = 0

    async def ask(self, question: Question) -> str | None:
        """Waits until the question is taken back."""
        self.asked.append(question)
        for address in ("", "/"):
            self.shop.site.pages[address] = [text("请登录", testid="login-box")]
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.taken_back += 1
            raise
        return None


async def test_a_captcha_of_a_lost_session_does_not_wait_for_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session is seen to be lost on another tab, the question is taken back, and the work begins signed in anew."""
    monkeypatch.setattr(captcha, "SESSION_LOOKS_S", (0.0,))
    shop = Shop("1")
    shop.site.pages["/products"] = [text("8051", testid="captcha"), field("验证码")]
    inbox = Asleep(shop)
    result = await Rig(shop.site, read_site(SITE), tmp_path, inbox=inbox).run(LOOK)
    assert result.state == "done", result.message
    assert (len(inbox.asked), inbox.taken_back, shop.sign_ins) == (1, 1, 1)
    assert [failure.code for failure in result.failures] == ["E-SESSION"]
