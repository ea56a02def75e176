"""`yeban todo`: things that no flow does and a person has to; saying that they are done, or that they were refused."""

from typing import TYPE_CHECKING, Annotated

import typer

from schedules.cli.screen import console, say, tell

if TYPE_CHECKING:
    from storage.erp.commands.by_hand import Thing

app = typer.Typer(
    help="没有流程做、要人办的事：看有哪些，办完记下。\n\n"
    "Things that no flow does: list them, say what became of them.\n\n"
    "例 / examples: `yeban todo list` · `yeban todo done 3fa9c1 --who 王芳`",
    no_args_is_help=True,
)

Numbers = Annotated[list[str], typer.Argument(help="编号，见 yeban todo list / numbers of yeban todo list")]
Who = Annotated[str, typer.Option(help="谁办的 / who did it")]


@app.command("list")
def todo_list(
    worklist: Annotated[str, typer.Argument(help="只看这一种，如 to_refund / only this worklist")] = "",
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """要人办的事：退款、开票、改商品、换货补发……每件有编号、原因和要填的内容。

    What waits for a person: refunds, invoices, edits, replacements; each with its number, reason and what to enter.

    例 / examples: `yeban todo list` · `yeban todo list to_refund --json`
    """
    from schedules.by_hand import number_of, waiting
    from schedules.desk import open_desk

    with open_desk() as desk:
        found = [one for one in waiting(desk) if worklist in ("", one.worklist)]
    if json_:
        import json

        rows = [{"number": number_of(one), **one._asdict()} for one in found]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not found:
        tell("没有要人办的事。", "Nothing waits for a person.", "green")
        return
    _show(found)


def _show(found: "list[Thing]") -> None:
    from rich.table import Table

    from schedules.by_hand import number_of
    from storage.erp.commands.by_hand import TITLES, Title

    table = Table(title=say("要人办的事", "to be done by hand"), title_justify="left")
    zh, en = ("编号 做什么 谁 店铺 内容 为什么 从 等什么", "number what who shop enter why since waits-for")
    for head in say(zh, en).split():
        table.add_column(head, overflow="fold")
    for one in found:
        title = TITLES.get(one.worklist, Title(one.worklist, one.worklist, "", ""))
        wants = "，".join(f"{name} {value}" for name, value in one.wants.items() if name not in ("店铺", "金额_分"))
        table.add_row(
            number_of(one),
            say(title.zh, title.en),
            say(title.who_zh, title.who_en),
            one.shop,
            wants,
            one.why,
            one.night,
        )
    console.print(table)
    tell(
        "办完了：yeban todo done 编号；平台不让办：refused 编号 --why 原因；让机器人办：release 编号 --why 理由。",
        "Done: yeban todo done NUMBER; refused: refused NUMBER --why WHY; for the bots: release NUMBER --why WHY.",
    )


@app.command("done")
def todo_done(numbers: Numbers, who: Who = "", why: Annotated[str, typer.Option(help="备注 / remark")] = "") -> None:
    """这几件办好了；记下是谁办的，账上的状态随之改变。

    These are done; who did them is kept, and the books follow.

    例 / example: `yeban todo done 3fa9c1 77b0e2 --who 王芳`
    """
    _answer(numbers, "done", why, who)


@app.command("refused")
def todo_refused(numbers: Numbers, why: Annotated[str, typer.Option(help="原因 / the reason")], who: Who = "") -> None:
    """这几件平台不让办；同样的内容不会再列出来。

    The platform refused these; the same is not asked again.

    例 / example: `yeban todo refused 3fa9c1 --why "平台提示已超过退款期限"`
    """
    _answer(numbers, "rejected", why, who)


@app.command("release")
def todo_release(numbers: Numbers, why: Annotated[str, typer.Option(help="理由 / why")], who: Who = "") -> None:
    """看过了，让机器人去办（比如一次要下架很多商品，先停下来等人点头）；说不清办没办的，先到网站上看，没办成才交给它。

    Looked at: the bots may do it, such as taking many products off the shelf, which waits for somebody's word. Where a
    bot could not tell whether it happened, look on the site first: release only what has not.

    例 / example: `yeban todo release 3fa9c1 --why "确实停产"`
    """
    from schedules.by_hand import let_bots
    from schedules.desk import open_desk

    with open_desk() as desk:
        count = let_bots(desk, numbers, why, who)
    tell(f"{count} 件交给机器人，下一次夜班就办。", f"{count} are the bots' now; the next night does them.", "green")


def _answer(numbers: list[str], outcome: str, why: str, who: str) -> None:
    from schedules.by_hand import answer
    from schedules.desk import open_desk

    with open_desk() as desk:
        found = answer(desk, numbers, outcome, why, who)
    tell(f"记下了 {len(found)} 件。", f"{len(found)} noted.", "green")


def register(main: typer.Typer) -> None:
    """Put these commands on the command line."""
    main.add_typer(app, name="todo")
