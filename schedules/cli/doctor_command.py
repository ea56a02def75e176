"""`yeban doctor`: what this machine has, and what would fail tonight while there is still time to mend it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from schedules.cli.screen import console, say, tell
from schedules.problems import default_lang
from schedules.settings import Settings, load_settings

if TYPE_CHECKING:
    from schedules.doctor import Finding
    from schedules.operations.concern import Concern

NOT_FINE = 4


def doctor(
    plan: Annotated[
        Path | None, typer.Argument(help="只看这份计划，不看时间表 / this plan instead of the timetable")
    ] = None,
    only_tonight: Annotated[
        bool, typer.Option("--tonight", help="只看今晚，不看机器 / the night, not the machine")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="不去问网站 / do not ask the sites")] = False,
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """这台机器缺什么；今晚按时间表会有什么做不成：在哪里、为什么、现在怎么补。有做不成的，退出码是 4。

    What this machine lacks, and what would fail tonight by the timetable: where, why, and what to do now. Exit code 4
    when something will fail; what only may go wrong is said and changes nothing.

    例 / examples: `yeban doctor` · `yeban doctor schedules/practice.yaml` · `yeban doctor --offline --json`
    """
    from schedules.doctor import examine, examine_database

    settings = load_settings()
    findings = [examine_database(settings)] if only_tonight else examine(settings)
    books = all(finding.fine for finding in findings if finding.en == "database")
    concerns = concerns_of(settings, plan, offline) if books else []
    fails = [one for one in concerns if one.sure]
    fine = all(finding.fine for finding in findings) and not fails
    if json_:
        machine = [asdict(finding) for finding in findings]
        typer.echo(
            json.dumps(
                {"fine": fine, "machine": machine, "tonight": [asdict(one) for one in concerns] if books else None},
                ensure_ascii=False,
            )
        )
    else:
        show_machine(findings)
        if books:
            show_tonight(concerns)
        else:
            tell(
                "今晚会怎样没有看：先让数据库打得开。",
                "The night was not looked at: the database has to open first.",
                "red",
            )
    if not fine:
        raise SystemExit(NOT_FINE)


def concerns_of(settings: Settings, plan: Path | None, offline: bool) -> "list[Concern]":
    """What would go wrong tonight at the desk of these settings; keys that do not open are said and end the looking."""
    from schedules.desk import open_desk
    from schedules.operations.concern import of_error
    from schedules.operations.surroundings import INSIDE, OUTSIDE
    from schedules.operations.tonight import tonight
    from schedules.problems import DeskError

    with open_desk(settings) as desk:
        try:
            return tonight(desk, datetime.now(UTC), plan, INSIDE if offline else (*INSIDE, *OUTSIDE))
        except DeskError as error:  # the vault is locked: what needs it cannot be looked at either
            return [of_error(str(settings.home), error)]


def show_machine(findings: "Sequence[Finding]") -> None:
    """What was found on this machine."""
    for finding in findings:
        mark = Text("✓ ", style="green") if finding.fine else Text("✗ ", style="red")
        console.print(mark + Text(f"{say(finding.zh, finding.en)}  {finding.seen}"))
        if not finding.fine and say(finding.mend_zh, finding.mend_en):
            console.print(Text(f"  → {say(finding.mend_zh, finding.mend_en)}"))
        for detail in finding.details:
            console.print(Text(f"    {detail}", style="dim"))


def show_tonight(concerns: "Sequence[Concern]") -> None:
    """What would go wrong tonight: sure failures first."""
    lang = default_lang()
    if not concerns:
        tell("今晚没有看出会出问题的地方。", "Nothing is known against tonight.", "green")
        return
    tell("今晚：", "Tonight:", "bold")
    for one in concerns:
        mark = Text("✗ ", style="red") if one.sure else Text("! ", style="yellow")
        console.print(mark + Text(one.where, style="bold") + Text(f"  {one.why(lang)}"))
        if one.mend(lang):
            console.print(Text(f"  → {one.mend(lang)}"))


def register(app: typer.Typer) -> None:
    """This command is a command of `app`."""
    app.command()(doctor)
