"""Commands for who writes flows and runs them: flows, new, check, plan, run, step, resume, fmt, schema."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from schedules.cli.screen import complaints, console, interruptible, say, tell
from schedules.problems import DeskError, default_lang


class InputWrong(DeskError):
    """A value given for an input does not fit, or the input does not exist."""

    who = "author"
    code = "D-INPUT"


def pairs(given: list[str]) -> dict[str, object]:
    """`name=value` options as a mapping."""
    found: dict[str, object] = {}
    for item in given:
        name, mark, value = item.partition("=")
        if not mark:
            raise typer.BadParameter(say(f"要写成 名字=值：{item}", f"write name=value: {item}"))
        found[name.strip()] = value
    return found


def plan(
    flow: Annotated[str, typer.Argument(help="流程名 / flow, e.g. practice/orders")],
    inputs: Annotated[list[str] | None, typer.Option("--input", "-i", help="名字=值 / name=value")] = None,
) -> None:
    """把流程念出来：每一步会做什么，输入已经填进去；还没有给的值留着 ${…}。

    Says what a flow will do, step by step, with the inputs filled in; what was not given stays ${…}.

    例 / example: `yeban plan practice/orders -i since=2026-11-01 -i until=2026-11-20`
    """
    from bots.flow.plan import plan as say_plan
    from bots.flow.problem import Refused
    from schedules.settings import today_in_shanghai
    from schedules.shelf import playable

    loaded, _ = playable(flow, default_lang())
    given, today = pairs(inputs or []), today_in_shanghai()
    missing = [
        name for name, one in loaded.inputs.items() if name not in given and one.default is None and one.required
    ]
    asked = loaded.model_copy(
        update={"inputs": {name: one for name, one in loaded.inputs.items() if name not in missing}}
    )
    try:
        values = asked.read_inputs(given, today)
    except Refused as refused:
        known, known_en = "、".join(loaded.inputs) or "（没有输入）", ", ".join(loaded.inputs) or "(none)"
        raise InputWrong(refused.zh, refused.en, f"这个流程的输入：{known}", f"its inputs: {known_en}") from refused
    for line in say_plan(loaded, {**values, "today": today}, default_lang()):
        console.print(Text(line))
    for name in missing:
        title = loaded.inputs[name].title or name
        tell(f"运行时还要给：{title}  -i {name}=…", f"still to be given: {title}  -i {name}=…", "yellow")


def step(
    flow: Annotated[str, typer.Argument(help="流程名或文件 / flow or file")],
    which: Annotated[str, typer.Argument(help="第几行，或步骤的名字 / a line, or the step's name")],
    account: Annotated[str, typer.Option("--account", "-a", help="设置里的账号 / an account of the settings")],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", "-i", help="名字=值（也可以是列名） / name=value")
    ] = None,
    page: Annotated[str, typer.Option(help="在哪一页，默认是流程在这步之前打开的 / on which page")] = "",
    url: Annotated[str, typer.Option(help="在哪个网址 / at which address")] = "",
    do: Annotated[bool, typer.Option("--do", help="once 里的事也真的做 / do what stands in once, too")] = False,
    headed: Annotated[bool, typer.Option(help="显示浏览器窗口 / show the browser")] = False,
) -> None:
    """只做流程里的一步：用账号保存的登录打开那一页，做这一步，说出结果。

    Runs one step of a flow alone, on its page, with the account's saved login. It is a rehearsal: what stands in `once`
    is shown and not done unless --do, and nothing goes into the books.

    例 / examples: `yeban step practice/orders 12 -a seller_a` ·
    `yeban step practice/delist 查询 -a seller_a -i 商品ID=1001`
    """
    import asyncio

    from schedules.cli.step_command import Asked, run_step

    asked = Asked(flow, which, account, pairs(inputs or []), url or page, do, headed)
    with interruptible():
        raise SystemExit(asyncio.run(run_step(asked)))


def resume(
    run_id: Annotated[
        str, typer.Argument(help="哪次运行，默认最近一次没做完的 / which run, the newest by default")
    ] = "",
    headed: Annotated[bool, typer.Option(help="显示浏览器窗口 / show the browser")] = False,
) -> None:
    """接着做没做完的运行：做完的行不再做，做到一半的先核实。

    Goes on with a run that was killed, failed or waited: finished rows are not repeated, what was begun is checked
    first.

    例 / examples: `yeban resume` · `yeban resume 2026-11-21-practice.delist-seller_a-3f9a1c`
    """
    import asyncio

    from schedules.cli.resume_command import resume_one

    with interruptible():
        raise SystemExit(asyncio.run(resume_one(run_id, headed)))


def new(
    file: Annotated[Path | None, typer.Argument(help="写到哪个文件 / file to write")] = None,
    title: Annotated[str, typer.Option(help="标题 / title")] = "",
    site: Annotated[str, typer.Option(help="站点，selectors/ 里的名字 / site")] = "",
    what: Annotated[str, typer.Option(help="做什么：export、rows、scrape / what to do")] = "",
    page: Annotated[str, typer.Option(help="在哪一页 / on which page")] = "",
    button: Annotated[str, typer.Option(help="点哪个按钮 / which button")] = "",
    columns: Annotated[str, typer.Option(help="列名，用逗号分开；第一列是唯一键 / columns, the first is the key")] = "",
    done: Annotated[str, typer.Option(help="做成以后页面上显示什么 / what shows when a row is done")] = "",
    ask: Annotated[bool, typer.Option(help="缺的要不要问 / ask for what is lacking")] = True,
) -> None:
    """回答几个问题，得到一个能通过检查的流程；选项都给了就不问。

    A new flow from a few questions: an export, one thing to each row of a sheet, or a page's table. Options answer
    them beforehand.

    例 / example: `yeban new --title 下载订单 --site practice --what export --page 订单管理 --button 导出订单`
    """
    from schedules.cli.new_command import given_answers, new_flow

    new_flow(given_answers(title, site, what, page, button, columns, done), file, ask)


def schema(
    write: Annotated[bool, typer.Option("--write", help="写进 flows/yeban.schema.json / write it there")] = False,
    function: Annotated[str, typer.Option(help="自己的函数：文件:函数 / a function of your own, file:function")] = "",
    file: Annotated[
        str, typer.Option(help="设置文件：delivery、feeds、notify、plan、settings / a file of settings")
    ] = "",
) -> None:
    """流程的 JSON Schema，给编辑器做补全和检查；或者一种设置文件的；或者自己一个函数的，表单由它生成。

    The JSON Schema of flows, for editors; that of a file of settings, which --write puts into the home; or that of a
    function of your own, which its form is made from (its file is run to read it).

    例 / examples: `yeban schema --write` · `yeban schema --file delivery --write` ·
    `yeban schema --function flows/practice/prices.py:new_price`
    """
    import json

    from schedules.cli.schema_file import file_schema_text, schema_text, write_file_schema, write_schema

    if file and write:
        console.print(Text(str(write_file_schema(file))))
    elif file:
        sys.stdout.write(file_schema_text(file))
    elif function:
        sys.stdout.write(json.dumps(_function_schema(function), ensure_ascii=False, indent=1) + "\n")
    elif write:
        console.print(Text(str(write_schema())))
    else:
        sys.stdout.write(schema_text())


def _function_schema(function: str) -> object:
    import asyncio

    from bots.flow.problem import Refused
    from bots.flow.python_source import FunctionName
    from bots.python_function import describe_function

    path, _, name = function.replace("\\", "/").rpartition(":")
    folder, _, file = path.rpartition("/")
    try:
        named = FunctionName.parse(f"{file}:{name}")
    except Refused as refused:
        raise InputWrong(refused.zh, refused.en) from refused
    return asyncio.run(describe_function(named, str(Path(folder or ".") / "flow.yaml")))


def fmt(
    file: Annotated[Path, typer.Argument(help="流程文件 / flow file")],
    lang: Annotated[str, typer.Option(help="zh 或 en / zh or en")] = "zh",
    write: Annotated[bool, typer.Option("--write", help="写回文件 / write the file")] = False,
) -> None:
    """把流程里的动词和键换成中文或英文，注释和排版一个字节不动。

    Rewrites verbs and keys into one language; comments and layout stay byte for byte.

    例 / example: `yeban fmt flows/practice/orders.yaml --lang zh`
    """
    from bots.flow.problem import Refused
    from bots.flow.rename import fmt as rename
    from bots.steps import STEPS

    if lang not in ("zh", "en"):
        raise typer.BadParameter(say(f"--lang 只能是 zh 或 en：{lang}", f"--lang is zh or en: {lang}"))
    from schedules.shelf import flow_path

    file = flow_path(str(file))
    text = _text_of(file)
    try:
        renamed = rename(text, "en" if lang == "en" else "zh", STEPS, str(file))
    except Refused as refused:
        raise InputWrong(
            refused.zh, refused.en, f"先运行：yeban check {file}", f"first: yeban check {file}"
        ) from refused
    if write:
        file.write_bytes(renamed.encode("utf-8"))
        tell("写好了。", "Written.", "green")
    else:
        sys.stdout.buffer.write(renamed.encode("utf-8"))


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


def _text_of(file: Path) -> str:
    """The text, byte for byte. Raises InputWrong for one that is not UTF-8."""
    from bots.flow.encoding import not_utf8

    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        problem = not_utf8(file.read_bytes(), str(file))[1]
        raise InputWrong(f"{file}：{problem.zh}", f"{file}: {problem.en}") from error


def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="流程文件或文件夹 / flow files or folders")] = None,
) -> None:
    """检查流程：不开浏览器，一次说完所有问题，每处都有行、列和改法。

    Checks flows without a browser: every problem with line, column, nearest name and a fix.

    例 / examples: `yeban check` · `yeban check practice/orders` · `yeban check flows/practice`
    """
    from schedules.shelf import FLOWS, flow_path, load_flow

    files = [
        file
        for path in paths or [FLOWS]
        for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [flow_path(str(path))])
    ]
    errors = warnings = 0
    for file in files:
        loaded = load_flow(file.resolve())
        errors += len(loaded.errors)
        warnings += len(loaded.problems) - len(loaded.errors)
        for text in loaded.rendered(list(loaded.problems), default_lang()):
            complaints.print(Text(text + "\n"))
    if errors:
        tell(f"{len(files)} 个流程，{errors} 处要改。", f"flows: {len(files)}, places to mend: {errors}.", "red")
        raise SystemExit(2)
    if warnings:
        said = (
            f"{len(files)} 个流程，没有错误，{warnings} 处提醒。",
            f"{len(files)} flows, no errors, {warnings} warnings.",
        )
        tell(*said, "yellow")
        return
    tell(f"{len(files)} 个流程，没有发现问题。", f"{len(files)} flows, nothing found.", "green")


def flows() -> None:
    """列出所有流程。

    Lists all flows. 例 / example: `yeban flows`
    """
    from schedules.shelf import flow_titles

    for name, title in flow_titles().items():
        console.print(Text(f"{name:<28}{say('（有问题）', '(broken)') if title is None else title}"))


def register(app: typer.Typer) -> None:
    """These commands are commands of `app`."""
    for command in (flows, new, check, plan, run, step, resume, schema, fmt):
        app.command()(command)
