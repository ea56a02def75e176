"""What can be wrong with a backup.

DeskError
├── BackupBroken        operator   the file is torn, was changed, or is no backup
├── BackupInside        author     it would lie in what it is a backup of
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


class BackupInside(DeskError):
    """The backup would lie in the folder that it is of: each later one would hold all before it."""

    who = "author"
    code = "D-BACKUP-INSIDE"

    def __init__(self, target: Path, home: Path) -> None:
        """Facts: where it was to be written, and the folder that is backed up."""
        super().__init__(
            f"备份不能放在它要备份的文件夹里：{target} 在 {home} 里面，以后每份都会带上它。",
            f"a backup does not lie in what it is of: {target} is inside of {home}, and each later one would hold it.",
            "放到别处，最好是另一块盘：yeban backup /backup/yeban.tar.gz",
            "write it elsewhere, best on another disk: yeban backup /backup/yeban.tar.gz",
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
