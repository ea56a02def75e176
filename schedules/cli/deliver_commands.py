"""Documents to whom they belong: `deliver send`, `list`, `again`, `check`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown
from rich.text import Text

from schedules.cli.from_books import either
from schedules.cli.screen import console, say, tell
from schedules.problems import EXIT_CODES
from schedules.settings import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schedules.delivery.receipts import Row

EXAMPLE = """rules:
  财务共享盘:
    kinds: ["*_fund*", "*_settlement*", bank]   # 种类的名字（yeban kinds）、样子，或 bank：各家银行的流水
    since: 2026-11-01                           # 只送最后一天不早于它的
    folder: /mnt/finance
  会计师:
    kinds: ["*"]
    shops: [天猫旗舰店]
    periods: month                              # 只送整月的；day：只送单日的
    since: 2026-11-01
    mail: {channel: 财务}                       # notify.yaml 里的邮箱
  归档桶:
    kinds: ["*"]
    since: 2026-11-01
    personal: yes                               # 有收件人等个人信息的也送
    s3: {bucket: finance, endpoint: "https://oss-cn-hangzhou.aliyuncs.com", region: cn-hangzhou, prefix: yeban}
keep: {filed_days: 0}                           # 整理出来的副本留几天，0 是一直留；存档永远都在
"""

STATES = {
    "waiting": ("等着送", "waiting", "yellow"),
    "sending": ("正在送", "being sent", "yellow"),
    "delivered": ("送到了", "delivered", "green"),
    "failed": ("没有送到", "not delivered", "red"),
    "held": ("等人同意", "held", "red"),
}
VERIFIED = {"sha256": ("内容比过", "content"), "size": ("大小比过", "size"), "taken": ("邮件收下", "taken")}

deliver_app = typer.Typer(
    help="收回来的文件送给该收的人：文件夹、SFTP、S3、邮件。谁收什么写在 `delivery.yaml`，密码在密码库里。\n\n"
    "Documents to whom they belong, by folder, SFTP, S3 or mail: `delivery.yaml` says who gets what, passwords are in "
    "the vault. Each document goes once under a rule; what lies at the other side is compared before it counts.\n\n"
    "例 / examples: `yeban deliver check` · `yeban deliver send` · `yeban deliver list --open`",
    no_args_is_help=True,
)


@deliver_app.command("send")
def deliver_send(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说会送哪些 / only say what would go")] = False,
) -> None:
    """整理新到的文件，把到时候的送出去；再运行一次不会多送。没送到的过一会儿再试，间隔每次加倍。

    Files what came and delivers what is due; running it again sends nothing twice. What could not be delivered is
    tried again after gaps that double.

    例 / example: `yeban deliver send --dry-run`
    """
    from schedules.delivery.delivering import deliver_due
    from schedules.delivery.filing import folder_of
    from schedules.delivery.rules import FILE, load_delivery
    from schedules.desk import open_desk

    if dry_run:
        _show_what_would_go()
        return
    with open_desk() as desk:
        rules = load_delivery(desk.home, desk.settings).rules
        done = deliver_due(desk)
        folder, path = folder_of(desk.home), desk.home / FILE
    if done.busy:
        tell("另一个进程正在送，这次什么也没有做。", "Another process is delivering: nothing was done.", "yellow")
        raise typer.Exit(EXIT_CODES["operator"])
    if done.filed:
        tell(f"整理了 {done.filed} 份文件：{folder}", f"{done.filed} documents filed: {folder}")
    if not rules:
        tell(f"还没有写送给谁。把下面的内容改好，存成 {path}：", f"Nobody gets anything yet. Save this as {path}:",
             "yellow")  # fmt: skip
        typer.echo(EXAMPLE)
        return
    for rows, sign, colour in (
        (done.delivered, "✓", "green"),
        (done.waiting, "…", "yellow"),
        (done.failed, "✗", "red"),
    ):
        for row in rows:
            console.print(Text(f"{sign} {row['rule']}  {row['path']}  {either(row['reason'])}".rstrip(), style=colour))
    for one in done.stranded:
        tell(one.sentence("zh"), one.sentence("en"), "red")
    if done.held:
        tell(f"{done.held} 份有个人信息，等人同意：yeban deliver list --open",
             f"{done.held} hold personal data and wait for a person: yeban deliver list --open", "red")  # fmt: skip
    if not (done.delivered or done.waiting or done.failed):
        tell("没有到时候要送的。", "Nothing is due.")
    if done.failed:
        raise typer.Exit(EXIT_CODES["site"])


def _show_what_would_go() -> None:
    from schedules.delivery.delivering import would_deliver
    from schedules.desk import open_desk

    with open_desk() as desk:
        found = would_deliver(desk)
    for name, target, path in found:
        console.print(Text(f"{name} → {target}  {path}"))
    tell(f"会送 {len(found)} 份。", f"Would deliver {len(found)} documents.")


@deliver_app.command("list")
def deliver_list(
    rule: Annotated[str, typer.Option(help="只看这条规则 / only this rule")] = "",
    open_: Annotated[bool, typer.Option("--open", help="只看还没送到的 / only what is not delivered")] = False,
    most: Annotated[int, typer.Option(help="最多几条 / at most how many", min=1, max=10_000)] = 50,
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
) -> None:
    """回执：哪份文件按哪条规则送到了哪里、什么时候、怎么核对的，没送到的原因。

    Receipts: which document went where under which rule, when, how it was compared, and why one did not.

    例 / example: `yeban deliver list --open`
    """
    from schedules.delivery.receipts import DELIVERED, history
    from schedules.desk import open_desk

    states = [state for state in STATES if state != DELIVERED] if open_ else []
    with open_desk() as desk, desk.database.read() as connection:
        rows = history(connection, most, rule=rule, states=states)
    if json_:
        import json

        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif rows:
        show(rows)
    else:
        tell("没有回执。", "There are no receipts.")


@deliver_app.command("again")
def deliver_again(
    rule: Annotated[str, typer.Argument(help="规则 / the rule")],
) -> None:
    """这条规则没有送到的马上再送（比如密码改好以后）。

    What was not delivered under a rule is sent again at once, for example after its password was mended.

    例 / example: `yeban deliver again 财务共享盘`
    """
    from schedules.delivery.receipts import again
    from schedules.delivery.rules import load_delivery
    from schedules.desk import open_desk

    with open_desk() as desk:
        rules = load_delivery(desk.home, desk.settings).rules
        if rule not in rules:
            known = say("、", ", ").join(rules) or "—"
            raise typer.BadParameter(
                say(f"没有叫「{rule}」的规则，有：{known}", f"there is no rule {rule}; there are: {known}")
            )
        with desk.database.write() as connection:
            number = again(connection, rule, datetime.now(UTC))
    tell(f"{number} 份再送。", f"{number} are sent again.")
    if number:
        deliver_send(dry_run=False)


@deliver_app.command("check")
def deliver_check() -> None:
    """每条规则的目标现在连得上吗：登录、指纹、文件夹在不在；至今有几份文件归它。什么也不写。

    Whether the place of each rule can be reached now (sign-in, fingerprint, folder), and how many documents it has
    been for. Nothing is written.

    例 / example: `yeban deliver check`
    """
    from schedules.delivery.delivering import ready
    from schedules.delivery.rules import FILE
    from schedules.desk import open_desk

    with open_desk() as desk:
        found = ready(desk)
        path = desk.home / FILE
    if not found:
        tell(f"{path} 里没有规则；yeban deliver send 会给一份样子。", f"There are no rules in {path}.", "yellow")
        return
    for one in found:
        words = say(f"至今 {one.documents} 份", f"{one.documents} documents so far")
        line = f"{'✗' if one.trouble else '✓'} {one.rule} → {one.target}  {words}  {one.trouble}".rstrip()
        colour = "red" if one.trouble else "green" if one.documents else "yellow"
        console.print(Text(line, style=colour))
    if any(one.trouble for one in found):
        raise typer.Exit(EXIT_CODES["operator"])


def show(rows: "Sequence[Row]") -> None:
    """Receipts as a table."""
    english = say("zh", "en") == "en"
    heads = ("rule", "document", "state", "when", "where", "compared / why not") if english else (
        "规则", "文件", "状态", "时间", "送到哪里", "核对 / 原因"
    )  # fmt: skip
    table = Shown(show_edge=False, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")  # a receipt whose place is cut short says nothing
    for row in rows:
        zh, en, colour = STATES[row["state"]]
        when = row["ended_at"] or row["due_at"]
        here = f"{datetime.fromisoformat(when).astimezone(SHANGHAI):%m-%d %H:%M}" if when else ""
        compared = VERIFIED.get(row["verified"], ("", ""))[english]
        state = Text(en if english else zh, style=colour)
        where = row["remote_path"] or row["target"]
        table.add_row(
            row["rule"], row["path"].rpartition("/")[2], state, here, where, either(row["reason"]) or compared
        )
    console.print(table)


def register(app: typer.Typer) -> None:
    """Put the commands on the command line."""
    app.add_typer(deliver_app, name="deliver")
