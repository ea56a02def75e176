"""Commands about files that come in: take in, know kinds, explain titles, correct rows, read again, teach.

Heavy imports happen inside: every start of the command line loads this module.
"""

import getpass
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.intake import LOOK_EVERY_S, Watch, files_meant
from schedules.cli.screen import console, interruptible, is_terminal, say, tell
from schedules.problems import EXIT_CODES

if TYPE_CHECKING:
    from schedules.desk import Desk

MARKS = {"read": ("✓", "green"), "parked": ("!", "yellow"), "refused": ("✗", "red")}
ROWS_SHOWN = 200

quarantine_app = typer.Typer(
    help="没能入账的行：列出来、导出去改、改好收回来。\n\n"
    "Rows that could not be taken: listed, written out to be corrected, taken back.\n\n"
    "例 / examples: `yeban quarantine` · `yeban quarantine --export 改.xlsx` · `yeban quarantine fix 改.xlsx`",
    invoke_without_command=True,
)


def ingest(
    files: Annotated[list[Path], typer.Argument(help="文件、文件夹或通配符 / files, folders or patterns")],
    shop: Annotated[str, typer.Option(help="哪个店 / whose")] = "",
    kind: Annotated[str, typer.Option(help="种类（默认自己认） / document kind, recognised by default")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看不收 / say what would happen, write nothing")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="守着文件夹，来一个收一个 / keep watching the folder")] = False,
) -> None:
    """把文件收进账：认出种类、核对合计、逐行入账；合计不符、表头变了的先停住等人看。

    Takes files in: kind recognised, control totals compared, rows booked; what does not tie waits for a person.

    例 / examples: `yeban ingest 账单.zip` · `yeban ingest "下载/*.csv" --dry-run` · `yeban ingest 下载 --watch`
    """
    if watch:
        with interruptible():
            watch_folder(files, shop, kind)
        return
    raise SystemExit(ingest_files(files, shop, kind, dry_run=dry_run))


def ingest_files(paths: list[Path], shop: str, kind: str, *, dry_run: bool = False) -> int:
    """Take every file in, one line each and a table of all; the exit code says whether something waits for whom."""
    from rich.progress import track

    found, absent = files_meant(paths)
    if absent:
        names = "、".join(map(str, absent))
        raise typer.BadParameter(say(f"没有这个文件：{names}", f"there is no such file: {names}"))
    with open_preview() if dry_run else open_intake() as take:
        quiet = not is_terminal() or len(found) < 2
        done = [take(path, shop, kind) for path in track(found, say("入账", "ingest"), console=console, disable=quiet)]
    if len(found) > 1:
        console.print(summary(done))
    if dry_run:
        tell("只看了看，什么都没有写。", "Only looked at; nothing was written.", "yellow")
    return max((code for _, code in done), default=0)


def open_intake() -> Any:
    """A context whose value takes one file into the books and says what became of it, with its exit code."""
    from contextlib import contextmanager

    from schedules.desk import open_desk
    from schedules.logs import start_logs
    from storage.archive import Facts
    from storage.errors import BookError
    from storage.ingest import REFUSED, Ingested
    from storage.ingest import ingest as take_in

    @contextmanager
    def opened() -> Any:
        with open_desk() as desk:
            start_logs(desk.home)

            def take(path: Path, shop: str, kind: str) -> tuple[Ingested, int]:
                try:
                    done = take_in(desk.database, desk.archive, path, kind=kind or None, shop=shop, facts=Facts())
                except BookError as error:
                    words = " ".join((error.message(desk.settings.lang), error.hint(desk.settings.lang)))
                    done = Ingested("", path.name, kind, REFUSED, message=words)
                    return shown(done), EXIT_CODES[error.who]
                return shown(done), 0 if done.state == "read" else EXIT_CODES["person"]

            yield take

    return opened()


def open_preview() -> Any:
    """The same for a look without writing: no books, archive or log is made where there is none."""
    from contextlib import contextmanager

    from schedules.desk import open_desk
    from schedules.settings import load_settings
    from storage.documents.shelf import Shelf
    from storage.documents.taught import FOLDER, load_taught
    from storage.ingest import Ingested, preview
    from storage.shelves import shelf_of

    @contextmanager
    def opened() -> Any:
        settings = load_settings()
        if (settings.home / "archive").exists():
            with open_desk(settings) as desk:
                shelf = shelf_of(desk.database, desk.archive)
        else:
            shelf = Shelf(load_taught(settings.home / FOLDER))

        def take(path: Path, shop: str, kind: str) -> tuple[Ingested, int]:
            done = shown(preview(path, shelf, kind=kind or None, shop=shop), looked=True)
            return done, 0 if done.state == "read" else EXIT_CODES["person"]

        yield take

    return opened()


def shown(done: Any, *, looked: bool = False) -> Any:
    """Show what became of a file in a line or two; gives it back."""
    mark, style = MARKS[done.state]
    counts = say(
        f"{done.rows} 行：新 {done.created}，变 {done.changed}，同 {done.same}，隔离 {done.quarantined}",
        f"{done.rows} rows: new {done.created}, changed {done.changed}, same {done.same}, "
        f"quarantined {done.quarantined}",
    )
    if looked:
        counts = say(f"{done.rows} 行，隔离 {done.quarantined}", f"{done.rows} rows, quarantined {done.quarantined}")
    console.print(Text(f"{mark} {done.name}  {done.kind}  {counts}  {done.file_sha[:12]}", style=style))
    if done.message:
        console.print(Text(f"  {done.message}"))
    return done


def summary(done: list[tuple[Any, int]]) -> Shown:
    """All files in a table, with a total."""
    table = Shown()
    for zh, en in (("文件", "file"), ("种类", "kind"), ("状态", "state")):
        table.add_column(say(zh, en), overflow="fold")
    for zh, en in (("行", "rows"), ("新", "new"), ("变", "changed"), ("同", "same"), ("隔离", "quarantined")):
        table.add_column(say(zh, en), justify="right")
    states = {"read": say("入账", "read"), "parked": say("等人", "waits"), "refused": say("没收", "refused")}
    figures = [(one.rows, one.created, one.changed, one.same, one.quarantined) for one, _ in done]
    for (one, _), row in zip(done, figures, strict=True):
        table.add_row(one.name, one.kind, states[one.state], *map(str, row))
    table.add_section()
    waiting = sum(one.state != "read" for one, _ in done)
    total = [str(sum(column)) for column in zip(*figures, strict=True)]
    label = say(f"{len(done)} 个文件", f"{len(done)} files")
    table.add_row(label, "", say(f"{waiting} 个等人", f"{waiting} wait") if waiting else "", *total)
    return table


def watch_folder(folders: list[Path], shop: str, kind: str, looks: int | None = None) -> None:
    """Take in every file that arrives in the folders and has settled, until Ctrl-C (or for so many `looks`)."""
    strangers = [str(folder) for folder in folders if not folder.is_dir()]
    if strangers:
        names = "、".join(strangers)
        raise typer.BadParameter(say(f"要守的不是文件夹：{names}", f"these are no folders: {names}"))
    watches = [Watch(folder) for folder in folders]
    tell("守着了，Ctrl-C 停下。", "Watching; Ctrl-C ends it.")
    with open_intake() as take:
        while looks is None or looks > 0:
            for watched in watches:
                _take_settled(watched, take, shop, kind)
            looks = None if looks is None else looks - 1
            if looks != 0:
                time.sleep(LOOK_EVERY_S)


def _take_settled(watched: Watch, take: Any, shop: str, kind: str) -> None:
    """Take what has settled; a file that was moved away or locked meanwhile is tried again at a later look."""
    for path in watched.look():
        try:
            take(path, shop, kind)
        except OSError as error:
            watched.forget(path)
            tell(f"✗ {path.name} 读不了，稍后再试：{error}", f"✗ {path.name} cannot be read now: {error}", "red")


def kinds(json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False) -> None:
    """认得哪些文件，每一种验证到什么程度（真实样本、厂商模板、只有说明、自己教的），入到哪里（钱包账、银行账、文件行）。

    Document kinds, how far each is verified (real sample, vendor template, described only, taught), where they go.

    例 / examples: `yeban kinds` · `yeban kinds --json`
    """
    from schedules.settings import load_settings
    from storage.documents.shelf import Shelf
    from storage.documents.taught import FOLDER, load_taught

    found = Shelf(load_taught(load_settings().home / FOLDER)).kinds
    if json_:
        rows = [_kind_facts(name, kind) for name, kind in found.items()]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    words = {
        "real sample": say("真实样本", "real sample"),
        "template": say("厂商模板", "vendor's template"),
        "described": say("只有说明，没有见过文件", "described only, no file was seen"),
        "taught": say("自己教的", "taught"),
    }
    table = Shown()
    for zh, en in (("种类", "kind"), ("名称", "title"), ("依据", "verified by"), ("入账", "goes to")):
        table.add_column(say(zh, en), overflow="fold")
    for name, kind in found.items():
        table.add_row(name, kind.TITLE, words.get(kind.VERIFIED, kind.VERIFIED), _where_to(kind))
    console.print(table)


def _where_to(kind: Any) -> str:
    """Where the rows of a kind go, in words: the books of a wallet or bank, own tables, or rows as they are."""
    from storage.documents.statements import BANK_TABLE, CARD, DOCUMENT_TABLE, OWN_TABLES, into

    table, wallet = into(kind)
    if table == BANK_TABLE:
        return say("信用卡账", "card's books") if wallet == CARD else say("银行账", "bank's books")
    words = {
        DOCUMENT_TABLE: say("文件行（不进钱包账）", "document rows (no wallet's books)"),
        OWN_TABLES: say("本业务的表", "tables of its own"),
    }
    return words.get(table, say(f"钱包账 {wallet}", f"wallet's books: {wallet}"))


def _kind_facts(name: str, kind: Any) -> dict[str, object]:
    """A kind for machines: how far it is verified, its columns, what makes a row that row, which order it is about."""
    from storage.documents.join_keys import join_key
    from storage.documents.statements import into

    column, rule = getattr(kind, "order", None) or ("", "")
    key = join_key(rule)
    order = {"column": column, "rule": rule, "number": key.number, "meets": key.meets} if key else None
    return {
        "kind": name,
        "title": kind.TITLE,
        "platform": kind.PLATFORM,
        "verified": kind.VERIFIED,
        "columns": list(getattr(kind, "columns", ())),
        "into": table,
        "wallet": wallet,
        "key": list(getattr(kind, "key", ())),
        "order": order,
    }


def map_(
    file: Annotated[str, typer.Argument(help="文件，或它的编号开头 / the file, or the beginning of its sha256")],
    set_: Annotated[list[str] | None, typer.Option("--set", help="列=现在的名字 / column=its title now")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="建议的都对 / take the proposals")] = False,
    shop: Annotated[str, typer.Option(help="哪个店 / whose file")] = "",
    kind: Annotated[str, typer.Option(help="种类 / document kind")] = "",
    every_shop: Annotated[bool, typer.Option("--every-shop", help="所有店都这样 / for every shop")] = False,
    who: Annotated[str, typer.Option(help="谁说的 / who says so")] = "",
) -> None:
    """表头变了：说明哪一列现在叫什么。说一次就记住，停着的文件接着入账，不用重新下载。

    A changed header: say what its columns are called now. Remembered; the waiting files go on.

    例 / examples: `yeban map 流水.csv` · `yeban map 3fa9c1 --set 账务流水号=流水编号 --yes`
    """
    from schedules.desk import open_desk
    from storage.quarantine import propose, settle_meanings

    with open_desk() as desk:
        sha = _known(desk, file, shop, kind)
        asked = propose(desk.database, desk.archive, sha, kind)
    table, wallet = into(kind)
        meant = {one.column: one.title for one in asked.proposals if one.title}
        meant |= _pairs(set_ or [], [one.column for one in asked.proposals])
        _show_question(asked, meant)
        complete = all(meant.get(one.column) for one in asked.proposals)
        if not (yes and complete) and not (is_terminal() and complete and typer.confirm(say("是这样吗", "is it so"))):
            tell("还没有记下：对的加 --yes，不对的用 --set 列=现在的名字。",
                 "Nothing is kept yet: --yes if it is right, else --set COLUMN=TITLE.", "yellow")  # fmt: skip
            raise SystemExit(EXIT_CODES["person"])
        place = "" if every_shop else asked.shop
        done = settle_meanings(desk.database, desk.archive, asked, meant, place, who or getpass.getuser())
    tell("记下了。", "Noted.", "green")
    raise SystemExit(_told(done))


def _known(desk: "Desk", file: str, shop: str, kind: str) -> str:
    """The sha256 of a file that is meant by its path (then it is taken in, if it was not) or by its beginning."""
    from schedules.cli.books_commands import whole_sha
    from storage.archive import Facts
    from storage.ingest import ingest as take_in

    path = Path(file)
    if path.is_file():
        return take_in(desk.database, desk.archive, path, kind=kind or None, shop=shop, facts=Facts()).file_sha
    return whole_sha(desk, file.strip().lower())


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
    tell(f"表头里不认识的列：{'、'.join(asked.unknown)}", f"unknown titles: {', '.join(asked.unknown)}")


def _told(done: list[Any]) -> int:
    for one in done:
        shown(one)
    return EXIT_CODES["person"] if any(one.state != "read" or one.quarantined for one in done) else 0


@quarantine_app.callback()
def quarantine(
    ctx: typer.Context,
    file: Annotated[str, typer.Option("--file", help="只看这个文件（编号开头） / only this file's")] = "",
    export: Annotated[Path | None, typer.Option("--export", help="写成表来改 / write a sheet to correct")] = None,
) -> None:
    """没能入账的行和原因。

    Rows that could not be taken, each with its reason and who has to act.
    """
    if ctx.invoked_subcommand:
        return
    from schedules.cli.books_commands import whole_sha
    from schedules.desk import open_desk
    from storage.quarantine import export_rows, waiting_rows
    from storage.reports.table import shown as in_words

    with open_desk() as desk:
        rows = waiting_rows(desk.database, whole_sha(desk, file.strip().lower()) if file else "")
    if export is not None:
        export_rows(rows, export)
        tell(f"写好了，改完用 yeban quarantine fix {export} 收回来。",
             f"Written; give it back with yeban quarantine fix {export}.", "green")  # fmt: skip
        return
    if not rows:
        tell("没有隔离的行。", "No row is in quarantine.", "green")
        return
    table = Shown()
    for zh, en in (("文件", "file"), ("行", "row"), ("原因", "reason"), ("由谁", "to act"), ("金额", "amount")):
        table.add_column(say(zh, en), overflow="fold")
    for row in rows[:ROWS_SHOWN]:
        amount = in_words(row.amount_fen, "fen") if row.amount_fen else ""
        table.add_row(f"{row.name} {row.file_sha[:12]}", str(row.row_no), row.message, row.owner, amount)
    console.print(table)
    tell(f"共 {len(rows)} 行。改：yeban quarantine --export 改.xlsx",
         f"{len(rows)} rows. To correct them: yeban quarantine --export FILE.xlsx")  # fmt: skip


@quarantine_app.command("fix")
def quarantine_fix(
    sheet: Annotated[Path, typer.Argument(help="改好的表 / the corrected sheet", exists=True, dir_okay=False)],
    who: Annotated[str, typer.Option(help="谁改的 / who corrected it")] = "",
) -> None:
    """收回改好的行：原文件不变，改过什么、谁改的都留着；收两次和收一次一样。

    Takes corrected rows back; the file stays as it came, every correction is kept.

    例 / example: `yeban quarantine fix 改.xlsx`
    """
    from schedules.desk import open_desk
    from storage.quarantine import fix_rows

    with open_desk() as desk:
        done = fix_rows(desk.database, desk.archive, sheet, who or getpass.getuser())
    raise SystemExit(_told(done))


def replay(
    files: Annotated[
        list[str] | None, typer.Argument(help="文件编号开头（默认所有缺东西的） / beginnings of sha256")
    ] = None,
) -> None:
    """从归档里再读一遍没收全的文件：程序或说明改好以后用；收过的行不变。

    Reads files again of which something is missing, from the archive; what is in the books stays as it is.

    例 / examples: `yeban replay` · `yeban replay 3fa9c1`
    """
    from schedules.cli.books_commands import whole_sha
    from schedules.desk import open_desk
    from storage.quarantine import replay as read_again
    from storage.quarantine import replayable

    with open_desk() as desk:
        shas = [whole_sha(desk, one.strip().lower()) for one in files or []] or replayable(desk.database)
        done = [read_again(desk.database, desk.archive, sha) for sha in shas]
    if not done:
        tell("没有缺东西的文件。", "No file lacks anything.", "green")
    raise SystemExit(_told(done))


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
    path = teaching.keep(text, load_settings().home / FOLDER, kind)
    tell(f"记下了：{path}", f"Kept: {path}", "green")
    raise SystemExit(ingest_files([file], shop, kind))


def _list(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.replace("，", ",").split(","))))


def register(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.command()(ingest)
    app.command()(kinds)
    app.command("map")(map_)
    app.command()(replay)
    app.command()(teach)
    app.add_typer(quarantine_app, name="quarantine")
