"""`yeban secret`: passwords and TOTP seeds, asked for on the screen and kept encrypted."""

from typing import Annotated, Any

import typer

from schedules.cli.screen import console, say, tell
from schedules.settings import load_settings

secret_app = typer.Typer(help="账号的密码和动态口令种子 / passwords and TOTP seeds", no_args_is_help=True)


@secret_app.command("set")
def secret_set(
    account: Annotated[str, typer.Argument(help="账号 / account")],
    name: Annotated[str, typer.Argument(help="名字，如 password、totp / name")] = "password",
) -> None:
    """存一个密码：在屏幕上问，不显示，加密保存。

    Stores a secret; it is asked for and not shown. 例 / example: `yeban secret set seller_a totp`
    """
    from schedules.vault import Vault

    value: Any = typer.prompt(say(f"{account} 的 {name}", f"{name} of {account}"), hide_input=True)
    Vault(load_settings().home).put(account, **{name: str(value)})
    tell("已加密保存。", "Stored, encrypted.", "green")


@secret_app.command("list")
def secret_list() -> None:
    """哪些账号存了什么（只有名字，没有内容）。

    Which secrets are stored; names only. 例 / example: `yeban secret list`
    """
    from schedules.vault import Vault

    vault = Vault(load_settings().home)
    for account in sorted(vault.read()):
        console.print(f"{account}: {', '.join(vault.names(account))}")


def register(app: typer.Typer) -> None:
    """These commands are commands of `app`."""
    app.add_typer(secret_app, name="secret")
