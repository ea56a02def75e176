"""Commands about files that come in: take in, know kinds, correct rows, read again.

Heavy imports happen inside: every start of the command line loads this module.
"""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.from_books import from_books
from schedules.cli.intake import LOOK_EVERY_S, Watch, files_meant
from schedules.cli.outcome import in_words, intake_of, preview_of, sentence, words_of
from schedules.cli.passwords import Passwords, typed_on_terminal
from schedules.cli.screen import console, interruptible, is_terminal, listed, say, tell
from schedules.problems import EXIT_CODES, WHO
from schedules.signing import signer

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
    password: Annotated[
        list[str] | None,
        typer.Option(
            envvar="YEBAN_ZIP_PASSWORD",
            help="压缩包的密码，可以写几个；不写就在终端上问 / of a zip; else it is asked for",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看不收 / say what would happen, write nothing")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="守着文件夹，来一个收一个 / keep watching the folder")] = False,
) -> None:
    """把文件收进账：认出种类、核对合计、逐行入账；合计不符、表头变了的先停住等人看。

    退出码：0 都收了（隔离的行见 `yeban quarantine`）；5 有文件在等人；4 有文件读不到；130 是 Ctrl-C，收完的都在账上。

    Takes files in: kind recognised, control totals compared, rows booked; what does not tie waits for a person.
    Exit code 0: all taken; 5: a file waits for a person; 4: a file could not be read from the disk; 130: Ctrl-C.

    例 / examples: `yeban ingest 账单.zip --password 123456` · `yeban ingest "下载/*.csv" --dry-run`
    · `yeban ingest 下载 --watch`
    """
    with interruptible():
        passwords = Passwords(password or [], typed_on_terminal if is_terminal() else None)
        if watch:
            watch_folder(files, shop, kind, passwords=passwords)
            return
        raise SystemExit(ingest_files(files, shop, kind, dry_run=dry_run, passwords=passwords))


def ingest_files(
    paths: list[Path], shop: str, kind: str, *, dry_run: bool = False, passwords: Passwords | None = None
) -> int:
    """Take every file in, one line each and a table of all; the exit code says whether something waits for whom."""
    from rich.progress import track

    from storage.unlock import is_locked

    found, absent = files_meant(paths)
    if absent:
        names = listed(map(str, absent))
        raise typer.BadParameter(say(f"没有这个文件：{names}", f"there is no such file: {names}"))
    if not found:
        tell("文件夹里没有文件。", "There is no file in the folder.", "yellow")
        return 0
    passwords = passwords or Passwords()
    with open_preview(passwords) if dry_run else open_intake(passwords) as take:
        quiet = not is_terminal() or len(found) < 2 or any(map(is_locked, found))
        if len(found) == 1 and is_terminal() and not is_locked(found[0]):
            with console.status(say(f"在读 {found[0].name}……", f"reading {found[0].name}")):
                return _finished(take_readable(take, found[0], shop, kind), dry_run=dry_run)
        done = [
            one
            for path in track(found, say("入账", "ingest"), console=console, disable=quiet)
            for one in take_readable(take, path, shop, kind)
        ]
    return _finished(done, dry_run=dry_run)


def _finished(done: list[tuple[Any, int]], *, dry_run: bool) -> int:
    """The table of several files; gives the exit code."""
    if len(done) > 1:
        console.print(summary(done))
    if dry_run:
        tell("只看了看，什么都没有写。", "Only looked at; nothing was written.", "yellow")
    return max((code for _, code in done), default=0)


def take_readable(take: Any, path: Path, shop: str, kind: str) -> list[tuple[Any, int]]:
    """Take one file, or each in a zip; one that the disk does not give is said, and the others go on."""
    from storage.ingest import REFUSED, Ingested

    try:
        result: list[tuple[Any, int]] = take(path, shop, kind)
    except OSError as error:
        why = error.strerror or str(error)
        words = say(f"读不到这个文件：{why}", f"this file cannot be read: {why}")
        return [(shown(Ingested("", path.name, kind, REFUSED, message=words)), EXIT_CODES["operator"])]
    return result


def open_intake(passwords: Passwords) -> Any:
    """A context whose value takes one file into the books and says what became of it, or of each file in a zip, with
    its exit code.
    """
    from contextlib import contextmanager

    from schedules.desk import open_desk
    from schedules.logs import start_logs
    from storage.errors import BookError
    from storage.ingest import REFUSED, Ingested

    @contextmanager
    def opened() -> Any:
        with open_desk() as desk:
            start_logs(desk.home, desk.settings)

            def take(path: Path, shop: str, kind: str) -> list[tuple[Ingested, int]]:
                try:
                    done = intake_of(desk, path, shop, kind, passwords)
                except BookError as error:
                    refused = Ingested("", path.name, kind, REFUSED, message=sentence(error))
                    return [(shown(refused), EXIT_CODES[error.who])]
                return [(shown(one), _code(one)) for one in done]

            yield take

    return opened()


def open_preview(passwords: Passwords) -> Any:
    """The same for a look without writing: no books, archive or log is made where there is none."""
    from contextlib import contextmanager

    from schedules.desk import open_desk
    from schedules.settings import load_settings
    from storage.documents.shelf import Shelf
    from storage.documents.taught import FOLDER, load_taught
    from storage.ingest import Ingested
    from storage.shelves import shelf_of

    @contextmanager
    def opened() -> Any:
        settings = load_settings()
        if (settings.home / "archive").exists():
            with open_desk(settings) as desk:
                shelf = shelf_of(desk.database, desk.archive)
        else:
            shelf = Shelf(load_taught(settings.home / FOLDER))

        def take(path: Path, shop: str, kind: str) -> list[tuple[Ingested, int]]:
            return [(shown(one, looked=True), _code(one)) for one in preview_of(shelf, path, shop, kind, passwords)]

        yield take

    return opened()


def _code(done: Any) -> int:
    """The exit code that a file asks for: whether it waits for a person."""
    return 0 if done.state == "read" else EXIT_CODES["person"]


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
    if done.state == "parked" and not looked:
        sha = done.file_sha[:12]
        next_ = f"yeban accept {sha} --who … --why …" if done.rows else f"yeban map {sha}"
        console.print(Text(f"  → {next_}"))
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


def watch_folder(
    folders: list[Path], shop: str, kind: str, looks: int | None = None, passwords: Passwords | None = None
) -> None:
    """Take in every file that arrives in the folders and has settled, until Ctrl-C (or for so many `looks`)."""
    strangers = [str(folder) for folder in folders if not folder.is_dir()]
    if strangers:
        names = listed(strangers)
        raise typer.BadParameter(say(f"要守的不是文件夹：{names}", f"these are no folders: {names}"))
    watches = [Watch(folder) for folder in folders]
    tell("守着了，Ctrl-C 停下。", "Watching; Ctrl-C ends it.")
    with open_intake(passwords or Passwords()) as take:
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
        table.add_row(name, from_books(kind.TITLE), words.get(kind.VERIFIED, kind.VERIFIED), _where_to(kind))
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

    table, wallet = into(kind)
    column, rule = getattr(kind, "order", None) or ("", "")
    key = join_key(rule)
    order = {"column": column, "rule": rule, "number": key.number, "meets": key.meets} if key else None
    return {
        "kind": name,
        "title": kind.TITLE,
        "platform": kind.PLATFORM,
        "verified": kind.VERIFIED,
        "into": table,
        "wallet": wallet,
        "columns": list(getattr(kind, "columns", ())),
        "key": list(getattr(kind, "key", ())),
        "order": order,
    }


def told(done: list[Any]) -> int:
    """Show what became of files; gives the exit code: whether one still waits for a person."""
    for one in done:
        shown(one)
    return EXIT_CODES["person"] if any(one.state != "read" or one.quarantined for one in done) else 0


@quarantine_app.callback()
def quarantine(
    ctx: typer.Context,
    file: Annotated[str, typer.Option("--file", help="只看这个文件（编号开头） / only this file's")] = "",
    export: Annotated[Path | None, typer.Option("--export", help="写成表来改 / write a sheet to correct")] = None,
) -> None:
    """没能入账的文件和行，各是为什么、怎么办。

    Files and rows that could not be taken, each with its reason and what to do.
    """
    if ctx.invoked_subcommand:
        return
    from schedules.cli.books_commands import whole_sha
    from schedules.desk import open_desk
    from storage.quarantine import waiting_files, waiting_rows

    with open_desk() as desk:
        sha = whole_sha(desk, file.strip().lower()) if file else ""
        rows = waiting_rows(desk.database, sha)
        files = [one for one in waiting_files(desk.database) if not sha or one.file_sha == sha]
    if export is not None:
        _export(rows, export)
        return
    if files:
        console.print(_files_table(files))
    if not rows:
        tell("没有隔离的行。", "No row is in quarantine.", "green")
        return
    from storage.reports.table import shown as as_read  # with it come all reports

    table = Shown()
    for zh, en in (("文件", "file"), ("行", "row"), ("原因", "reason"), ("由谁", "to act"), ("金额", "amount")):
        table.add_column(say(zh, en), overflow="fold")
    for row in rows[:ROWS_SHOWN]:
        amount = as_read(row.amount_fen, "fen") if row.amount_fen else ""
        owner = say(*WHO.get(row.owner, (row.owner, row.owner)))
        table.add_row(f"{row.name} {row.file_sha[:12]}", str(row.row_no), words_of(row.message), owner, amount)
    console.print(table)
    tell(f"共 {len(rows)} 行。改：yeban quarantine --export 改.xlsx",
         f"{len(rows)} rows. To correct them: yeban quarantine --export FILE.xlsx")  # fmt: skip


def _export(rows: list[Any], path: Path) -> None:
    from storage.quarantine import export_rows

    if not rows:
        tell("没有隔离的行，不写表。", "No row is in quarantine; no sheet is written.", "green")
        return
    try:
        export_rows(rows, path)
    except OSError as error:
        why = error.strerror or str(error)
        raise typer.BadParameter(say(f"写不进 {path}（{why}）", f"{path} cannot be written ({why})")) from error
    tell(f"写好了，改完用 yeban quarantine fix {path} 收回来。",
         f"Written; give it back with yeban quarantine fix {path}.", "green")  # fmt: skip


def _files_table(files: list[Any]) -> Shown:
    """Files that wait as a whole, each with what to do."""
    table = Shown(title=say("整个在等的文件", "files that wait as a whole"), title_justify="left")
    for zh, en in (("文件", "file"), ("为什么", "why"), ("怎么办", "what to do")):
        table.add_column(say(zh, en), overflow="fold")
    for one in files[:ROWS_SHOWN]:
        sha = one.file_sha[:12]
        act = f"yeban map {sha}" if one.asks_titles else f"yeban accept {sha} --why …"
        if one.state == "refused":
            act = say("换一份，或教它：yeban teach", "another copy, or yeban teach")
        table.add_row(f"{one.name} {sha}", words_of(one.message), act)
    return table


@quarantine_app.command("fix")
def quarantine_fix(
    sheet: Annotated[Path, typer.Argument(help="改好的表 / the corrected sheet", exists=True, dir_okay=False)],
    who: Annotated[str, typer.Option(help="谁改的 / who corrected it")] = "",
) -> None:
    """收回改好的行：原文件不变，改过什么、谁改的都留着；收两次和收一次一样。

    Takes corrected rows back; the file stays as it came, every correction is kept.

    例 / example: `yeban quarantine fix 改.xlsx`
    """
    from schedules.book_keys import key_ring
    from schedules.desk import open_desk
    from storage.erp.audit.recording import Recorded
    from storage.quarantine import fix_rows
    from storage.receivers import seal_waiting

    with open_desk() as desk:
        person = signer(who)
        books = Recorded(desk.database, person, f"更正 {sheet.name}")
        done = in_words(desk, fix_rows(books, desk.archive, sheet, person))
        seal_waiting(desk.database, desk.archive, key_ring(desk.vault))
    raise SystemExit(told(done))


def replay(
    files: Annotated[
        list[str] | None, typer.Argument(help="文件编号开头（默认所有缺东西的） / beginnings of sha256")
    ] = None,
) -> None:
    """从归档里再读一遍没收全的文件：程序或说明改好以后用；收过的行不变。

    Reads files again of which something is missing, from the archive; what is in the books stays as it is.

    例 / examples: `yeban replay` · `yeban replay 3fa9c1`
    """
    from schedules.book_keys import key_ring
    from schedules.cli.books_commands import whole_sha
    from schedules.desk import open_desk
    from storage.quarantine import replay as read_again
    from storage.quarantine import replayable
    from storage.receivers import seal_waiting

    with open_desk() as desk:
        shas = [whole_sha(desk, one.strip().lower()) for one in files or []] or replayable(desk.database)
        done = in_words(desk, [read_again(desk.database, desk.archive, sha) for sha in shas])
        seal_waiting(desk.database, desk.archive, key_ring(desk.vault))
    if not done:
        tell("没有缺东西的文件。", "No file lacks anything.", "green")
    raise SystemExit(told(done))


def register(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.command()(ingest)
    app.command()(kinds)
    app.command()(replay)
    app.add_typer(quarantine_app, name="quarantine")
