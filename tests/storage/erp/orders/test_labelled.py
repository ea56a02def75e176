"""How well the review tells good from bad, on labelled addresses and orders that its author's rules did not make."""

import ast
import sys
from collections import Counter
from pathlib import Path

import pytest

from storage.database.tables import order_line, platform_order
from storage.database.tables.review import order_detail, order_payment
from storage.erp.orders.addresses import Address, faults, verdict
from storage.erp.orders.rules import RuleSet
from tests.storage.erp.orders import labelled
from tests.storage.erp.orders.desk import run

RULES = RuleSet().changed(1, campaign={"limits": {"秒杀": {"qty": 2, "end": "2026-11-22 00:00:00"}}})


def say(capsys, text):
    """A line that is seen in the run's output."""
    with capsys.disabled():
        sys.stdout.write(f"\n{text}")


@pytest.mark.function("OMS-11")
def test_addresses_are_told_apart(capsys):
    """Precision and recall over 1,200 labelled addresses; what platforms mask is never called invalid."""
    found = labelled.places(8, 900, 300)
    hits: Counter[tuple[bool, bool]] = Counter()
    missed: Counter[str] = Counter()
    for place in found:
        wrong = bool(faults(Address(*place[:7])))
        hits[wrong, bool(place.fault)] += place.fault not in labelled.UNSEEN
        missed[place.fault] += bool(place.fault) and not wrong
        if place.oaid:
            assert verdict(Address(*place[:7])) == "masked"
    precision = hits[True, True] / (hits[True, True] + hits[True, False])
    recall = hits[True, True] / (hits[True, True] + hits[False, True])
    unseen = sum(place.fault in labelled.UNSEEN for place in found)
    seen = 1 - sum(missed[fault] for fault in labelled.UNSEEN) / unseen
    say(capsys, f"addresses: precision {precision:.3f}, recall {recall:.3f}, unseen kinds of fault {seen:.2f}")
    assert precision >= 0.99
    assert recall >= 0.99


@pytest.fixture(scope="module")
def feed():
    """Clean and faulty orders."""
    return labelled.orders(11, 700, 120)


def load(desk, feed):
    """The labelled orders in the books."""
    heads, lines, details, payments = [], [], [], []
    for one in feed:
        mine = {"platform": "practice", "shop": "shop_a", "order_no": one.order_no}
        created = str(one.head.get("created_at", "2026-11-21 08:00:00"))
        heads.append({
            **mine, "pay_state": "paid", "ship_state": "none", "refund_state": "none", "province": "浙江省",
            "city": "杭州市", "created_at": created, "paid_at": created, "refunded_fen": 0, **one.head,
        })  # fmt: skip
        lines.append({
            **mine, "sub_no": f"{one.order_no}-1", "code": one.code, "qty": one.qty, "refund_status": "无售后",
            **one.line,
        })  # fmt: skip
        plain = {"order_type": "normal", "seller_memo": "", "flag": "", "campaign": "", "balance_state": ""}
        details.append({**mine, **plain, **one.detail})
        if one.fault == "half paid":
            payments.append({
                "platform": "practice", "shop": "shop_a", "payment_no": f"p{one.order_no}", "order_no": one.order_no,
                "method": "支付宝", "amount_fen": 1000, "paid_at": created,
            })  # fmt: skip
    desk.stock(HZ={"A": 90_000})
    desk.price("S", "A", 1000)
    tables = ((platform_order, heads), (order_line, lines), (order_detail, details), (order_payment, payments))
    for table, rows in tables:
        desk.write(lambda c, table=table, rows=rows: c.execute(table.insert(), rows))


@pytest.mark.function("OMS-50", "OMS-14")
def test_clean_orders_pass_alone_and_no_faulty_one_does(desk, feed, capsys):
    """At least nine of ten clean orders need nobody, no faulty one passes; frauds are held with their reasons."""
    load(desk, feed)
    desk.review("2026-11-22 09:00:00", rules=RULES)
    run(desk, "2026-11-22 09:01:00", night="2026-11-22")
    out = {str(no) for (no,) in desk.rows("SELECT order_no FROM fulfilment")}
    held = {
        str(no): str(words) for no, words in desk.rows("SELECT order_no, words FROM order_hold WHERE code = 'FRAUD'")
    }
    clean = [one for one in feed if not one.fault]
    faulty = [one for one in feed if one.fault not in ("", "past", *labelled.NO_SIGN)]
    passed = sum(one.order_no in out for one in clean) / len(clean)
    leaked = sorted({one.fault for one in faulty if one.order_no in out})
    fraud = [one for one in feed if one.fault in labelled.FRAUD]
    caught = sum(one.order_no in held for one in fraud if one.fault not in labelled.NO_SIGN)
    recall = caught / sum(one.fault not in labelled.NO_SIGN for one in fraud)
    false_holds = sum(one.order_no in held for one in clean)
    precision = caught / max(1, len(held))
    say(
        capsys,
        f"review: {len(clean)} clean, {passed:.1%} passed alone; {len(faulty)} faulty, {leaked or 'none'} passed",
    )
    say(capsys, f"fraud: precision {precision:.3f}, recall {recall:.3f}, false holds {false_holds}/{len(clean)}")
    assert leaked == []
    assert passed >= 0.9
    assert recall == 1
    assert false_holds / len(clean) <= 0.02
    assert all("分：" in words and "（" in words for words in held.values())
    assert desk.rows("SELECT COUNT(*) FROM order_hold WHERE facts = '{}' AND code = 'FRAUD'") == [(0,)]


def test_the_labels_do_not_know_the_rules():
    """The generator imports nothing of the review, and the review nothing of the tests."""
    own = ast.parse(Path(labelled.__file__).read_text("utf-8"))
    names = [node.module or "" for node in ast.walk(own) if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in ast.walk(own) if isinstance(node, ast.Import) for alias in node.names]
    assert [name for name in names if name.startswith("storage")] == []
