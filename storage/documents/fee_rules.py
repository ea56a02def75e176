"""The form of every table that says what a line of a statement is: direction, scene, remark, sign, amount column.

Rules are data; of those that hold the lowest priority decides, then the rule's id, whatever their order in the table.
What no rule knows is "unclassified", and stays visible.
"""

from collections.abc import Iterable
from typing import NamedTuple

from storage.documents.statements import UNCLASSIFIED

WHOLE = ""
"""The column of a rule that is about the row's whole amount."""


class FeeRule(NamedTuple):
    """An amount is of `fee` when all of this holds; an empty field asks nothing.

    `scene`: what the line says it is (scene, business type); several are separated by `|`. `direction`: the word or the
    column that says which way the money went. `column`: the amount that the rule is about. `sign`: + or - of that
    amount as the books have it; it may be against the direction where an income is taken back. `is_`: the whole remark.
    `has` / `lacks`: pieces of it. `party` / `not_party`: pieces of the counterparty. `category`: what the source of the
    rule calls it.
    """

    rule_id: str
    fee: str
    scene: str = ""
    direction: str = ""
    column: str = WHOLE
    sign: str = ""
    is_: str = ""
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    priority: int = 50
    party: str = ""
    not_party: tuple[str, ...] = ()
    category: str = ""


class Said(NamedTuple):
    """What a line says of itself, unwrapped; `amount_fen` is signed."""

    scene: str
    direction: str
    remark: str
    amount_fen: int
    party: str = ""
    column: str = WHOLE


def by_priority(rules: Iterable[FeeRule]) -> tuple[FeeRule, ...]:
    """The rules in the order in which they are asked."""
    return tuple(sorted(rules, key=lambda rule: (rule.priority, rule.rule_id)))


def fee_of(rules: Iterable[FeeRule], said: Said) -> tuple[str, str]:
    """(fee class, rule id) by the first of these rules that holds, else ("unclassified", "")."""
    return next(((rule.fee, rule.rule_id) for rule in rules if holds(rule, said)), (UNCLASSIFIED, ""))


def holds(rule: FeeRule, said: Said) -> bool:
    """Whether all that the rule asks is so."""
    return (
        rule.column == said.column
        and (not rule.scene or said.scene in rule.scene.split("|"))
        and (not rule.direction or said.direction == rule.direction)
        and (not rule.is_ or said.remark == rule.is_)
        and all(piece in said.remark for piece in rule.has)
        and not any(piece in said.remark for piece in rule.lacks)
        and rule.party in said.party
        and not any(piece in said.party for piece in rule.not_party)
        and (not rule.sign or (said.amount_fen > 0) == (rule.sign == "+"))
    )
