"""The groups under which `yeban --help` lists the commands: what one does in a day, not fifty names in a row."""

import typer
from typer.models import CommandInfo, TyperInfo

PANELS: dict[str, tuple[str, ...]] = {
    "看一眼 / first look": ("demo", "mall", "doctor", "backup", "restore", "tidy", "reference"),
    "过夜 / the night": ("night", "status", "inbox", "todo", "waiting", "settle"),
    "时间表 / timetables": ("timetable", "backfill", "pause", "unpause"),
    "写流程、跑流程 / flows": (
        "flows", "new", "record", "pick", "check", "plan", "run", "step", "resume", "fmt", "schema", "elements",
    ),
    "收文件 / files": ("ingest", "kinds", "map", "teach", "forget", "quarantine", "replay", "accept", "sheet", "feeds",
                      "snapshot"),
    "账和数 / books": ("report", "trace", "query", "verify", "recon", "vouchers", "invoices"),
    "订单和采购 / orders and purchases": ("orders", "aftersales", "purchases"),
    "商品 / products": ("products",),
    "人和权限 / people": ("secret", "people", "address", "log", "notify"),
    "开发 / developing": ("test", "bench"),
}  # fmt: skip

PANEL_OF = {name: panel for panel, names in PANELS.items() for name in names}


def name_of(info: CommandInfo | TyperInfo) -> str:
    """What a user types for a command or a group of commands."""
    called = info.callback.__name__ if isinstance(info, CommandInfo) and info.callback else ""
    return info.name or called.rstrip("_").replace("_", "-")


def arrange(app: typer.Typer) -> None:
    """The commands stand in their groups, in the order of the groups; one that is in none comes last, under its own."""
    order = [*PANEL_OF]

    def place(info: CommandInfo | TyperInfo) -> int:
        name = name_of(info)
        return order.index(name) if name in order else len(order)

    for command in app.registered_commands:
        command.rich_help_panel = PANEL_OF.get(name_of(command), "Commands")
    for group in app.registered_groups:
        group.rich_help_panel = PANEL_OF.get(name_of(group), "Commands")
    app.registered_commands.sort(key=place)
    app.registered_groups.sort(key=place)
