"""Everything that can go wrong in the memory: who has to act decides what the desk does with it.

BookError
├── FileError            this document; the others go on
│   ├── FileUnknown      no kind recognises it          ├── FileBroken      cut short, not what its name says
│   ├── FileProtected    a password is needed           ├── HeaderMissing   a key column is not there
│   ├── CellDestroyed    a program destroyed an id, a date or an amount
│   └── CellInvalid      a cell is not what its column holds
├── DecisionError        a person asked for something that the books do not allow
│   ├── FileMissing      ├── NotParked       └── ReasonMissing
├── StockOpened          a second opening count would double the stock
└── StoreError           this machine: database, archive
    ├── DatabaseUnreachable   ├── DatabaseTooNew   └── ArchiveDamaged

A class takes facts and owns its sentence in Chinese and English; callers never write messages. The shape is that of
the bots' errors; the rooms do not import each other.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

Who = Literal["author", "site", "business", "person", "operator"]


class BookError(Exception):
    """A failure that knows who has to act, its stable code, its facts and its own sentence.

    `facts` hold JSON-able values only; `where` is "file name:row" when a row is meant, else "".
    """

    who: ClassVar[Who] = "operator"
    code: ClassVar[str] = "E-BOOK"
    zh: ClassVar[str] = "出错了"
    en: ClassVar[str] = "something went wrong"
    zh_hint: ClassVar[str] = ""
    en_hint: ClassVar[str] = ""

    def __init__(self, **facts: object) -> None:
        super().__init__(facts)
        self.facts: dict[str, object] = facts
        self.where = ""

    def message(self, lang: str = "zh") -> str:
        """One sentence saying what happened, with its facts filled in."""
        return (self.en if lang == "en" else self.zh).format(**_shown(self.facts))

    def hint(self, lang: str = "zh") -> str:
        """One sentence saying what to do now; empty when the message says it all."""
        return (self.en_hint if lang == "en" else self.zh_hint).format(**_shown(self.facts))

    def __str__(self) -> str:
        return self.message("zh")


def _shown(facts: dict[str, object]) -> dict[str, str]:
    return {name: _text(value) for name, value in facts.items()}


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "、".join(_text(part) for part in value) or "无"
    return str(value)


class FileError(BookError):
    """A document, or one of its rows, cannot be taken as it is."""

    who = "business"
    code = "E-FILE"


class FileUnknown(FileError):
    """No document kind recognises the file."""

    code = "E-FILE-UNKNOWN"
    zh = "不认识的文件「{name}」：{seen}"
    en = "no document kind recognises {name}: {seen}"
    zh_hint = "确认下载的是哪张表；已知的种类：{kinds}"
    en_hint = "check what was exported; the known kinds are {kinds}"

    def __init__(self, name: str, seen: str, kinds: Sequence[str]) -> None:
        super().__init__(name=name, seen=seen, kinds=list(kinds))


class FileBroken(FileError):
    """The file is cut short, damaged, or is not what its name says."""

    code = "E-FILE-BROKEN"
    zh = "文件「{name}」已损坏或不是数据文件：{reason}"
    en = "{name} is damaged or holds no data: {reason}"
    zh_hint = "重新下载一次"
    en_hint = "fetch it again"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name=name, reason=reason)


class FileProtected(FileError):
    """The archive is encrypted."""

    code = "E-FILE-PROTECTED"
    zh = "压缩包「{name}」有密码"
    en = "{name} needs a password"
    zh_hint = "用密码解压后再导入"
    en_hint = "unpack it with its password and ingest the result"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class HeaderMissing(FileError):
    """A key column is not in the header; nothing is guessed."""

    code = "E-HEADER"
    zh = "文件「{name}」缺少列：{missing}；表头是：{found}"
    en = "{name} lacks the columns {missing}; its header is {found}"
    zh_hint = "平台可能改了表头，或导出时没有勾选这些列"
    en_hint = "the platform may have renamed them, or they were not ticked in the export"

    def __init__(self, name: str, missing: Sequence[str], found: Sequence[str]) -> None:
        super().__init__(name=name, missing=list(missing), found=list(found))


class CellDestroyed(FileError):
    """A spreadsheet program destroyed the value; it is refused, never repaired."""

    code = "E-CELL-DESTROYED"
    zh = "「{column}」的值 {value} 已被表格软件破坏：{reason}"
    en = "{column}: {value} was destroyed by a spreadsheet program: {reason}"
    zh_hint = "请用平台原始导出文件，不要用 Excel 另存"
    en_hint = "use the platform's own export, not one saved again by Excel"

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(column=column, value=value, reason=reason)


class CellInvalid(FileError):
    """The cell does not hold what its column holds."""

    code = "E-CELL"
    zh = "「{column}」的值 {value} 不对：{reason}"
    en = "{column}: {value} is not right: {reason}"

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(column=column, value=value, reason=reason)


class DecisionError(BookError):
    """A person's decision cannot be carried out."""

    who = "author"
    code = "E-DECISION"


class FileMissing(DecisionError):
    """No archived file has this sha256."""

    code = "E-FILE-MISSING"
    zh = "没有编号为 {file_sha} 的文件"
    en = "no file is known as {file_sha}"

    def __init__(self, file_sha: str) -> None:
        super().__init__(file_sha=file_sha)


class NotParked(DecisionError):
    """Only a parked file waits for a decision."""

    code = "E-NOT-PARKED"
    zh = "文件 {file_sha} 的状态是 {state}，不需要放行"
    en = "{file_sha} is {state}; it does not wait for anybody"

    def __init__(self, file_sha: str, state: str) -> None:
        super().__init__(file_sha=file_sha, state=state)


class ReasonMissing(DecisionError):
    """Who decided, or why, was left empty."""

    code = "E-REASON"
    zh = "放行要写明谁决定的、为什么"
    en = "say who decided, and why"


class StockOpened(BookError):
    """The warehouse was opened by another document; stock is corrected by counts, not by opening it again."""

    who = "business"
    code = "E-STOCK-OPENED"
    zh = "仓库 {warehouse} 已由期初单 {known} 建账，不能再用 {found} 建账"
    en = "warehouse {warehouse} was opened by {known}; {found} cannot open it again"
    zh_hint = "库存有出入请用盘点单更正"
    en_hint = "correct differences by a count"

    def __init__(self, warehouse: str, known: str, found: Sequence[str]) -> None:
        super().__init__(warehouse=warehouse, known=known, found=list(found))


class StoreError(BookError):
    """The database or the archive of this machine."""

    who = "operator"
    code = "E-STORE"


class DatabaseUnreachable(StoreError):
    """The database cannot be opened."""

    code = "E-DATABASE"
    zh = "打不开数据库 {url}：{reason}"
    en = "cannot open the database {url}: {reason}"

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url=url, reason=reason)


class DatabaseTooNew(StoreError):
    """The books were written by a newer program; an older one keeps its hands off."""

    code = "E-DATABASE-NEWER"
    zh = "数据库的版本 {found} 比程序的 {known} 新"
    en = "the database is at {found}, this program knows {known}"
    zh_hint = "请更新程序"
    en_hint = "update the program"

    def __init__(self, found: str, known: str) -> None:
        super().__init__(found=found, known=known)


class ArchiveDamaged(StoreError):
    """An archived document is missing or its content is not what its name says."""

    code = "E-ARCHIVE"
    zh = "归档文件 {file_sha} 有问题：{reason}"
    en = "the archived file {file_sha} is not sound: {reason}"
    zh_hint = "从备份恢复归档目录"
    en_hint = "restore the archive folder from a backup"

    def __init__(self, file_sha: str, reason: str) -> None:
        super().__init__(file_sha=file_sha, reason=reason)
