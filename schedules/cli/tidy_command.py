"""`tidy`: old evidence is taken away, as the settings say."""

from typing import Annotated

import typer

from schedules.cli.screen import tell


def tidy(
    days: Annotated[
        int, typer.Option(help="留多少天（默认按 settings.yaml 的 keep_evidence_days） / days to keep", min=-1)
    ] = -1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说会清掉多少 / only say how much")] = False,
) -> None:
    """清掉旧运行的截图、追踪、没下完的文件，和 yeban runs 里的旧行；收到的文件、结果、日志和账永远不动。

    夜班开始时也会自己清。

    Takes away screenshots, traces and torn downloads of old runs, and their lines in `yeban runs`; files, results, logs
    and books are never touched.
    A night does so by itself when it begins. 例 / examples: `yeban tidy --dry-run` · `yeban tidy --days 30`
    """
    from contextlib import closing

    from schedules.queue.opening import tidy_queue
    from schedules.retention import tidy as take_away
    from schedules.settings import load_settings, today_in_shanghai
    from storage.database.connection import open_database

    settings = load_settings()
    keep = settings.keep_evidence_days if days < 0 else days
    done = take_away(settings.runs, today_in_shanghai(), keep, really=not dry_run)
    with closing(open_database(settings.database_url)) as database:
        lines = tidy_queue(settings, database, keep, really=not dry_run)
    much = f"{done.size / 1_000_000:.1f} MB"
    if not keep:
        tell("设置是全留（0 天），什么也没有清。", "Everything is kept (0 days): nothing was taken away.")
    elif dry_run:
        tell(f"会清掉 {done.runs} 次运行的 {done.files} 个文件，{much}；yeban runs 里 {lines} 行（留 {keep} 天）。",
             f"Would take away {done.files} files of {done.runs} runs, {much}, and {lines} lines of yeban runs "
             f"({keep} days are kept).")  # fmt: skip
    else:
        tell(f"清掉了 {done.runs} 次运行的 {done.files} 个文件，{much}；yeban runs 里 {lines} 行（留 {keep} 天）。",
             f"Took away {done.files} files of {done.runs} runs, {much}, and {lines} lines of yeban runs "
             f"({keep} days are kept).")  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(tidy)
