"""Things that no flow does: listed for people, and answered by them the way a bot answers, with a result row."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from schedules.desk import Desk
from schedules.problems import DeskError
from schedules.settings import SHANGHAI
from schedules.signing import signer
from storage.erp.commands.by_hand import Thing, answer_lines, played, release, things


class NotAsked(DeskError):
    """No such thing waits for a person: it was answered, taken back, or never asked."""

    who = "author"
    code = "D-NOT-ASKED"

    def __init__(self, number: str) -> None:
        """Facts: the number that was given."""
        super().__init__(
            f"没有编号 {number} 的事在等人办：办过了、撤回了，或者本来就没有。",
            f"nothing with the number {number} waits to be done by hand: answered, taken back, or never asked.",
            "在等的事和编号见 yeban todo list。",
            "yeban todo list shows what waits, with its numbers.",
        )


def waiting(desk: Desk) -> list[Thing]:
    """What waits for a person now: what no flow of the last nights does, and what a person has to decide."""
    with desk.database.read() as connection:
        return things(connection, played(connection, desk.jobs.newest_night()))


def number_of(one: Thing) -> str:
    """A short number, the same every time."""
    return hashlib.sha256(one.command_id.encode()).hexdigest()[:6]


def chosen(desk: Desk, numbers: Sequence[str]) -> list[Thing]:
    """The things of these numbers, each once. Raises NotAsked for the first that waits for nobody."""
    known = {number_of(one): one for one in waiting(desk)}
    for number in numbers:
        if number not in known:
            raise NotAsked(number)
    return [known[number] for number in dict.fromkeys(numbers)]


def let_bots(desk: Desk, numbers: Sequence[str], why: str, who: str = "") -> int:
    """A person has looked: what waited for him the bots may do; returns how many. Raises NotAsked."""
    from storage.erp.audit.recording import recording

    found = chosen(desk, numbers)
    with recording(desk.database, signer(who), why) as connection:
        return release(connection, found)


def answer(desk: Desk, numbers: Sequence[str], outcome: str, why: str, who: str = "") -> list[Thing]:
    """A person says what became of these things; the books follow, and the log keeps who, what and why.

    `outcome`: done or rejected. All or none. Raises NotAsked.
    """
    from schedules.answers import follow  # all kinds of documents: whoever only looks does not wait for them
    from storage.archive import Facts
    from storage.documents.bot_results import KIND
    from storage.erp.audit.recording import recording
    from storage.ingest import ingest

    found = chosen(desk, numbers)
    person, now = signer(who), datetime.now(SHANGHAI)
    content = answer_lines(found, outcome, person, why, now)
    run_id = f"by-hand-{now:%Y%m%d-%H%M%S}-{hashlib.sha256(content).hexdigest()[:6]}"
    ingest(desk.database, desk.archive, content, facts=Facts(f"{run_id}.jsonl", KIND, run_id=run_id))
    with recording(desk.database, person, why or outcome) as connection:
        follow(connection, run_id)
    return found
