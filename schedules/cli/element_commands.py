"""`yeban elements`: what the libraries have learnt by themselves, and taking it back."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from schedules.cli.author_commands import elements_test
from schedules.cli.screen import console, say, tell
from schedules.settings import load_settings

app = typer.Typer(
    help="元素库：体检，和改版后自己找到的新办法。\n\nElement libraries: examined, and how they mend themselves.\n\n"
    "例 / examples: `yeban elements test practice -a seller_a` · `yeban elements healed`",
    no_args_is_help=True,
)
app.command("test")(elements_test)


@app.command()
def healed() -> None:
    """哪些元素换了办法才找到：换成什么、哪次运行、图片在哪里。

    Elements that were found by another way than the first: which, in which run, and their pictures.

    例 / example: `yeban elements healed`
    """
    from schedules.elements import Mendings

    mendings = Mendings(load_settings().home)
    found = mendings.all()
    if not found:
        tell("还没有元素换过找法。", "No element has needed another way yet.")
        return
    states = {
        "proposed": say("待定", "proposed"),
        "promoted": say("已换到最前", "promoted"),
        "undone": say("已撤回", "undone"),
    }
    table = Table()
    for column in (
        say("编号", "id"),
        say("元素", "element"),
        say("现在的找法", "found by"),
        say("状态", "state"),
        say("时间", "at"),
        say("图片", "pictures"),
    ):
        table.add_column(column, overflow="fold")
    for one in found:
        place = " › ".join(part for part in (one.site, one.page, one.element) if part)
        pictures = "\n".join(str(mendings.folder(one.id) / picture) for picture in one.pictures)
        table.add_row(str(one.id), Text(place), Text(one.way), states[one.state], one.at[:16], Text(pictures))
    console.print(table)


@app.command()
def promote(number: Annotated[int, typer.Argument(help="编号 / id, from `yeban elements healed`")]) -> None:
    """把一个待定的找法换到元素库的最前面（设置 promote_healed 关掉时用）。

    Puts a proposed way first in its library; needed only where promote_healed is off.

    例 / example: `yeban elements promote 3`
    """
    from schedules.elements import Mendings

    one = Mendings(load_settings().home).promote(number)
    tell(
        f"{one.file}：「{one.element}」先用 {one.way}", f"{one.file}: 「{one.element}」 tries {one.way} first", "green"
    )


@app.command()
def undo(
    number: Annotated[int | None, typer.Argument(help="编号（默认最后一次） / id, default the last")] = None,
) -> None:
    """撤回一次自动改动：元素库恢复原样，以后不再这样改。

    Takes a mending back: the library is what it was, and is not mended that way again.

    例 / examples: `yeban elements undo` · `yeban elements undo 3`
    """
    from schedules.elements import Mendings

    one = Mendings(load_settings().home).undo(number)
    tell(f"已撤回：{one.file} 的「{one.element}」", f"Undone: 「{one.element}」 in {one.file}", "green")


def register(main: typer.Typer) -> None:
    """These commands are commands of `main`."""
    main.add_typer(app, name="elements")
