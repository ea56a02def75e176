"""Every way to misbehave can be seen, and none of them lies about what happened."""

import http.client
import json
import random
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bots.practice.faults import ANY_REQUEST, FAULTS, SLOW_S, Turn, Weather
from bots.practice.server import Mall
from bots.practice.world import World, truth
from tests.practice.web.conftest import Client, sign_in

SPAN = {"from": "2026-11-11", "to": "2026-11-20"}


def any_product(world: World) -> str:
    """A product of shop_a."""
    row = world.row("SELECT product_id FROM product WHERE shop_id = 'shop_a' ORDER BY product_id")
    assert row is not None
    return str(row["product_id"])


def ready(seller: Client, kind: str = "practice_products", **params: str) -> dict[str, str]:
    """The newest export task, once it has left 生成中."""
    assert seller.ask("POST", "exports", {"kind": kind, **params})[1]["ok"]
    for _ in range(400):
        task: dict[str, str] = seller.ask("GET", "exports")[1]["rows"][0]
        if task["state"] != "生成中":
            return task
    raise AssertionError("the export task does not end")


def test_every_fault_is_described(mall: Mall) -> None:
    """The test door lists all faults with a Chinese sentence and the probability that is on."""
    mall.faults(slow=0.25)
    with urllib.request.urlopen(mall.url + "/test/faults") as answer:
        listed = {one["name"]: one for one in json.load(answer)}
    assert sorted(listed) == sorted(FAULTS) == list(FAULTS)
    assert listed["slow"]["probability"] == 0.25
    assert all(one["sentence"].endswith("。") for one in listed.values())


def test_the_door_refuses_what_it_does_not_know(mall: Mall) -> None:
    """An unknown fault or an impossible probability is refused in words and changes nothing."""
    mall.faults(slow=0.5)
    for wrong in ({"earthquake": 0.1}, {"slow": 1.5}, {"slow": "often"}):
        request = urllib.request.Request(mall.url + "/test/faults", data=json.dumps(wrong).encode())
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(request)
    with urllib.request.urlopen(mall.url + "/test/faults") as answer:
        assert {one["name"] for one in json.load(answer) if one["probability"]} == {"slow"}


def test_the_same_seed_gives_the_same_weather() -> None:
    """A run with faults can be repeated: the same seed and requests are struck by the same faults."""
    chances = dict.fromkeys(FAULTS, 0.3)
    runs = [[Weather(3, chances).turn("page", "seller").struck for _ in range(50)] for _ in range(2)]
    assert runs[0] == runs[1]
    one = Weather(3, chances)
    assert len({tuple(one.turn("page", "seller").struck) for _ in range(50)}) > 5


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_changes_the_turn(name: str) -> None:
    """Each fault changes what a request gets, and only requests of its kinds are struck."""
    before, after = (Turn("page", "seller", random.Random(1)) for _ in range(2))
    FAULTS[name].act(after)
    assert after != before
    for kind in ANY_REQUEST:
        assert Weather(1, {name: 1.0}).turn(kind, "seller").struck == ([name] if kind in FAULTS[name].kinds else [])


def test_slow(mall: Mall, seller: Client) -> None:
    """A slow answer is the right answer, later."""
    mall.faults(slow=1.0)
    started = time.monotonic()
    status, answer = seller.ask("GET", "home")
    assert (status, answer["ok"]) == (200, True)
    assert time.monotonic() - started >= SLOW_S[0]


def test_error_500_does_nothing(mall: Mall, seller: Client, world: World) -> None:
    """A 500 on a page, an answer or an effect has changed nothing."""
    product_id = any_product(world)
    before = truth.shelf_events(world)
    mall.faults(error_500=1.0)
    assert seller.ask("POST", "products/shelf", {"ids": [product_id], "action": "delist"})[0] == 500
    assert seller.fetch("GET", "/seller/orders")[0] == 500
    assert truth.shelf_events(world) == before


def test_session_ends_at_a_click(mall: Mall, seller: Client) -> None:
    """After the fault the session is really gone, in fine weather too: pages go to the sign-in, answers say 401."""
    mall.faults(session_expired=1.0)
    assert seller.ask("GET", "home")[0] == 401
    mall.faults()
    assert seller.ask("GET", "home")[0] == 401
    assert seller.fetch("GET", "/seller/orders")[0] == 302


def test_captcha_stays_until_it_is_solved(mall: Mall, seller: Client) -> None:
    """One captcha stops everything of that account; a wrong answer brings another picture, the right one opens."""
    mall.faults(captcha=1.0)
    assert seller.ask("GET", "home") == (403, {"ok": False, "message": "访问过于频繁，请完成验证", "captcha": True})
    mall.faults()
    assert seller.fetch("GET", "/seller/home")[0] == 302
    digits = mall.captchas()["seller_a"]
    picture = seller.ask("GET", "captcha.png")[1]
    assert picture.startswith(b"\x89PNG")
    assert digits.encode() not in picture
    assert not seller.ask("POST", "captcha", {"digits": "x"})[1]["ok"]
    assert seller.ask("POST", "captcha", {"digits": mall.captchas()["seller_a"]})[1]["ok"]
    assert seller.ask("GET", "home")[0] == 200
    assert mall.captchas() == {}


def test_export_failed(mall: Mall, seller: Client) -> None:
    """The task ends as 失败 and offers no file."""
    mall.faults(export_failed=1.0)
    task = ready(seller)
    assert (task["state"], task["url"]) == ("失败", "")
    assert seller.ask("GET", f"exports/{task['task_id']}/file")[0] == 404


def test_download_cut(mall: Mall, seller: Client) -> None:
    """A cut download is shorter than the file: sometimes less than was announced, sometimes announced as short."""
    task = ready(seller)
    whole = seller.fetch("GET", task["url"])[2]
    mall.faults(download_cut=1.0)
    broken = 0
    for _ in range(12):
        try:
            assert seller.fetch("GET", task["url"])[2] == whole[: len(whole) // 2]
        except http.client.IncompleteRead as error:
            broken += 1
            assert error.partial == whole[: len(whole) // 2]
    assert 0 < broken < 12


def test_html_as_xlsx(mall: Mall, seller: Client) -> None:
    """The file has the right name and type, and a web page inside."""
    task = ready(seller)
    mall.faults(html_as_xlsx=1.0)
    status, kind, content = seller.fetch("GET", task["url"])
    assert status == 200
    assert "spreadsheetml" in kind
    assert content.startswith(b"<!doctype html>")


def test_lost_answer_took_effect(mall: Mall, seller: Client, world: World) -> None:
    """Every lost answer is an error for the asker and exactly one event in the books."""
    product_id = any_product(world)
    before = truth.shelf_events(world)[product_id, "delist"]
    mall.faults(lost_answer=1.0)
    outcomes: set[int | str] = set()
    for _ in range(8):
        try:
            outcomes.add(seller.ask("POST", "products/shelf", {"ids": [product_id], "action": "delist"})[0])
        except (http.client.HTTPException, urllib.error.URLError, ConnectionError) as error:
            outcomes.add(type(error).__name__)
    assert 200 not in outcomes
    assert len(outcomes) == 2
    assert truth.shelf_events(world)[product_id, "delist"] - before == 8


@pytest.mark.browser
async def test_popup_covers_the_page(page: Page, mall: Mall, world: World) -> None:
    """The notice stands over the page until 我知道了 is clicked, then the page works."""
    await sign_in(page, world, "seller", "seller_a", "orders")
    mall.faults(popup=1.0)
    await page.goto("/seller/orders")
    dialog = page.get_by_role("dialog", name="平台公告")
    await expect(dialog).to_be_visible()
    await page.get_by_role("button", name="我知道了").click()
    await expect(dialog).to_be_hidden()
    await page.get_by_role("button", name="详情").first.click()
    await expect(page.get_by_role("dialog", name="订单详情")).to_be_visible()


@pytest.mark.browser
async def test_notice_covers_the_corner(page: Page, mall: Mall, world: World) -> None:
    """Notifications lie over the corner where 退出 is, and can be closed."""
    await sign_in(page, world, "seller", "seller_a", "orders")
    mall.faults(notice=1.0)
    await page.goto("/seller/orders")
    notes = page.locator(".el-notification")
    await expect(notes).to_have_count(2)
    button = await page.get_by_role("button", name="退出").bounding_box()
    assert button is not None
    middle = [button["x"] + button["width"] / 2, button["y"] + button["height"] / 2]
    await page.wait_for_function("([x, y]) => document.elementFromPoint(x, y).closest('.el-notification')", arg=middle)
    for left in (1, 0):
        await notes.first.locator(".el-notification__closeBtn").click()
        await expect(notes).to_have_count(left)


@pytest.mark.browser
async def test_renamed_takes_ids_and_classes_away(page: Page, mall: Mall, world: World) -> None:
    """No test id or class of ours keeps its name, the page still works and still looks the same."""
    await sign_in(page, world, "seller", "seller_a", "orders")
    card = page.locator("[class*=y-card]").first
    plain = await card.evaluate("e => getComputedStyle(e).borderRadius")
    mall.faults(renamed=1.0)
    await page.goto("/seller/orders")
    await page.get_by_role("button", name="查询").click()
    await expect(page.get_by_test_id("search")).to_have_count(0)
    await expect(page.locator("[data-testid^=search-]")).to_have_count(1)
    await expect(page.locator(".y-card")).to_have_count(0)
    assert await card.evaluate("e => getComputedStyle(e).borderRadius") == plain != "0px"


@pytest.mark.browser
async def test_moved_columns_keep_their_headings(page: Page, mall: Mall, world: World) -> None:
    """The columns stand in another order and every cell is still under its heading."""
    await sign_in(page, world, "seller", "seller_a", "products")
    mall.faults(moved_columns=1.0)
    await page.goto("/seller/products")
    table = page.get_by_test_id("product-table")
    await table.locator("tbody tr").first.wait_for()
    heads = await table.locator("thead th").all_inner_texts()
    cells = await table.locator("tbody tr").first.locator("td").all_inner_texts()
    row = dict(zip((head.strip() for head in heads), (cell.strip() for cell in cells), strict=True))
    assert [head.strip() for head in heads][1:3] == ["操作", "商品状态"]
    assert world.number("SELECT count(*) FROM product WHERE product_id = ?", row["商品ID"]) == 1


@pytest.mark.browser
async def test_changed_labels_mean_the_same(page: Page, mall: Mall, world: World) -> None:
    """查询 is called 搜索 and still searches."""
    await sign_in(page, world, "seller", "seller_a", "orders")
    mall.faults(changed_labels=1.0)
    await page.goto("/seller/orders")
    await expect(page.get_by_role("button", name="查询")).to_have_count(0)
    row = world.row("SELECT order_no FROM orders WHERE shop_id = 'shop_a' ORDER BY order_no")
    assert row is not None
    await page.get_by_label("订单号").fill(row["order_no"])
    await page.get_by_role("button", name="搜索").click()
    await expect(page.get_by_test_id("order-total")).to_have_text("共 1 单")
    await expect(page.get_by_role("button", name="订单导出")).to_be_visible()


@pytest.mark.browser
async def test_expired_session_returns_to_the_page(page: Page, mall: Mall, world: World) -> None:
    """A click that meets an ended session leads to the sign-in, and from there back to the page."""
    await sign_in(page, world, "pay", "pay_a", "bank")
    mall.faults(session_expired=1.0)
    await page.get_by_role("button", name="查询").click()
    await page.wait_for_url("**/pay/login?**")
    mall.faults()
    await expect(page.get_by_test_id("login-box")).to_contain_text("登录已失效")
    await page.get_by_label("用户名").fill("pay_a")
    await page.get_by_label("密码", exact=True).fill("practice-pay_a")
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url("**/pay/bank")


@pytest.mark.browser
async def test_captcha_page_lets_through(page: Page, mall: Mall, world: World) -> None:
    """A person reads the picture, types the digits and is back on the page."""
    await sign_in(page, world, "pay", "pay_a", "bank")
    mall.faults(captcha=1.0)
    await page.get_by_role("button", name="查询").click()
    picture = page.get_by_role("img", name="图形验证码")
    await picture.wait_for()
    mall.faults()
    await page.wait_for_function("e => e.naturalWidth === 160", arg=await picture.element_handle())
    await page.get_by_label("图形验证码").last.fill(mall.captchas()["pay_a"])
    await page.get_by_role("button", name="提交验证").click()
    await page.wait_for_url("**/pay/bank")
    await expect(page.get_by_test_id("bank-table")).to_be_visible()


@pytest.mark.browser
async def test_lost_answer_is_not_called_a_success(page: Page, mall: Mall, world: World) -> None:
    """When the answer is lost the page says so and never 成功; looking again shows the effect."""
    product_id = any_product(world)
    await sign_in(page, world, "seller", "seller_a", "products")
    seller = Client(mall, "seller").sign_in(world, "seller_a")
    assert seller.ask("POST", "products/shelf", {"ids": [product_id], "action": "list"})[1]["ok"]
    await page.get_by_label("商品ID").fill(product_id)
    await page.get_by_role("button", name="查询").click()
    line = page.get_by_role("row").filter(has_text=product_id)
    mall.faults(lost_answer=1.0)
    await line.get_by_role("button", name="下架").click()
    await page.get_by_role("button", name="确定").click()
    message = page.locator(".el-message")
    await expect(message).to_contain_text("请")
    await expect(message).not_to_contain_text("成功")
    mall.faults()
    await page.get_by_role("button", name="查询").click()
    await expect(line).to_contain_text("已下架")


def test_faults_stand_in_the_request_log(mall: Mall, seller: Client, world: World, home: Path) -> None:
    """Every request is written down with its status and the faults that struck it."""
    assert home.is_dir()
    mall.faults(error_500=1.0)
    seller.ask("GET", "activities")
    mall.faults()
    last = world.row("SELECT * FROM request_log ORDER BY id DESC")
    assert last is not None
    assert (last["path"], last["status"], last["fault"]) == ("/api/seller/activities", 500, "error_500")
