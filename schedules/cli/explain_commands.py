"""Commands by which people explain files: what a renamed column is called now, a new kind of file, and forgetting both.

Heavy imports happen inside: every start of the command line loads this module.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.ingest_commands import ingest_files, told
from schedules.cli.outcome import in_words, intake_of
from schedules.cli.passwords import Passwords, typed_on_terminal
from schedules.cli.screen import console, is_terminal, listed, say, tell
from schedules.problems import EXIT_CODES
from schedules.signing import signer

if TYPE_CHECKING:
    from schedules.desk import Desk


def map_(
    file: Annotated[str, typer.Argument(help="文件，或它的编号开头（不写：列出在等的） / the file or its sha256")] = "",
    set_: Annotated[list[str] | None, typer.Option("--set", help="列=现在的名字 / column=its title now")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="建议的都对 / take the proposals")] = False,
    shop: Annotated[str, typer.Option(help="哪个店 / whose file")] = "",
    kind: Annotated[str, typer.Option(help="种类 / document kind")] = "",
    every_shop: Annotated[bool, typer.Option("--every-shop", help="所有店都这样 / for every shop")] = False,
    who: Annotated[str, typer.Option(help="谁说的 / who says so")] = "",
) -> None:
    """表头变了：说明哪一列现在叫什么。说一次就记住，停着的文件接着入账，不用重新下载。

    A changed header: say what its columns are called now. Remembered; the waiting files go on.

    说错了：`yeban forget`。

    例 / examples: `yeban map` · `yeban map 流水.csv` · `yeban map 3fa9c1 --set 账务流水号=流水编号 --yes`
    """
    from schedules.book_keys import key_ring
    from schedules.desk import open_desk
    from storage.erp.audit.recording import Recorded
    from storage.quarantine import propose, settle_meanings
    from storage.receivers import seal_waiting

    with open_desk() as desk:
        if not file:
            raise SystemExit(_show_waiting(desk))
        sha = _known(desk, file, shop, kind)
        asked = propose(desk.database, desk.archive, sha, kind)
        meant = {one.column: one.title for one in asked.proposals if one.title}
        meant |= _pairs(set_ or [], [one.column for one in asked.proposals])
        _show_question(asked, meant)
        complete = all(meant.get(one.column) for one in asked.proposals)
        if not (yes and complete) and not (is_terminal() and complete and typer.confirm(say("是这样吗", "is it so"))):
            tell("还没有记下：对的加 --yes，不对的用 --set 列=现在的名字。",
                 "Nothing is kept yet: --yes if it is right, else --set COLUMN=TITLE.", "yellow")  # fmt: skip
            raise SystemExit(EXIT_CODES["person"])
        place = "" if every_shop else asked.shop
        person = signer(who)
        books = Recorded(desk.database, person, f"说明 {asked.name} 的表头")
        done = in_words(desk, settle_meanings(books, desk.archive, asked, meant, place, person))
        seal_waiting(desk.database, desk.archive, key_ring(desk.vault))
    whose = place or say("所有店", "every shop")
    tell(f"记下了：{whose}的 {asked.kind} 以后都这样读。说错了：yeban forget",
         f"Noted for {asked.kind} of {whose}. To take it back: yeban forget", "green")  # fmt: skip
    raise SystemExit(told(done))


def _show_waiting(desk: "Desk") -> int:
    """Files whose changed header waits to be explained; gives the exit code."""
    from storage.quarantine import waiting_files

    found = [one for one in waiting_files(desk.database) if one.asks_titles]
    if not found:
        tell("没有等着说明表头的文件。", "No file waits for its header to be explained.", "green")
        return 0
    for one in found:
        console.print(Text(f"! {one.name}  {one.kind}  {one.shop}", style="yellow"))
        console.print(Text(f"  → yeban map {one.file_sha[:12]}"))
    return EXIT_CODES["person"]


def _known(desk: "Desk", file: str, shop: str, kind: str) -> str:
    """The sha256 of a file that is meant by its path (then it is taken in, if it was not) or by its beginning."""
    from schedules.cli.books_commands import whole_sha
    from storage.errors import FileMissing
    from storage.unlock import sha256_of

    path = Path(file)
    if not path.is_file():
        return whole_sha(desk, file.strip().lower())
    sha = sha256_of(path)
    if not (shop or kind):
        try:
            return whole_sha(desk, sha)  # it is known, as the shop's that it was given for
        except FileMissing:
            shop = ""
    passwords = Passwords(ask=typed_on_terminal if is_terminal() else None)
    done = intake_of(desk, path, shop, kind, passwords)
    return next((one for one in done if one.state == "parked"), done[0]).file_sha


def _pairs(said: list[str], columns: list[str]) -> dict[str, str]:
    """`column=title` of each `--set`; a column is meant by its first spelling too."""
    firsts = {column.partition("|")[0]: column for column in columns}
    found = {}
    for one in said:
        column, equals, title = one.partition("=")
        if not equals:
            raise typer.BadParameter(say(f"要写成 列=现在的名字：{one}", f"write it as COLUMN=TITLE: {one}"))
        found[firsts.get(column.strip(), column.strip())] = title.strip()
    return found


def _show_question(asked: Any, meant: dict[str, str]) -> None:
    table = Shown(title=f"{asked.name} → {asked.kind}", title_justify="left")
    for zh, en in (("缺的列", "missing column"), ("现在叫", "is now"), ("有多像", "how like")):
        table.add_column(say(zh, en), overflow="fold")
    for one in asked.proposals:
        title = meant.get(one.column, "")
        like = f"{one.likeness:.0%}" if title == one.title and title else ""
        table.add_row(one.column.partition("|")[0], title or say("（没有像的）", "(none is like it)"), like)
    console.print(table)
    rest = [title for title in asked.unknown if title not in meant.values()]
    if rest:
        names = listed(rest)
        tell(f"还有不认识的列（不要紧的可以不管，要用的也用 --set 说）：{names}",
             f"other unknown titles (leave them, or say them by --set too): {names}")  # fmt: skip


def teach(
    file: Annotated[Path, typer.Argument(help="一个样子 / an example", exists=True, dir_okay=False)],
    kind: Annotated[str, typer.Option(help="给它的名字，小写字母 / its name, lower case")],
    title: Annotated[str, typer.Option(help="人怎么叫它 / what people call it")] = "",
    platform: Annotated[str, typer.Option(help="谁家的文件 / whose files")] = "",
    key: Annotated[str, typer.Option(help="哪几列认出一行，逗号分开 / columns that make a row that row")] = "",
    types: Annotated[list[str] | None, typer.Option("--type", help="列=类型 / column=type")] = None,
    order: Annotated[str, typer.Option(help="订单号是哪一列 / the order number's column")] = "",
    at: Annotated[str, typer.Option(help="时间是哪一列 / the moment's column")] = "",
    amount: Annotated[str, typer.Option(help="金额列，或 收入,支出 / amount's column, or INCOME,EXPENSE")] = "",
    shop: Annotated[str, typer.Option(help="哪个店 / whose")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="就这样 / it is right")] = False,
) -> None:
    """教它一种没见过的文件：从样子里看出列和类型，写成 YAML（`.yeban/kinds/名字.yaml`，可以再改），这个文件接着入账。

    Teaches a new kind of file from an example: its columns and their types, written as YAML, and takes the file in.

    例 / example: `yeban teach 供应商对账.xlsx --kind supplier_bill --key 单号 --amount 金额 --yes`
    """
    from schedules.settings import load_settings
    from storage.documents import teaching
    from storage.documents.file import SourceFile
    from storage.documents.taught import FOLDER

    choices = teaching.Choices(
        kind, title, platform, _list(key), _pairs(types or [], []), order, at, tuple(_list(amount))
    )
    source = SourceFile(file.name, file)
    text = teaching.proposed(source, choices)
    console.print(Text(text))
    read = teaching.tried(text, source, shop)
    tell(f"这样读：{len(read.rows)} 行读出，{len(read.quarantine)} 行读不出。",
         f"Read so: {len(read.rows)} rows can be read, {len(read.quarantine)} cannot.")  # fmt: skip
    for bad in read.quarantine[:3]:
        console.print(Text(f"  {bad.row_no}: {bad.message}"))
    if not yes and not (is_terminal() and typer.confirm(say("就这样吗", "is it right"))):
        tell("还没有记下：对的加 --yes，不对的用 --type、--key、--amount 改。",
             "Nothing is kept yet: --yes if it is right, else --type, --key, --amount.", "yellow")  # fmt: skip
        raise SystemExit(EXIT_CODES["person"])
    folder = load_settings().home / FOLDER
    earlier = _taken_back(kind) if (folder / f"{kind}.yaml").exists() else []
    path = teaching.keep(text, folder, kind)
    tell(
        f"记下了：{path}（教错了：yeban forget {kind}）",
        f"Kept: {path} (to take it back: yeban forget {kind})",
        "green",
    )
    code = ingest_files([file], shop, kind)
    raise SystemExit(max(code, _read_again(earlier)))


def _taken_back(kind: str) -> list[str]:
    """A kind is taught anew: what its earlier description put into the books leaves them; gives the files."""
    from schedules.desk import open_desk
    from storage.retraction import forget_rows_of

    with open_desk() as desk:
        return list(forget_rows_of(desk.database, desk.archive, kind).waiting)


def _read_again(shas: list[str]) -> int:
    from schedules.desk import open_desk
    from storage.quarantine import replay

    with open_desk() as desk:
        return told(in_words(desk, [replay(desk.database, desk.archive, sha) for sha in shas])) if shas else 0


def _list(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.replace("，", ",").split(","))))


def forget(
    name: Annotated[str, typer.Argument(help="说过的列名、种类，或教过的种类（不写：列出来） / what to forget")] = "",
    shop: Annotated[str, typer.Option(help="只忘这个店的 / only of this shop")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="不用再问 / do not ask")] = False,
) -> None:
    """忘掉说错的：`yeban map` 说过的列名，`yeban teach` 教过的种类。按它收过的行从账上退下来，文件回去等着。

    Forgets a title that was explained, all titles of a kind, or a taught kind; files that were read so wait again.

    例 / examples: `yeban forget` · `yeban forget 流水编号` · `yeban forget supplier_bill --yes`
    """
    from schedules.desk import open_desk
    from storage import shelves
    from storage.documents.taught import FOLDER
    from storage.erp.audit.recording import Recorded
    from storage.errors import NothingKnown
    from storage.retraction import forget_rows_of, forget_titles

    with open_desk() as desk:
        said = shelves.explained(desk.database)
        taught = sorted(path.stem for path in (desk.home / FOLDER).glob("*.yaml"))
        if not name:
            _show_said(said, taught)
            return
        mine = [one for one in said if name in (one.title, one.kind) and (not shop or one.shop == shop)]
        is_kind = name in taught and not shop
        if not mine and not is_kind:
            raise NothingKnown(name, sorted({one.title for one in said} | set(taught)))
        _show_said(mine, [name] if is_kind else [])
        if not yes and not (is_terminal() and typer.confirm(say("忘掉这些吗", "forget these"))):
            tell("还没有忘：确定就加 --yes。", "Nothing is forgotten yet: --yes if it is meant.", "yellow")
            raise SystemExit(EXIT_CODES["person"])
        books = Recorded(desk.database, signer(), f"忘掉「{name}」")
        done = [forget_titles(books, desk.archive, mine)] if mine else []
        if is_kind:
            done.append(forget_rows_of(books, desk.archive, name))
        kept = shelves.forget_kind(desk.archive, name) if is_kind else None
    _show_forgotten(sum(len(one.waiting) for one in done), sum(len(one.kept) for one in done), kept)


def _show_forgotten(waiting: int, stays: int, kept: Path | None) -> None:
    tell("忘了。以后同样的表头会再问。", "Forgotten; such a header is asked about again.", "green")
    if kept is not None:
        tell(f"说明还在：{kept}，改回 .yaml 就又认得。", f"Its description is kept: {kept}.")
    if waiting:
        zh = f"按它收过的 {waiting} 个文件从账上退下来等着了：yeban quarantine；退下来的金额，对账下一夜重算。"
        en = f"{waiting} files that were read so were taken out of the books and wait: yeban quarantine"
        tell(zh, en, "yellow")
    if stays:
        zh = f"有 {stays} 个文件带着订单、库存或商品，退不下来，还是原来读的样子。"
        tell(zh, f"{stays} files told of orders, stock or products and stay as they were read.", "red")


def _show_said(said: Any, taught: list[str]) -> None:
    if not said and not taught:
        tell("没有谁说过什么。", "Nobody explained or taught anything.", "green")
        return
    table = Shown()
    for zh, en in (
        ("种类", "kind"),
        ("店", "shop"),
        ("列名", "title"),
        ("是", "means"),
        ("谁说的", "by"),
        ("时间", "at"),
    ):
        table.add_column(say(zh, en), overflow="fold")
    for one in said:
        shop = one.shop or say("所有店", "every shop")
        table.add_row(one.kind, shop, one.title, one.column, one.decided_by, one.decided_at[:16].replace("T", " "))
    for kind in taught:
        table.add_row(kind, "", say("（教的种类）", "(a taught kind)"), "", "", "")
    console.print(table)


def register(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.command("map")(map_)
    app.command()(teach)
    app.command()(forget)
