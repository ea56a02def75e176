"""The files the mall gives out, by kind. Layouts: the table of document kinds; statements are in `statements.py`.

Every export is a function of (world, request); daily and monthly statements are slices of the same lines.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bots.practice.world.books import World
from bots.practice.world.documents import ExportFile, table, workbook
from bots.practice.world.fen import yuan
from bots.practice.world.shops import BANK_TAIL, SHOPS
from bots.practice.world.statements import alipay_fund_bill_csv, icbc_personal_debit, wxpay_trade_bill_all


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


ORDER_COLUMNS = _columns(
    "店铺,主订单编号,子订单编号,订单状态,商品ID,SKU ID,商家编码,商品名称,规格,数量,单价,订单商家优惠,订单平台优惠,"
    "订单运费,订单实付金额,子订单优惠分摊,子订单实付分摊,子订单退款金额,售后状态,省,市,收件人,手机号,买家留言,优先级,"
    "下单时间,付款时间,最晚发货时间,发货时间,完成时间,快递公司,快递单号,更新时间"
)
REFUND_COLUMNS = _columns("店铺,退款编号,主订单编号,子订单编号,退款金额,申请时间,完成时间,售后状态,结算后退款")
PRODUCT_COLUMNS = _columns("店铺,商品ID,商品名称,类目,商品状态,SKU ID,商家编码,规格,价格,平台库存,活动最高价,组合构成")
STOCK_COLUMNS = _columns("仓库编码,仓库名称,所在省,商家编码,在库数量,单位成本")
AD_COLUMNS = _columns(
    "日期,店铺,计划名称,主体ID,主体类型,主体名称,花费,展现量,点击量,点击率,平均点击花费,总成交笔数,总成交金额,投入产出比"
)
WITHDRAWAL_COLUMNS = _columns("提现单号,商户号,提现金额,提现时间,到账银行,状态")


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What was asked for; `shop_id` None: every shop; days inclusive; `period` (statements): month, day or range."""

    shop_id: str | None = None
    since: date | None = None
    until: date | None = None
    status: str = ""
    period: str = "range"

    def days(self, world: World) -> tuple[date, date]:
        """First and last day asked for, the whole history where nothing was said."""
        return self.since or world.first_day, self.until or world.last_day

    def span(self, world: World) -> tuple[str, str]:
        """The same as half-open text bounds of times."""
        since, until = self.days(world)
        return since.isoformat(), (until + timedelta(days=1)).isoformat()


def practice_orders(world: World, request: ExportRequest) -> ExportFile:
    """Orders placed in the days asked for, one row per sub-order, as they stand now."""
    rows = world.rows(
        """SELECT o.*, l.sub_no, l.sku_id, l.qty, l.price_fen, l.discount_share_fen, l.paid_share_fen,
                  l.refunded_fen AS line_refunded_fen, l.refund_status, k.code, k.spec, p.product_id, p.title,
                  s.carrier, s.waybill_no, s.at AS parcel_at
           FROM orders o JOIN order_line l USING (order_no) JOIN sku k USING (sku_id) JOIN product p USING (product_id)
           LEFT JOIN shipment s ON s.id = (SELECT MAX(id) FROM shipment x WHERE x.sub_no = l.sub_no)
           WHERE o.created_at >= ? AND o.created_at < ? AND (? IS NULL OR o.shop_id = ?) AND (? = '' OR o.status = ?)
           ORDER BY o.created_at, o.order_no, l.sub_no""",
        *request.span(world),
        request.shop_id,
        request.shop_id,
        request.status,
        request.status,
    )
    return ExportFile(
        _name(world, request, "订单", "xlsx"), workbook("订单", _with_header(ORDER_COLUMNS, map(_order_cells, rows)))
    )


def _order_cells(row: dict[str, Any]) -> Sequence[str | int]:
    ids = [f"\t{row[name]}" for name in ("order_no", "sub_no")]
    return (
        row["shop_id"],
        *ids,
        row["status"],
        *(f"\t{row[name]}" for name in ("product_id", "sku_id")),
        row["code"],
        row["title"],
        row["spec"],
        row["qty"],
        *(
            yuan(row[name])
            for name in (
                "price_fen",
                "seller_discount_fen",
                "platform_discount_fen",
                "freight_fen",
                "paid_fen",
                "discount_share_fen",
                "paid_share_fen",
                "line_refunded_fen",
            )
        ),
        *(row[name] for name in ("refund_status", "province", "city", "receiver", "phone", "note", "priority")),
        *(row[name] or "" for name in ("created_at", "paid_at", "latest_ship_at", "parcel_at", "finished_at")),
        row["carrier"] or "",
        f"\t{row['waybill_no']}" if row["waybill_no"] else "",
        row["modified_at"],
    )


def practice_refunds(world: World, request: ExportRequest) -> ExportFile:
    """After-sales asked for by buyers in the days asked for, as they stand now."""
    rows = world.rows(
        """SELECT r.*, o.shop_id FROM refund r JOIN orders o USING (order_no)
           WHERE r.created_at >= ? AND r.created_at < ? AND (? IS NULL OR o.shop_id = ?)
           ORDER BY r.created_at, r.refund_no""",
        *request.span(world),
        request.shop_id,
        request.shop_id,
    )
    cells = (
        (
            row["shop_id"],
            *(f"\t{row[name]}" for name in ("refund_no", "order_no", "sub_no")),
            yuan(row["amount_fen"]),
            row["created_at"],
            row["done_at"] or "",
            "退款成功" if row["done_at"] else "退款中",
            "是" if row["after_settlement"] else "否",
        )
        for row in rows
    )
    return ExportFile(_name(world, request, "售后", "xlsx"), workbook("售后", _with_header(REFUND_COLUMNS, cells)))


def practice_products(world: World, request: ExportRequest) -> ExportFile:
    """Every SKU of the shop, as the shelf stands now."""
    rows = world.rows(
        """SELECT p.*, k.sku_id, k.code, k.spec, k.price_fen AS sku_price_fen, k.platform_stock,
                  (SELECT group_concat(component_code || '*' || qty, ';')
                   FROM (SELECT * FROM bundle b WHERE b.code = k.code ORDER BY component_code)) AS makes
           FROM product p JOIN sku k USING (product_id) WHERE ? IS NULL OR p.shop_id = ?
           ORDER BY p.shop_id, p.product_id, k.sku_id""",
        request.shop_id,
        request.shop_id,
    )
    cells = (
        (
            row["shop_id"],
            f"\t{row['product_id']}",
            row["title"],
            row["category"],
            "上架" if row["on_shelf"] else "下架",
            f"\t{row['sku_id']}",
            row["code"],
            row["spec"],
            yuan(row["sku_price_fen"]),
            row["platform_stock"],
            yuan(row["floor_price_fen"]),
            row["makes"] or "",
        )
        for row in rows
    )
    name = f"{request.shop_id or '全部'}_商品_{world.last_day + timedelta(days=1):%Y%m%d}.xlsx"
    return ExportFile(name, workbook("商品", _with_header(PRODUCT_COLUMNS, cells)))


def practice_stock(world: World, _: ExportRequest) -> ExportFile:
    """The opening count of every warehouse on the night's morning (one count for all shops)."""
    rows = world.rows(
        """SELECT w.warehouse, w.name, w.province, s.code, s.qty, s.unit_cost_fen
           FROM warehouse_stock s JOIN warehouse w USING (warehouse) ORDER BY w.warehouse, s.code"""
    )
    night = world.last_day + timedelta(days=1)
    lines: list[Sequence[str | int]] = [
        [f"单据编号：QC-{night:%Y%m%d}"],
        [f"盘点时间：{night} 00:30:00"],
        [],
        STOCK_COLUMNS,
    ]
    lines += [(r["warehouse"], r["name"], r["province"], r["code"], r["qty"], yuan(r["unit_cost_fen"])) for r in rows]
    lines.append(("合计", "", "", "", sum(row["qty"] for row in rows), ""))
    return ExportFile(f"期初盘点_{night:%Y%m%d}.xlsx", workbook("期初盘点", lines))


def practice_waybills(world: World, _: ExportRequest) -> ExportFile:
    """The numbers carriers handed out, unused at the beginning of the night."""
    rows = world.rows("SELECT carrier, waybill_no FROM waybill_pool ORDER BY carrier, waybill_no")
    lines = [("快递公司", "运单号"), *((row["carrier"], f"{row['waybill_no']}\t") for row in rows)]
    night = world.last_day + timedelta(days=1)
    return ExportFile(f"面单号段_{night:%Y%m%d}.csv", table(lines, encoding="gb18030"))


def practice_ads(world: World, request: ExportRequest) -> ExportFile:
    """Spend per day, plan and product, with a bottom row of totals."""
    since, until = request.days(world)
    rows = world.rows(
        """SELECT a.*, p.title FROM ad_day a JOIN product p USING (product_id)
           WHERE a.day >= ? AND a.day <= ? AND (? IS NULL OR a.shop_id = ?)
           ORDER BY a.day, a.shop_id, a.plan, a.product_id""",
        since.isoformat(),
        until.isoformat(),
        request.shop_id,
        request.shop_id,
    )
    lines: list[Sequence[str | int]] = [AD_COLUMNS]
    for row in rows:
        who = (row["day"], row["shop_id"], row["plan"], f"{row['product_id']}\t", "商品", row["title"])
        lines.append((*who, *_ad_figures(row)))
    totals = {
        name: sum(row[name] for row in rows) for name in ("spend_fen", "impressions", "clicks", "orders", "gmv_fen")
    }
    lines.append(("总计", "", "", "", "", "", *_ad_figures(totals)))
    return ExportFile(_name(world, request, "推广报表", "csv"), table(lines, encoding="gb18030"))


def _ad_figures(row: dict[str, Any]) -> Sequence[str | int]:
    spend_fen, clicks = row["spend_fen"], row["clicks"]
    return (
        yuan(spend_fen),
        row["impressions"],
        clicks,
        _percent(clicks, row["impressions"]),
        yuan(spend_fen // clicks) if clicks else "0.00",
        row["orders"],
        yuan(row["gmv_fen"]),
        yuan(row["gmv_fen"] * 100 // spend_fen) if spend_fen else "0.00",
    )


def _percent(part: int, whole: int) -> str:
    return f"{yuan(part * 10_000 // whole)}%" if whole else "0.00%"


def practice_withdrawals(world: World, request: ExportRequest) -> ExportFile:
    """Withdrawals of a wallet to the bank, in the days asked for."""
    rows = world.rows(
        """SELECT * FROM wallet_line WHERE kind = 'withdrawal' AND at >= ? AND at < ? AND (? IS NULL OR shop_id = ?)
           ORDER BY at, id""",
        *request.span(world),
        request.shop_id,
        request.shop_id,
    )
    lines: list[Sequence[str | int]] = [WITHDRAWAL_COLUMNS]
    for row in rows:
        account = SHOPS[row["shop_id"]].wallet_account
        bank = f"工商银行({BANK_TAIL})"
        lines.append((f"{row['flow_no']}\t", f"{account}\t", yuan(-row["amount_fen"]), row["at"], bank, "提现成功"))
    return ExportFile(_name(world, request, "提现记录", "csv"), table(lines, encoding="gb18030"))


def _with_header(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Iterator[Sequence[str | int]]:
    yield columns
    yield from rows


def _name(world: World, request: ExportRequest, what: str, suffix: str) -> str:
    since, until = request.days(world)
    return f"{request.shop_id or '全部'}_{what}_{since:%Y%m%d}_{until:%Y%m%d}.{suffix}"


def _alipay(world: World, request: ExportRequest) -> ExportFile:
    return alipay_fund_bill_csv(world, _shop(request), *request.days(world), request.period)


def _wxpay(world: World, request: ExportRequest) -> ExportFile:
    return wxpay_trade_bill_all(world, _shop(request), *request.days(world), request.period)


def _icbc(world: World, request: ExportRequest) -> ExportFile:
    return icbc_personal_debit(world, *request.days(world))


def _shop(request: ExportRequest) -> str:
    if request.shop_id is None:
        raise ValueError("a statement belongs to one shop: say shop_id")
    return request.shop_id


EXPORTS: dict[str, Callable[[World, ExportRequest], ExportFile]] = {
    "alipay_fund_bill_csv": _alipay,
    "icbc_personal_debit": _icbc,
    "practice_ads": practice_ads,
    "practice_orders": practice_orders,
    "practice_products": practice_products,
    "practice_refunds": practice_refunds,
    "practice_stock": practice_stock,
    "practice_waybills": practice_waybills,
    "practice_withdrawals": practice_withdrawals,
    "wxpay_trade_bill_all": _wxpay,
}


def export(world: World, kind: str, request: ExportRequest) -> ExportFile:
    """The file of a kind; KeyError for a kind the mall does not have."""
    return EXPORTS[kind](world, request)
