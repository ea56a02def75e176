"""One article's way through the house: what people, exports, bots and nights do with it, document by document."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Column, Connection, select

from storage.database.connection import Database
from storage.database.tables import (
    ad_day,
    bill_line,
    bot_result,
    channel_sku,
    command,
    fulfilment,
    order_line,
    platform_order,
    raw_file,
    refund,
    sku,
    warehouse,
    waybill,
)
from storage.database.tables.ledger import cash_document, jv, supplier_invoice
from storage.database.tables.products import activity_offer, activity_use, price
from storage.database.tables.purchasing import inbound, purchase_order, receipt, rma, supplier
from storage.database.tables.review import order_payment, pick_task, ship_instruction
from storage.database.tables.settlement import express_bill_line
from storage.erp.aftersales import receiving, refunds, requests
from storage.erp.allocation.model import OrderKey
from storage.erp.audit.actors import Actor, register
from storage.erp.commands import worklists
from storage.erp.commands.results import apply_results
from storage.erp.finance.documents import Cash, Invoice, InvoiceLine, enter_cash, enter_invoice
from storage.erp.finance.layers import MoveKey
from storage.erp.finance.post_events import post_events
from storage.erp.orders import dispatch, instructions
from storage.erp.orders.payments import Payment, record_payments
from storage.erp.orders.review import review
from storage.erp.orders.transition import Cause, states_of
from storage.erp.products import activities, listings, prices
from storage.erp.products.activities import Floor, SheetRow
from storage.erp.products.codes import ChannelId, NewSku, add_sku
from storage.erp.products.listings import STATUS, Shown
from storage.erp.products.prices import Asked, Price
from storage.erp.purchasing import orders
from storage.erp.purchasing.inbound import Receipt, ReceivedLine
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.reconcile import Summary, reconcile
from storage.erp.settlement.settle import settle

STAGES = ("采购", "入库", "上线", "推广", "下单", "支付", "配送", "售后", "记账")
KEY = OrderKey("practice", "shop_a", "DD-1")
ORDER, SHOP = KEY._asdict(), {"platform": "practice", "shop": "shop_a"}
CUP = ChannelId("practice", "shop_a", "S1")
BOUGHT_AT = "2026-11-11 12:00:00"
MONTH_END = "2026-11-30"


def people_and_places(connection: Connection) -> None:
    """Who works in the house, where goods lie, the files that everything is told by, and one waybill number."""
    connection.execute(warehouse.insert(), [{"warehouse": "HZ", "name": "杭州仓", "province": "浙江"}])
    connection.execute(supplier.insert(), [{"supplier": "明达", "name": "明达杯业", "pay_days": 30}])
    connection.execute(waybill.insert(), [{"carrier": "中通快递", "waybill_no": "ZT10"}])
    kinds = {"rk": "practice_stock", "dd": "practice_orders", "zd": "practice_bill", "kd": "express"}
    connection.execute(raw_file.insert(), [{"file_sha": s, "kind": k, "state": "read"} for s, k in kinds.items()])
    register(connection, Actor("boss", "person", "owner", "", ""), by="boss")
    register(connection, Actor("anna", "person", "products", "", ""), by="boss")


class Noted(NamedTuple):
    """A document: the stage it belongs to, the column that holds its number, the number."""

    stage: str
    column: Column
    number: str


class Chain:
    """The books, and every document that was made in them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.documents: list[Noted] = []

    def note(self, stage: str, column: Column, *numbers: str) -> None:
        """Keep what was made."""
        self.documents += [Noted(stage, column, number) for number in numbers]

    def sheet(self) -> str:
        """Every document, one a line: stage, table, number."""
        return "".join(f"{one.stage}\t{one.column.table.name}\t{one.number}\n" for one in self.documents)

    def astray(self) -> set[tuple[str, str]]:
        """(table, number) of documents that were noted and do not exist, or that exist and were not noted."""
        noted: dict[Column, set[str]] = {}
        for one in self.documents:
            noted.setdefault(one.column, set()).add(one.number)
        with self.database.read() as c:
            return {
                (column.table.name, number)
                for column, numbers in noted.items()
                for number in numbers ^ set(c.execute(select(column)).scalars())
            }

    def answer(self, stage: str, worklist: str, run_id: str, at: str) -> int:
        """The bots do everything that waits on the worklist, and the books follow their result rows; how many."""
        with self.database.write() as c:
            waits = (command.c.worklist.startswith(worklist), command.c.state == "published")
            asked = c.execute(select(command).where(*waits).order_by(command.c.command_id)).all()
            c.execute(bot_result.insert(), [
                {"run_id": run_id, "command_id": one.command_id, "worklist": one.worklist, "shop": one.shop,
                 "outcome": "done", "at": at, "file_sha": run_id}
                for one in asked
            ])  # fmt: skip
            changed = apply_results(c, run_id).changed
            listings.apply_answers(c, run_id)
            activities.apply_answers(c, run_id)
        self.note(stage, command.c.command_id, *(one.command_id for one in asked))
        self.note(stage, bot_result.c.run_id, run_id)
        return changed

    def review(self, now: str) -> str:
        """One run of the order review; where the order stands after it."""
        with self.database.write() as c:
            review(c, now)
            return states_of(c, [KEY])[KEY].process


def purchase(chain: Chain) -> None:
    """Two articles are ordered of a supplier, approved by a person, and announced by the supplier."""
    with chain.database.write() as c:
        for code, title in (("A", "马克杯"), ("B", "杯刷")):
            add_sku(c, NewSku(code, title), who="anna")
        orders.write_order(c, "CG-1", "明达", "HZ", "2026-11-01", "2026-11-05", {"A": (20, 3000), "B": (10, 800)})
        orders.approve(c, "CG-1", "王")
        orders.record_sent(c, "CG-1", "2026-11-01", "王")
        orders.notify(c, "ASN-1", "CG-1", "2026-11-05", {"A": 20, "B": 10})
    chain.note("采购", sku.c.code, "A", "B")
    chain.note("采购", purchase_order.c.po_id, "CG-1")


def receive(chain: Chain) -> None:
    """All of it comes in good order."""
    lines = (ReceivedLine("A", "good", 20), ReceivedLine("B", "good", 10))
    with chain.database.write() as c:
        orders.receive(c, Receipt("RK-1", "ASN-1", "2026-11-05 10:00:00", lines, "rk", 2))
    chain.note("入库", inbound.c.inbound_id, "ASN-1")
    chain.note("入库", receipt.c.receipt_id, "RK-1")


def put_on_shelf(chain: Chain) -> int:
    """Prices are set, and what the platform's export shows off the shelf is put on it by a bot; how many were."""
    shown = [("S1", "P1", "A", "马克杯", 9900), ("S2", "P2", "B", "杯刷", 2000)]
    with chain.database.write() as c:
        for platform_sku, product, code, title, fen in shown:
            c.execute(channel_sku.insert(), [
                {**SHOP, "platform_sku": platform_sku, "product_id": product, "title": title, "status": "下架",
                 "code": code, "price_fen": fen, "exported_at": "2026-11-06 00:00:00", "file_sha": "dd"}
            ])  # fmt: skip
            prices.save(c, Price(f"LS-{code}", code, "retail", fen), who="anna")
            listings.wish(c, Shown(*CUP[:2], product, "", STATUS), "上架", who="anna", why="新品上线")
        listings.publish_differences(c, "2026-11-06")
    chain.note("上线", price.c.price_id, "LS-A", "LS-B")
    return chain.answer("上线", "to_list", "上线-1", "2026-11-07 02:00:00")


def promote(chain: Chain) -> int:
    """The cup joins a campaign at a checked price, and is advertised; how many enrolments the platform granted."""
    activity = Price("HD-A", "A", "activity", 7900, *CUP[:2], valid_from="2026-11-10", valid_to="2026-11-13")
    with chain.database.write() as c:
        activities.take_sheet(c, "HD-11", [SheetRow(*CUP, 7900, 10, buyer_limit=5)], Floor(), who="anna")
        activities.enrol(c, "HD-11", "2026-11-08")
        prices.save(c, activity, who="anna")
        c.execute(ad_day.insert(), [{**SHOP, "day": "2026-11-10", "plan": "TG-1", "product_id": "P1",
                                     "spend_fen": 500, "file_sha": "dd", "row_no": 3}])  # fmt: skip
    chain.note("推广", activity_offer.c.activity_id, "HD-11")
    chain.note("推广", price.c.price_id, "HD-A")
    chain.note("推广", ad_day.c.plan, "TG-1")
    return chain.answer("推广", "to_enrol", "推广-1", "2026-11-09 02:00:00")


def place_order(chain: Chain) -> list[int]:
    """Two cups and a brush at the prices that hold in that second; returns these prices. The export names no codes."""
    with chain.database.write() as c:
        asked = [Asked("A", BOUGHT_AT, *CUP[:2], qty=2), Asked("B", BOUGHT_AT, *CUP[:2])]
        each = [found.price_fen for found in prices.prices_of(c, asked) if found]
        total = 2 * each[0] + each[1]
        c.execute(platform_order.insert(), [
            {**ORDER, "pay_state": "unpaid", "ship_state": "none", "refund_state": "none", "goods_fen": total,
             "paid_fen": total, "province": "浙江", "city": "杭州市", "created_at": BOUGHT_AT,
             "latest_ship_at": "2026-11-13 12:00:00", "file_sha": "dd", "row_no": 2}
        ])  # fmt: skip
        for number, (qty, fen) in enumerate(zip((2, 1), each, strict=True), start=1):
            c.execute(order_line.insert(), [
                {**ORDER, "sub_no": f"DD-1-{number}", "product_id": f"P{number}", "platform_sku": f"S{number}",
                 "qty": qty, "price_fen": fen, "paid_share_fen": qty * fen, "refund_status": "无售后",
                 "file_sha": "dd", "row_no": 1 + number}
            ])  # fmt: skip
        activities.use(c, "HD-11", CUP, "DD-1", "买家索引", 2)
    chain.note("下单", platform_order.c.order_no, "DD-1")
    chain.note("下单", order_line.c.sub_no, "DD-1-1", "DD-1-2")
    chain.note("下单", activity_use.c.order_no, "DD-1")
    return each


def pay(chain: Chain, amount_fen: int) -> None:
    """The buyer pays, and the platform's next export says so."""
    at = "2026-11-11 12:30:00"
    with chain.database.write() as c:
        record_payments(c, [Payment(KEY, "ZF-1", "支付宝", amount_fen, at)])
        c.execute(platform_order.update().values(pay_state="paid", paid_at=at))
    chain.note("支付", order_payment.c.payment_no, "ZF-1")


def ship(chain: Chain) -> int:
    """Allocated, labelled, picked, packed, handed over; a bot tells the platform; how many sub-orders it told."""
    with chain.database.write() as c:
        dispatch.dispatch(c, "2026-11-12", "2026-11-12 00:00:00")
        worklists.publish(c, "2026-11-12")
        (parcel,) = c.execute(select(fulfilment)).all()
        at_work = Cause("2026-11-12 09:00:00", "仓库张", "pda", "已复核打包")
        instructions.pack(c, parcel.fulfilment_id, at_work)
        instructions.hand_over(c, parcel.fulfilment_id, at_work)
    for table in (fulfilment, ship_instruction, pick_task):
        chain.note("配送", table.c.fulfilment_id, parcel.fulfilment_id)
    chain.note("配送", waybill.c.waybill_no, parcel.waybill_no)
    return chain.answer("配送", "to_ship", "发货-1", "2026-11-12 20:00:00")


def finish(chain: Chain) -> None:
    """The buyer confirms, the platform pays out less its commission, the carrier sends its bill."""
    with chain.database.write() as c:
        paid_fen = c.execute(select(platform_order.c.paid_fen)).scalar_one()
        done = {"finished_at": "2026-11-14 12:00:00", "platform_status": "交易成功"}
        c.execute(platform_order.update().values(**done))
        c.execute(express_bill_line.insert(), [
            {"carrier": "中通快递", "waybill_no": "ZT10", "fee": "运费", "bill_no": "KD-1", "n": 1, "day": "2026-11-20",
             "amount_fen": 450, "file_sha": "kd", "row_no": 2}
        ])  # fmt: skip
    _statement(chain, "ZD-1", "2026-11-14 12:30:00", payment=paid_fen, commission=-paid_fen // 20)
    chain.note("支付", bill_line.c.flow_no, "ZD-1")
    chain.note("配送", express_bill_line.c.bill_no, "KD-1")


def _statement(chain: Chain, flow_no: str, at: str, refund_no: str = "", **fees: int) -> None:
    """A line of the wallet's statement, with the fees in it."""
    line = {**ORDER, "wallet": "alipay", "flow_no": flow_no, "n": 1, "refund_no": refund_no, "at": at, "file_sha": "zd",
            "row_no": 2}  # fmt: skip
    with chain.database.write() as c:
        c.execute(bill_line.insert(), [{**line, "fee_type": fee, "amount_fen": fen} for fee, fen in fees.items()])


def return_one(chain: Chain) -> int:
    """One cup comes back; the refund is asked when it is here, done by a bot, and told by the platform; its fen."""
    asked = requests.Request("TH-1", KEY, "return", {"DD-1-1": 1}, "七天无理由", "买家", "2026-11-16 09:00:00")
    came = Receipt("TR-1", "TH-1", "2026-11-18 10:00:00", (ReceivedLine("DD-1-1", "good", 1),), "rk", 3)
    with chain.database.write() as c:
        requests.request(c, asked)
        requests.approve(c, "TH-1", "李", "2026-11-16 10:00:00")
        receiving.receive_return(c, came)
        (owed,) = refunds.owed(c)
    chain.answer("售后", "to_refund", "退款-1", "2026-11-18 23:00:00")
    fen = owed.amount_fen
    with chain.database.write() as c:
        refunds.record_refunds(c)
        c.execute(refund.insert(), [
            {**ORDER, "refund_no": "TK-1", "sub_no": "DD-1-1", "amount_fen": fen, "created_at": "2026-11-16 09:00:00",
             "done_at": "2026-11-18 23:00:00", "status": "退款成功", "after_settlement": 1, "file_sha": "dd",
             "row_no": 9}
        ])  # fmt: skip
        c.execute(platform_order.update().values(pay_state="part_refunded", refund_state="part", refunded_fen=fen))
        mine = order_line.update().where(order_line.c.sub_no == "DD-1-1")
        c.execute(mine.values(refunded_fen=fen, refund_status="退款成功"))
    _statement(chain, "ZD-2", "2026-11-19 09:00:00", "TK-1", refund=-fen, refund_commission=fen // 20)
    chain.note("售后", rma.c.rma_id, "TH-1")
    chain.note("售后", inbound.c.inbound_id, "TH-1")
    chain.note("售后", receipt.c.receipt_id, "TR-1")
    chain.note("售后", refund.c.refund_no, "TK-1")
    chain.note("售后", bill_line.c.flow_no, "ZD-2")
    return fen


def keep_accounts(chain: Chain) -> Summary:
    """The month's books: statements reconciled, vouchers written, freight settled, the supplier invoiced and paid."""
    goods = (InvoiceLine(MoveKey("receipt", "RK-1", "A", 1), 20, 60_000),
             InvoiceLine(MoveKey("receipt", "RK-1", "B", 1), 10, 8_000))  # fmt: skip
    owed_fen = 76_840
    with chain.database.write() as c:
        found = reconcile(c, Contracts(commission_bp={"shop_a": 500}), date.fromisoformat(MONTH_END))
        post_events(c, MONTH_END)
        settle(c, MONTH_END)
        enter_invoice(c, Invoice("明达", "FP-1", "2026-11-20", goods, owed_fen - 68_000, author="财务赵"))
        enter_cash(c, Cash("FK-1", "payment", "2026-11-25", "工行", owed_fen, "财务赵", "付货款", party="明达",
                           item="FP-1"))  # fmt: skip
        vouchers = c.execute(select(jv.c.no).order_by(jv.c.no)).scalars().all()
    chain.note("记账", supplier_invoice.c.invoice_no, "FP-1")
    chain.note("记账", cash_document.c.document_no, "FK-1")
    chain.note("记账", jv.c.no, *vouchers)
    return found
