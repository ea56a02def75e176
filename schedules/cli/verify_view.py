"""How the checks of the books are shown: one line each, what is wrong below it with what to do."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from schedules.cli.from_books import from_books
from schedules.cli.screen import console, say, tell

if TYPE_CHECKING:
    from schedules.verification import Check

FINDINGS_SHOWN = 20


def show_checks(checks: "Sequence[Check]", *, json_: bool) -> None:
    """Every check; findings are cut after some, never hidden."""
    if json_:
        said = [{**check._asdict(), "findings": [finding._asdict() for finding in check.findings]} for check in checks]
        typer.echo(json.dumps(said, ensure_ascii=False, indent=1))
        return
    for check in checks:
        _show(check)
    broken = sum(bool(check.findings) for check in checks)
    if broken:
        tell(f"{len(checks)} 条里有 {broken} 条不成立。先不要用今天的数字。",
             f"{broken} of {len(checks)} checks do not hold. Do not use today's figures.", "bold red")  # fmt: skip
    else:
        tell(f"{len(checks)} 条全部成立。", f"all {len(checks)} checks hold.", "green")


def _show(check: "Check") -> None:
    mark = Text("✗ ", style="red") if check.findings else Text("✓ ", style="green")
    looked = say(f"查了 {check.looked_at:,} 行", f"{check.looked_at:,} rows") if check.looked_at else ""
    console.print(mark + Text(f"{check.name:<12}{from_books(check.sentence)}  ") + Text(looked, style="dim"))
    for finding in check.findings[:FINDINGS_SHOWN]:
        console.print(Text(f"    {finding.where}{say('：', ': ')}{from_books(finding.message)}", style="red"))
    left = len(check.findings) - FINDINGS_SHOWN
    if left > 0:
        tell(f"    还有 {left} 处（--json 看全部）", f"    {left} more (see --json)", "dim")
    if check.findings:
        console.print(Text(f"    → {from_books(check.mend)}"))
