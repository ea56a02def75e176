"""What finance decides: vouchers whose documents were changed (`amend`)."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from schedules.cli.screen import console, say, tell
from schedules.settings import SHANGHAI
from schedules.signing import signer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.erp.finance.amended import Amended

Who = Annotated[str, typer.Option(help="谁（默认登录这台电脑的人） / who, default: who is logged in here")]
Json = Annotated[bool, typer.Option("--json", help="给机器看 / for machines")]


def amend(
    why: Annotated[str, typer.Option(help="为什么；写了才真的更正 / why: only with it anything is written")] = "",
    day: Annotated[str, typer.Option(help="红字记在哪天（默认今天，要在没关的月份） / day of the red vouchers")] = "",
    who: Who = "",
    json_: Json = False,
) -> None:
    """凭证入账以后单据又变了的（平台改了订单、退款、账单，或一单被记为补单）：列出来；写明原因才红字冲销、按现在的重记。

    Vouchers whose documents say something else now: listed, and with --why reversed and booked anew; nothing is
    overwritten.

    例 / examples: `yeban amend` · `yeban amend --why 平台更正了账单 --day 2026-11-22`
    """
    from schedules.desk import open_desk
    from storage.erp.audit.recording import recording
    from storage.erp.finance.amended import amended, mend
    from storage.erp.finance.policies import policy_of

    with open_desk() as desk:
        if why:
            person, on = signer(who), day or f"{datetime.now(SHANGHAI):%Y-%m-%d}"
            with recording(desk.database, person, why) as connection:
                count = mend(connection, on, person, why, policy_of(connection))
            tell(f"更正了 {count} 张凭证。", f"{count} vouchers mended.", "green")
            return
        with desk.database.read() as connection:
            found = amended(connection, policy_of(connection))
    if json_:
        rows = [{"voucher": one.no, "document": f"{one.source_type}/{one.source_id}",
                 "now": one.now.words if one.now else ""} for one in found]  # fmt: skip
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif found:
        _show(found)
    else:
        tell("每张凭证和它的单据说的一样。", "every voucher says what its document says.")


def _show(found: "Sequence[Amended]") -> None:
    table = Table(title=say("单据变了的凭证", "vouchers whose documents changed"), title_justify="left")
    for head in say("凭证 单据 现在该记", "voucher document now").split():
        table.add_column(head, overflow="fold")
    for one in found:
        now = one.now.words if one.now else say("没有了，只冲销", "nothing: only reversed")
        table.add_row(one.no, f"{one.source_type}/{one.source_id}", now)
    console.print(table)
    tell("更正：yeban amend --why 原因", "to mend them: yeban amend --why REASON")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(amend)
