"""`--help` in the reader's language alone: which half of a help text is shown, and the library's own words.

Help stands in the code in both languages: a command says itself in Chinese, then in English, then by examples; an
option says `中文 / English`. Whoever reads one of them is not shown the other.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from schedules.problems import Lang, default_lang

CHINESE = re.compile(r"[\u3400-\u9fff]")
QUOTED = re.compile(r"`[^`]*`")
EXAMPLES = re.compile(r"例 / (examples?): ")

SAID = {
    "DEFAULT_STRING": ("[默认：{}]", "[default: {}]"),
    "ENVVAR_STRING": ("[环境变量：{}]", "[env var: {}]"),
    "REQUIRED_LONG_STRING": ("[必须写]", "[required]"),
    "ARGUMENTS_PANEL_TITLE": ("要写的", "Arguments"),
    "OPTIONS_PANEL_TITLE": ("选项", "Options"),
    "COMMANDS_PANEL_TITLE": ("命令", "Commands"),
}
"""What the library says around our texts, by its own names for it."""
USAGE = (("Usage: ", "用法："), ("[OPTIONS]", "[选项]"), ("COMMAND [ARGS]...", "命令 [内容]…"))
HELP_OPTION = ("显示这段说明", "show this message")
TYPES = {"str": "文字", "int": "整数", "float": "数", "Path": "路径"}
"""Python's names of types, as an operator calls what is to be written."""
TYPE = re.compile(r"<(?:list\[)?(\w+)\]?>")
FIRST = re.compile(r"(?<=。)|(?<=\.)\s|\n\n")
"""Where the first sentence ends: a list of commands shows no more of each."""


def half(text: str, lang: Lang) -> str:
    """The half of `中文 / English` that is in this language; a text without two halves as it is. Pure."""
    chinese, between, english = text.partition(" / ")
    if not between or not CHINESE.search(chinese):
        return text
    return english if lang == "en" else chinese


def paragraphs(text: str, lang: Lang) -> str:
    """The paragraphs of a command's help that are in this language, and its examples. Pure."""
    kept = []
    for whole in text.split("\n\n"):
        said, *examples = EXAMPLES.split(whole.strip(), maxsplit=1)
        spoken: Lang = "zh" if CHINESE.search(QUOTED.sub("", said)) else "en"
        if said and spoken == lang:
            kept.append(said.strip())
        if examples:
            word, shown = examples
            kept.append(f"{word}: {shown}" if lang == "en" else f"例：{shown}")
    return "\n\n".join(kept)


def spoken(program: Any) -> Any:
    """The program whose help is in the reader's language; its texts are looked at only when help is shown."""
    from typer.main import get_command

    command = get_command(program)
    _listen(command)
    return command


def _listen(command: Any) -> None:
    """Help is put into words when it is asked for, wherever in the tree that is."""
    plain = command.format_help

    def format_help(context: Any, formatter: Any) -> None:
        _put(command, context, default_lang())
        plain(context, formatter)

    command.format_help = format_help
    for below in getattr(command, "commands", {}).values():
        _listen(below)


def _put(command: Any, context: Any, lang: Lang) -> None:
    """Everything that the library is about to show of this command, in the language."""
    from typer import rich_utils

    at = int(lang == "en")
    for name, words in SAID.items():
        setattr(rich_utils, name, words[at])
    command.help = paragraphs(command.help or "", lang)
    for below in getattr(command, "commands", {}).values():
        below.short_help = FIRST.split(paragraphs(below.help or "", lang), maxsplit=1)[0]
        if isinstance(below.rich_help_panel, str):
            below.rich_help_panel = half(below.rich_help_panel, lang)
    for param in command.get_params(context):
        param.help = half(param.help or "", lang)
        if param.default is False:
            param.show_default = False  # `[default: no-dry-run]` says nothing that the switch does not
        param.display_type_rich = partial(_type, param.display_type_rich, lang)
    command.get_help_option(context).help = HELP_OPTION[at]
    command.get_usage = partial(_usage, command.get_usage, lang)


def _usage(plain: Callable[[Any], str], lang: Lang, ctx: Any) -> str:
    said = plain(ctx)
    for english, chinese in () if lang == "en" else USAGE:
        said = said.replace(english, chinese, 1)
    return said


def _type(plain: Callable[..., str | None], lang: Lang, ctx: Any) -> str | None:
    """What is to be written behind an option; a switch takes nothing, and Chinese help shows no Python."""
    said = plain(ctx=ctx) or ""
    name = TYPE.sub(r"\1", said)
    if name == "bool":
        return None
    return said if lang == "en" or name not in TYPES else f"<{TYPES[name]}>"
