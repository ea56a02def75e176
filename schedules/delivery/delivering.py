"""What is due goes out: filed, planned by the rules, delivered once, its receipt kept, trouble told once."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from loguru import logger
from sqlalchemy import Connection

from schedules.delivery import mailing, receipts
from schedules.delivery.errors import NotDelivered
from schedules.delivery.filing import file_all, place_of, titles_of, unfiled
from schedules.delivery.persons import kinds_of, with_persons
from schedules.delivery.places import Stranded, is_here, stranded
from schedules.delivery.receipts import Row
from schedules.delivery.remote import fault
from schedules.delivery.rules import DeliveryFile, Rule, bank_kinds, load_delivery
from schedules.delivery.ways import Open, open_remote
from schedules.lock import taken
from schedules.notify.message import Message
from schedules.notify.night import outbox_at
from schedules.notify.outbox import post
from schedules.notify.settings import load_notify
from schedules.problems import DeskError, SecretMissing
from schedules.settings import SHANGHAI
from storage.erp.audit.log import noted
from storage.shelves import shelf_of

if TYPE_CHECKING:
    from schedules.delivery.remote import Remote
    from schedules.desk import Desk

LOCK = "delivery.lock"
TOLD_AFTER = 3
"""Tries after which people hear of it: a share that is away for two minutes is nobody's business."""
LISTED = 12


@dataclass
class Delivered:
    """What one call did. `busy`: another process of this machine delivers, so nothing was done."""

    filed: int = 0
    elsewhere: int = 0
    delivered: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    failed: list[Row] = field(default_factory=list)
    held: int = 0
    stranded: list[Stranded] = field(default_factory=list)
    busy: bool = False

    def took(self, row: Row) -> None:
        """Sort a row by what became of it."""
        {"delivered": self.delivered, "failed": self.failed}.get(row["state"], self.waiting).append(row)


def deliver_due(desk: "Desk", at: datetime | None = None, open_: Open = open_remote) -> Delivered:
    """File what came, deliver what the rules want and may go now, settle mails, tell people of trouble once.

    Safe to run again and to be killed anywhere: nothing is lost and nothing arrives twice. Raises SettingsBroken.
    """
    at = at or datetime.now(UTC)
    rules = load_delivery(desk.home, desk.settings)
    lock = taken(desk.home / LOCK)
    if lock is None:
        return Delivered(busy=True)
    with closing(lock):
        filing = file_all(desk, at)
        outcome = Delivered(filing.new, filing.elsewhere)
        plan_all(desk, rules, at)
        for name, rule in rules.rules.items():
            _deliver(desk, name, rule, at, open_, outcome)
        _send_mails(desk, rules, at, outcome)
        with desk.database.read() as connection:
            outcome.held = receipts.count(connection, state=receipts.HELD)
        outcome.stranded = stranded(desk, at)
    return outcome


def plan_all(desk: "Desk", rules: DeliveryFile, at: datetime) -> int:
    """Every document that a rule is for has its row, what it is for no more has none; returns how many are new.

    A rule that was narrowed, or takes back its `personal`, holds for what already waits: the share was away meanwhile.
    """
    if not rules.rules:
        return 0
    banks, new = _banks(desk), 0
    for name, rule in rules.rules.items():
        _recall(desk, name, rule, banks, at)
        with desk.database.read() as connection:
            rows = receipts.wanted(connection, name, rule, banks)
            personal = with_persons(connection, {row["file_sha"]: row["kind"] for row in rows})
            gone = receipts.unwanted(connection, name, rule, banks)
            late = frozenset() if rule.personal else _persons_waiting(connection, name)
        with desk.database.write() as connection:
            if gone:
                receipts.withdraw(connection, name, gone)
            if late:
                receipts.hold(connection, name, late)
            new += receipts.plan(connection, name, rule, rows, personal, at)
    return new


def _recall(desk: "Desk", name: str, rule: Rule, banks: frozenset[str], at: datetime) -> None:
    """Letters that still lie here, with a document that the rule is for no more or must not hand out, are undone."""
    with desk.database.read() as connection:
        lying = [row for row in receipts.open_ones(connection, name) if row["batch"]]
        if not lying:
            return
        gone = set(receipts.unwanted(connection, name, rule, banks, (receipts.SENDING,)))
        if not rule.personal:
            persons = with_persons(connection, kinds_of(connection, [row["file_sha"] for row in lying]))
            gone |= {row["path"] for row in lying if row["file_sha"] in persons}
    with desk.database.write() as connection:
        mailing.recall(connection, name, sorted(gone), at)


def _persons_waiting(connection: Connection, name: str) -> frozenset[str]:
    """What waits under the rule and tells of people, by sha256."""
    waiting = [row["file_sha"] for row in receipts.open_ones(connection, name) if row["state"] == receipts.WAITING]
    return with_persons(connection, kinds_of(connection, waiting))


def _banks(desk: "Desk") -> frozenset[str]:
    return bank_kinds({name: kind.PLATFORM for name, kind in shelf_of(desk.database, desk.archive).kinds.items()})


def _deliver(desk: "Desk", name: str, rule: Rule, at: datetime, open_: Open, outcome: Delivered) -> None:
    """What is due under one rule, by its way."""
    host = desk.machine
    rows = [row for row in receipts.due(desk.database, name, host, at) if is_here(desk, row["file_sha"])]
    if not rows:
        return
    if rule.mail:
        for part in mailing.letters(rows, rule.mail):
            _in_words(desk, part, at, outcome, partial(mailing.post_documents, desk, name, rule.mail, part, at))
        return
    remote: Remote | None = None

    def opened() -> None:
        nonlocal remote
        remote = _opened(desk, name, rule, open_)

    if not _in_words(desk, rows, at, outcome, opened) or remote is None:
        return
    with closing(remote):
        _deliver_each(desk, rule, rows, remote, at, outcome)


def _opened(desk: "Desk", name: str, rule: Rule, open_: Open) -> "Remote":
    """The rule's place at the other side, found to be there. Raises NotDelivered, SecretMissing."""
    account = f"delivery:{name}"
    remote = open_(rule, partial(desk.vault.get, account), lambda key: key in desk.vault.names(account))
    remote.check()
    return remote


def _deliver_each(
    desk: "Desk", rule: Rule, rows: Sequence[Row], remote: "Remote", at: datetime, outcome: Delivered
) -> None:
    """Each document; once the other side is gone, the rest is not tried in vain."""
    for place, row in enumerate(rows):
        if not receipts.claim(desk.database, row, rule, desk.machine, at):
            continue
        try:
            landed = remote.deliver(desk.archive.path(row["file_sha"]), row["path"], row["file_sha"])
        except NotDelivered as error:
            _refused(desk, [row], error, at, outcome)
            if not error.for_good and not _in_words(desk, rows[place + 1 :], at, outcome, remote.check):
                return
            continue
        with desk.database.write() as connection:
            outcome.took(receipts.arrived(connection, row, landed, datetime.now(UTC)))
            if rule.personal:
                _noted(connection, row, rule)


def _noted(connection: Connection, row: Row, rule: Rule) -> None:
    """The log of who saw personal data names what left this desk."""
    noted(connection, f"delivery:{row['rule']}", "送出文件", row["path"], why=f"{rule.way} {rule.target}")


def _in_words(desk: "Desk", rows: Sequence[Row], at: datetime, outcome: Delivered, act: Callable[[], object]) -> bool:
    """Do something for all of these rows; whether it went well. Else each of them waits, or is given up."""
    try:
        act()
    except Exception as error:  # noqa: BLE001 (one rule that fails must not keep the others' documents waiting)
        _refused(desk, rows, in_its_way(error), at, outcome)
        return False
    return True


def in_its_way(error: Exception) -> NotDelivered:
    """What keeps a rule's documents here, in words: the other side's, the vault's, or that nobody foresaw it."""
    if isinstance(error, NotDelivered):
        return error
    if isinstance(error, DeskError):
        zh, en = (f"{error.message(lang)}{error.hint(lang)}" for lang in ("zh", "en"))
        return NotDelivered(zh, en, for_good=isinstance(error, SecretMissing))
    logger.opt(exception=error).error("delivery_failed")
    return fault(error)


def _refused(desk: "Desk", rows: Sequence[Row], why: NotDelivered, at: datetime, outcome: Delivered) -> None:
    with desk.database.write() as connection:
        for row in rows:
            outcome.took(receipts.refused(connection, row, why, at))


def _send_mails(desk: "Desk", rules: DeliveryFile, at: datetime, outcome: Delivered) -> None:
    """Messages go out now where they may, and receipts follow them."""
    settings = load_notify(desk.home)
    with desk.database.write() as connection:
        posted = 0
        for name, rule in rules.rules.items():
            rows = receipts.in_trouble(connection, name, TOLD_AFTER)
            if rows:
                posted += post(connection, settings, trouble(name, rule, rows, desk.settings.lang), at)
    if posted or any(rule.mail for rule in rules.rules.values()):
        outbox_at(desk, settings).deliver()
    with desk.database.write() as connection:
        for row in mailing.settle(connection, at):
            outcome.took(row)
        mailing.swept(connection, desk.home)


def trouble(name: str, rule: Rule, rows: Sequence[Row], lang: str) -> Message:
    """What people are told of a rule that does not get through; the same trouble has the same name. Pure.

    What came on another day is another trouble: one document that waits for a person for ever must not hide that
    nothing has arrived since.
    """
    english = lang == "en"
    title = f"{len(rows)} documents not delivered: {name}" if english else f"财务文件没有送到：{name}，{len(rows)} 份"
    lines = [f"{rule.way} → {rule.target}", *sorted({str(row["reason"]) for row in rows})]
    lines += [row["path"].rpartition("/")[2] for row in rows[:LISTED]]
    if len(rows) > LISTED:
        lines.append(f"… {len(rows) - LISTED} more" if english else f"…… 还有 {len(rows) - LISTED} 份")
    lines.append("yeban deliver list · yeban deliver again")
    newest = datetime.fromisoformat(rows[-1]["recorded_at"]).astimezone(SHANGHAI).date()
    return Message("incident", f"delivery|{name}|{newest}", title, "\n".join(lines))


def would_deliver(desk: "Desk") -> list[tuple[str, str, str]]:
    """(rule, target, path) of what a delivery would send now, were nothing in its way. Nothing is written."""
    found = []
    for name, rule, rows in _coming(desk):
        with desk.database.read() as connection:
            kinds = kinds_of(connection, [row["file_sha"] for row in rows])
            held = frozenset() if rule.personal else with_persons(connection, kinds)
        found += [(name, rule.target, row["path"]) for row in rows if row["file_sha"] not in held]
    return found


def _coming(desk: "Desk") -> list[tuple[str, Rule, list[Row]]]:
    """Each rule with what waits under it and what would, by path; what it would hold for a person is among them."""
    rules = load_delivery(desk.home, desk.settings).rules
    banks, titles = _banks(desk), titles_of(desk)
    coming = [
        {**row, "owner": row["owner"] or row["shop"], "path": place_of(row, titles).version(1)}
        for row in unfiled(desk.database)
    ]
    found = []
    for name, rule in rules.items():
        with desk.database.read() as connection:
            rows = receipts.wanted(connection, name, rule, banks)
            gone = set(receipts.unwanted(connection, name, rule, banks))
            rows += [row for row in receipts.open_ones(connection, name) if row["path"] not in gone]
        rows += [row for row in coming if rule.wants(row, banks)]
        found.append((name, rule, [rows_at for _, rows_at in sorted({row["path"]: row for row in rows}.items())]))
    return found


class Ready(NamedTuple):
    """Whether a rule's place can be reached now (`trouble`: why not), and how many documents it has been for."""

    rule: str
    target: str
    trouble: str
    documents: int


def ready(desk: "Desk", open_: Open = open_remote) -> list[Ready]:
    """Each rule with what is in its way. Nothing is written."""
    told = []
    for name, rule, coming in _coming(desk):
        why = ""
        if not rule.mail:
            try:
                _opened(desk, name, rule, open_).close()
            except Exception as error:  # noqa: BLE001 (it is what is asked for)
                why = str(in_its_way(error))
        with desk.database.read() as connection:
            known = {row["path"] for row in receipts.open_ones(connection, name)}
            number = receipts.count(connection, rule=name)
        new = sum(1 for row in coming if row["path"] not in known)
        told.append(Ready(name, rule.target, why, number + new))
    return told
