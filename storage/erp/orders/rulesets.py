"""Sets of rules in the books: written once per version, never changed, the newest active one counts."""

import json

from sqlalchemy import Connection, select

from storage.database.bulk import insert_missing
from storage.database.tables.review import rule_set
from storage.erp.orders.errors import RuleSetWrong
from storage.erp.orders.rules import RULES, Chosen, RuleSet, checked


def save_rules(connection: Connection, rules: RuleSet, author: str, note: str, active_from: str) -> bool:
    """Keep a version, to be used from `active_from` (business time) on; False when it is there already.

    Raises RuleSetWrong for unknown rules or settings, without an author, or when that version says something else.
    """
    checked(rules)
    if not author.strip():
        raise RuleSetWrong("没有写是谁改的", "it does not say who made it", list(RULES))
    told = [{"rule": one.rule, "settings": dict(one.settings)} for one in rules.rules]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    row = {"version": rules.version, "rules": text, "author": author, "note": note, "active_from": active_from}
    created = insert_missing(connection, rule_set, [row]).created == 1
    known = connection.execute(select(rule_set.c.rules).where(rule_set.c.version == rules.version)).scalar_one()
    if known != text:
        raise RuleSetWrong(f"版本 {rules.version} 已用过", f"version {rules.version} has been used", list(RULES))
    return created


def active_rules(connection: Connection, now: str) -> RuleSet:
    """The set that counts at `now`; without any, the built-in one, version 0."""
    c = rule_set.c
    query = select(c.version, c.rules).where(c.active_from <= now).order_by(c.active_from.desc(), c.version.desc())
    row = connection.execute(query.limit(1)).first()
    if row is None:
        return RuleSet()
    chosen = tuple(Chosen(one["rule"], one["settings"]) for one in json.loads(row.rules))
    return checked(RuleSet(row.version, chosen))
