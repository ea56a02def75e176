"""The command line: the modules of `panels` put together. Each command is a few lines over a function of the desk."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import typer

from schedules.cli.help_words import spoken
from schedules.cli.panels import MODULE_OF, arrange, name_of
from schedules.cli.screen import edge
from schedules.cli.slips import typed
from schedules.homes import written_lang
from schedules.logs import silence
from schedules.problems import speak

if TYPE_CHECKING:
    from schedules.cli.head_start import HeadStart


def main(head_start: "HeadStart | None" = None) -> None:
    """Entry point of `yeban`; `run` uses the head start if it got one."""
    silence()
    speak(written_lang())
    with edge():
        sys.exit(typed(spoken(command_line(*sys.argv[1:2])), prog_name="yeban", obj=head_start))


def command_line(word: str = "") -> typer.Typer:
    """The program with the command `word` alone; with all of them when there is no such command (help, a slip)."""
    app = typer.Typer(
        name="yeban",
        help="夜班：电商后台的夜班机器人。流程用 YAML 写，机器人照着做，账本地对。\n\n"
        "Yeban: the night shift of an e-commerce back office. Start with: yeban demo",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_one_command_stays_a_command)
    modules = dict.fromkeys([MODULE_OF[word]] if word in MODULE_OF else MODULE_OF.values())
    for module in modules:
        import_module(f"schedules.cli.{module}").register(app)
    if word in MODULE_OF:
        app.registered_commands = [one for one in app.registered_commands if name_of(one) == word]
        app.registered_groups = [one for one in app.registered_groups if name_of(one) == word]
    arrange(app)
    return app


def _one_command_stays_a_command() -> None:
    """Typer would take a program's only command for the program itself."""
