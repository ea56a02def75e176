"""What people lay down for buying."""

import pytest

from storage.erp.purchasing.errors import RuleWrong
from storage.erp.purchasing.plan import make_plan
from storage.erp.purchasing.supply import SupplyRule, set_promotion, set_rules, set_suppliers
from tests.storage.erp.purchasing.conftest import TODAY, Shop

RULE = SupplyRule("A", "H", "S1", 5, moq=50, pack=25, price_fen=900)


def test_rules_are_laid_down_once_and_followed(shop: Shop) -> None:
    """A rule that is laid down is what the next plan buys by; the same again changes nothing, another price does."""
    shop.sell("A", *(10,) * 40)
    assert shop.write(lambda c: set_suppliers(c, [("S2", "二号", 45)])).created == 1
    assert shop.write(lambda c: set_rules(c, [RULE])) == (1, 0, 0)
    assert shop.write(lambda c: set_rules(c, [RULE])) == (0, 0, 1)
    assert shop.write(lambda c: set_rules(c, [RULE._replace(supplier="S2", price_fen=800)])) == (0, 1, 0)
    shop.write(lambda c: make_plan(c, TODAY))
    assert shop.rows("SELECT supplier, moq, pack, price_fen, qty % 25 FROM purchase_suggestion") == [
        ("S2", 50, 25, 800, 0)
    ]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"warehouse": "X"}, "没有仓库 X"),
        ({"supplier": "X"}, "没有供应商 X"),
        ({"pack": 0}, "箱规"),
        ({"lead_days": 115}, "120 天"),
        ({"service_bp": 9990}, "99 %"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(shop: Shop, facts: dict[str, object], said: str) -> None:
    """The sentence names what is the matter, and none of the rules of that call is laid down."""
    other = RULE._replace(**facts)  # type: ignore[arg-type]
    with pytest.raises(RuleWrong) as caught:
        shop.write(lambda c: set_rules(c, [RULE._replace(code="B"), other]))
    assert said in caught.value.message()
    assert shop.rows("SELECT count(*) FROM supply_rule") == [(0,)]


def test_a_promotion_is_its_newest_days_and_codes(shop: Shop) -> None:
    """Laid down again, it has the new codes only; days turned round are refused."""
    shop.write(lambda c: set_promotion(c, "618", "大促", "2026-06-01", "2026-06-18", ["A", "B"]))
    shop.write(lambda c: set_promotion(c, "618", "大促", "2026-05-20", "2026-06-18", ["B"]))
    assert shop.rows("SELECT first_day, code FROM promotion JOIN promotion_code USING (promotion_id)") == [
        ("2026-05-20", "B")
    ]
    with pytest.raises(RuleWrong):
        shop.write(lambda c: set_promotion(c, "618", "大促", "2026-06-19", "2026-06-18", ["B"]))
