"""The seller centre's answers: orders, exports, goods, activities, shipping."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.responses import PlainTextResponse, Response

from bots.practice import batches, listings
from bots.practice.files import EXPORT_NAMES
from bots.practice.listings import Paging
from bots.practice.site import Call, Handler, Refused, attachment
from bots.practice.world import changes, pages
from bots.practice.world.orders import CARRIERS

Answer = Mapping[str, Any] | Response
MAX_BULK = 100


def home(call: Call) -> Answer:
    """The figures of the first page."""
    number, shop_id = call.parts.world.number, call.shop_id
    last_day = call.parts.world.setting("last_day")
    of_day = "FROM orders WHERE shop_id = ? AND created_at >= ?"
    return {
        "last_day": last_day,
        "orders": number(f"SELECT count(*) {of_day}", shop_id, last_day),
        "paid_fen": number(f"SELECT sum(paid_fen) {of_day} AND paid_at IS NOT NULL", shop_id, last_day),
        "waiting": number("SELECT count(*) FROM orders WHERE shop_id = ? AND status = '等待卖家发货'", shop_id),
        "refunding": number(
            "SELECT count(*) FROM order_line JOIN orders USING (order_no)"
            " WHERE shop_id = ? AND refund_status = '退款中'",
            shop_id,
        ),
        "on_shelf": number("SELECT count(*) FROM product WHERE shop_id = ? AND on_shelf = 1", shop_id),
        "off_shelf": number("SELECT count(*) FROM product WHERE shop_id = ? AND on_shelf = 0", shop_id),
        "activities": number("SELECT count(*) FROM activity"),
    }


def orders(call: Call) -> Answer:
    """A page of the order list."""
    return listings.orders(call.parts.world, call.shop_id, call.ask, Paging.of(call.ask))


def start_export(call: Call) -> Answer:
    """Start an export task; the file is made after this answer."""
    kind = call.text("kind")
    if kind not in EXPORT_NAMES:
        raise Refused("不支持的导出类型")
    params = {name: call.text(name) for name in ("from", "to", "status") if call.text(name)}
    if kind in {"practice_orders", "practice_refunds"} and not {"from", "to"} <= params.keys():
        raise Refused("请先选择下单日期")
    name, ending = EXPORT_NAMES[kind]
    span = f"_{params['from']}_{params['to']}".replace("-", "") if "from" in params else ""
    task_id = call.parts.tasks.create(call.shop_id, kind, params, f"{call.shop_id}_{name}{span}.{ending}")
    return {"task_id": task_id, "later": partial(call.parts.tasks.finish, task_id, call.turn.export_fails)}


def exports(call: Call) -> Answer:
    """A page of the task list."""
    return call.parts.tasks.page(call.shop_id, Paging.of(call.ask))


def export_file(call: Call) -> Answer:
    """A finished task's file."""
    found = call.parts.tasks.file(call.shop_id, call.text("task_id"))
    return attachment(*found) if found else PlainTextResponse("文件不存在或尚未生成", 404)


def products(call: Call) -> Answer:
    """A page of the product list."""
    return listings.products(call.parts.world, call.shop_id, call.ask, Paging.of(call.ask))


def categories(call: Call) -> Answer:
    """The category tree."""
    return {"tree": pages.categories(call.parts.world)}


def shelf(call: Call) -> Answer:
    """Put products on or off the shelf: `ids` and `action` delist or list; refused rows are named, the rest is done."""
    ids = [str(product_id) for product_id in call.ask.get("ids") or []]
    if not ids or len(ids) > MAX_BULK:
        raise Refused(f"请选择 1 至 {MAX_BULK} 个商品")
    act = {"delist": changes.delist, "list": changes.list_product}.get(call.text("action"))
    if act is None:
        raise Refused("不支持的操作")
    via, failures = ("form" if len(ids) == 1 else "batch"), []
    for product_id in ids:
        try:
            act(call.parts.world, product_id, via, shop_id=call.shop_id)
        except changes.Refusal as refusal:
            failures.append({"product_id": product_id, "reason": refusal.reason})
    if len(ids) == 1 and failures:
        raise Refused(failures[0]["reason"])
    return {"done": len(ids) - len(failures), "failures": failures}


def skus(call: Call) -> Answer:
    """All SKUs of the shop."""
    names = ("sku_id", "code", "title", "spec", "price_fen", "platform_stock")
    found = pages.skus(call.parts.world, call.shop_id)
    return {"rows": [{name: row[name] for name in names} | {"id": row["sku_id"]} for row in found]}


def activities(call: Call) -> Answer:
    """The activities one can enrol in."""
    return {"rows": [{**row, "key": row["activity_id"]} for row in pages.activities(call.parts.world)]}


def enrol(call: Call) -> Answer:
    """Enrol one product in an activity; refusals come from the activity's rules."""
    try:
        price_fen, stock = _fen(call.text("price")), int(call.text("stock"))
    except ValueError as error:
        raise Refused("活动价和活动库存应为数字") from error
    activity_id, product_id = call.text("activity_id"), call.text("product_id")
    changes.enrol(call.parts.world, activity_id, product_id, price_fen, stock, shop_id=call.shop_id)
    return {}


def _fen(yuan: str) -> int:
    """Fen of a yuan text; raises ValueError for anything but digits with at most two decimals."""
    whole, dot, part = yuan.partition(".")
    if not whole.isdecimal() or len(part) > 2 or (dot and not part.isdecimal()):
        raise ValueError(yuan)
    return int(whole) * 100 + int(part.ljust(2, "0") or "0")


def enrolments(call: Call) -> Answer:
    """A page of accepted enrolments."""
    return listings.enrolments(call.parts.world, call.shop_id, call.ask, Paging.of(call.ask))


def shipping(call: Call) -> Answer:
    """A page of the lines to ship."""
    return listings.shipping(call.parts.world, call.shop_id, call.ask, Paging.of(call.ask))


def ship(call: Call) -> Answer:
    """Ship one line with one waybill."""
    sub_no, carrier, waybill_no = call.text("sub_no"), call.text("carrier"), call.text("waybill_no")
    changes.ship(call.parts.world, sub_no, carrier, waybill_no, "form", shop_id=call.shop_id)
    return {}


def batch_list(call: Call) -> Answer:
    """A page of uploaded sheets."""
    return listings.batches(call.parts.world, call.shop_id, call.ask, Paging.of(call.ask))


def carriers(_: Call) -> Answer:
    """The carriers that the form offers."""
    return {"rows": list(CARRIERS)}


TABLE: Mapping[tuple[str, str], Handler] = {
    ("GET", "/api/seller/activities"): activities,
    ("POST", "/api/seller/activities/{activity_id}/enrol"): enrol,
    ("GET", "/api/seller/batches"): batch_list,
    ("POST", "/api/seller/batches"): batches.upload,
    ("GET", "/api/seller/batches/{batch_id}/file"): batches.detail,
    ("GET", "/api/seller/carriers"): carriers,
    ("GET", "/api/seller/categories"): categories,
    ("GET", "/api/seller/enrolments"): enrolments,
    ("GET", "/api/seller/exports"): exports,
    ("POST", "/api/seller/exports"): start_export,
    ("GET", "/api/seller/exports/{task_id}/file"): export_file,
    ("GET", "/api/seller/home"): home,
    ("GET", "/api/seller/orders"): orders,
    ("GET", "/api/seller/products"): products,
    ("POST", "/api/seller/products/shelf"): shelf,
    ("POST", "/api/seller/ship"): ship,
    ("GET", "/api/seller/shipping"): shipping,
    ("GET", "/api/seller/skus"): skus,
}
