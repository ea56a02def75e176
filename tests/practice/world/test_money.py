from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.practice.world import World
from bots.practice.world.fen import basis_points, share, yuan, yuan_grouped

_BY_ORDER = ("payment", "refund", "subsidy", "commission", "refund_commission")


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
def test_shares_add_up_and_are_fair(total_fen: int, weights: list[int]) -> None:
    """The parts add up to the total exactly, and none is a whole fen away from its exact share."""
    parts = share(total_fen, weights)
    assert sum(parts) == total_fen
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total_fen * weight) < sum(weights)


@given(st.integers(0, 10**9), st.integers(0, 2_000))
def test_rates_round_half_up(amount_fen: int, rate_bp: int) -> None:
    """A rate in basis points gives what decimal arithmetic gives, rounded half up to the fen."""
    exact = Decimal(amount_fen) * rate_bp / 10_000
    assert basis_points(amount_fen, rate_bp) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("fen", "plain", "grouped"),
    [(0, "0.00", "0.00"), (5, "0.05", "0.05"), (-1234, "-12.34", "-12.34"), (123456789, "1234567.89", "1,234,567.89")],
)
def test_yuan_text(fen: int, plain: str, grouped: str) -> None:
    """Fen become yuan text with two decimals, never through a float."""
    assert (yuan(fen), yuan_grouped(fen)) == (plain, grouped)


def test_order_money_is_its_parts(world: World) -> None:
    """What the buyer paid is goods + freight - both discounts, and the lines' shares add up to it exactly."""
    wrong = world.rows(
        """SELECT o.order_no FROM orders o JOIN (
             SELECT order_no, SUM(qty * price_fen) AS goods, SUM(discount_share_fen) AS discount,
                    SUM(paid_share_fen) AS paid, SUM(refunded_fen) AS refunded, MIN(paid_share_fen) AS least
             FROM order_line GROUP BY order_no) l USING (order_no)
           WHERE o.goods_fen <> l.goods OR o.paid_fen <> l.paid OR o.refunded_fen <> l.refunded OR l.least <= 0
              OR l.discount <> o.seller_discount_fen + o.platform_discount_fen
              OR o.paid_fen <> o.goods_fen + o.freight_fen - o.seller_discount_fen - o.platform_discount_fen"""
    )
    assert wrong == []


def test_refunds_are_what_orders_say(world: World) -> None:
    """The done refunds of a line add up to its refunded money, never above what was paid for it."""
    wrong = world.rows(
        """SELECT l.sub_no FROM order_line l LEFT JOIN (
             SELECT sub_no, SUM(CASE WHEN done_at IS NULL THEN 0 ELSE amount_fen END) AS done, COUNT(*) AS cases
             FROM refund GROUP BY sub_no) r USING (sub_no)
           WHERE l.refunded_fen <> COALESCE(r.done, 0) OR l.refunded_fen > l.paid_share_fen
              OR (l.refund_status = '无售后') <> (r.cases IS NULL)"""
    )
    assert wrong == []


def test_wallet_balances_run(world: World) -> None:
    """Each line's balance is the one before plus its amount less its fee; a line printed twice counts once."""
    for shop in world.rows("SELECT shop_id FROM shop"):
        lines = world.rows("SELECT * FROM wallet_line WHERE shop_id = ? ORDER BY id", shop["shop_id"])
        assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
        for before, line in pairwise(lines):
            moved = 0 if line["flow_no"] == before["flow_no"] else line["amount_fen"] - line["fee_fen"]
            assert line["balance_fen"] == before["balance_fen"] + moved
        assert min(line["balance_fen"] for line in lines) >= 0


def test_bank_balances_run(world: World) -> None:
    """Each bank line's balance is the one before plus its amount."""
    lines = world.rows("SELECT * FROM bank_line ORDER BY id")
    assert len(lines) >= 4
    for before, line in pairwise(lines):
        assert line["balance_fen"] == before["balance_fen"] + line["amount_fen"]
        assert line["at"] >= before["at"]


def test_flow_numbers_differ(world: World) -> None:
    """A flow number stands once, but for the lines planted as printed twice."""
    twice = world.rows("SELECT flow_no FROM wallet_line GROUP BY flow_no HAVING COUNT(*) > 1 ORDER BY 1")
    planted = world.rows("SELECT flow_no FROM planted WHERE kind = 'line_repeated' ORDER BY 1")
    assert twice == planted


def _half_up(amount_fen: int, rate_bp: int) -> int:
    return int((Decimal(amount_fen) * rate_bp / 10_000).quantize(Decimal(1), ROUND_HALF_UP))


def _expected_lines(world: World) -> Counter[tuple[str, str, str, int, int]]:
    """What the statements should hold by orders, after-sales and contract, worked out anew from the tables."""
    refunds: dict[str, list[tuple[int, int]]] = {}
    for row in world.rows("SELECT * FROM refund WHERE done_at IS NOT NULL"):
        refunds.setdefault(row["order_no"], []).append((row["amount_fen"], row["after_settlement"]))
    expected: Counter[tuple[str, str, str, int, int]] = Counter()
    for order in world.rows("SELECT o.*, s.wallet, s.commission_bp FROM orders o JOIN shop s USING (shop_id)"):
        shop_id, no, rate = order["shop_id"], order["order_no"], order["commission_bp"]
        done = refunds.get(no, [])
        if order["wallet"] == "wxpay":
            if order["paid_at"]:
                expected[shop_id, "payment", no, order["paid_fen"], _half_up(order["paid_fen"], 60)] += 1
            for amount, _ in done:
                expected[shop_id, "refund", no, -amount, -_half_up(amount, 60)] += 1
        elif order["finished_at"]:
            paid_out = order["paid_fen"] - sum(amount for amount, after in done if not after)
            subsidy = order["platform_discount_fen"]
            expected[shop_id, "payment", no, paid_out, 0] += 1
            expected[shop_id, "commission", no, -_half_up(paid_out + subsidy, rate), 0] += 1
            if subsidy:
                expected[shop_id, "subsidy", no, subsidy, 0] += 1
            for amount, after in done:
                if after:
                    expected[shop_id, "refund", no, -amount, 0] += 1
                    expected[shop_id, "refund_commission", no, _half_up(amount, rate), 0] += 1
    return +Counter({key: count for key, count in expected.items() if key[3] != 0})


def test_statements_differ_from_orders_only_where_planted(world: World) -> None:
    """Recounted anew, the statements deviate on exactly the planted orders, by exactly the planted money."""
    expected = _expected_lines(world)
    marks = ",".join("?" * len(_BY_ORDER))
    actual = Counter(
        (row["shop_id"], row["kind"], row["order_no"], row["amount_fen"], row["fee_fen"])
        for row in world.rows(f"SELECT * FROM wallet_line WHERE kind IN ({marks})", *_BY_ORDER)
    )
    stake: Counter[tuple[str, str]] = Counter()
    for (shop_id, _, no, amount, _fee), count in (actual - expected).items():
        stake[shop_id, no] += amount * count
    for (shop_id, _, no, amount, _fee), count in (expected - actual).items():
        stake[shop_id, no] -= amount * count
    planted = {
        (row["shop_id"], row["order_no"]): row for row in world.rows("SELECT * FROM planted WHERE order_no IS NOT NULL")
    }
    at_home = {
        (row["shop_id"], row["order_no"]): 0
        for row in world.rows(
            "SELECT o.shop_id, o.order_no FROM orders o JOIN planted USING (order_no) WHERE kind = 'wrong_shop'"
        )
    }
    assert {key for key in stake if key not in at_home} == set(planted)
    assert {key: stake[key] for key in planted} == {key: row["amount_fen"] for key, row in planted.items()}


def test_every_withdrawal_arrives_but_the_planted(world: World) -> None:
    """A withdrawal is at the bank in full next day, under the wallet's name, but for planted and last day's ones."""
    bank = Counter(
        (row["at"][:10], row["counterparty"], row["amount_fen"]) for row in world.rows("SELECT * FROM bank_line")
    )
    names = {"alipay": "支付宝（中国）网络技术有限公司", "wxpay": "财付通支付科技有限公司"}
    planted = {row["flow_no"]: row for row in world.rows("SELECT * FROM planted WHERE kind LIKE 'withdrawal%'")}
    missing = []
    for line in world.rows("SELECT *, date(at, '+1 day') AS next_day FROM wallet_line WHERE kind = 'withdrawal'"):
        key = (line["next_day"], names[line["wallet"]], -line["amount_fen"])
        if bank[key]:
            bank[key] -= 1
        elif line["next_day"] <= world.last_day.isoformat():
            missing.append(line["flow_no"])
    strange = [key for key, count in (+bank).items() for _ in range(count)]
    short = [row for row in planted.values() if row["kind"] == "withdrawal_short"]
    ambiguous = [row for row in planted.values() if row["kind"] == "withdrawal_ambiguous"]
    gone = {row["flow_no"] for row in planted.values()}
    assert len(strange) == len(short)
    assert set(missing) == gone
    for row in ambiguous:
        equal = "SELECT COUNT(*) FROM wallet_line WHERE kind = 'withdrawal' AND amount_fen = ?"
        assert world.number(equal, row["amount_fen"]) == 2


def test_wallet_and_bank_names_are_those_of_the_contract(world: World) -> None:
    """Remarks and business types follow the table of the mall's statement lines."""
    patterns = {
        "affiliate": ("转账", "CAE_*", "淘宝客佣金代扣款?2*?"),
        "commission": ("其它", "HJCOM==1==2==*", "天猫佣金（类目）{*}扣款"),
        "deposit": ("转账", "", "商家保证金冻结"),
        "freight_insurance": ("其它", "GXFZ_1_*", "卖家版运费险保费收取"),
        "payment": ("交易付款", "*2*", ""),
        "refund": ("交易退款", "*2*", "售后退款-*2*-35*"),
        "refund_commission": ("其它", "HJCOM==1==2==*", "天猫佣金退款{*}"),
        "subsidy": ("转账", "HJCAE==*==*==*", "平台优惠补贴{*}"),
        "unknown_fee": ("其它", "", "服务市场扣款-*"),
        "withdrawal": ("提现", "", "提现到工商银行(9876)"),
    }
    for kind, (business_type, business_no, remark) in patterns.items():
        wrong = world.number(
            """SELECT COUNT(*) FROM wallet_line WHERE kind = ? AND NOT
               (business_type = ? AND business_no GLOB ? AND remark GLOB ?)""",
            kind,
            business_type,
            business_no,
            remark,
        )
        assert wrong == 0, kind
    assert world.number("SELECT COUNT(DISTINCT kind) FROM wallet_line") >= 9
