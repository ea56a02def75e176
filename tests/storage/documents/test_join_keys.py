"""Every rule that derives an order number says what that number is."""

from storage.documents.join_keys import JOIN_KEYS, join_key, without_key
from storage.documents.kinds import KINDS
from storage.documents.layout import Layout


def test_every_reader_s_rule_is_described() -> None:
    """A layout's order rule stands in the table: add a JoinKey for it to `storage/documents/join_keys.py`."""
    rules = [kind.order[1] for kind in KINDS.values() if isinstance(kind, Layout) and kind.order]
    assert rules
    assert without_key(rules) == []


def test_a_rule_is_described_once_and_found_by_its_id() -> None:
    """Sorted, no id twice, each found."""
    ids = [one.rule_id for one in JOIN_KEYS]
    assert ids == sorted(set(ids))
    assert all(join_key(one.rule_id) is one for one in JOIN_KEYS)
    assert join_key("nobody.knows") is None


def test_what_meets_an_order_names_its_column() -> None:
    """A number that is an order's of a platform with order files names the column that it meets there."""
    own = {"paypal", "stripe"}  # the number is the merchant's own, wherever its orders are
    nameless = [one.rule_id for one in JOIN_KEYS if one.number == "order" and not one.meets and one.platform not in own]
    assert nameless == []
