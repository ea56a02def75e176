"""Each kind knows its own file and no other, and reads it by what its columns are called."""

import json
from datetime import date

import pytest

from bots.practice.world import TINY, World, build
from bots.practice.world.documents import workbook
from bots.practice.world.exports import EXPORTS, ExportRequest
from storage.archive import Facts
from storage.documents import bot_results, django_oscar_orders
from storage.documents.cells import as_text
from storage.documents.file import SourceFile
from storage.documents.kinds import KINDS, identify
from storage.documents.order_states import order_states
from storage.documents.rows import RefundRow, SubOrderRow
from storage.errors import CellInvalid

LAST = date(2026, 11, 20)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A tiny mall."""
    return build(tmp_path_factory.mktemp("mall") / "mall.sqlite", last_day=LAST, size=TINY)


def _exported(world: World, kind: str) -> SourceFile:
    shops = {row["wallet"]: row["shop_id"] for row in world.rows("SELECT * FROM shop")}
    shop = shops["wxpay"] if kind.startswith("wxpay") else shops["alipay"]
    file = EXPORTS[kind](world, ExportRequest(shop_id=shop))
    return SourceFile(file.file_name, file.content)


def test_the_registry_is_sorted_and_named() -> None:
    """Every module stands under its own name, in order, and says how its layout was checked."""
    assert list(KINDS) == sorted(KINDS)
    for name, kind in KINDS.items():
        assert (kind.KIND, bool(kind.TITLE)) == (name, True)
        assert kind.VERIFIED in {"real sample", "template", "described"}


@pytest.mark.parametrize("kind", sorted(EXPORTS))
def test_an_export_is_its_kind_and_no_other(world: World, kind: str) -> None:
    """The content alone tells the kind, whatever the file is called, and all its rows are read."""
    file = _exported(world, kind)
    nameless = SourceFile("download", file.content)
    assert [name for name, known in KINDS.items() if known.identify(nameless)] == [kind]
    document = identify(nameless).read(nameless, Facts(shop="s"))
    assert document.quarantine == []
    assert document.rows
    assert document.control.tie in {True, None}


@pytest.mark.parametrize("kind", sorted(set(EXPORTS) - {"practice_products", "practice_stock", "practice_waybills"}))
def test_an_export_says_which_days_it_covers(world: World, kind: str) -> None:
    """Days without a row are covered too: the name or the preamble says so."""
    file = _exported(world, kind)
    document = KINDS[kind].read(file, Facts(shop="s"))
    assert document.period == (world.first_day.isoformat(), LAST.isoformat())


@pytest.mark.parametrize(
    "kind", ["alipay_fund_bill_csv", "icbc_personal_debit", "practice_ads", "wxpay_trade_bill_all"]
)
def test_a_file_cut_short_does_not_tie(world: World, kind: str) -> None:
    """Without its footer a statement or report is not taken for whole."""
    file = _exported(world, kind)
    whole = file.members[1] if file.form == "zip" else file
    lines = whole.content.splitlines(keepends=True)
    cut = KINDS[kind].read(SourceFile(file.name, b"".join(lines[: len(lines) * 2 // 3])), Facts())
    assert cut.control.tie is False
    assert "没有下载完" in cut.control.words


def test_moved_and_added_columns_change_nothing(world: World) -> None:
    """Columns in another order with one more between them give the same rows, and the new one is kept as it was."""
    file = _exported(world, "practice_orders")
    grid = next(file.grids())
    rows = [[as_text(cell) for cell in line.cells] for line in grid]
    moved = [["新列" if n == 0 else f"x{n}", *reversed(row)] for n, row in enumerate(rows)]
    again = KINDS["practice_orders"].read(SourceFile("x.xlsx", workbook("订单", moved)), Facts())
    assert list(again.rows) == list(KINDS["practice_orders"].read(file, Facts()).rows)
    assert again.raw[0].payload["新列"] == "x1"


def test_a_wxpay_row_is_a_payment_or_refund_and_its_fee(world: World) -> None:
    """Payment + and fee −, refund − and fee back +; order and refund numbers without their wrapping."""
    rows = KINDS["wxpay_trade_bill_all"].read(_exported(world, "wxpay_trade_bill_all"), Facts(shop="s")).rows
    by_row: dict[int, list[tuple[str, int]]] = {}
    for row in rows:
        by_row.setdefault(row.row_no, []).append((row.fee_type, row.amount_fen))
        assert row.order_no.isdecimal()
        assert bool(row.refund_no) == (row.business_type == "REFUND")
    signs = {tuple((fee, amount > 0) for fee, amount in lines) for lines in by_row.values()}
    assert signs == {
        (("payment", True), ("payment_fee", False)),
        (("refund", False), ("payment_fee", True)),
    }


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Aug. 3, 2026, 2:05 p.m.", "2026-08-03 14:05:00"),
        ("May 12, 2026, noon", "2026-05-12 12:00:00"),
        ("Sept. 1, 2026, midnight", "2026-09-01 00:00:00"),
        ("March 9, 2026, 9 a.m.", "2026-03-09 09:00:00"),
        ("Dec. 31, 2026, 12:30 a.m.", "2026-12-31 00:30:00"),
        ("2026年8月3日 14:05", "2026-08-03 14:05:00"),
    ],
)
def test_oscar_s_dates(text: str, moment: str) -> None:
    """Django's English and Chinese spellings of a moment are read; the dashboard tells no seconds."""
    assert django_oscar_orders.placed_at("Date of purchase", text) == moment


@pytest.mark.parametrize("text", ["03/08/2026", "Foo 3, 2026, 2 p.m.", "Feb. 30, 2026, 2 p.m.", ""])
def test_other_dates_are_refused(text: str) -> None:
    """A date that could mean two days, or none, is refused."""
    with pytest.raises(CellInvalid):
        django_oscar_orders.placed_at("Date of purchase", text)


@pytest.mark.parametrize(
    "header",
    [
        "Order number,Order value,Date of purchase,Number of items,Order status,Customer email address",
        "订单号,订单价值,购买日期,商品数,订单状态,客户电子邮件地址",
    ],
)
def test_oscar_s_orders_in_either_language(header: str) -> None:
    """The dashboard's CSV in English or Chinese: number, value in fen, and cancelled orders closed."""
    first = '100021,19.98,"Aug. 3, 2026, 2:05 p.m.",2,Pending,a@b.c'
    lines = f"{header}\r\n{first}\r\n100022,5.00,2026年8月3日 14:05,1,Cancelled,\r\n"
    file = SourceFile("orders.csv", lines.encode())
    document = identify(file).read(file, Facts())
    assert [(r.order_no, r.paid_fen, r.items, r.status, r.closed, r.shop) for r in document.rows] == [
        ("100021", 1998, 2, "Pending", False, "oscar"),
        ("100022", 500, 1, "Cancelled", True, "oscar"),
    ]


def test_a_broken_result_line_is_named_and_the_others_go_on() -> None:
    """A line that is no JSON, or has no known outcome, is quarantined with its number."""
    good = {
        "worklist": "to_list",
        "key": "k",
        "outcome": "rejected",
        "reason": "价格高",
        "at": "t",
        "data": {"店铺": "s"},
    }
    lines = [json.dumps(good, ensure_ascii=False), '{"worklist": "to_list", "outcome": "perhaps"}', "", "{cut"]
    document = bot_results.read(SourceFile("results.jsonl", "\n".join(lines).encode()), Facts(run_id="r"))
    assert [(r.row_no, r.run_id, r.command_id, r.shop, r.outcome) for r in document.rows] == [
        (1, "r", "k", "s", "rejected")
    ]
    assert [bad.row_no for bad in document.quarantine] == [2, 4]


_PLAIN = SubOrderRow(
    2, "s", "1", "11", "等待卖家发货", "p", "k", "A", "杯", 1, 1000, 0, 0, 0, 1000, 0, 1000, 0, "无售后", "", "", 0,
    "2026-05-01 08:00:00", "2026-05-01 08:01:00", "", "", "", "", "", "2026-05-01 08:01:00",
)  # fmt: skip
_SENT = _PLAIN._replace(sub_no="12", shipped_at="2026-05-02 08:00:00", waybill_no="78")
_BACK = _PLAIN._replace(sub_no="13", refund_status="退款成功", refunded_fen=1000)


@pytest.mark.parametrize(
    ("lines", "states"),
    [
        ([_PLAIN._replace(paid_at="", status="等待买家付款")], ("unpaid", "none", "none", 0)),
        ([_PLAIN._replace(paid_at="", status="交易关闭")], ("closed", "none", "none", 0)),
        ([_PLAIN], ("paid", "none", "none", 0)),
        ([_PLAIN, _SENT], ("paid", "part", "none", 0)),
        ([_SENT, _BACK._replace(paid_fen=2000)], ("refunded", "shipped", "full", 1000)),
        ([_SENT._replace(paid_fen=2000), _BACK], ("part_refunded", "shipped", "part", 1000)),
        ([_BACK], ("refunded", "none", "full", 1000)),
        ([_PLAIN._replace(refund_status="退款中", refunded_fen=500)], ("paid", "none", "open", 0)),
        ([_BACK._replace(status="交易成功", refunded_fen=300)], ("part_refunded", "shipped", "part", 300)),
        ([_PLAIN._replace(status="卖家已发货")], ("paid", "shipped", "none", 0)),
    ],
)  # fmt: skip
def test_three_states_that_do_not_depend_on_each_other(
    lines: list[SubOrderRow], states: tuple[str, str, str, int]
) -> None:
    """Payment, shipping and refund are told apart: a refund that is only asked for is no refund yet."""
    assert order_states(lines) == states


@pytest.mark.parametrize(("status", "done_at"), [("退款成功", "2026-11-20 22:00:00"), ("退款关闭", "")])
def test_a_case_that_was_closed_gave_no_money_back(status: str, done_at: str) -> None:
    """Its end is a moment too: the ledger and the reports would count it as a refund."""
    header = "店铺,退款编号,主订单编号,子订单编号,退款金额,申请时间,完成时间,售后状态,结算后退款"
    row = f"a,3500001,9001,9001-1,5.00,2026-11-20 21:00:00,2026-11-20 22:00:00,{status},是"
    file = SourceFile("r.csv", f"{header}\n{row}\n".encode())
    (read,) = KINDS["practice_refunds"].read(file, Facts()).rows
    assert isinstance(read, RefundRow)
    assert (read.done_at, read.status, read.amount_fen) == (done_at, status, 500)
