"""What can be wrong with a backup.

DeskError
├── BackupBroken        operator   the file is torn, was changed, or is no backup
├── BackupTargetTaken   author     the database it shall go into has rows
└── HomeInUse           operator   somebody works in the folder that would be put aside
"""

from pathlib import Path

from schedules.problems import DeskError


class BackupBroken(DeskError):
    """The file is torn, was changed, or is no backup of ours."""

    code = "D-BACKUP-BROKEN"

    def __init__(self, path: Path, zh: str, en: str) -> None:
        """Facts: the file and what is wrong with it."""
        super().__init__(
            f"这个备份不能用：{path}：{zh}。",
            f"this backup cannot be used: {path}: {en}.",
            "换一份备份；原来的数据没有动。",
            "take another backup; what is there was not touched.",
        )


class BackupTargetTaken(DeskError):
    """The database that was named has rows: a backup never goes over books."""

    who = "author"
    code = "D-BACKUP-TARGET"

    def __init__(self, table: str) -> None:
        """Facts: a table that has rows."""
        super().__init__(
            f"要恢复到的数据库不是空的：表 {table} 里有数据。",
            f"the database to restore into is not empty: {table} has rows.",
            "给一个空的数据库。",
            "name an empty database.",
        )


class HomeInUse(DeskError):
    """Somebody works in the folder that would be put aside: what they do from then on would be in no books."""

    code = "D-HOME-IN-USE"

    def __init__(self, home: Path, who_zh: str, who_en: str) -> None:
        """Facts: the folder, and who works there."""
        super().__init__(
            f"{home} 正在用：{who_zh}。没有恢复，什么也没有动。",
            f"{home} is in use: {who_en}. Nothing was restored, nothing was touched.",
            "先停下（yeban drain，或在那边按 Ctrl-C），等它结束再恢复；或者恢复到别处：--to 文件夹。",
            "stop it first (yeban drain, or Ctrl-C there) and restore when it has ended; or restore elsewhere: --to.",
        )
