"""Questions in the books' database: each call is one transaction, durable when it returns.

An answer lies sealed with the vault's key until the run has taken it; a code or a captcha is forgotten then, so that
nothing that opens an account is ever kept. Who answered, and when, stays.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from cryptography.fernet import Fernet
from sqlalchemy import Connection, and_, insert, or_, select, update

from bots.people import Question, QuestionKind
from schedules.inbox.errors import AnswerRefused, NotAsked
from storage.database.connection import Database
from storage.database.moments import stamp
from storage.database.tables.desk import question as asked

SECRET_KINDS = frozenset({"code", "captcha", "qr"})
NUMBER_BYTES = 3
LEFT_TO_ITS_RUN = timedelta(minutes=1)
"""So long after a question's time its answer still waits for the run, which takes it at its next look."""
DEFAULT = "_default"
"""The fact that holds what counts when nobody answers; people see it in words."""
YES = frozenset({"yes", "y", "ok", "是", "批准", "同意", "好"})
NO = frozenset({"no", "n", "否", "不", "不批准", "拒绝"})


@dataclass(frozen=True)
class Open:
    """A question as people see it. `picture`: a PNG to look at; `due_at`: after that the run goes on without, or with
    `default` as the answer.
    """

    number: str
    kind: QuestionKind
    text: str
    choices: tuple[str, ...]
    facts: Mapping[str, str]
    picture: Path | None
    state: str
    who: str
    asked_at: datetime
    due_at: datetime
    default: str = ""


@dataclass(frozen=True)
class QuestionBook:
    """The questions of one desk. `home` holds the pictures, `key` seals answers that wait."""

    database: Database
    home: Path
    key: bytes
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def put(self, question: Question) -> Open:
        """The question stands in the inbox, with its picture."""
        at = self.clock()
        row = {
            "kind": question.kind,
            "question": question.text,
            "choices": json.dumps(list(question.choices), ensure_ascii=False),
            "facts": json.dumps({**question.facts, DEFAULT: question.default}, ensure_ascii=False),
            "state": "open",
            "recorded_at": stamp(at),
            "due_at": stamp(at + timedelta(milliseconds=question.wait_ms)),
        }
        with self.database.write() as connection:
            number = _free_number(connection)
            row |= {"question_id": number, "picture": str(self._keep(number, question.picture) or "")}
            connection.execute(insert(asked).values(row))
        return _open(row)

    def answer(self, number: str, text: str, who: str) -> Open:
        """The answer waits for the run. Raises NotAsked, AnswerRefused when it is none of what may be answered."""
        with self.database.write() as connection:
            one = self._find(connection, number)
            sealed = Fernet(self.key).encrypt(fitting(one, text).encode()).decode()
            connection.execute(
                update(asked)
                .where(asked.c.question_id == one.number)
                .values(state="answered", answer=sealed, who=who, ended_at=stamp(self.clock()))
            )
        return one

    def _find(self, connection: Connection, number: str) -> Open:
        """The question that is open and not over; its run is not there any more when nobody took it out in time."""
        now = stamp(self.clock())
        rows = connection.execute(select(asked).where(asked.c.state == "open", asked.c.due_at >= now)).mappings().all()
        found = [row for row in rows if number and row["question_id"].startswith(number.lower())]
        if len(found) != 1:
            raise NotAsked(number, sorted(row["question_id"] for row in rows))
        return _open(dict(found[0]))

    def take(self, number: str) -> str | None:
        """The answer, once, for the run that asked; None while there is none."""
        mine = asked.c.question_id == number
        with self.database.read() as connection:
            row = connection.execute(select(asked.c.state, asked.c.answer, asked.c.kind).where(mine)).one()
        if row.state != "answered":
            return None
        answer = Fernet(self.key).decrypt(row.answer.encode()).decode()
        kept = "" if row.kind in SECRET_KINDS else answer
        self._end(number, state="taken", answer=kept)
        return answer

    def last_call(self, number: str) -> str | None:
        """The answer that came at the last moment; None when there is none, and from now on none is taken."""
        mine = asked.c.question_id == number, asked.c.state == "open"
        with self.database.write() as connection:
            over = update(asked).where(*mine).values(state="expired", picture="", ended_at=stamp(self.clock()))
            gone = connection.execute(over).rowcount == 1
        if gone:
            self._forget_picture(number)
        return None if gone else self.take(number)

    def expire(self, number: str) -> None:
        """The run does not wait any longer, nor does it want what was answered."""
        self._end(number, state="expired", answer="", ended_at=stamp(self.clock()))

    def _end(self, number: str, **values: str) -> None:
        with self.database.write() as connection:
            connection.execute(update(asked).where(asked.c.question_id == number).values(picture="", **values))
        self._forget_picture(number)

    def _forget_picture(self, number: str) -> None:
        (self._pictures / f"{number}.png").unlink(missing_ok=True)  # a QR code signs in whoever sees it

    @property
    def _pictures(self) -> Path:
        return self.home / "inbox"

    def _keep(self, number: str, picture: bytes | None) -> Path | None:
        if picture is None:
            return None
        self._pictures.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._pictures / f"{number}.png"
        path.write_bytes(picture)
        path.chmod(0o600)
        return path

    def waiting(self) -> list[Open]:
        """What is asked now, oldest first; what a dead run left behind is over once its time has passed."""
        at = self.clock()
        a, now = asked.c, stamp(at)
        unasked = and_(a.state == "open", a.due_at < now)
        untaken = and_(a.state == "answered", a.due_at < stamp(at - LEFT_TO_ITS_RUN))
        with self.database.write() as connection:
            late = select(a.question_id).where(or_(unasked, untaken))
            gone = connection.execute(late).scalars().all()
        for number in gone:
            self._end(number, state="expired", answer="", ended_at=now)
        return self._listed(asked.c.state == "open", asked.c.recorded_at)

    def past(self, most: int) -> list[Open]:
        """What was asked, newest first: answered by whom, or not."""
        return self._listed(asked.c.state != "open", asked.c.recorded_at.desc(), most)

    def _listed(self, which: Any, order: Any, most: int | None = None) -> list[Open]:
        query = select(asked).where(which).order_by(order, asked.c.question_id).limit(most)
        with self.database.read() as connection:
            rows = connection.execute(query).mappings()
            return [_open(dict(row)) for row in rows]


def _free_number(connection: Connection) -> str:
    """A number that no question has had: among ten thousand that are kept, two of so few signs meet."""
    while True:
        number = secrets.token_hex(NUMBER_BYTES)
        if connection.execute(select(asked.c.question_id).where(asked.c.question_id == number)).first() is None:
            return number


def fitting(one: Open, text: str) -> str:
    """The answer as the flow gets it. Raises AnswerRefused with what may be answered."""
    said = text.strip()
    if one.kind == "approval":
        if said.lower() in YES | NO:
            return "yes" if said.lower() in YES else "no"
        raise AnswerRefused(said, ("yes / 是", "no / 否"))
    if one.kind == "choice":
        if said.isdecimal() and 1 <= int(said) <= len(one.choices) and said not in one.choices:
            return one.choices[int(said) - 1]
        if said not in one.choices:
            raise AnswerRefused(said, one.choices)
    if not said:
        raise AnswerRefused(said, ())
    return said


def _open(row: Mapping[str, Any]) -> Open:
    facts = json.loads(row["facts"])
    default = str(facts.pop(DEFAULT, ""))
    return Open(
        row["question_id"],
        cast(QuestionKind, row["kind"]),
        row["question"],
        tuple(json.loads(row["choices"])),
        facts,
        Path(row["picture"]) if row["picture"] else None,
        row["state"],
        row.get("who", ""),
        datetime.fromisoformat(row["recorded_at"]),
        datetime.fromisoformat(row["due_at"]),
        default,
    )
