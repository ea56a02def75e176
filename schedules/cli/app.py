"""The commands. Each is a few lines over a function of the desk; heavy imports happen inside."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from schedules.cli import (
    aftersale_commands,
    author_commands,
    backup_commands,
    element_commands,
    explain_commands,
    feed_commands,
    flow_commands,
    inbox_commands,
    ingest_commands,
    invoice_commands,
    ledger_commands,
    notify_commands,
    order_commands,
    people_commands,
    product_commands,
    purchase_commands,
    recon_commands,
    report_commands,
    sheet_commands,
    snapshot_command,
    tidy_command,
    timetable_commands,
    todo_commands,
)
from schedules.cli.flow_commands import pairs
from schedules.cli.head_start import HeadStart
from schedules.cli.panels import arrange
from schedules.cli.screen import complaints, console, edge, interruptible, say, tell
from schedules.logs import silence
from schedules.problems import default_lang
from schedules.settings import ROOT, load_settings
from schedules.step_names import steps_listed

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


def main(head_start: HeadStart | None = None) -> None:
    """Entry point of `yeban`; `run` uses the head start if it got one."""
    silence()
    with edge():
        app(prog_name="yeban", obj=head_start)


@app.command()
def demo(
    size: Annotated[str, typer.Option(help="商城大小 / size of the mall: full, small, tiny")] = "full",
    day: Annotated[str, typer.Option(help="哪一夜（默认今天） / which night, YYYY-MM-DD")] = "",
    headed: Annotated[bool, typer.Option(help="显示浏览器窗口 / show the browser")] = False,
) -> None:
    """在练习商城上跑完整一夜：收单、收账单、对账、分货、上下架、报活动、回填单号、出早报。

    Runs one whole night against the practice mall, with live progress, and ends with the table of the night, the
    report and the runs' pages. Running it again on the same day changes nothing.

    例 / examples: `yeban demo` · `yeban demo --size small`
    """
    from schedules.cli.demo_command import run_demo

    run_demo(size, date.fromisoformat(day) if day else None, headed)


@app.command(epilog=steps_listed())
def night(
    plan_file: Annotated[Path, typer.Argument(help="一夜的计划 / a night's plan, e.g. schedules/practice.yaml")],
    day: Annotated[str, typer.Option(help="哪一夜（默认今天） / which night, YYYY-MM-DD")] = "",
    since: Annotated[str, typer.Option(help="从哪天收起（默认前三天） / first day, default: three days back")] = "",
    headed: Annotated[bool, typer.Option(help="显示浏览器窗口 / show the browser")] = False,
) -> None:
    """按计划跑完一夜；被打断了再运行一次，会从断的地方接着做，做完的不会再做。

    Plays a night's plan on your own desk; run it again after an interruption and it goes on where it was cut.

    例 / example: `yeban night schedules/practice.yaml --since 2026-11-01`
    """
    from schedules.cli.night_command import run_night

    first = date.fromisoformat(since) if since else None
    raise SystemExit(run_night(plan_file, date.fromisoformat(day) if day else None, first, headed))


@app.command()
def mall(
    size: Annotated[str, typer.Option(help="商城大小 / size of the mall: full, small, tiny")] = "full",
    port: Annotated[int, typer.Option(help="端口 / port")] = 8808,
    fault: Annotated[list[str] | None, typer.Option(help="捣乱：名字=概率 / misbehave: name=probability")] = None,
) -> None:
    """打开练习商城，自己逛、自己练着写流程；Ctrl-C 关门。

    Opens the practice mall to walk about in it or to write flows against it.

    例 / examples: `yeban mall` · `yeban mall --fault popup=0.2 --fault slow=0.1`
    """
    from schedules.cli.demo_command import run_mall

    run_mall(size, port, fault or [])


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(ctx: typer.Context) -> None:
    """跑全部检查和测试（CI 也只跑它）；带参数时只把参数交给 pytest。

    The whole gate: formatter, linter, types, import contracts, then every test.

    例 / examples: `yeban test` · `yeban test tests/bots -k login`
    """
    from schedules.cli.gate import run_gate

    raise SystemExit(run_gate(list(ctx.args)))


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="只跑这一个 / only this one")] = "",
    json_: Annotated[bool, typer.Option("--json", help="给机器看 / for machines")] = False,
    rounds: Annotated[int, typer.Option(help="每个跑几轮 / rounds")] = 5,
    install: Annotated[bool, typer.Option(help="先装好对照的程序 / install what it is compared with")] = False,
) -> None:
    """基准测试：同一轮里和直接写的 Playwright 比，报中位数的比值。

    Benchmarks: medians as ratios against the plain libraries in the same run.

    例 / examples: `yeban bench` · `yeban bench scrape --json` · `yeban bench robot --install`
    """
    import subprocess

    command = [sys.executable, "-m", "tests.bench", *([name] if name else []), "--rounds", str(rounds)]
    marks = [mark for mark, given in (("--json", json_), ("--install", install)) if given]
    raise SystemExit(subprocess.call([*command, *marks], cwd=ROOT))


@app.command()
def doctor() -> None:
    """这台机器有什么、缺什么、怎么补。

    What was found on this machine and how to mend what is missing.

    例 / example: `yeban doctor`
    """
    from schedules.doctor import examine

    findings = examine(load_settings())
    for finding in findings:
        mark = Text("✓ ", style="green") if finding.fine else Text("✗ ", style="red")
        console.print(mark + Text(f"{say(finding.zh, finding.en)}  {finding.seen}"))
        if not finding.fine:
            console.print(Text(f"  → {say(finding.mend_zh, finding.mend_en)}"))
        for detail in finding.details:
            console.print(Text(f"    {detail}", style="dim"))
    if not all(finding.fine for finding in findings):
        raise SystemExit(4)


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="流程文件或文件夹 / flow files or folders")] = None,
) -> None:
    """检查流程：不开浏览器，一次说完所有问题，每处都有行、列和改法。

    Checks flows without a browser: every problem with line, column, nearest name and a fix.

    例 / examples: `yeban check` · `yeban check flows/practice/orders.yaml`
    """
    from schedules.shelf import FLOWS, load_flow

    files = [file for path in paths or [FLOWS] for file in ([path] if path.is_file() else sorted(path.rglob("*.yaml")))]
    errors = warnings = 0
    for file in files:
        loaded = load_flow(file.resolve())
        errors += len(loaded.errors)
        warnings += len(loaded.problems) - len(loaded.errors)
        for text in loaded.rendered(list(loaded.problems), default_lang()):
            complaints.print(Text(text + "\n"))
    if errors:
        tell(f"{len(files)} 个流程，{errors} 处要改。", f"{len(files)} flows, {errors} places to mend.", "red")
        raise SystemExit(2)
    if warnings:
        said = (
            f"{len(files)} 个流程，没有错误，{warnings} 处提醒。",
            f"{len(files)} flows, no errors, {warnings} warnings.",
        )
        tell(*said, "yellow")
        return
    tell(f"{len(files)} 个流程，没有发现问题。", f"{len(files)} flows, nothing found.", "green")


@app.command()
def flows() -> None:
    """列出所有流程。

    Lists all flows. 例 / example: `yeban flows`
    """
    from schedules.shelf import flow_names, flow_path, load_flow

    for name in flow_names():
        loaded = load_flow(flow_path(name))
        console.print(Text(f"{name:<28}{loaded.flow.title if loaded.flow else say('（有问题）', '(broken)')}"))


@app.command()
def reference(
    write: Annotated[bool, typer.Option("--write", help="写进 flows/VERBS.md / write flows/VERBS.md")] = False,
) -> None:
    """全部动词的参考，由动词自己生成。

    The reference of all verbs, generated from the verbs. 例 / example: `yeban reference --write`
    """
    from schedules.cli.reference import verbs_page, write_verbs_page

    console.print(Text(write_verbs_page() if write else verbs_page()))


@app.command()
def run(
    ctx: typer.Context,
    flow: Annotated[str, typer.Argument(help="流程名或文件 / flow or file")],
    account: Annotated[str, typer.Option("--account", "-a", help="设置里的账号 / an account of the settings")],
    inputs: Annotated[list[str] | None, typer.Option("--input", "-i", help="名字=值 / name=value")] = None,
    dry_run: Annotated[bool, typer.Option(help="到每个 once 为止，只看不做 / show each once, do none")] = False,
    again: Annotated[bool, typer.Option(help="同样的工作再做一次 / do the same work again")] = False,
    headed: Annotated[bool, typer.Option(help="显示浏览器窗口 / show the browser")] = False,
) -> None:
    """跑一个流程，带回来的文件直接入账。同样的工作已经做完时不会再做。

    Runs one flow and takes in what it brings. The same work is not done twice unless --again.

    例 / example: `yeban run practice/orders -a seller_a -i since=2026-11-01 -i until=2026-11-20`
    """
    from schedules.cli.early import run_one_early

    with interruptible():
        raise SystemExit(run_one_early(ctx.obj, flow, account, pairs(inputs or []), dry_run, again, headed))


@app.command()
def accept(
    file: Annotated[str, typer.Argument(help="文件的 sha256（开头几位即可） / the file's sha256 or its beginning")],
    why: Annotated[str, typer.Option(help="理由，会留下来 / the reason, which is kept")],
    who: Annotated[str, typer.Option(help="谁决定的 / who decides")] = "",
) -> None:
    """放行一个因为合计不符而停住的文件；谁、为什么都会记下。

    Releases a parked file; who and why are kept.

    例 / example: `yeban accept 3fa9c1 --who 王芳 --why "银行确认页脚只含本页"`
    """
    from schedules.cli.books_commands import accept_file

    accept_file(file, who, why)


@app.command()
def trace(figure: Annotated[str, typer.Argument(help="早报里的单元格，如 总览!C5 / a cell of the report")]) -> None:
    """一个数字从哪来：早报的单元格 → 账 → 文件的第几行 → 哪个流程的哪一行。

    Walks a figure of the report back to files, rows and the line of the flow that fetched them.

    例 / example: `yeban trace 总览!C5`
    """
    from schedules.cli.books_commands import trace_figure

    trace_figure(figure)


@app.command()
def status(night: Annotated[str, typer.Option(help="哪一夜 / which night, YYYY-MM-DD")] = "") -> None:
    """这一夜做到哪里，什么在等谁。

    How far the night is and what waits for whom. 例 / example: `yeban status`
    """
    from schedules.cli.books_commands import show_status

    show_status(night)


@app.command()
def waiting() -> None:
    """哪些事开始做了、却看不出有没有做成，要人上网站看一眼。

    What was begun on a site and could not be told the end of: a person looks. 例 / example: `yeban waiting`
    """
    from schedules.cli.waiting_commands import show_waiting

    show_waiting()


@app.command()
def settle(
    number: Annotated[str, typer.Argument(help="编号，见 yeban waiting / the number that yeban waiting shows")],
    done: Annotated[bool, typer.Option("--done/--not-done", help="做成了没有 / has it happened")],
) -> None:
    """人看过了：记下做成了没有；没有做成的，下次运行会做。

    Notes what a person saw; what is not done is done at the next run. 例 / example: `yeban settle 3fa91c --done`
    """
    from schedules.cli.waiting_commands import settle as settle_one

    settle_one(number, done)


backup_commands.register(app)
author_commands.register(app, element_commands.app)
flow_commands.register(app)
inbox_commands.register(app)
ingest_commands.register(app)
explain_commands.register(app)
feed_commands.register(app)
sheet_commands.register(app)
snapshot_command.register(app)
report_commands.register(app)
recon_commands.register(app)
ledger_commands.register(app)
notify_commands.register(app)
timetable_commands.register(app)
people_commands.register(app)
aftersale_commands.register(app)
invoice_commands.register(app)
order_commands.register(app)
product_commands.register(app)
purchase_commands.register(app)
tidy_command.register(app)
todo_commands.register(app)
app.add_typer(element_commands.app, name="elements")

secret_app = typer.Typer(help="账号的密码和动态口令种子 / passwords and TOTP seeds", no_args_is_help=True)
app.add_typer(secret_app, name="secret")


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


arrange(app)
