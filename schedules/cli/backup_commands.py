"""`backup` and `restore`."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from schedules.cli.screen import console, interruptible, is_terminal, say, tell
from schedules.settings import SHANGHAI


def bar() -> Progress:
    """How far it is, where somebody looks."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
        console=console, transient=True, disable=not is_terminal(),
    )  # fmt: skip


def backup(
    target: Annotated[
        Path | None, typer.Argument(help="写成哪个文件（默认 yeban-日期.tar.gz） / file to write", dir_okay=False)
    ] = None,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="连保险箱的钥匙一起（谁拿到就能看到密码） / with the vault's key")
    ] = False,
) -> None:
    """把账、归档、运行、保险箱、设置备份成一个文件；夜班在跑也可以，备份的是同一时刻的账。

    Books, archive, runs, vault and settings in one file, consistent while a night is at work.

    例 / examples: `yeban backup` · `yeban backup /backup/yeban.tar.gz`
    """
    from schedules.backup import backup as take
    from schedules.backup import holds_key, size_of
    from schedules.desk import open_desk

    now = datetime.now(SHANGHAI)
    path = target or Path(f"yeban-{now:%Y%m%d-%H%M}.tar.gz")
    with interruptible(), open_desk() as desk, bar() as progress:
        task = progress.add_task(say("备份", "backup"), total=size_of(desk.home))
        done = take(desk, path, now, with_key=with_key, moved=lambda count: progress.advance(task, count))
        has_key = with_key and holds_key(desk.home)
    size = path.stat().st_size / 1_000_000
    tell(
        f"备份好了：{path}（{done.files} 个文件，{size:.1f} MB）",
        f"done: {path} ({done.files} files, {size:.1f} MB)",
        "green",
    )
    if not with_key:
        tell(
            "保险箱的钥匙 secret.key 不在里面：另外放一处，没有它就打不开密码和收货信息。",
            "The vault's key, secret.key, is not in it: keep it elsewhere; no password or address can be read without.",
            "yellow",
        )
    elif not has_key:
        tell(
            "保险箱的钥匙不在数据文件夹里（环境变量、系统钥匙串或别的文件夹），所以也不在备份里：另外放一处。",
            "The vault's key is not kept in the home (but in the environment, a keyring or another folder), "
            "so it is not in the backup either: keep it elsewhere.",
            "yellow",
        )


def restore(
    source: Annotated[Path, typer.Argument(help="备份文件 / a backup", exists=True, dir_okay=False)],
    to: Annotated[
        Path | None, typer.Option(help="恢复到哪个文件夹（默认现在的数据文件夹） / folder, default: home")
    ] = None,
    database: Annotated[str, typer.Option(help="恢复到一个空的数据库 / into an empty database, postgresql://…")] = "",
    check: Annotated[bool, typer.Option("--check", help="只检查备份 / only check the backup")] = False,
) -> None:
    """从备份恢复：先逐个字节核对，再换上；原来的数据文件夹改个名字留着。

    Back from a backup: checked to the byte first; the folder that was there is renamed and stays.

    例 / examples: `yeban restore yeban-20261122-0800.tar.gz --check` · `yeban restore yeban.tar.gz --to /tmp/look`
    """
    from schedules.backup import contents, require_idle
    from schedules.backup import restore as put_back
    from schedules.secrets.master import key_file
    from schedules.settings import own_home

    home = (to or own_home()).resolve()
    with interruptible(), bar() as progress:
        if check:
            done = contents(source)
            tell(
                f"备份完好：{done.made_at} 的，{done.files} 个文件。",
                f"whole: {done.files} files, of {done.made_at}.",
                "green",
            )
            return
        require_idle(home)
        task = progress.add_task(say("恢复", "restore"), total=None)
        done, aside = put_back(source, home, database, moved=lambda count: progress.advance(task, count))
    tell(f"恢复好了：{home}（{done.made_at} 的）", f"restored: {home} (of {done.made_at})", "green")
    if aside:
        tell(f"原来的在：{aside}", f"what was there is in {aside}")
    say_where_books_are(home, database)
    if not key_file(home).exists() and not os.environ.get("YEBAN_KEY"):
        tell("把当时的 secret.key 放回来（或设 YEBAN_KEY），密码才打得开。",
             "Put the secret.key of then back (or set YEBAN_KEY) to open the passwords.", "yellow")  # fmt: skip
        if aside and (aside / "secret.key").exists():
            was, there = aside / "secret.key", home / "secret.key"
            tell(
                f"如果就是原来那把：从 {was} 复制到 {there}。",
                f"If it is the one that was here: copy {was} to {there}.",
            )


def say_where_books_are(home: Path, database: str) -> None:
    """Whether commands will open the books that were just put back; not where settings or environment say otherwise.

    Other books know nothing of what was done: a night by them would do it again.
    """
    from schedules.problems import DeskError
    from schedules.settings import Settings, load_settings
    from storage.database.connection import shown_url

    put = database or Settings(home=home).database_url
    try:
        used = load_settings(home).database_url
    except DeskError:
        return  # the settings that came back say themselves what is wrong with them
    if shown_url(used) == shown_url(put):
        return
    tell(
        f"注意：账恢复到了 {shown_url(put)}，可是设置（database 或 YEBAN_DATABASE）写的是 {shown_url(used)}，"
        "夜班会用那里的账，不是刚恢复的：做过的事可能再做一遍。",
        f"Beware: the books were put into {shown_url(put)}, but the settings (database, or YEBAN_DATABASE) say "
        f"{shown_url(used)}: Yeban uses those, not what was restored, and may do again what was done.",
        "bold red",
    )
    tell(
        "开始之前改成同一处：改那个设置，或者再恢复一次，--database 写设置里的那个（要是空的）。",
        "Make them one before anything begins: change that setting, or restore once more with --database and the one "
        "that it says (which must be empty).",
    )


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(backup)
    app.command()(restore)
