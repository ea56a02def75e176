"""Real flows against django-oscar's own dashboard, compared with oscar's own database."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from bots.sheets import read_rows
from schedules.cli.run_command import run_one
from schedules.desk import Desk, open_desk
from schedules.settings import ROOT
from schedules.vault import Vault
from storage.database.tables import platform_order, raw_file
from tests.support.oscar.seed import LOW_STOCK, ORDERS, PRODUCTS
from tests.support.oscar.site import Oscar

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

SHANGHAI = ZoneInfo("Asia/Shanghai")
SINCE, UNTIL = "2026-11-03", "2026-11-09"
PUBLIC = "SELECT upc, is_public FROM catalogue_product ORDER BY upc"
OrderFacts = tuple[str, int, str, str]


def orders_of_oscar(oscar: Oscar, since: str, until: str) -> set[OrderFacts]:
    """Number, value in fen, status, minute of every order that oscar's database has on these days in Shanghai."""
    found = set()
    for number, total, status, placed in oscar.rows(
        "SELECT number, total_incl_tax, status, date_placed FROM order_order"
    ):
        at = datetime.fromisoformat(str(placed)).replace(tzinfo=UTC).astimezone(SHANGHAI)
        if since <= at.date().isoformat() <= until:
            fen = int((Decimal(str(total)) * 100).quantize(Decimal(1)))
            found.add((str(number), fen, str(status), at.strftime("%Y-%m-%d %H:%M:00")))
    return found


def orders_of_books(desk: Desk) -> list[OrderFacts]:
    """The same facts from the order pool."""
    order = platform_order.c
    query = select(order.order_no, order.paid_fen, order.platform_status, order.created_at)
    with desk.database.read() as connection:
        return [
            (number, fen, status, at)
            for number, fen, status, at in connection.execute(query.where(order.platform == "oscar"))
        ]


def write_sheet(path: Path, barcodes: list[str]) -> Path:
    """A sheet as operations staff hand it in: barcodes as text, a column of their own remarks."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["条码", "备注"])
    for number, barcode in enumerate(barcodes, start=1):
        sheet.append([barcode, f"第 {number} 件"])
    book.save(path)
    return path


def yeban(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The real command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "schedules.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "YEBAN_HOME": str(home), "YEBAN_LANG": "zh", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def test_the_shop_is_big_enough(oscar: Oscar) -> None:
    """The shop that the flows work in has the promised size, so a page or a filter cannot be missed unnoticed."""
    assert oscar.rows("SELECT count(*) FROM catalogue_product") == [(PRODUCTS,)]
    assert oscar.rows("SELECT count(*) FROM order_order") == [(ORDERS,)]
    assert PRODUCTS >= 200
    assert ORDERS >= 500


async def test_the_order_pool_holds_what_oscar_holds(oscar: Oscar, home: Path) -> None:
    """The dashboard's own CSV of some days ends as exactly oscar's orders of them, the file archived."""
    truth = orders_of_oscar(oscar, SINCE, UNTIL)
    assert 20 < len(truth) < ORDERS
    code = await run_one("oscar/orders", "ops", {"since": SINCE, "until": UNTIL}, False, False, False)
    assert code == 0
    with open_desk() as desk:
        pool = orders_of_books(desk)
        assert sorted(pool) == sorted(truth)
        with desk.database.read() as connection:
            (kept,) = connection.execute(select(raw_file)).mappings().all()
        assert (kept["kind"], kept["state"], kept["rows"]) == ("django_oscar_orders", "read", len(truth))
        assert kept["name"].endswith(".csv")
        assert (kept["flow"], kept["line"]) == ("flows/oscar/orders.yaml", line_of("orders.yaml", "- download:"))
        assert desk.archive.path(kept["file_sha"]).read_bytes().startswith(b"Order number")


def line_of(flow: str, words: str) -> int:
    """The line of a flow on which these words stand."""
    lines = (ROOT / "flows" / "oscar" / flow).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)


async def test_a_sheet_of_products_is_delisted_once(oscar: Oscar, home: Path, tmp_path: Path) -> None:
    """Named products become non-public and nothing else does; what cannot be done is said; again does nothing."""
    oscar.change("UPDATE catalogue_product SET is_public = 0 WHERE upc = ?", "6900000000030")
    before = dict(oscar.rows(PUBLIC))
    # 690000000004 is the beginning of ten barcodes: oscar's search shows those ten, and none of them is meant
    barcodes = ["6900000000021", "6900000000030", "690000000004", "6900000000209"]
    sheet = write_sheet(tmp_path / "下架.xlsx", barcodes)
    assert await run_one("oscar/delist", "ops", {"sheet": str(sheet)}, False, False, False) == 0
    expected = {**before, "6900000000021": 0, "6900000000209": 0}
    assert dict(oscar.rows(PUBLIC)) == expected
    assert said_in_the_sheet(home) == {
        "6900000000021": ("完成", ""),
        "6900000000030": ("早已完成", ""),
        "690000000004": ("不能做", "找不到条码是 690000000004 的商品"),
        "6900000000209": ("完成", ""),
    }
    updated = oscar.rows("SELECT upc, date_updated FROM catalogue_product ORDER BY upc")
    for again in (False, True):
        assert await run_one("oscar/delist", "ops", {"sheet": str(sheet)}, False, again, False) == 0
    assert dict(oscar.rows(PUBLIC)) == expected
    assert oscar.rows("SELECT upc, date_updated FROM catalogue_product ORDER BY upc") == updated


def said_in_the_sheet(home: Path, flow: str = "delist", column: str = "条码") -> dict[str, tuple[str, str]]:
    """Result and reason per key in the sheet that came back; every row has its time and keeps its own columns."""
    (path,) = home.glob(f"runs/*{flow}*/sheet.xlsx")
    rows = read_rows(path)
    assert all(row["时间"].startswith("20") and row["备注"].startswith("第") for row in rows)
    return {row[column]: (row["结果"], row["原因"]) for row in rows}


async def test_a_sheet_of_products_is_published_once(oscar: Oscar, home: Path, tmp_path: Path) -> None:
    """Named products become public and nothing else does; one that is public already is left alone."""
    oscar.change("UPDATE catalogue_product SET is_public = 0 WHERE upc IN (?, ?)", "6900000000055", "6900000000056")
    before = dict(oscar.rows(PUBLIC))
    sheet = write_sheet(tmp_path / "上架.xlsx", ["6900000000055", "6900000000057"])
    assert await run_one("oscar/publish", "ops", {"sheet": str(sheet)}, False, False, False) == 0
    assert dict(oscar.rows(PUBLIC)) == {**before, "6900000000055": 1}
    assert said_in_the_sheet(home, "publish") == {"6900000000055": ("完成", ""), "6900000000057": ("早已完成", "")}


async def test_order_statuses_follow_a_sheet(oscar: Oscar, home: Path, tmp_path: Path) -> None:
    """Each order gets the status that the sheet says, once; what the site does not allow is said and left as it is."""
    oscar.change("UPDATE order_order SET status = 'Pending' WHERE number IN ('100011', '100012')")
    oscar.change("UPDATE order_order SET status = 'Complete' WHERE number IN ('100013', '100014')")
    statuses = "SELECT number, status FROM order_order ORDER BY number"
    before = dict(oscar.rows(statuses))
    wanted = {"100011": "Being processed", "100012": "Complete", "100013": "Cancelled", "100014": "Complete",
              "10001": "Cancelled"}  # fmt: skip
    sheet = tmp_path / "状态.csv"
    lines = [f"{number},{status},第 {at} 单" for at, (number, status) in enumerate(wanted.items(), start=1)]
    sheet.write_text("订单号,新状态,备注\n" + "\n".join(lines) + "\n", "utf-8")
    assert await run_one("oscar/order_status", "ops", {"sheet": str(sheet)}, False, False, False) == 0
    assert dict(oscar.rows(statuses)) == {**before, "100011": "Being processed"}
    changes = "SELECT new_status FROM order_orderstatuschange JOIN order_order ON order_id = order_order.id"
    assert oscar.rows(f"{changes} WHERE number = '100011'") == [("Being processed",)]
    assert said_in_the_sheet(home, "order_status", "订单号") == {
        "100011": ("完成", ""),
        "100012": ("不能做", "订单 100012 现在是 Pending，网站不让改成 Complete"),
        "100013": ("不能做", "订单 100013 现在是 Complete，网站不让改成 Cancelled"),
        "100014": ("早已完成", ""),
        "10001": ("不能做", "找不到订单 10001"),
    }


def alerts_in_the_file(home: Path) -> list[tuple[str, str, str]]:
    """Product, threshold and stock per line of the file that the run has saved."""
    (path,) = home.glob("runs/*stock_alerts*/files/*.csv")
    return [(row["Product"], row["Low stock threshold"], row["Current available stock"]) for row in read_rows(path)]


async def test_stock_alerts_are_read_whole(oscar: Oscar, home: Path) -> None:
    """All open alerts of all pages are in the file, with the stock that oscar's database has; settled ones are not."""
    assert await run_one("oscar/stock_alerts", "ops", {}, False, False, False) == 0
    rows = alerts_in_the_file(home)
    truth = oscar.rows(
        "SELECT title, num_in_stock FROM partner_stockalert JOIN partner_stockrecord ON stockrecord_id ="
        " partner_stockrecord.id JOIN catalogue_product ON product_id = catalogue_product.id WHERE status = 'Open'"
    )
    assert len(truth) > 20, "more than one page"
    assert sorted(rows) == sorted((title, str(LOW_STOCK), str(stock)) for title, stock in truth)


async def test_an_offer_and_its_vouchers_are_made_once(oscar: Oscar, home: Path) -> None:
    """The four steps of the wizard end as one offer, the form as one set of vouchers for it; again makes no second."""
    offer = {"name": "双十一九折", "use": "优惠券", "percent": "10", "least": "2"}
    vouchers = {"name": "双十一券", "description": "老客", "count": "7", "since": "2026-11-01", "until": "2026-11-30",
                "offers": "双十一九折"}  # fmt: skip
    for again in (False, True):
        assert await run_one("oscar/offer", "ops", dict(offer), False, again, False) == 0
        assert await run_one("oscar/vouchers", "ops", dict(vouchers), False, again, False) == 0
    made = oscar.rows(
        "SELECT o.name, offer_type, b.type, b.value, c.type, c.value FROM offer_conditionaloffer o"
        " JOIN offer_benefit b ON benefit_id = b.id JOIN offer_condition c ON condition_id = c.id"
    )
    assert made == [("双十一九折", "Voucher", "Percentage", 10, "Count", 2)]
    sets = oscar.rows(
        "SELECT name, count, code_length, description, start_datetime, end_datetime FROM voucher_voucherset"
    )
    shanghai = ("2026-10-31 16:00:00", "2026-11-30 15:59:59")
    assert sets == [("双十一券", 7, 12, "老客", *shanghai)]
    codes = oscar.rows("SELECT code, usage FROM voucher_voucher")
    assert len({code for code, _ in codes}) == 7
    assert {usage for _, usage in codes} == {"Single use"}
    assert oscar.rows("SELECT count(*) FROM voucher_voucher_offers") == [(7,)]


async def test_a_dry_run_touches_nothing(oscar: Oscar, home: Path, tmp_path: Path) -> None:
    """A dry run goes up to the effect of a product that is on sale and leaves it on sale."""
    before = oscar.rows(PUBLIC)
    sheet = write_sheet(tmp_path / "下架.xlsx", ["6900000000101"])
    assert await run_one("oscar/delist", "ops", {"sheet": str(sheet)}, True, False, False) == 0
    assert said_in_the_sheet(home) == {"6900000000101": ("试运行", "试运行：到「下架-6900000000101」为止，没有做")}
    assert oscar.rows(PUBLIC) == before
    with open_desk() as desk:
        assert desk.jobs.newest_night() == "", "a dry run is no work of the night"


def test_the_command_line_brings_the_orders(oscar: Oscar, home: Path) -> None:
    """`yeban run` in a process of its own says what came in; the same again is said to be done and not repeated."""
    day = "2026-11-15"
    command = ("run", "oscar/orders", "-a", "ops", "-i", f"since={day}", "-i", f"until={day}")
    truth = orders_of_oscar(oscar, day, day)
    done = yeban(home, *command)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"1 个文件 {len(truth)} 行" in done.stdout
    with open_desk() as desk:
        assert sorted(orders_of_books(desk)) == sorted(truth)
    again = yeban(home, *command)
    assert again.returncode == 0
    assert "已经做完" in again.stdout


def test_a_wrong_password_is_said(oscar: Oscar, home: Path) -> None:
    """The site's own words, what to do and who has to act; exit code 4; the password itself is nowhere."""
    Vault(home).put("ops", password="not-the-p4ssword")
    done = yeban(home, "run", "oscar/orders", "-a", "ops", "-i", f"since={SINCE}", "-i", f"until={UNTIL}")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "Please enter a correct username and password" in done.stdout
    assert "核对账号和密码" in done.stdout
    assert "由谁处理：管这台机器的人" in done.stdout
    assert "not-the-p4ssword" not in done.stdout + done.stderr
    for path in home.rglob("*"):
        assert not path.is_file() or b"not-the-p4ssword" not in path.read_bytes(), path
