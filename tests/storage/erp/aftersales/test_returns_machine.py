"""Any order of asking, deciding, shipping and receiving leaves sound books that agree with a plain count."""

from collections import Counter
from contextlib import suppress
from random import Random

from storage.erp.aftersales import requests
from storage.erp.aftersales.errors import AftersaleError
from storage.erp.aftersales.receiving import close_return, receive_return
from storage.erp.purchasing.errors import PurchaseError
from storage.erp.purchasing.inbound import Receipt, ReceivedLine
from tests.storage.erp.aftersales.conftest import NIGHT, Shop, asked

STEPS = 120
PIECES = 4
PAID_FEN = 1003


class Oracle:
    """What must have happened, counted in plain dicts: pieces asked back and received, by order and after-sale."""

    def __init__(self) -> None:
        self.asked: dict[str, tuple[str, int]] = {}
        self.open: dict[str, int] = {}
        self.came: Counter[str] = Counter()

    def coming(self, order_no: str) -> int:
        """Pieces of an order that are asked back by after-sales in force."""
        return sum(qty for number, qty in self.asked.values() if number == order_no)


def test_a_random_walk_keeps_the_books_sound(shop: Shop) -> None:
    """Requests are refused exactly when the oracle says so; stock and refunds are what it counts."""
    random, oracle = Random(7), Oracle()
    for number in ("1", "2", "3"):
        shop.order(number, ("A", PIECES, PAID_FEN))
    shop.ship()
    for step in range(STEPS):
        action = random.choice(("ask", "ask", "approve", "refuse", "receive", "receive", "receive", "close"))
        if action == "ask":
            ask(shop, oracle, f"T{step}", random.choice("123"), random.randint(1, PIECES))
        elif oracle.asked:
            decide(shop, oracle, action, random.choice(sorted(oracle.asked)), f"R{step}", random.randint(1, PIECES))
    assert shop.on_hand()["A"] == 20 - 3 * PIECES + sum(oracle.came.values())
    for order_no in "123":
        promised = shop.rows(
            "SELECT coalesce(sum(l.refund_fen), 0) FROM rma_line l JOIN rma USING (rma_id) "
            f"WHERE order_no = '{order_no}' AND decision IN ('requested', 'approved')"
        )[0][0]
        assert 0 <= int(str(promised)) <= PAID_FEN
    assert sum(fen for _, fen in shop.refunds().values()) <= 3 * PAID_FEN
    shop.sound()


def ask(shop: Shop, oracle: Oracle, rma_id: str, order_no: str, qty: int) -> None:
    """Ask for a return; it is taken exactly when so many are left."""
    one = asked(rma_id, order_no, lines={f"{order_no}-1": qty})
    fits = oracle.coming(order_no) + qty <= PIECES
    try:
        shop.write(lambda c: requests.request(c, one))
    except AftersaleError:
        assert not fits
        return
    assert fits
    oracle.asked[rma_id] = (order_no, qty)


def decide(shop: Shop, oracle: Oracle, action: str, rma_id: str, receipt_id: str, qty: int) -> None:
    """One step of an after-sale that was asked for; what its state does not allow is refused and changes nothing."""
    order_no, wanted = oracle.asked[rma_id]
    if action == "approve":
        with suppress(AftersaleError):
            shop.write(lambda c: requests.approve(c, rma_id, "李", f"{NIGHT} 10:00:00"))
            oracle.open.setdefault(rma_id, wanted)
    elif action == "refuse" and rma_id not in oracle.open:
        shop.write(lambda c: requests.refuse(c, rma_id, "李", "不同意"))
        del oracle.asked[rma_id]
    elif action == "close" and rma_id in oracle.open:
        shop.write(lambda c: close_return(c, rma_id, NIGHT))
    elif action == "receive":
        told = Receipt(receipt_id, rma_id, f"{NIGHT} 12:00:00", (ReceivedLine(f"{order_no}-1", "good", qty),), "sha")
        fits = qty <= oracle.open.get(rma_id, 0)
        try:
            shop.write(lambda c: receive_return(c, told))
        except PurchaseError:
            assert not fits
            return
        assert fits
        oracle.open[rma_id] -= qty
        oracle.came[rma_id] += qty
