"""The chain of the review: which rules there are, in which order they are asked, with which settings, by version. Pure.

A set of rules is data: `RuleSet` says which rules are on, in which order, and with which settings where they differ
from the rule's own. Every verdict names the set that it was given by, so that yesterday's orders can be judged by
tomorrow's rules before anybody puts them to work (`replay`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from storage.erp.orders import checks
from storage.erp.orders.errors import RuleSetWrong
from storage.erp.orders.fraud import fraud
from storage.erp.orders.model import Case, Reason, Rule, Settings

_STOP_WORDS = ["不要发", "先别发", "暂停", "等通知", "改地址", "换地址", "拦截", "退款", "补差"]
_UNDERSTOOD = ["发顺丰", "发中通", "发圆通", "发申通", "发韵达", "发极兔", "发邮政", "发EMS", "发京东", "尽快发货",
               "请尽快", "快点发货", "早点发货"]  # fmt: skip

RULES: Mapping[str, Rule] = {
    "address": Rule("address", "地址完整", checks.address, owner="客服", sla_hours=4),
    "campaign": Rule("campaign", "活动资格", checks.campaign, "person", "运营", 24, {"limits": {}}),
    "cooling": Rule("cooling", "等合单或取消", checks.cooling, "time", settings={"minutes": 0}),
    "fraud": Rule("fraud", "欺诈风险", fraud, "person", "风控", 4, {
        "threshold": 60, "orders_day": 5, "buyers_at_address": 4, "refund_percent": 60, "price_percent": 20,
        "pieces": 50, "amount_fen": 500_000,
    }),
    "mapped": Rule("mapped", "商品已对应", checks.mapped, owner="商品", sla_hours=4),
    "paid": Rule("paid", "已付款", checks.paid),
    "presale": Rule("presale", "预售尾款与名额", checks.presale),
    "refund_open": Rule("refund_open", "没有退款", checks.refund_open, owner="售后", sla_hours=24),
    "remark": Rule("remark", "留言、备注、旗标", checks.remark, "person", "客服", 4, {
        "understood": _UNDERSTOOD, "stop_words": _STOP_WORDS, "stop_flags": ["红", "红旗", "RED"],
    }),
    "special": Rule("special", "补单与测试单", checks.special, "person", "运营", 24),
    "stock": Rule("stock", "有货", checks.stock, "arrival", "采购", 48, {"whole": 0}),
}  # fmt: skip
ORDER = (
    "special",
    "paid",
    "mapped",
    "address",
    "refund_open",
    "remark",
    "campaign",
    "fraud",
    "presale",
    "stock",
    "cooling",
)


class Chosen(NamedTuple):
    """One rule of a set, with the settings that differ from its own."""

    rule: str
    settings: Settings = MappingProxyType({})


@dataclass(frozen=True)
class RuleSet:
    """A version of the chain: the rules that are on, in the order in which they are asked."""

    version: int = 0
    rules: tuple[Chosen, ...] = tuple(Chosen(name) for name in ORDER)

    def changed(self, version: int, *, without: Iterable[str] = (), **settings: Settings) -> "RuleSet":
        """The same set with other settings or fewer rules, under another version number."""
        left_out = set(without)
        chosen = tuple(
            Chosen(one.rule, {**one.settings, **settings.get(one.rule, {})})
            for one in self.rules
            if one.rule not in left_out
        )
        return checked(RuleSet(version, chosen))


def checked(rules: RuleSet) -> RuleSet:
    """The set, if every rule and every setting of it is known. Raises RuleSetWrong."""
    for chosen in rules.rules:
        rule = RULES.get(chosen.rule)
        if rule is None:
            raise RuleSetWrong(f"没有规则「{chosen.rule}」", f"there is no rule {chosen.rule}", list(RULES))
        unknown = sorted(set(chosen.settings) - set(rule.settings))
        wrong = [name for name in chosen.settings if name not in unknown and not _fits(rule, chosen, name)]
        if unknown or wrong:
            names = "、".join(unknown or wrong)
            raise RuleSetWrong(
                f"规则「{chosen.rule}」的设置 {names} 不对",
                f"settings {names} of {chosen.rule} do not fit",
                list(RULES),
            )
    return rules


def _fits(rule: Rule, chosen: Chosen, name: str) -> bool:
    return type(chosen.settings[name]) is type(rule.settings[name])


def judge(case: Case, rules: RuleSet) -> list[Reason]:
    """All reasons against an order, in the order of the rules: none hides another. Empty means that it may ship."""
    return _reasons(case, _asked(rules))


def judge_all(cases: Sequence[Case], rules: RuleSet) -> list[tuple[Case, list[Reason]]]:
    """Every case with its reasons, in order."""
    asked = _asked(rules)
    return [(case, _reasons(case, asked)) for case in cases]


def _asked(rules: RuleSet) -> list[tuple[Rule, Settings]]:
    """The rules of the set in turn, each with all its settings."""
    return [
        (RULES[chosen.rule], MappingProxyType({**RULES[chosen.rule].settings, **chosen.settings}))
        for chosen in rules.rules
    ]


def _reasons(case: Case, asked: Iterable[tuple[Rule, Settings]]) -> list[Reason]:
    return [
        Reason(rule.rule, found.code, found.words, found.topic, dict(found.facts), found.until, rule.release_by,
               rule.owner, rule.sla_hours)
        for rule, settings in asked
        for found in rule.check(case, settings)
    ]  # fmt: skip
