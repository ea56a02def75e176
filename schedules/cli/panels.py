"""Every command's name, the group under which `yeban --help` lists it, and the module that has it.

The groups are what one does in a day, not fifty names in a row. A new command is its module and one name here; only the
module of the command that was typed is read, because reading all of them takes longer than most commands.
"""

from collections.abc import Mapping

import typer
from typer.models import CommandInfo, TyperInfo

PANELS: Mapping[str, Mapping[str, str]] = {
    "看一眼 / first look": {
        "demo": "first_commands",
        "mall": "first_commands",
        "doctor": "doctor_command",
        "health": "service_commands",
        "service": "service_commands",
        "backup": "backup_commands",
        "restore": "backup_commands",
        "tidy": "tidy_command",
        "reference": "first_commands",
    },
    "过夜 / the night": {
        "night": "night_commands",
        "status": "night_commands",
        "inbox": "inbox_commands",
        "sessions": "session_commands",
        "todo": "todo_commands",
        "waiting": "night_commands",
        "settle": "night_commands",
    },
    "时间表 / timetables": {
        "timetable": "timetable_commands",
        "backfill": "timetable_commands",
        "pause": "timetable_commands",
        "unpause": "timetable_commands",
        "serve": "serve_commands",
        "worker": "serve_commands",
        "runs": "runs_commands",
        "cancel": "runs_commands",
        "drain": "serve_commands",
    },
    "写流程、跑流程 / flows": {
        "flows": "flow_commands",
        "new": "flow_commands",
        "record": "author_commands",
        "pick": "author_commands",
        "check": "flow_commands",
        "plan": "flow_commands",
        "run": "flow_commands",
        "step": "flow_commands",
        "resume": "flow_commands",
        "fmt": "flow_commands",
        "schema": "flow_commands",
        "elements": "element_commands",
    },
    "收文件 / files": {
        "ingest": "ingest_commands",
        "kinds": "ingest_commands",
        "map": "explain_commands",
        "teach": "explain_commands",
        "forget": "explain_commands",
        "quarantine": "ingest_commands",
        "replay": "ingest_commands",
        "accept": "figure_commands",
        "sheet": "sheet_commands",
        "feeds": "feed_commands",
        "snapshot": "snapshot_command",
    },
    "给财务 / to finance": {
        "documents": "documents_commands",
        "calendar": "documents_commands",
        "deliver": "deliver_commands",
        "retention": "documents_commands",
    },
    "账和数 / books": {
        "report": "report_commands",
        "trace": "figure_commands",
        "query": "report_commands",
        "verify": "report_commands",
        "recon": "recon_commands",
        "vouchers": "ledger_commands",
        "amend": "policy_commands",
        "policy": "policy_commands",
        "invoices": "invoice_commands",
    },
    "订单和采购 / orders and purchases": {
        "orders": "order_commands",
        "aftersales": "aftersale_commands",
        "purchases": "purchase_commands",
    },
    "商品 / products": {"products": "product_commands", "sets": "set_commands"},
    "人和权限 / people": {
        "secret": "secret_commands",
        "secrets": "secret_commands",
        "people": "people_commands",
        "address": "people_commands",
        "log": "people_commands",
        "notify": "notify_commands",
    },
    "开发 / developing": {"test": "developing_commands", "bench": "developing_commands"},
}

PANEL_OF = {name: panel for panel, modules in PANELS.items() for name in modules}
MODULE_OF = {name: module for modules in PANELS.values() for name, module in modules.items()}


def name_of(info: CommandInfo | TyperInfo) -> str:
    """What a user types for a command or a group of commands."""
    called = info.callback.__name__ if isinstance(info, CommandInfo) and info.callback else ""
    return info.name or called.rstrip("_").replace("_", "-")


def names_in(app: typer.Typer) -> list[str]:
    """What can be typed in this program."""
    return [*map(name_of, app.registered_commands), *map(name_of, app.registered_groups)]


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
