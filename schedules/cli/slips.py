"""A command that was typed wrongly, in the reader's language: the library under it speaks English only."""

import re
from typing import Any

from schedules.cli.screen import INTERRUPTED, say_stopped, tell
from schedules.problems import DeskError

SAID: tuple[tuple[str, str], ...] = (
    (r"No such command '(.+?)'\.", "没有「{}」这个命令。"),
    (r"Did you mean (.+)\?", "是不是想写 {}？"),
    (r"Missing option (.+?)\.(?: |$)", "少了选项 {}。"),
    (r"Missing argument (.+?)\.(?: |$)", "少了 {}。"),
    (r"Missing command\.", "少了命令。"),
    (r"No such option: (\S+)", "没有 {} 这个选项。"),
    (r"\(Possible options: (.+)\)", "是不是想写 {}？"),
    (r"Option (.+?) requires (?:an argument|\d+ arguments)\.", "{} 后面要写内容。"),
    (r"Option (.+?) does not take a value\.", "{} 后面不写内容。"),
    (r"Got unexpected extra argument\(s\) \((.+)\)", "多写了 {}。"),
    (r"Invalid value for (.+?): ", "{} 写得不对："),
    (r"Invalid value: ", ""),
    (r"Value error, ", ""),
    (r"Input should be a valid integer.*", "要写一个整数。"),
    (r"Input should be a valid number.*", "要写一个数。"),
    (r"Input should be less than or equal to (\S+)", "最大是 {}。"),
    (r"Input should be greater than or equal to (\S+)", "最小是 {}。"),
    (r"'(.+?)' is not one of (.+)\.", "没有「{}」，可以写 {}。"),
    (r"(?:file|directory|path) '(.+?)' does not exist\.", "没有这个文件：{}"),
)
"""What the library says, and the same in Chinese; what it never says here stays as it is."""


class CommandSlip(DeskError):
    """What was typed is no command, or lacks something; nothing was done."""

    who = "author"
    code = "D-COMMAND"

    def __init__(self, said: str, command: str) -> None:
        """Facts: the library's sentence, and the command as far as it was understood."""
        plain = said.replace("Value error, ", "")  # the checker's own words, which say nothing to anybody
        super().__init__(in_chinese(said), plain, f"怎么写：{command} --help", f"how to write it: {command} --help")


def in_chinese(said: str) -> str:
    """The library's sentence in Chinese; names of commands and options lose their quotes. Pure."""
    for english, chinese in SAID:
        found = re.search(english, said)
        if found:
            said = said[: found.start()] + chinese.format(*map(_bare, found.groups())) + said[found.end() :]
    return re.sub(r"(?<=[。：？]) +", "", said)


def _bare(names: str) -> str:
    return re.sub(r"'([^']*)'", r"\1", names).replace(", ", "、")


def typed(command_line: Any, **facts: Any) -> int:
    """Run what was typed; returns the exit code. Raises CommandSlip.

    Who types too little for anything is shown the help (2); a question that nobody answers ends the command (1), and
    Ctrl-C does (130).
    """
    from typer import Abort
    from typer._click.exceptions import NoArgsIsHelpError, UsageError

    try:
        ended = command_line(**facts, standalone_mode=False)
    except NoArgsIsHelpError:  # the help is on the screen by now
        return 2
    except UsageError as slip:
        command = slip.ctx.command_path if slip.ctx else "yeban"
        raise CommandSlip(slip.format_message(), command) from None
    except Abort:
        tell("\n没有回答，什么也没有做。", "\nNo answer; nothing was done.", "yellow")
        return 1
    if ended == INTERRUPTED:
        say_stopped()
    return ended if isinstance(ended, int) else 0
