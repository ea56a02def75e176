"""The ledger's vouchers as files for other programs: `vouchers`."""

from pathlib import Path
from typing import Annotated

import typer

from schedules.cli.screen import say, tell

SHEETS = ("kingdee", "yonyou")
TEXTS = ("beancount", "hledger")


def vouchers(
    output: Annotated[Path, typer.Argument(help="写成哪个文件：.xlsx、.csv 或纯文本 / file to write", dir_okay=False)],
    style: Annotated[str, typer.Option(help="给谁看 / for: kingdee, yonyou, beancount, hledger")] = "kingdee",
    first: Annotated[str, typer.Option("--from", help="从哪天起 / first day, YYYY-MM-DD")] = "",
    last: Annotated[str, typer.Option("--to", help="到哪天为止（含） / last day, included")] = "9999-12-31",
) -> None:
    """把自动生成的凭证写成文件：金蝶、用友的列，或 beancount、hledger 的文本。

    Writes the ledger's vouchers in the columns of Kingdee or Yonyou, or the whole books as beancount or hledger text.

    例 / examples: `yeban vouchers 十一月.xlsx --from 2026-11-01 --to 2026-11-30` ·
    `yeban vouchers 凭证.csv --style yonyou` · `yeban vouchers books.beancount --style beancount`
    """
    if style not in (*SHEETS, *TEXTS):
        raise typer.BadParameter(say(f"没有 {style} 这种样式", f"there is no style {style}"), param_hint="--style")
    if style in TEXTS and (first or last != "9999-12-31"):
        raise typer.BadParameter(
            say(f"{style} 写的是整本账，不分日期", f"{style} takes the whole books, not some days"), param_hint="--from"
        )
    if style in SHEETS and output.suffix.lower() not in (".xlsx", ".csv"):
        raise typer.BadParameter(say("文件名要以 .xlsx 或 .csv 结尾", "the file must end in .xlsx or .csv"))
    count = _write(output, style, first, last)
    tell(f"写好了 {count} 行：{output}", f"{count} lines written: {output}", "green")


def _write(output: Path, style: str, first: str, last: str) -> int:
    from schedules.desk import open_desk
    from storage.erp.finance.plain_text import beancount, hledger
    from storage.erp.finance.voucher_sheets import write_vouchers

    with open_desk() as desk, desk.database.read() as connection:
        if style in SHEETS:
            return write_vouchers(connection, style, output, first, last)
        pieces = beancount(connection) if style == "beancount" else hledger(connection)
        with output.open("w", encoding="utf-8", newline="\n") as file:
            return sum(file.write(piece) and piece.count("\n") for piece in pieces)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(vouchers)
