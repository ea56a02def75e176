"""Judge every open order by the chain of rules, hold what has something against it, let the rest pass.

Safe to run again: a verdict, a hold or an event is written when something differs from the time before, else nothing.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, exists, func, select

from storage.database.bulk import add_missing
from storage.database.collector import collector_at_rest
from storage.database.tables.review import order_hold, order_review, order_state
from storage.erp.allocation.asked import asked
from storage.erp.allocation.model import OrderKey
from storage.erp.orders.cases import map_lines, read_cases
from storage.erp.orders.checks import later
from storage.erp.orders.hold_names import hold_name
from storage.erp.orders.model import Case, Reason
from storage.erp.orders.observe import observe
from storage.erp.orders.rules import RuleSet, judge_all
from storage.erp.orders.rulesets import active_rules
from storage.erp.orders.transition import Cause, Step, transition_all

PLATFORMS = ("practice", "manual")
_REVIEW = (*OrderKey._fields, "rule_set", "reasons_hash", "verdict", "reasons", "reviewed_at")


@dataclass(frozen=True)
class Reviewed:
    """One run of the review: how many were judged, passed and held, and how often each reason was found."""

    orders: int
    passed: int
    held: int
    rule_set: int
    codes: Mapping[str, int] = field(default_factory=dict)

    def words(self, lang: str = "zh") -> str:
        """One sentence for the table of the night."""
        found = sorted(self.codes.items(), key=lambda item: (-item[1], item[0]))
        listed = ("，" if lang == "zh" else ", ").join(f"{hold_name(code, lang)} {count}" for code, count in found)
        if lang == "en":
            return f"{self.orders} orders reviewed: {self.passed} passed, {self.held} held" + (
                f" ({listed})" if listed else ""
            )
        return f"审 {self.orders} 单：自动通过 {self.passed}，拦下 {self.held}" + (f"（{listed}）" if listed else "")


class Hold(NamedTuple):
    """An open hold, or one that a person released."""

    code: str
    nth: int
    state: str
    topic: str
    release_by: str
    until: str
    released_by: str


@collector_at_rest()
def review(
    connection: Connection,
    now: str,
    *,
    platforms: Collection[str] = PLATFORMS,
    keys: Collection[OrderKey] | None = None,
    rules: RuleSet | None = None,
) -> Reviewed:
    """Judge the open orders of `platforms` (or only `keys`) and write verdicts, holds and states.

    `now`: business time `YYYY-MM-DD HH:MM:SS`. All reasons of an order are kept. A hold goes when its fact is gone, its
    time has come or its goods have arrived; one that is a person's to release stays until a named person releases it,
    and he is not asked again for the same topic.
    """
    rules = rules or active_rules(connection, now)
    map_lines(connection)
    seen = observe(connection, now, platforms=platforms, keys=keys)
    _close_over(connection, now)
    verdicts = judge_all(read_cases(connection, now, platforms, keys), rules)
    known = _holds(connection, {case.key for case, _ in verdicts})
    work = _Work(now, rules.version)
    for case, reasons in verdicts:
        work.settle(case, reasons, known.get(case.key, []))
    work.write(connection, seen)
    codes = Counter(code for _, reasons in verdicts for code in {reason.code for reason in reasons})
    held = sum(step.to == "held" for step in work.steps)
    return Reviewed(len(verdicts), len(verdicts) - held, held, rules.version, dict(codes))


def _close_over(connection: Connection, now: str) -> None:
    """Holds of orders that are over end with them: every abnormal order ends settled."""
    h, s = order_hold.c, order_state.c
    same = (s.platform == h.platform, s.shop == h.shop, s.order_no == h.order_no)
    over = exists().where(*same, s.process.in_(("finished", "cancelled")))
    values = {"state": "released", "released_at": now, "released_by": "core", "released_why": "订单已结束"}
    connection.execute(order_hold.update().where(h.state == "open", over).values(**values))


def _holds(connection: Connection, keys: Collection[OrderKey]) -> dict[OrderKey, list[Hold]]:
    h = order_hold.c
    mine = (h.platform, h.shop, h.order_no)
    query = select(*mine, h.code, h.nth, h.state, h.topic, h.release_by, h.until, h.released_by)
    found: dict[OrderKey, list[Hold]] = defaultdict(list)
    for row in asked(connection, query.order_by(h.code, h.nth), mine, keys):
        found[OrderKey(*row[:3])].append(Hold(*row[3:]))
    return found


@dataclass
class _Work:
    """What a run is going to write."""

    now: str
    rule_set: int
    steps: list[Step] = field(default_factory=list)
    opened: list[dict[str, object]] = field(default_factory=list)
    closed: list[tuple[OrderKey, Hold, str]] = field(default_factory=list)
    reviews: list[tuple[object, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._passes = Cause(self.now, "core", f"review@{self.rule_set}", "各项检查都通过", {"codes": []})

    def settle(self, case: Case, reasons: Sequence[Reason], holds: Sequence[Hold]) -> None:
        """Compare what was found now with the holds that stand, and decide the order's state."""
        if not reasons and not holds:
            self.steps.append(Step(case.key, "process", "approved", self._passes))
            self.reviews.append((*case.key, self.rule_set, "pass", "pass", "[]", self.now))
            return
        found = _first_of_code(reasons)
        standing = [hold for hold in holds if hold.state == "open"]
        forgiven = {(h.code, h.topic) for h in holds if h.state == "released" and _by_person(h.released_by)}
        stays = {hold.code for hold in standing if self._stays(hold, found)}
        self.closed += [(case.key, hold, self._why(hold)) for hold in standing if hold.code not in stays]
        fresh = [r for r in found.values() if r.code not in stays and (r.code, r.topic) not in forgiven]
        nth = Counter(hold.code for hold in holds)
        self.opened += [self._row(case, reason, nth[reason.code] + 1) for reason in fresh]
        pending = stays | {reason.code for reason in fresh}
        self._verdict(case, [reason for reason in found.values() if reason.code in pending], pending)

    def _stays(self, hold: Hold, found: Mapping[str, Reason]) -> bool:
        """Whether an open hold goes on: the same thing is still found, or only a person may let go of it."""
        if hold.release_by == "arrival":
            return True  # `holds.release_arrived` lets it go, in its turn
        again = found.get(hold.code)
        if again is not None:
            return again.topic == hold.topic
        if hold.release_by == "time":
            return hold.until > self.now
        return hold.release_by == "person"

    def _why(self, hold: Hold) -> str:
        return "时间到了" if hold.release_by == "time" else "复审时已不成立"

    def _verdict(self, case: Case, reasons: list[Reason], pending: Collection[str]) -> None:
        words = "；".join(reason.words for reason in reasons) or (
            "、".join(sorted(pending)) if pending else "各项检查都通过"
        )
        to = "held" if pending else "approved"
        cause = Cause(self.now, "core", f"review@{self.rule_set}", words, {"codes": sorted(pending)})
        self.steps.append(Step(case.key, "process", to, cause))
        told = [reason._asdict() for reason in reasons]
        text = json.dumps(told, ensure_ascii=False, sort_keys=True) if told else "[]"
        mark = hashlib.sha256(text.encode()).hexdigest()[:16] if told else "kept" if pending else "pass"
        verdict = "hold" if pending else "pass"
        self.reviews.append((*case.key, self.rule_set, mark, verdict, text, self.now))

    def _row(self, case: Case, reason: Reason, nth: int) -> dict[str, object]:
        due = later(self.now, 60 * reason.sla_hours) if reason.sla_hours else ""
        return {
            **case.key._asdict(), "code": reason.code, "nth": nth, "state": "open", "topic": reason.topic,
            "words": reason.words, "facts": json.dumps(dict(reason.facts), ensure_ascii=False, sort_keys=True),
            "held_by": f"{reason.rule}@{self.rule_set}", "release_by": reason.release_by, "until": reason.until,
            "owner": reason.owner, "due_at": due, "held_at": self.now,
        }  # fmt: skip

    def write(self, connection: Connection, seen: Iterable[Step]) -> None:
        """Holds first, then the states that follow from what was `seen` and from them."""
        for key, hold, why in self.closed:
            close_hold(connection, key, hold.code, hold.nth, Cause(self.now, "core", f"review@{self.rule_set}", why))
        if self.opened:
            connection.execute(order_hold.insert(), self.opened)
        add_missing(connection, order_review, _REVIEW, self.reviews)
        transition_all(connection, [*seen, *self.steps])


def _first_of_code(reasons: Iterable[Reason]) -> dict[str, Reason]:
    """One reason per code; several of one code are one hold that names them all."""
    found: dict[str, Reason] = {}
    for reason in reasons:
        known = found.get(reason.code)
        if known is None:
            found[reason.code] = reason
        elif known.topic != reason.topic or known.words != reason.words:
            topic = f"{known.topic},{reason.topic}" if known.topic != reason.topic else known.topic
            found[reason.code] = known._replace(words=f"{known.words}；{reason.words}", topic=topic)
    return found


def _by_person(name: str) -> bool:
    return bool(name) and not name.startswith("core")


def close_hold(connection: Connection, key: OrderKey, code: str, nth: int, cause: Cause) -> bool:
    """Release one hold; False when it was released before. The caller writes the order's state."""
    h = order_hold.c
    mine = (h.platform == key.platform, h.shop == key.shop, h.order_no == key.order_no, h.code == code, h.nth == nth)
    values = {"state": "released", "released_at": cause.at, "released_by": cause.actor, "released_why": cause.words}
    done = connection.execute(order_hold.update().where(*mine, h.state == "open").values(**values))
    return done.rowcount == 1


def passed_share(connection: Connection) -> tuple[int, int]:
    """(orders that passed every review without a hold, orders reviewed): how much of the work nobody had to do."""
    r = order_review.c
    verdicts = (
        select(r.platform, r.shop, r.order_no, func.min(r.verdict).label("worst"))
        .group_by(r.platform, r.shop, r.order_no)
        .subquery()
    )
    rows = connection.execute(select(verdicts.c.worst, func.count()).group_by(verdicts.c.worst)).all()
    counts = {str(worst): int(count) for worst, count in rows}
    return counts.get("pass", 0), sum(counts.values())
