"""What a person can do on the three sites, done in a real browser and compared with the mall's own books."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from python_calamine import CalamineWorkbook

from bots.practice.server import Mall
from bots.practice.world import World, truth
from tests.practice.web.conftest import Client, sign_in

pytestmark = pytest.mark.browser


def sheet(path: Path) -> list[list[str]]:
    """The cells of a one-sheet workbook as text, ids without the tab in front."""
    lines = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [[str(cell).strip() for cell in line] for line in lines]


async def pick(page: Page, field: str, option: str) -> None:
    """Choose an option of a drop-down whose list hangs below the body."""
    await page.get_by_test_id(field).click()
    await page.get_by_role("option", name=option, exact=True).click()


async def days(page: Page, first: str, last: str) -> None:
    """Fill a date range by typing."""
    await page.get_by_placeholder("开始日期").fill(first)
    await page.get_by_placeholder("结束日期").fill(last)
    await page.keyboard.press("Enter")


async def saved(page: Page, click: str, folder: Path) -> Path:
    """What a click on this button or link downloads."""
    async with page.expect_download() as promise:
        await page.get_by_text(click, exact=True).first.click()
    download = await promise.value
    path = folder / download.suggested_filename
    await download.save_as(path)
    return path


async def test_a_wrong_password_is_said(page: Page) -> None:
    """A wrong password leaves one on the sign-in page with the reason."""
    await page.goto("/seller/orders")
    await page.get_by_label("用户名").fill("seller_a")
    await page.get_by_label("密码", exact=True).fill("wrong")
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_test_id("login-error")).to_contain_text("用户名或密码错误")


async def test_a_wrong_code_does_not_let_in(page: Page, world: World) -> None:
    """The second step is needed: with a wrong code the order list still asks for a sign-in."""
    await page.goto("/seller/home")
    await page.get_by_label("用户名").fill("seller_a")
    await page.get_by_label("密码", exact=True).fill("practice-seller_a")
    await page.get_by_role("button", name="登录").click()
    await page.get_by_label("动态口令").fill("000000")
    await page.get_by_role("button", name="确认").click()
    await expect(page.get_by_test_id("login-error")).to_contain_text("不正确")
    await page.goto("/seller/orders")
    await expect(page.get_by_test_id("login-box")).to_be_visible()


async def test_sms_code_signs_in(page: Page, mall: Mall) -> None:
    """An account without an authenticator gets a code by short message."""
    await page.goto("/seller/home")
    await page.get_by_label("用户名").fill("seller_sms")
    await page.get_by_label("密码", exact=True).fill("practice-seller_sms")
    await page.get_by_role("button", name="登录").click()
    field = page.get_by_label("短信验证码")
    await field.wait_for()
    code = mall.sms("seller_sms")
    assert code is not None
    await field.fill(code)
    await page.get_by_role("button", name="确认").click()
    await expect(page.get_by_test_id("user-name")).to_have_text("seller_sms")


async def test_orders_are_filtered_and_exported(page: Page, world: World, tmp_path: Path) -> None:
    """The list counts what the books hold for days and status, and the export holds every sub-order of the days."""
    await sign_in(page, world, "seller", "seller_a", "orders")
    await days(page, "2026-11-14", "2026-11-16")
    await pick(page, "order-status", "交易成功")
    await page.get_by_role("button", name="查询").click()
    of_days = "shop_id = 'shop_a' AND substr(created_at, 1, 10) BETWEEN '2026-11-14' AND '2026-11-16'"
    wanted = world.number(f"SELECT count(*) FROM orders WHERE {of_days} AND status = '交易成功'")
    await expect(page.get_by_test_id("order-total")).to_have_text(f"共 {wanted} 单")
    await pick(page, "order-status", "全部")
    await page.get_by_test_id("export-orders").click()
    drawer = page.get_by_role("dialog", name="导出记录")
    await drawer.get_by_text("下载", exact=True).first.wait_for()
    lines = sheet(await saved(page, "下载", tmp_path))
    subs = world.rows(f"SELECT sub_no FROM order_line JOIN orders USING (order_no) WHERE {of_days}")
    assert sorted(line[2] for line in lines[1:]) == sorted(row["sub_no"] for row in subs)


async def test_an_export_needs_days(page: Page, world: World) -> None:
    """Without days the order export is refused in words."""
    await sign_in(page, world, "seller", "seller_a", "orders")
    await page.get_by_test_id("export-orders").click()
    await expect(page.locator(".el-message")).to_contain_text("请先选择下单日期")


async def test_products_go_off_and_on_the_shelf(page: Page, world: World) -> None:
    """Each confirmed click is one event in the books; the row shows the new state."""
    row = world.row("SELECT product_id FROM product WHERE shop_id = 'shop_a' AND on_shelf = 1 ORDER BY product_id")
    assert row is not None
    product_id = row["product_id"]
    await sign_in(page, world, "seller", "seller_a", "products")
    await page.get_by_label("商品ID").fill(product_id)
    await page.get_by_role("button", name="查询").click()
    line = page.get_by_role("row").filter(has_text=product_id)
    for action, state in (("下架", "已下架"), ("上架", "出售中")):
        await line.get_by_role("button", name=action).click()
        await page.get_by_role("button", name="确定").click()
        await expect(line).to_contain_text(state)
    events = truth.shelf_events(world)
    assert (events[product_id, "delist"], events[product_id, "list"]) == (1, 1)


async def test_products_by_category_and_in_bulk(page: Page, world: World) -> None:
    """The cascader filters, and a bulk action is one event per chosen product."""
    rows = world.rows("SELECT product_id, category FROM product WHERE shop_id = 'shop_a' AND on_shelf = 1")
    head, _, tail = rows[-1]["category"].partition("/")
    ids = [row["product_id"] for row in world.rows(
        "SELECT product_id FROM product WHERE shop_id = 'shop_a' AND category = ?", rows[-1]["category"])]  # fmt: skip
    await sign_in(page, world, "seller", "seller_a", "products")
    await page.locator(".el-cascader").click()
    await page.get_by_role("menuitem", name=head).click()
    await page.get_by_role("menuitem", name=tail).click()
    await page.get_by_role("button", name="查询").click()
    body = page.get_by_test_id("product-table").locator("tbody tr")
    await expect(body).to_have_count(len(ids))
    before = truth.shelf_events(world)
    await page.locator("thead .el-checkbox").click()
    await page.get_by_test_id("bulk-delist").click()
    await page.get_by_role("button", name="确定").click()
    await expect(body.filter(has_text="已下架")).to_have_count(len(ids))
    after = truth.shelf_events(world)
    assert [after[one, "delist"] - before[one, "delist"] for one in ids] == [1] * len(ids)


async def test_enrolment_is_accepted_or_refused_in_words(page: Page, world: World) -> None:
    """A price above the ceiling is refused with the ceiling; the right price stands under 我的报名."""
    activity = world.row("SELECT * FROM activity")
    product = world.row("SELECT * FROM product WHERE shop_id = 'shop_a' AND on_shelf = 1 ORDER BY product_id DESC")
    assert activity is not None
    assert product is not None
    ceiling = f"{product['floor_price_fen'] // 100}.{product['floor_price_fen'] % 100:02}"
    await sign_in(page, world, "seller", "seller_a", "activities")
    await page.get_by_role("button", name="立即报名").click()
    await page.get_by_label("商品ID").fill(product["product_id"])
    await page.get_by_label("活动库存").fill(str(activity["min_stock"]))
    await page.get_by_label("活动价").fill("99999")
    await page.get_by_role("button", name="提交报名").click()
    await expect(page.get_by_test_id("enrol-refused")).to_contain_text(f"活动价不得高于 ¥{ceiling}")
    await page.get_by_label("活动价").fill(ceiling)
    await page.get_by_role("button", name="提交报名").click()
    await expect(page.get_by_test_id("enrol-done")).to_be_visible()
    await page.goto("/seller/enrolments")
    await page.get_by_label("商品ID").fill(product["product_id"])
    await page.get_by_role("button", name="查询").click()
    await expect(page.get_by_test_id("enrolment-table").locator("tbody tr")).to_have_count(1)
    assert truth.enrolments(world)[activity["activity_id"], product["product_id"]] == 1


async def test_one_line_is_shipped_by_the_form(page: Page, world: World) -> None:
    """The form writes one shipment, and the line then shows its waybill and no button."""
    waiting = [one for one in truth.sub_orders_to_ship(world) if one["shop_id"] == "shop_a"]
    sub_no = waiting[0]["sub_no"]
    await sign_in(page, world, "seller", "seller_a", "shipping")
    await page.get_by_label("子订单编号").fill(sub_no)
    await pick(page, "ship-state", "全部")
    await page.get_by_role("button", name="查询").click()
    line = page.get_by_role("row").filter(has_text=sub_no)
    await line.get_by_role("button", name="发货").click()
    await pick(page, "carrier", "中通快递")
    await page.get_by_label("运单号").fill("78381234567890")
    await page.get_by_role("button", name="确认发货").click()
    await expect(line).to_contain_text("中通快递 78381234567890")
    await expect(line.get_by_role("button", name="发货")).to_have_count(0)
    found = world.rows("SELECT via FROM shipment WHERE sub_no = ?", sub_no)
    assert [row["via"] for row in found] == ["form"]


async def test_a_sheet_is_shipped_row_by_row(page: Page, world: World, tmp_path: Path) -> None:
    """A sheet's good rows are shipped, its bad rows are named, and the batch is found by its file name."""
    waiting = next(one for one in truth.sub_orders_to_ship(world) if one["shop_id"] == "shop_a")
    sub_no = waiting["sub_no"]
    upload = tmp_path / "发货-1.csv"
    upload.write_text(f"子订单编号,快递公司,运单号\n{sub_no},圆通速递,YT001\n999,圆通速递,YT002\n", "gb18030")
    await sign_in(page, world, "seller", "seller_a", "batch")
    await page.locator("input[type=file]").set_input_files(upload)
    await page.get_by_role("button", name="开始发货").click()
    await expect(page.get_by_test_id("batch-result")).to_contain_text("成功1条失败1条")
    failures = list(csv.reader(io.StringIO((await saved(page, "下载失败明细", tmp_path)).read_text("utf-8-sig"))))
    assert [line[1:2] + line[3:] for line in failures[1:]] == [["发货-1.csv", "999\t", "失败", "子订单 999 不存在"]]
    await page.goto("/seller/batches")
    await page.get_by_label("文件名").fill("发货-1.csv")
    await page.get_by_role("button", name="查询").click()
    await expect(page.get_by_role("row").filter(has_text="发货-1.csv")).to_have_count(1)
    assert truth.shipments(world)[waiting["order_no"], sub_no] == 1


async def test_statement_comes_out_of_the_frame(page: Page, world: World, tmp_path: Path) -> None:
    """A day's statement is a zip in the wallet's layout whose lines are the books' lines of that day."""
    await sign_in(page, world, "pay", "pay_a", "bills")
    frame = page.frame_locator("iframe")
    await frame.get_by_role("tab", name="日账单").click()
    await frame.get_by_label("账期").fill("2026-11-18")
    await frame.get_by_role("button", name="查询").click()
    await expect(frame.locator("tbody tr")).to_have_count(1)
    async with page.expect_download() as promise:
        await frame.get_by_role("link", name="下载").click()
    path = tmp_path / "bill.zip"
    await (await promise.value).save_as(path)
    with zipfile.ZipFile(path) as archive:
        text = archive.read(archive.namelist()[1]).decode("gb18030")
    rows = [line for line in text.splitlines() if line[:1].isdigit()]
    in_books = "SELECT count(*) FROM wallet_line WHERE shop_id = 'shop_a' AND substr(at, 1, 10) = '2026-11-18'"
    assert len(rows) == world.number(in_books)


async def test_bank_and_withdrawals(page: Page, world: World, tmp_path: Path) -> None:
    """Bank lines of a span and the list of withdrawals are downloaded as files."""
    await sign_in(page, world, "pay", "pay_a", "bank")
    await page.get_by_test_id("download-bank").click()
    await expect(page.locator(".el-message")).to_contain_text("请先选择日期")
    await days(page, "2026-11-11", "2026-11-20")
    bank = await saved(page, "下载流水", tmp_path)
    assert "人民币合计" in bank.read_text("utf-8-sig")
    await page.goto("/pay/withdrawals")
    lines = (await saved(page, "下载提现记录", tmp_path)).read_text("gb18030").splitlines()
    in_books = "SELECT count(*) FROM wallet_line WHERE shop_id = 'shop_a' AND kind = 'withdrawal'"
    assert len(lines) - 1 == world.number(in_books)


async def test_ad_report(page: Page, world: World, tmp_path: Path) -> None:
    """The ad report of two days holds the books' spend as its total."""
    await sign_in(page, world, "ads", "ads", "report")
    await days(page, "2026-11-19", "2026-11-20")
    await page.get_by_role("button", name="查询").click()
    report = (await saved(page, "下载报表", tmp_path)).read_text("gb18030")
    total = list(csv.reader(io.StringIO(report)))[-1]
    spent_fen = world.number("SELECT sum(spend_fen) FROM ad_day WHERE day >= '2026-11-19'")
    assert (total[0], total[6]) == ("总计", f"{spent_fen // 100}.{spent_fen % 100:02}")


async def test_the_sku_list_is_virtual(page: Page, world: World) -> None:
    """The SKU page counts every SKU, draws only those in view, and filters as one types."""
    await sign_in(page, world, "seller", "seller_a", "stock")
    total = world.number("SELECT count(*) FROM sku JOIN product USING (product_id) WHERE shop_id = 'shop_a'")
    await expect(page.get_by_test_id("sku-total")).to_have_text(f"共 {total} 个")
    drawn = await page.locator(".el-table-v2__row").count()
    assert 0 < drawn <= total
    row = world.row("SELECT sku_id FROM sku JOIN product USING (product_id) WHERE shop_id = 'shop_a' LIMIT 1")
    assert row is not None
    await page.get_by_label("商家编码").fill(row["sku_id"])
    await expect(page.get_by_test_id("sku-total")).to_have_text("共 1 个")


def test_a_shop_sees_only_itself(seller: Client, world: World) -> None:
    """Products and lines of another shop are refused in the words used for unknown ones, and change nothing."""
    other = world.row("SELECT product_id FROM product WHERE shop_id = 'shop_c'")
    line = world.row("SELECT sub_no FROM order_line JOIN orders USING (order_no) WHERE shop_id = 'shop_c'")
    assert other is not None
    assert line is not None
    before = truth.shelf_events(world), truth.shipments(world)
    answer = seller.ask("POST", "products/shelf", {"ids": [other["product_id"]], "action": "delist"})[1]
    assert answer == {"ok": False, "message": f"商品 {other['product_id']} 不存在"}
    parcel = {"sub_no": line["sub_no"], "carrier": "中通快递", "waybill_no": "1"}
    assert seller.ask("POST", "ship", parcel)[1] == {"ok": False, "message": f"子订单 {line['sub_no']} 不存在"}
    assert (truth.shelf_events(world), truth.shipments(world)) == before
