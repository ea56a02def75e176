"""Any error's where, message, hint and who: for the terminal, pages, messages and the exit code.

    DeskError
    ├── SettingsBroken     operator   a YAML file of the desk (settings, a plan) cannot be used
    ├── VaultLocked        operator   the key does not open the vault
    ├── SecretMissing      operator   a flow asks for a secret nobody stored
    ├── FlowMissing        author     no such flow
    ├── FlowBroken         author     the flow or its site file has problems
    ├── AccountMissing     author     no such account in the settings
    ├── PlanMissing        author     no such plan of a night
    ├── NightRunning       operator   another process plays this night
    ├── AccountBusy        operator   another process uses this account
    ├── NotWaiting         author     nothing with that number waits for a person
    ├── MendingMissing     author     no element was mended under that number
    ├── MendingOutdated    author     the library was changed since; nothing is overwritten
    ├── BooksWrong         operator   an invariant of the books does not hold
    └── ReportMissing      author     no such report, or none was written yet

The rooms have trees of their own (bots/errors.py, storage/errors.py); all carry `who`, `code`, `message`, `hint`, and
this module needs to know only that.
"""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar, Literal, Protocol, runtime_checkable

Lang = Literal["zh", "en"]

EXIT_CODES = {"business": 1, "author": 2, "site": 3, "operator": 4, "person": 5}
"""Exit code by who has to act; 0 is success, 130 an interruption, 1 also anything unforeseen."""


_SPOKEN: list[str] = []
"""The language of this process, once `speak` has said it."""


def speak(lang: str) -> None:
    """What `default_lang` says from now on where `YEBAN_LANG` says nothing."""
    _SPOKEN[:] = [lang]


def default_lang() -> Lang:
    """`YEBAN_LANG` decides, then `lang:` of settings.yaml; Chinese otherwise, as most readers are."""
    said = os.environ.get("YEBAN_LANG") or "".join(_SPOKEN)
    return "en" if said.lower().startswith("en") else "zh"


WHO = {
    "author": ("写流程或下这条命令的人", "whoever wrote the flow or typed the command"),
    "site": ("网站（夜班会自己重试）", "the site (Yeban retries by itself)"),
    "business": ("处理这行数据的人", "whoever owns this row's data"),
    "person": ("需要一个人", "a person"),
    "operator": ("管这台机器的人", "whoever runs this machine"),
}


@runtime_checkable
class Explained(Protocol):
    """What every error of ours can say of itself."""

    who: str
    code: str

    def message(self, lang: str) -> str:
        """What happened, one sentence."""

    def hint(self, lang: str) -> str:
        """What to do now, one sentence; may be empty."""


class DeskError(Exception):
    """Root of the desk's own errors; a subclass takes facts and owns its sentence."""

    who: ClassVar[str] = "operator"
    code: ClassVar[str] = "D-ERROR"
    where: str = ""

    def __init__(self, zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> None:
        """Keep the sentence in both languages."""
        super().__init__(zh)
        self._message = {"zh": zh, "en": en}
        self._hint = {"zh": hint_zh, "en": hint_en}

    def message(self, lang: str) -> str:
        """What happened."""
        return self._message["en" if lang == "en" else "zh"]

    def hint(self, lang: str) -> str:
        """What to do now."""
        return self._hint["en" if lang == "en" else "zh"]


class SettingsBroken(DeskError):
    """A YAML file of the desk (settings, a plan) cannot be used."""

    code = "D-SETTINGS"

    def __init__(self, path: Path, details: Sequence[str]) -> None:
        """Facts: the file and what is wrong in it."""
        lines = "\n".join(details)
        super().__init__(
            f"这个文件不能用，有 {len(details)} 处要改：{path}\n{lines}",
            f"the file cannot be used, places to mend: {len(details)}: {path}\n{lines}",
            "改好再运行。",
            "mend them and run again.",
        )


class VaultLocked(DeskError):
    """The key does not open the vault."""

    code = "D-VAULT"

    def __init__(self, path: Path) -> None:
        """Facts: the vault's file."""
        super().__init__(
            f"密码库打不开：{path} 不是用现在的密钥写的。",
            f"the vault does not open: {path} was written with another key.",
            "把当时的密钥放回 secret.key 或环境变量 YEBAN_KEY。",
            "put the key it was written with back into secret.key or YEBAN_KEY.",
        )


class SecretMissing(DeskError):
    """A flow asks for a secret nobody stored."""

    code = "D-SECRET"

    def __init__(self, account: str, name: str) -> None:
        """Facts: whose secret, and its name."""
        super().__init__(
            f"账号 {account} 没有存「{name}」。",
            f"the account {account} has no secret called {name}.",
            f"运行：yeban secret set {account} {name}（会在屏幕上问你，不会显示出来）",
            f"run: yeban secret set {account} {name} (it asks, and shows nothing)",
        )


class FlowMissing(DeskError):
    """No such flow."""

    who = "author"
    code = "D-FLOW-MISSING"

    def __init__(self, name: str, nearest: Sequence[str]) -> None:
        """Facts: the name asked for and the nearest that exist."""
        offer = "、".join(nearest)
        super().__init__(
            f"没有叫「{name}」的流程。",
            f"there is no flow called {name}.",
            f"最接近的：{offer}" if nearest else "用 yeban flows 看有哪些流程。",
            f"nearest: {', '.join(nearest)}" if nearest else "yeban flows lists what there is.",
        )


class FlowBroken(DeskError):
    """The flow or its site file has problems; each is rendered with its place."""

    who = "author"
    code = "D-FLOW-BROKEN"

    def __init__(self, path: Path, rendered: Sequence[str]) -> None:
        """Facts: the file and its problems as rendered text."""
        body = "\n\n".join(rendered)
        super().__init__(f"{path} 有 {len(rendered)} 处问题：\n\n{body}", f"{path}: {len(rendered)} problems\n\n{body}")
        self.rendered = list(rendered)


class AccountMissing(DeskError):
    """No such account in the settings."""

    who = "author"
    code = "D-ACCOUNT"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        """Facts: the account asked for and those there are."""
        super().__init__(
            f"设置里没有账号「{name}」。",
            f"there is no account called {name} in the settings.",
            f"有这些：{'、'.join(known) or '（一个也没有）'}",
            f"there are: {', '.join(known) or '(none)'}",
        )


class PlanMissing(DeskError):
    """No such plan of a night."""

    who = "author"
    code = "D-PLAN-MISSING"

    def __init__(self, path: Path, known: Sequence[str]) -> None:
        """Facts: the file asked for and the YAML files beside where it should be."""
        super().__init__(
            f"没有计划文件 {path}。",
            f"there is no plan {path}.",
            f"那里有：{'、'.join(known) or '（没有 YAML 文件）'}；样子见 schedules/example.yaml。",
            f"there are: {', '.join(known) or '(no YAML files)'}; schedules/example.yaml shows what one looks like.",
        )


class NightRunning(DeskError):
    """Another process plays this night."""

    code = "D-NIGHT-RUNNING"

    def __init__(self, path: Path) -> None:
        """Facts: the lock that is held."""
        super().__init__(
            f"这里已经有一个夜班在跑（锁：{path}）。",
            f"a night is already being played here (lock: {path}).",
            "等它结束再运行；用 yeban status 看它做到哪里。",
            "wait for it to end; yeban status says how far it is.",
        )


class AccountBusy(DeskError):
    """Another process is signed in as this account and did not end in time."""

    code = "D-ACCOUNT-BUSY"

    def __init__(self, account: str, path: Path) -> None:
        """Facts: the account, the lock that is held."""
        super().__init__(
            f"账号 {account} 正被另一个夜班进程用着，等了也没有空出来（锁：{path}）。",
            f"another process of Yeban is using the account {account} and did not end (lock: {path}).",
            "同一个账号一次只做一件事：等那一件做完再运行。",
            "an account does one thing at a time: run this again when the other has ended.",
        )


class NotWaiting(DeskError):
    """Nothing with that number waits for a person."""

    who = "author"
    code = "D-NOT-WAITING"

    def __init__(self, number: str, waiting: Sequence[str]) -> None:
        """Facts: the number that was given and those that wait."""
        super().__init__(
            f"没有编号 {number} 的事在等人核对。",
            f"nothing with the number {number} waits for a person.",
            f"在等的：{'、'.join(waiting) or '（没有）'}；详情见 yeban waiting。",
            f"waiting: {', '.join(waiting) or '(nothing)'}; see yeban waiting.",
        )


class MendingMissing(DeskError):
    """No element was mended under that number."""

    who = "author"
    code = "D-MENDING"

    def __init__(self, number: int | None) -> None:
        """Facts: the number; None for the last one."""
        zh = f"没有编号 {number} 的元素改动可以处理。" if number is not None else "没有可以撤回的元素改动。"
        en = f"there is no mending {number} to act on." if number is not None else "there is no mending to take back."
        super().__init__(zh, en, "编号见 yeban elements healed。", "the numbers: yeban elements healed")


class MendingOutdated(DeskError):
    """The library was changed since; nothing is overwritten."""

    who = "author"
    code = "D-MENDING-OLD"

    def __init__(self, number: int, file: str) -> None:
        """Facts: the mending and its file."""
        super().__init__(
            f"{file} 在第 {number} 次改动之后又被人改过这个元素，没有动它。",
            f"this element of {file} was changed again after mending {number}; it was left alone.",
            f"原来的全文在数据目录的 healing/{number}/before.yaml，请自己对照着改。",
            f"the whole earlier text is healing/{number}/before.yaml in the data folder; compare and edit by hand.",
        )


class BooksWrong(DeskError):
    """An invariant of the books does not hold."""

    code = "D-BOOKS-WRONG"

    def __init__(self, findings: Sequence[str]) -> None:
        """Facts: every finding with its place."""
        body = "\n".join(findings)
        super().__init__(
            f"账里有 {len(findings)} 处不变式不成立：\n{body}",
            f"{len(findings)} invariants of the books do not hold:\n{body}",
            "先不要用今天的数字；把这几行和日志交给维护夜班的人。",
            "do not use today's figures; hand these lines and the log to whoever maintains Yeban.",
        )


class ReportMissing(DeskError):
    """No such report, or none was written yet."""

    who = "author"
    code = "D-REPORT-MISSING"

    def __init__(self, name: str, known: Sequence[str]) -> None:
        """Facts: the report asked for and those there are."""
        near = get_close_matches(name, known, n=3)
        if name == "morning":
            words = "还没有写过早报。", "no morning report was written yet."
        else:
            words = f"没有叫「{name}」的报表。", f"there is no report called {name}."
        offer, offer_en = f"有这些：{'、'.join(known)}", f"there are: {', '.join(known)}"
        if near:
            offer, offer_en = f"是不是想写 {'、'.join(near)}？", f"nearest: {', '.join(near)}"
        if not known:
            offer, offer_en = "用 yeban report 写一份。", "yeban report writes one."
        super().__init__(*words, offer, offer_en)


@dataclass(frozen=True)
class Shown:
    """An error ready to be shown: on a terminal, on a page, in a message."""

    where: str
    message: str
    hint: str
    who: str
    code: str
    exit_code: int


FAULT = "D-FAULT"
"""The code of what nobody foresaw."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""How systems say that nothing more fits: the disk's end, the quota's end."""
FULL_WORDS = {
    "zh": (
        "磁盘满了，写到一半停下；没写完的都不算数，以前的都在。",
        "腾出地方（yeban tidy，移走旧备份），再运行一次，会接着做。",
    ),
    "en": (
        "the disk is full; what was half written does not count, and what was there before is there.",
        "make room (yeban tidy, move old backups away) and run again: it goes on where it was cut.",
    ),
}


def is_full(error: BaseException) -> bool:
    """Whether this error, or one that it came from, says that the disk is full; SQLite has words of its own for it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in FULL:
            return True
        if "database or disk is full" in str(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
"""How systems say that this user may not: rights, or a volume that is only read."""


def denied(error: BaseException) -> str | None:
    """The file that this user may not read or write, "" where its name is not known; None for any other error."""
    if isinstance(error, OSError) and error.errno in DENIED:
        return str(error.filename or "")
    return "" if "attempt to write a readonly database" in str(error) else None


def _denied_words(path: str, reason: str, lang: Lang) -> tuple[str, str]:
    """What is said of a file that this user may not read or write, and what to do."""
    if lang == "en":
        said = f"this user may not read or write {path or 'the database'}: {reason}."
        return said, (
            "look whose the folder is, and whether its volume may be written to (was Yeban run by another user, with "
            "sudo?); or keep everything elsewhere: YEBAN_HOME."
        )
    said = f"当前用户不能读写 {path or '数据库'}：{reason}。"
    return said, "看看那个文件夹是谁的、所在的盘能不能写（是不是用别的用户或 sudo 跑过）；或者用 YEBAN_HOME 换个地方。"


def explain(error: BaseException, lang: Lang) -> Shown:
    """Say any error: ours in its own words, a full disk and missing rights as such, the rest as a fault of Yeban."""
    if isinstance(error, Explained):
        names = WHO.get(error.who, WHO["operator"])
        return Shown(
            where=str(getattr(error, "where", "") or ""),
            message=error.message(lang),
            hint=error.hint(lang),
            who=names[1 if lang == "en" else 0],
            code=error.code,
            exit_code=EXIT_CODES.get(error.who, 1),
        )
    if is_full(error):
        message, hint = FULL_WORDS["en" if lang == "en" else "zh"]
        who = WHO["operator"][1 if lang == "en" else 0]
        return Shown(
            str(getattr(error, "filename", "") or ""), message, hint, who, "D-DISK-FULL", EXIT_CODES["operator"]
        )
    if (path := denied(error)) is not None:
        reason = getattr(error, "strerror", None) or "readonly"
        return Shown("", *_denied_words(path, reason, lang), WHO["operator"][lang == "en"], "D-DENIED", 4)
    what = f"{type(error).__name__}: {error}"
    if lang == "en":
        return Shown("", f"Yeban itself has a fault: {what}", "the log has the trace", "Yeban's makers", FAULT, 1)
    return Shown("", f"夜班自己出了错：{what}", "日志里有完整的经过，请连同它一起告诉我们", "夜班的作者", FAULT, 1)
