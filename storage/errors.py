"""Everything that can go wrong in the memory: who has to act decides what the desk does with it.

BookError
├── FileError            this document; the others go on
│   ├── FileUnknown      no kind recognises it          ├── FileBroken      cut short, not what its name says
│   ├── FileProtected    a password is needed           ├── HeaderMissing   a key column is not there
│   ├── HeaderDrift      known columns under new names: a person explains them
│   ├── PasswordWrong    the password does not open it
│   ├── CellDestroyed    a program destroyed an id, a date or an amount
│   └── CellInvalid      a cell is not what its column holds
├── DecisionError        a person asked for something that the books do not allow
│   ├── FileMissing      ├── NotParked       ├── ReasonMissing
│   ├── NothingAsked     the header needs no explaining                  ├── NothingKnown   nobody said such a thing
│   ├── MeaningWrong     a title or column that is not there       └── FixWrong   a corrected row that is none of ours
│   ├── KindBroken       a taught kind's YAML cannot be used             ├── KindTaken  a built-in kind's name
│   ├── CourierUnknown   not a courier of that platform                  └── UploadWrong  a sheet that cannot be written
├── StockOpened          a second opening count would double the stock
├── StatementTwice       another statement has told of the same wallet's days
├── AccountTwice         another kind of file has told of the same account's days
└── StoreError           this machine: database, archive
    ├── DatabaseUnreachable   ├── DatabaseAddressWrong
    ├── DatabaseTooNew        └── ArchiveDamaged

A class takes facts and owns its sentence in Chinese and English; callers never write messages. The shape is that of
the bots' errors; the rooms do not import each other.
"""

import re
from collections.abc import Sequence
from typing import ClassVar, Literal

from storage.reasons import english, listed

_REASONS = frozenset({"fix", "reason", "seen"})
"""Facts that are sentences themselves, said in Chinese."""

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
        return (self.en if lang == "en" else self.zh).format(**_shown(self.facts, lang))

    def hint(self, lang: str = "zh") -> str:
        """One sentence saying what to do now; empty when the message says it all."""
        return (self.en_hint if lang == "en" else self.zh_hint).format(**_shown(self.facts, lang))

    def __str__(self) -> str:
        return self.message("zh")


def _shown(facts: dict[str, object], lang: str) -> dict[str, str]:
    shown = {name: _text(value, lang) for name, value in facts.items()}
    return shown | {name: english(shown[name]) for name in _REASONS & shown.keys()} if lang == "en" else shown


def _text(value: object, lang: str) -> str:
    if isinstance(value, list | tuple):
        parts = [_text(part, lang) for part in value]
        return (listed(parts) or "none") if lang == "en" else ("、".join(parts) or "无")
    return str(value)


class FileError(BookError):
    """A document, or one of its rows, cannot be taken as it is."""

    who: ClassVar[Who] = "business"
    code = "E-FILE"


class FileUnknown(FileError):
    """No document kind recognises the file."""

    code = "E-FILE-UNKNOWN"
    zh = "不认识的文件「{name}」：{seen}"
    en = "no document kind recognises {name}: {seen}"
    zh_hint = "确认下载的是哪张表；认得的见 yeban kinds，没见过的教它：yeban teach 文件 --kind 名字"
    en_hint = (
        "check what was exported; yeban kinds lists what is known, yeban teach FILE --kind NAME teaches a new kind"
    )

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
    """The zip or the workbook is encrypted."""

    code = "E-FILE-PROTECTED"
    zh = "文件「{name}」有密码"
    en = "{name} needs a password"
    zh_hint = (
        "压缩包：yeban ingest 文件 --password 密码；Excel：要一份没有密码的原始导出，不要自己另存（另存会破坏编号）"
    )
    en_hint = (
        "a zip: yeban ingest FILE --password PASSWORD; a workbook: ask for the export without one, do not save it again"
    )

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class PasswordWrong(FileError):
    """The password that was given does not open the zip."""

    who = "person"
    code = "E-FILE-PASSWORD"
    zh = "密码打不开「{name}」"
    en = "the password does not open {name}"
    zh_hint = "账单的密码通常在短信、邮件或对方的通知里，每个文件一个"
    en_hint = "a bill's password comes by message or mail, one for each file"

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


class HeaderDrift(FileError):
    """The file is of a known kind, but some of its columns go by names that nobody has explained yet."""

    who = "person"
    code = "E-HEADER-DRIFT"
    zh = "文件「{name}」像是 {kind}，但表头变了：缺 {missing}；不认识的列：{unknown}"
    en = "{name} looks like {kind} with a changed header: it lacks {missing}; unknown columns: {unknown}"
    zh_hint = "说明哪一列现在叫什么：yeban map 文件；说明一次就记住，不用重新下载"
    en_hint = "say what the columns are called now: yeban map FILE; it is remembered, nothing is fetched again"

    def __init__(self, name: str, kind: str, missing: Sequence[str], unknown: Sequence[str]) -> None:
        super().__init__(name=name, kind=kind, missing=list(missing), unknown=list(unknown))


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

    who: ClassVar[Who] = "author"
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


class NothingAsked(DecisionError):
    """The file's header has nothing that a person would have to explain."""

    who = "person"
    code = "E-NOTHING-ASKED"
    zh = "文件「{name}」的表头没有要说明的：要用的列都认得"
    en = "the header of {name} asks nothing: every column that is needed is known"
    zh_hint = "说错了要重来：yeban forget 看说过什么、忘掉哪一条"
    en_hint = "to say it anew: yeban forget lists what was said and forgets it"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class NothingKnown(DecisionError):
    """Nobody explained or taught anything under this name."""

    code = "E-NOTHING-KNOWN"
    zh = "没有谁说过「{name}」"
    en = "nobody explained or taught anything called {name}"
    zh_hint = "说过的：{known}"
    en_hint = "there are {known}"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(name=name, known=list(known))


class MeaningWrong(DecisionError):
    """A title was explained that the file has not, or as a column that the kind has not."""

    code = "E-MEANING"
    zh = "不能这样对应「{column}={title}」：{reason}；可以选：{known}"
    en = "{column}={title} cannot be: {reason}; there are {known}"

    def __init__(self, column: str, title: str, reason: str, known: Sequence[str]) -> None:
        super().__init__(column=column, title=title, reason=reason, known=list(known))


class FixWrong(DecisionError):
    """A corrected row that cannot be taken: of no file here, of no quarantined row, or with a column of its own."""

    code = "E-FIX"
    zh = "改好的行不能收（{name} 第 {row_no} 行）：{reason}"
    en = "the corrected row cannot be taken ({name}, row {row_no}): {reason}"
    zh_hint = "用 yeban quarantine --export 文件.xlsx 导出的表来改，前两列不要动"
    en_hint = "correct the sheet that yeban quarantine --export FILE.xlsx writes; leave its first two columns"

    def __init__(self, name: str, row_no: object, reason: str) -> None:
        super().__init__(name=name, row_no=row_no, reason=reason)


class KindBroken(DecisionError):
    """A taught kind's YAML cannot be used."""

    code = "E-KIND"
    zh = "{path}:{line}:{column} 种类的说明不能用：{reason}"
    en = "{path}:{line}:{column} this description of a kind cannot be used: {reason}"
    zh_hint = "{fix}"
    en_hint = "{fix}"

    def __init__(self, path: str, line: int, column: int, reason: str, fix: str) -> None:
        super().__init__(path=path, line=line, column=column, reason=reason, fix=fix)

    def message(self, lang: str = "zh") -> str:
        """One sentence with its place: in the YAML, or the option of a command that said it (`--kind`)."""
        if str(self.facts["path"]).startswith("--"):
            reason = str(self.facts["reason"])
            return f"{self.facts['path']}: {english(reason)}" if lang == "en" else f"{self.facts['path']}：{reason}"
        return super().message(lang)


class KindTaken(DecisionError):
    """A built-in kind has this name already."""

    code = "E-KIND-TAKEN"
    zh = "{kind} 是自带的种类，换一个名字"
    en = "{kind} is a built-in kind; choose another name"

    def __init__(self, kind: str) -> None:
        super().__init__(kind=kind)


class CourierUnknown(DecisionError):
    """The platform has no courier of this name; another platform's name is not guessed at."""

    who = "business"
    code = "E-COURIER"
    zh = "{platform} 没有叫「{said}」的快递"
    en = "{platform} has no courier called {said}"
    zh_hint = "最像的：{nearest}"
    en_hint = "the nearest are {nearest}"

    def __init__(self, platform: str, said: str, nearest: Sequence[str]) -> None:
        super().__init__(platform=platform, said=said, nearest=list(nearest))


class UploadWrong(DecisionError):
    """A sheet for a platform cannot be written; `row_no` from 1, 0 where the whole sheet is meant."""

    who = "business"
    code = "E-UPLOAD"
    zh = "给 {platform} 的表写不了{row}：{reason}"
    en = "the sheet for {platform} cannot be written{row}: {reason}"

    def __init__(self, platform: str, row_no: int, reason: str, reason_en: str) -> None:
        super().__init__(platform=platform, row_no=row_no, reason=reason, reason_en=reason_en)

    def message(self, lang: str = "zh") -> str:
        """One sentence, with the row where one is meant."""
        row_no = self.facts["row_no"]
        if lang == "en":
            row = f" (row {row_no})" if row_no else ""
            return self.en.format(platform=self.facts["platform"], row=row, reason=self.facts["reason_en"])
        row = f"（第 {row_no} 行）" if row_no else ""
        return self.zh.format(platform=self.facts["platform"], row=row, reason=self.facts["reason"])

    def reason(self, lang: str = "zh") -> str:
        """Only why, for a list that says the row beside it."""
        return str(self.facts["reason_en" if lang == "en" else "reason"])


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


class StatementTwice(BookError):
    """Two kinds of statement tell of one wallet's money under numbers of their own; both would count it twice."""

    who = "person"
    code = "E-STATEMENT-TWICE"
    zh = "店铺 {shop} 的 {wallet} 钱包 {days} 已由另一种账单（{known}）入账，流水号没有一个相同，再入一遍就算了两次"
    en = "the {wallet} wallet of {shop} is in the books for {days} by another kind of statement ({known}) with no number in common; both would count the money twice"  # noqa: E501
    zh_hint = "每个钱包只用一种账单；确实是另外的钱，用 yeban accept 放行"
    en_hint = "use one kind of statement per wallet; if it is other money, release it with yeban accept"

    def __init__(self, shop: str, wallet: str, days: str, known: Sequence[str]) -> None:
        super().__init__(shop=shop, wallet=wallet, days=days, known=list(known))


class AccountTwice(BookError):
    """Two kinds of file tell of one bank account's money; no line of one can be known as a line of the other."""

    who = "person"
    code = "E-ACCOUNT-TWICE"
    zh = "银行账号 {account} {days} 已由另一种文件（{known}）入账，没有一笔相同，再入一遍就算了两次"
    en = "the bank account {account} is in the books for {days} by another kind of file ({known}) with no line in common; both would count the money twice"  # noqa: E501
    zh_hint = "每个账号只用一种文件；确实是另外的钱，用 yeban accept 放行"
    en_hint = "use one kind of file per account; if it is other money, release it with yeban accept"

    def __init__(self, account: str, days: str, known: Sequence[str]) -> None:
        super().__init__(account=account, days=days, known=list(known))


class StoreError(BookError):
    """The database or the archive of this machine."""

    who = "operator"
    code = "E-STORE"


class DatabaseUnreachable(StoreError):
    """The database cannot be opened."""

    code = "E-DATABASE"
    zh = "打不开数据库 {url}：{reason}"
    en = "cannot open the database {url}: {reason}"
    zh_hint = "看看地址和服务器；是文件的话，看它的文件夹能不能写（是不是用别的用户或 sudo 跑过）、磁盘满了没有"
    en_hint = (
        "check the address and the server; of a file, whether its folder can be written to (was Yeban run by another "
        "user, with sudo?) and the disk has room"
    )

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url=url, reason=reason)


class DatabaseAddressWrong(StoreError):
    """What stands where the database's address belongs is none; its password, if it has one, is not said."""

    code = "E-DATABASE-ADDRESS"
    zh = "数据库的地址写得不对：{address}"
    en = "this is no address of a database: {address}"
    zh_hint = "写成 postgresql://用户@主机:5432/库名，或 sqlite:///文件（settings.yaml 的 database，或 YEBAN_DATABASE）"
    en_hint = "write postgresql://user@host:5432/name, or sqlite:///file (database in settings.yaml, or YEBAN_DATABASE)"

    def __init__(self, address: str) -> None:
        super().__init__(address=re.sub(r":[^:@/]*@", ":***@", address))


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
