"""Pick-one sets and lucky bags (`sets`): what is sold under one code and drawn from several when it is allocated."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from schedules.cli.screen import console, say, tell
from schedules.signing import signer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storage.erp.catalog.sets import StockSet

Code = Annotated[str, typer.Argument(help="卖的编码 / the code that is sold")]
Bags = Annotated[str, typer.Argument(help="A|B*2 二选一；A|C;C|D 两袋福袋 / one of two; a lucky bag of two bags")]


def sets(
    code: Code = "",
    bags: Bags = "",
    remove: Annotated[bool, typer.Option("--remove", help="不再是套装 / no set any more")] = False,
    who: Annotated[str, typer.Option(help="谁（默认登录这台电脑的人） / who, default: who is logged in here")] = "",
    why: Annotated[str, typer.Option(help="为什么 / why")] = "",
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """二选一、福袋：一个编码卖，分货时从袋里抽；抽了什么、为什么，写在包裹的说明里，退了订单就还回去。

    不写编码列出全部；写编码和袋子就定下来（已经抽的不变）；谁改的都记着。

    Pick-one sets and lucky bags: sold under one code, drawn when orders are allocated; what was drawn and why stands
    in the parcel's explanation and is given back with it. Without a code all are listed.

    例 / examples: `yeban sets` · `yeban sets PICK1 "A01|B02*2"` · `yeban sets LUCKY "A01|C03;C03|D04" --why 双旦`
    """
    from schedules.desk import open_desk
    from storage.erp.catalog.sets import read_sets
    from storage.erp.products import sets as kept

    with open_desk() as desk:
        if code and (bags or remove):
            with desk.database.write() as connection:
                if remove:
                    changed = kept.forget(connection, code, who=signer(who), why=why)
                else:
                    changed = kept.define(connection, kept.read_bags(code, bags), who=signer(who), why=why)
            if not changed:
                tell("本来就是这样，没有改。", "It is so already; nothing was changed.", "dim")
        with desk.database.read() as connection:
            found = {name: one for name, one in read_sets(connection).items() if code in ("", name)}
    if json_:
        typer.echo(json.dumps({name: _told(one) for name, one in found.items()}, ensure_ascii=False, indent=2))
    elif found:
        _show(found)
    else:
        tell("没有套装。", "there are no sets.")


def _told(one: "StockSet") -> dict[str, str]:
    from storage.erp.products.sets import bags_text

    return {"kind": one.kind, "bags": bags_text(one.bags)}


def _show(found: "Mapping[str, StockSet]") -> None:
    from storage.erp.products.sets import KIND_WORDS, bags_text

    table = Table(title=say("二选一和福袋", "pick-one sets and lucky bags"), title_justify="left")
    for head in say("编码 种类 袋子", "code kind bags").split():
        table.add_column(head, overflow="fold")
    for name, one in sorted(found.items()):
        table.add_row(name, say(*KIND_WORDS[one.kind]), bags_text(one.bags))
    console.print(table)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(sets)
