"""`yeban waiting` and `yeban settle`: what was begun outside, nobody could tell the end of, and a person looks at."""

from rich.table import Table

from schedules.cli.screen import console, say, tell
from schedules.desk import open_desk
from schedules.problems import NotWaiting
from schedules.signing import signer
from storage.runs import settle_effect, waiting_effects


def show_waiting() -> None:
    """List what waits, each with its number and what to look at."""
    with open_desk() as desk:
        found = waiting_effects(desk.database)
    if not found:
        tell("没有事等人核对。", "Nothing waits for anybody.", "green")
        return
    table = Table(title=say("等人核对", "waits for a person"), title_justify="left")
    heads = (("编号", "number"), ("事情", "what"), ("为什么", "why"), ("从", "since"), ("运行", "run"))
    for zh, en in heads:
        table.add_column(say(zh, en), overflow="fold")
    for one in found:
        table.add_row(one.number, one.label, one.note, one.since, one.run_id)
    console.print(table)
    tell(
        "到网站上看一眼：已经做成，yeban settle 编号 --done；没有做成，yeban settle 编号 --not-done（下次会重新做）。",
        "Look on the site: if it has happened, yeban settle NUMBER --done; if not, --not-done (it is done next time).",
    )


def settle(number: str, happened: bool) -> None:
    """Write down what the person saw. Raises NotWaiting with what does wait."""
    from storage.erp.audit.recording import Recorded

    with open_desk() as desk:
        found = waiting_effects(desk.database)
        one = next((one for one in found if one.number == number), None)
        books = Recorded(desk.database, signer(), "人核对过")
        if one is None or not settle_effect(books, one.effect_key, happened=happened, note="人核对过"):
            raise NotWaiting(number, [one.number for one in found])
    if happened:
        tell(f"记下了：「{one.label}」已经做成。", f"Noted: 「{one.label}」 has happened.", "green")
    else:
        tell(f"记下了：「{one.label}」没有做成，下次运行会做。", f"Noted: 「{one.label}」 has not; next run does it.")
