"""What can be wrong with keys and keyrings.

DeskError
├── KeyUnfit         operator   what was given as the master key is none
├── KeyGone          operator   something is sealed here, and the key's file is not there any more
├── KeyUnreadable    operator   the key's file cannot be read, or made
├── KeyNotTyped      operator   the master key is typed by a person, and nobody sits there
├── KeyringMissing   operator   this machine has no keyring of its own that answers
├── KeyringEmpty     operator   the system's keyring does not have what was put there
├── DeskBusy         operator   something of this desk is at work; keys are changed only while all is still
├── NewKeyMissing    operator   the key comes from the environment, and the new one was not given there
└── SecretEmpty      author     nothing was given to be stored
"""

from pathlib import Path

from schedules.problems import DeskError, VaultLocked


class KeyUnfit(DeskError):
    """What was given as the master key is none."""

    code = "D-KEY"

    def __init__(self, source: str) -> None:
        """Facts: where it was given."""
        super().__init__(
            f"{source} 里的不是主密钥（应是 44 个字符的一串）。",
            f"{source} holds no master key (it is a string of 44 characters).",
            "用 yeban secret new-key 生成一个；别改已有的那个，改了密码库就打不开。",
            "yeban secret new-key makes one; leave the one in use as it is, or the vault does not open.",
        )


class KeyGone(VaultLocked):
    """Something is sealed here, and the key's file is not there any more. No new key is made: it would open nothing."""

    code = "D-KEY-GONE"

    def __init__(self, path: Path, sealed: Path) -> None:
        """Facts: where the key was looked for, and what it is to open."""
        DeskError.__init__(
            self,
            f"主密钥不在 {path}，{sealed} 要用它才打得开；没有另造一个。",
            f"the master key is not at {path}, and {sealed} opens with it only; no other one was made.",
            f"把当时的密钥放回去，或者看看 YEBAN_KEY_FILE 写对了没有；真的丢了，就把 {sealed} 移走，密码重新存一次。",
            f"put it back, or look at YEBAN_KEY_FILE; if it is lost, move {sealed} away and store the secrets again.",
        )


class KeyUnreadable(DeskError):
    """The key's file cannot be read, or made."""

    code = "D-KEY-FILE"

    def __init__(self, path: Path, reason: str) -> None:
        """Facts: the file, and what the system says."""
        super().__init__(
            f"主密钥的文件 {path} 用不了：{reason}",
            f"the master key's file {path} cannot be used: {reason}",
            "看看 YEBAN_KEY_FILE 写的是不是一个文件、它的盘挂上了没有、是不是本人的。",
            "see that YEBAN_KEY_FILE names a file, that its disk is there, and that it is yours.",
        )


class KeyNotTyped(DeskError):
    """The master key is typed by a person, and nobody sits there."""

    code = "D-KEY-TYPED"

    def __init__(self, path: Path) -> None:
        """Facts: the file that says so."""
        super().__init__(
            f"主密钥设置成开机时由人输入（{path}），可是这里没有人可以问。",
            f"the master key is to be typed by a person ({path}), and nobody can be asked here.",
            "在终端里运行；夜里自己跑的，改用 yeban secret rotate --keep file 或 --keep keyring。",
            "run it in a terminal; for nights by themselves: yeban secret rotate --keep file, or --keep keyring.",
        )


class KeyringMissing(DeskError):
    """This machine has no keyring of its own that answers."""

    code = "D-KEYRING"

    def __init__(self, reason: str) -> None:
        """Facts: what the library says."""
        super().__init__(
            f"这台机器没有能用的系统钥匙串：{reason}",
            f"this machine has no keyring that answers: {reason}",
            "没有桌面的服务器就用加密的密码库（默认）：yeban secret move 账号 名字 --to vault。",
            "a server without a desktop uses the encrypted vault (default): yeban secret move ACCOUNT NAME --to vault.",
        )


class KeyringEmpty(DeskError):
    """The system's keyring does not have what was put there."""

    code = "D-KEYRING-EMPTY"

    def __init__(self, what: str) -> None:
        """Facts: whose secret."""
        super().__init__(
            f"系统钥匙串里没有「{what}」：被删掉了，或者这是另一台机器、另一个用户。",
            f"the system's keyring has no {what}: it was removed, or this is another machine or user.",
            "重新存一次：yeban secret set 账号 名字。",
            "store it again: yeban secret set ACCOUNT NAME.",
        )


class DeskBusy(DeskError):
    """Something of this desk is at work; keys are changed only while all is still."""

    code = "D-BUSY"

    def __init__(self, path: Path) -> None:
        """Facts: the lock that is held."""
        super().__init__(
            f"夜班正在做事（锁：{path}），密钥没有换。",
            f"this desk is at work (lock: {path}); the key was not changed.",
            "等它做完，或者先停下 yeban serve / worker，再换。",
            "wait for it to end, or stop yeban serve and workers first.",
        )


class NewKeyMissing(DeskError):
    """The key comes from the environment, and the new one was not given there."""

    code = "D-KEY-NEW"

    def __init__(self) -> None:
        """No facts."""
        super().__init__(
            "现在的密钥来自环境变量 YEBAN_KEY，新的也要从环境给。",
            "the key in use comes from YEBAN_KEY; the new one must come from the environment as well.",
            "YEBAN_NEW_KEY=$(yeban secret new-key) 先存好，再 yeban secret rotate，然后把 YEBAN_KEY 换成它。",
            "keep the output of yeban secret new-key in YEBAN_NEW_KEY, rotate, then put it into YEBAN_KEY.",
        )


class SecretEmpty(DeskError):
    """Nothing was given to be stored."""

    who = "author"
    code = "D-SECRET-EMPTY"

    def __init__(self) -> None:
        """No facts."""
        super().__init__(
            "没有读到内容，什么也没有存；以前存的还在。",
            "nothing was given, and nothing was stored; what was stored before is there.",
            "看看管道前面的命令成功了没有；要删掉一个，用 yeban secret remove。",
            "see whether the command before the pipe went well; yeban secret remove takes one away.",
        )
