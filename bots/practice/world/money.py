"""The wallets: what the platform pays out and takes, withdrawals to the bank, running balances.

In an alipay shop (escrow) an order's lines fall due in the minute it finishes: the payment (paid less refunds before
that moment), the subsidy for the platform's discount, the commission and what else is taken. Refunds after that are
lines of their own, and the commission on them is given back. In a wxpay shop the trade bill lists the whole payment
when the buyer pays and every refund when it is done; each carries its share of the trade fee.
"""

from dataclasses import dataclass
from random import Random

from bots.practice.world.fen import WXPAY_FEE_BP, basis_points
from bots.practice.world.orders import Calendar, Order, Refund
from bots.practice.world.shops import ALIPAY_NAME, BANK_TAIL, SHOPS, TENPAY_NAME
from bots.practice.world.sizes import DAY_S, HOUR_S, WorldSize

_BANK_OPENING_FEN = 5_000_000


@dataclass(slots=True)
class Flow:
    """One line of a wallet's statement. `amount_fen` signed; `fee_fen` (wxpay) is taken when positive."""

    at: int
    shop_id: str
    kind: str
    amount_fen: int
    order_no: str | None = None
    refund_no: str | None = None
    fee_fen: int = 0
    business_no: str = ""
    business_type: str = "其它"
    remark: str = ""
    counterparty: str = ""
    repeated: bool = False
    flow_no: str = ""
    balance_fen: int = 0


@dataclass(slots=True)
class BankLine:
    """One line of the bank account: money arriving from a wallet."""

    at: int
    counterparty: str
    amount_fen: int
    balance_fen: int = 0


def payment(shop_id: str, order: Order, amount_fen: int, at: int) -> Flow:
    """The payout of an order."""
    return Flow(
        at,
        shop_id,
        "payment",
        amount_fen,
        order.order_no,
        fee_fen=_fee(shop_id, amount_fen),
        business_no=_trade_no(shop_id, order.order_no),
        business_type="交易付款",
        counterparty=f"{order.receiver}({order.phone})",
    )


def refund(shop_id: str, order: Order, refund_no: str, amount_fen: int, at: int) -> Flow:
    """Money that goes back to the buyer after the payout; `amount_fen` positive."""
    business_no = _trade_no(shop_id, order.order_no)
    return Flow(
        at,
        shop_id,
        "refund",
        -amount_fen,
        order.order_no,
        refund_no,
        fee_fen=-_fee(shop_id, amount_fen),
        business_no=business_no,
        business_type="交易退款",
        remark=f"售后退款-{business_no}-{refund_no}",
        counterparty=f"{order.receiver}({order.phone})",
    )


def _trade_no(shop_id: str, order_no: str) -> str:
    return f"T200P{order_no}" if SHOPS[shop_id].wallet == "alipay" else order_no


def _fee(shop_id: str, amount_fen: int) -> int:
    return basis_points(amount_fen, WXPAY_FEE_BP) if SHOPS[shop_id].wallet == "wxpay" else 0


def order_flows(rng: Random, order: Order) -> list[Flow]:
    """Every line the order has caused so far, in its shop's wallet."""
    if SHOPS[order.shop_id].wallet == "wxpay":
        return _trade_flows(order)
    if order.finished_at is None:
        return []
    flows = [payment(order.shop_id, order, order.settled_fen, order.finished_at)]
    flows += _payout_fees(rng, order, order.finished_at)
    for case in order.refunds:
        if case.after_settlement and case.done_at is not None:
            flows.append(refund(order.shop_id, order, case.refund_no, case.amount_fen, case.done_at))
            flows.append(_commission_back(order, case, case.done_at + 1))
    return flows


def _trade_flows(order: Order) -> list[Flow]:
    if order.paid_at is None:
        return []
    done = [(case, case.done_at) for case in order.refunds if case.done_at is not None]
    return [
        payment(order.shop_id, order, order.paid_fen, order.paid_at),
        *(refund(order.shop_id, order, case.refund_no, case.amount_fen, at) for case, at in done),
    ]


def _payout_fees(rng: Random, order: Order, at: int) -> list[Flow]:
    no, shop = order.order_no, SHOPS[order.shop_id]
    flows = []
    if order.platform_discount_fen:
        flows.append(
            Flow(
                at + 1,
                order.shop_id,
                "subsidy",
                order.platform_discount_fen,
                no,
                business_no=f"HJCAE==2==9=={no}",
                business_type="转账",
                remark=f"平台优惠补贴{{{no}}}",
                counterparty="浙江天猫技术有限公司",
            )
        )
    commission_fen = basis_points(order.settled_fen + order.platform_discount_fen, shop.commission_bp)
    if commission_fen:
        flows.append(commission(order, -commission_fen, at + 2, f"天猫佣金（类目）{{{no}}}扣款", "commission"))
    if rng.random() < 0.15:
        flows.append(_affiliate(rng, order, at + 3))
    if rng.random() < 0.25:
        flows.append(_insurance(rng, order, at + 4))
    return flows


def commission(order: Order, amount_fen: int, at: int, remark: str, kind: str) -> Flow:
    """A commission line, taken (negative) or given back."""
    return Flow(
        at,
        order.shop_id,
        kind,
        amount_fen,
        order.order_no,
        business_no=f"HJCOM==1==2=={order.order_no}",
        remark=remark,
        counterparty="浙江天猫技术有限公司",
    )


def _commission_back(order: Order, case: Refund, at: int) -> Flow:
    back_fen = basis_points(case.amount_fen, SHOPS[order.shop_id].commission_bp)
    flow = commission(order, back_fen, at, f"天猫佣金退款{{{order.order_no}}}", "refund_commission")
    flow.refund_no = case.refund_no
    return flow


def _affiliate(rng: Random, order: Order, at: int) -> Flow:
    return Flow(
        at,
        order.shop_id,
        "affiliate",
        -max(1, basis_points(order.settled_fen, rng.randint(200, 900))),
        order.order_no,
        business_no=f"CAE_CLICK_{order.number:08d}_{rng.randrange(10**6):06d}",
        business_type="转账",
        remark=f"淘宝客佣金代扣款[{order.order_no}]",
        counterparty="杭州阿里妈妈软件服务有限公司",
    )


def _insurance(rng: Random, order: Order, at: int) -> Flow:
    return Flow(
        at,
        order.shop_id,
        "freight_insurance",
        -rng.randint(30, 190),
        order.order_no,
        business_no=f"GXFZ_1_{order.order_no}",
        remark="卖家版运费险保费收取",
        counterparty="众安在线财产保险股份有限公司",
    )


def deposits(size: WorldSize, calendar: Calendar) -> list[Flow]:
    """The platform holds a deposit of every alipay shop, every seventeen days (none of it belongs to an order)."""
    return [
        Flow(
            day * DAY_S + 9 * HOUR_S + 120,
            shop_id,
            "deposit",
            -size.deposit_fen,
            business_type="转账",
            remark="商家保证金冻结",
            counterparty=SHOPS[shop_id].name,
        )
        for shop_id in size.shop_ids
        if SHOPS[shop_id].wallet == "alipay"
        for day in range(3, calendar.days, 17)
    ]


def withdrawal(shop_id: str, amount_fen: int, at: int) -> Flow:
    """Money sent from the wallet to the bank; `amount_fen` positive."""
    return Flow(
        at,
        shop_id,
        "withdrawal",
        -amount_fen,
        business_type="提现",
        remark=f"提现到工商银行({BANK_TAIL})",
        counterparty=f"工商银行({BANK_TAIL})",
    )


def withdraw(size: WorldSize, calendar: Calendar, shop_id: str, flows: list[Flow], used_fen: set[int]) -> list[Flow]:
    """Withdrawals of one wallet at its fixed hour every few days: all but a reserve, never the same sum twice."""
    hour = 10 * HOUR_S + 1_800 * size.shop_ids.index(shop_id)
    first_day = (calendar.days - 2 - size.shop_ids.index(shop_id)) % size.withdraw_every_days
    times = [day * DAY_S + hour for day in range(first_day, calendar.days, size.withdraw_every_days)]
    made: list[Flow] = []
    balance_fen, rest = size.opening_balance_fen, sorted(flows, key=lambda flow: flow.at)
    position = 0
    for at in times:
        while position < len(rest) and rest[position].at <= at:
            balance_fen += rest[position].amount_fen - rest[position].fee_fen
            position += 1
        amount_fen = balance_fen - size.kept_balance_fen
        if at > calendar.cutoff or amount_fen < 10_000:
            continue
        while amount_fen in used_fen:
            amount_fen -= 1
        used_fen.add(amount_fen)
        made.append(withdrawal(shop_id, amount_fen, at))
        balance_fen -= amount_fen
    return made


def arrival(rng: Random, flow: Flow) -> BankLine:
    """The bank's side of a withdrawal: the whole sum, during the next day."""
    wallet = SHOPS[flow.shop_id].wallet
    at = (flow.at // DAY_S + 1) * DAY_S + rng.randint(9 * HOUR_S, 17 * HOUR_S)
    return BankLine(at, ALIPAY_NAME if wallet == "alipay" else TENPAY_NAME, -flow.amount_fen)


def number_and_balance(size: WorldSize, calendar: Calendar, flows: list[Flow]) -> list[Flow]:
    """The statements in their order: flow numbers, running balances per shop, and lines that a file holds twice."""
    balance_fen = dict.fromkeys(size.shop_ids, size.opening_balance_fen)
    result: list[Flow] = []
    for serial, flow in enumerate(sorted(flows, key=lambda flow: (flow.at, flow.shop_id))):
        balance_fen[flow.shop_id] += flow.amount_fen - flow.fee_fen
        flow.balance_fen = balance_fen[flow.shop_id]
        flow.flow_no = _flow_no(calendar, serial, flow)
        result.append(flow)
        if flow.repeated:
            result.append(flow)
    return result


def _flow_no(calendar: Calendar, serial: int, flow: Flow) -> str:
    day = calendar.day(flow.at).strftime("%Y%m%d")
    mixed = f"{serial * 104_729 % 10**9:09d}"
    if SHOPS[flow.shop_id].wallet == "wxpay":
        return f"{'503000' if flow.kind == 'refund' else '420000'}{day}{mixed}{serial % 97:05d}"
    return f"{day}00110{ord(flow.shop_id[-1]) % 10}{mixed}{serial % 97:04d}"


def balance_bank(lines: list[BankLine]) -> list[BankLine]:
    """The bank account's lines in their order with running balances."""
    balance_fen = _BANK_OPENING_FEN
    ordered = sorted(lines, key=lambda line: (line.at, line.counterparty, line.amount_fen))
    for line in ordered:
        balance_fen += line.amount_fen
        line.balance_fen = balance_fen
    return ordered
