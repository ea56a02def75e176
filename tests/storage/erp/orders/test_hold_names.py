import re
from pathlib import Path

import storage.erp.orders
from storage.erp.orders.checks import SPECIAL
from storage.erp.orders.hold_names import HOLD_NAMES, hold_name

CODE = re.compile(r'(?:Finding|NewHold)\((?:[\w.]+, )?"([A-Z_]+)"')


def test_every_hold_that_the_core_makes_has_a_name() -> None:
    """No code stands bare where people read: each has a name in both languages; a hold by hand keeps its own code."""
    sources = Path(storage.erp.orders.__file__).parent.glob("*.py")
    made = {code for path in sources for code in CODE.findall(path.read_text("utf-8"))} | {t.upper() for t in SPECIAL}
    assert made == set(HOLD_NAMES)
    assert all(zh and en for zh, en in HOLD_NAMES.values())
    assert [hold_name("NOT_PAID"), hold_name("NOT_PAID", "en"), hold_name("MINE")] == ["未付款", "not paid", "MINE"]
