"""`yeban secret` (and `secrets`): what is stored, by whom it is kept, how old it is; a new key for all of it."""

import json
import sys
from typing import Annotated, Any, Literal

import typer
from rich.table import Table as Shown

from schedules.cli.screen import console, say, tell
from schedules.settings import load_settings

Account = Annotated[str, typer.Argument(help="账号 / account")]
Name = Annotated[str, typer.Argument(help="名字，如 password、totp / name")]
Keep = Literal["same", "file", "keyring", "typed", "environment"]

secret_app = typer.Typer(
    help="账号的密码和动态口令种子：加密存着，或交给系统钥匙串；多旧了，换主密钥。\n\n"
    "Passwords and TOTP seeds: encrypted, or in the system's keyring; how old they are; a new master key.\n\n"
    "例 / examples: `yeban secret set seller_a` · `yeban secrets list --older 90` · `yeban secret rotate`",
    no_args_is_help=True,
)


@secret_app.command("set")
def secret_set(
    account: Account,
    name: Name = "password",
    stdin: Annotated[bool, typer.Option("--stdin", help="从标准输入读 / read it from standard input")] = False,
) -> None:
    """存一个密码：在屏幕上问，不显示，加密保存。动态口令种子（totp）当场核对。

    Stores a secret; it is asked for and not shown. A TOTP seed is checked: the code of this moment is shown.

    例 / examples: `yeban secret set seller_a totp` · `pass shop/a | yeban secret set seller_a --stdin` ·
    `yeban secret set delivery:财务 private_key --stdin < id_ed25519`
    """
    from schedules.secrets.errors import SecretEmpty
    from schedules.secrets.seeds import code_now, seed_of
    from schedules.vault import Vault

    asked: Any = "" if stdin else typer.prompt(say(f"{account} 的 {name}", f"{name} of {account}"), hide_input=True)
    value = _given() if stdin else str(asked)
    if not value.strip():
        raise SecretEmpty
    seed = name.startswith("totp")
    value = seed_of(value) if seed else value
    settings = load_settings()
    Vault(settings.home).put(account, **{name: value})
    tell("已加密保存。", "Stored, encrypted.", "green")
    if ":" not in account and account not in settings.accounts:
        tell(
            f"注意：设置里没有账号「{account}」，还没有谁用得到它。写错了就 yeban secret remove {account}，再存一次。",
            f"Mind: the settings have no account {account}, so nobody uses it yet. After a slip: yeban secret remove "
            f"{account}, and store it again.",
            "yellow",
        )
    if seed:
        code = code_now(value)
        tell(f"现在的动态口令是 {code}，和手机上的对一下。", f"its code is {code} now: compare it with the phone's.")


def _given() -> str:
    """The first line of standard input, as password stores put it there; of a key's file all lines."""
    first = sys.stdin.readline()
    return first + sys.stdin.read() if first.startswith("-----BEGIN ") else first.rstrip("\r\n")


@secret_app.command("list")
def secret_list(
    older: Annotated[int, typer.Option(help="只列多少天以上没换过的 / only those unchanged for so many days")] = 0,
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """哪些账号存了什么、谁保管、多少天没换（只有名字，没有内容）。

    Which secrets are stored, where, and how old they are; names only. 例 / example: `yeban secret list --older 90`
    """
    from datetime import UTC, datetime

    from schedules.secrets.master import key_source
    from schedules.vault import Vault

    home, now = load_settings().home, datetime.now(UTC)
    aged = [(one, one.days(now)) for one in Vault(home).entries()]
    found = [(one, days) for one, days in aged if not older or days is None or days >= older]
    if json_:
        rows = [{"account": one.account, "name": one.name, "days": days, "keeper": one.keeper} for one, days in found]
        typer.echo(json.dumps({"key": key_source(home).place, "secrets": rows}, ensure_ascii=False))
        return
    heads = (("账号", "account"), ("名字", "name"), ("存了多少天", "days"), ("谁保管", "kept by"))
    table = Shown(*(say(zh, en) for zh, en in heads), show_edge=False, pad_edge=False)
    for one, days in found:
        keeper = say("系统钥匙串", "keyring") if one.keeper == "keyring" else say("密码库", "vault")
        table.add_row(one.account, one.name, "?" if days is None else str(days), keeper)
    console.print(table)
    tell(f"主密钥：{_place(home)}", f"master key: {_place(home)}", "dim")


@secret_app.command("remove")
def secret_remove(
    account: Account, name: Annotated[str, typer.Argument(help="名字，不写就是全部 / all without")] = ""
) -> None:
    """删掉一个密码，或者一个账号的全部。

    Removes a secret, or all of an account. 例 / example: `yeban secret remove seller_a totp`
    """
    from schedules.vault import Vault

    count = Vault(load_settings().home).remove(account, name)
    tell(f"删掉了 {count} 个。", f"removed {count}.", "green" if count else "yellow")


@secret_app.command("move")
def secret_move(
    account: Account,
    name: Name = "password",
    to: Annotated[Literal["vault", "keyring"], typer.Option(help="交给谁保管 / who keeps it")] = "keyring",
) -> None:
    """把一个密码从密码库移到系统钥匙串，或移回来。

    Moves a secret between the vault and the system's keyring. 例 / example: `yeban secret move seller_a --to keyring`
    """
    from schedules.vault import Vault

    moved = Vault(load_settings().home).move(account, name, to)
    tell("移好了。" if moved else "本来就在那里。", "moved." if moved else "it was there already.", "green")


@secret_app.command("new-key")
def secret_new_key() -> None:
    """生成一个主密钥，显示出来，不存（放进环境变量用）。

    Makes a master key and shows it; it is kept nowhere. 例 / example: `YEBAN_NEW_KEY=$(yeban secret new-key)`
    """
    from cryptography.fernet import Fernet

    typer.echo(Fernet.generate_key().decode())


@secret_app.command("rotate")
def secret_rotate(
    keep: Annotated[Keep, typer.Option(help="新的主密钥放哪里 / where the new key is kept")] = "same",
) -> None:
    """换主密钥：密码库、个人信息的密钥、登录状态全部用新的重新加密，核对过才换上；中途断电不会丢。

    A new master key: vault, keys of personal data and sessions are sealed anew and read back before the old ones go.
    Stop yeban serve and workers first. 例 / examples: `yeban secret rotate` · `yeban secret rotate --keep keyring`
    """
    from schedules.secrets.rotation import fresh_key, rotate
    from schedules.vault import Vault

    vault = Vault(load_settings().home)
    done = rotate(vault, fresh_key(vault.home, None if keep == "same" else keep, _new_phrase))
    tell(f"换好了，{len(done.files)} 个文件重新加密并核对过。", f"done: {len(done.files)} files sealed anew.", "green")
    if done.old_key is not None:
        tell(
            f"旧密钥留在 {done.old_key}：以前的备份要用它才打得开；那些备份都不要了就删掉它。",
            f"the old key is in {done.old_key}: backups taken before need it; remove it when they are gone.",
            "yellow",
        )
    _mind_the_environment(keep)


def _mind_the_environment(keep: str) -> None:
    """What the environment has to say from now on."""
    import os

    if os.environ.get("YEBAN_KEY") and keep not in {"same", "environment"}:
        tell("现在去掉环境变量 YEBAN_KEY。", "Now take YEBAN_KEY out of the environment.", "yellow")
    elif os.environ.get("YEBAN_KEY"):
        tell(
            "现在把 YEBAN_KEY 换成 YEBAN_NEW_KEY 的值。", "Now put the value of YEBAN_NEW_KEY into YEBAN_KEY.", "yellow"
        )


def _new_phrase() -> str:
    """The pass phrase that a person types twice."""
    said: Any = typer.prompt(say("新的主口令", "new pass phrase"), hide_input=True, confirmation_prompt=True)
    return str(said)


def _place(home: Any) -> str:
    from schedules.secrets.master import key_source

    source = key_source(home)
    words = {
        "environment": ("环境变量 YEBAN_KEY", "YEBAN_KEY in the environment"),
        "file": (str(source.path), str(source.path)),
        "keyring": ("系统钥匙串", "the system's keyring"),
        "typed": ("由人输入", "typed by a person"),
    }
    return say(*words[source.place])


def register(app: typer.Typer) -> None:
    """These commands are commands of `app`."""
    app.add_typer(secret_app, name="secret")
    app.add_typer(secret_app, name="secrets", hidden=True)
