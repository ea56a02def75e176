"""What can be wrong with keys and keyrings.

DeskError
├── KeyUnfit         operator   what was given as the master key is none
├── KeyNotTyped      operator   the master key is typed by a person, and nobody sits there
├── KeyringMissing   operator   this machine has no keyring of its own that answers
├── KeyringEmpty     operator   the system's keyring does not have what was put there
├── DeskBusy         operator   something of this desk is at work; keys are changed only while all is still
└── NewKeyMissing    operator   the key comes from the environment, and the new one was not given there
"""

from pathlib import Path

from schedules.problems import DeskError


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
