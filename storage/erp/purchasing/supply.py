"""What people lay down for buying: suppliers, how each code is bought for each warehouse, and promotions."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from storage.database.bulk import Counts, upsert
from storage.database.tables import warehouse
from storage.database.tables.purchasing import promotion, promotion_code, supplier, supply_rule
from storage.erp.forecast.book import DAYS_AHEAD, QUANTILES_BP
from storage.erp.purchasing.errors import RuleWrong


class SupplyRule(NamedTuple):
    """How a code is bought for a warehouse: from whom, how fast (days), in what sizes, at what price, how surely.

    `service_bp`: the share of windows that shall not run out, in hundredths of a percent. `cover_limit_days`: more
    cover than this is overstock.
    """

    code: str
    warehouse: str
    supplier: str
    lead_days: int
    review_days: int = 7
    moq: int = 1
    pack: int = 1
    price_fen: int = 0
    service_bp: int = 9500
    cover_limit_days: int = 90


def set_suppliers(connection: Connection, pay_days: Iterable[tuple[str, str, int]]) -> Counts:
    """(supplier, name, days after receipt on which it is paid); saying the same again changes nothing."""
    rows = [{"supplier": number, "name": name, "pay_days": days} for number, name, days in pay_days]
    return upsert(connection, supplier, rows)


def set_rules(connection: Connection, rules: Iterable[SupplyRule]) -> Counts:
    """Lay down rules of supply, all or none; saying the same again changes nothing. Raises RuleWrong."""
    wanted = list(rules)
    places = set(connection.execute(select(warehouse.c.warehouse)).scalars())
    suppliers = set(connection.execute(select(supplier.c.supplier)).scalars())
    for rule in wanted:
        wrong = _wrong(rule, places, suppliers)
        if wrong:
            raise RuleWrong(rule.code, rule.warehouse, wrong)
    return upsert(connection, supply_rule, [rule._asdict() for rule in wanted])


def set_promotion(
    connection: Connection, promotion_id: str, name: str, first_day: str, last_day: str, codes: Collection[str]
) -> None:
    """Lay down a promotion's days and codes; the codes before are replaced. Raises RuleWrong for days turned round."""
    if date.fromisoformat(first_day) > date.fromisoformat(last_day):
        raise RuleWrong(promotion_id, "", f"开始日 {first_day} 在结束日 {last_day} 之后")
    row = {"promotion_id": promotion_id, "name": name, "first_day": first_day, "last_day": last_day}
    upsert(connection, promotion, [row])
    connection.execute(delete(promotion_code).where(promotion_code.c.promotion_id == promotion_id))
    rows = [{"promotion_id": promotion_id, "code": code} for code in sorted(set(codes))]
    if rows:
        connection.execute(promotion_code.insert(), rows)


def _wrong(rule: SupplyRule, places: Collection[str], suppliers: Collection[str]) -> str:
    """What is the matter with a rule, "" when nothing is."""
    if rule.warehouse not in places:
        return f"没有仓库 {rule.warehouse}"
    if rule.supplier not in suppliers:
        return f"没有供应商 {rule.supplier}"
    if rule.pack < 1 or rule.moq < 0 or rule.price_fen < 0 or rule.cover_limit_days < 1:
        return "箱规至少 1，起订量和价格不能是负数，可销天数上限至少 1"
    if rule.lead_days < 0 or rule.review_days < 1 or rule.lead_days + rule.review_days > DAYS_AHEAD:
        return f"交期不能是负数，复核至少 1 天，两者合计最多 {DAYS_AHEAD} 天"
    if not 5000 <= rule.service_bp <= QUANTILES_BP[-1]:
        return f"服务水平要在 50 % 到 {QUANTILES_BP[-1] // 100} % 之间"
    return ""
