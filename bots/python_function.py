"""call_function: a typed function of the user's own has run in a process of its own, or an error says what went wrong.

Why a process and not a thread: a thread cannot be ended, so a function that never returns would hold the night for
ever; `sys.exit`, a crash of a C library or a changed global would take the whole desk with it. A process is ended, with
whatever it has started, when its time is over, when the run is cancelled, and when the run itself dies. It costs about
half a second per call: give a function all rows at once rather than one call per row.

It is a fence against accidents and nothing more: the function may read, write and send whatever its user may. Only the
desk's own key and database address are not handed on.

AuthorError
├── FunctionMissing      no such file beside the flow, or no such function in it
├── FunctionRefused      the inputs do not fit the parameters
├── FunctionRaised       it raised; file and line of the user's own code
├── FunctionResultWrong  the result is not what its annotation promises, or nothing a flow can hold
├── FunctionTooSlow      it did not end in time and was ended
└── FunctionDied         its process ended without an answer
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bots.beside import CHECKOUT, file_beside
from bots.errors import AuthorError
from bots.flow.language import nearest
from bots.flow.python_source import FunctionName, wanted
from bots.python_values import packed, unpacked

CHILD = Path(__file__).with_name("python_child.py")
LINES_MAX = 500
LINE_MAX = 4_000
REPLY_MAX = 64 * 1024 * 1024
NOT_HANDED_ON = ("YEBAN_DATABASE", "YEBAN_KEY")

Hear = Callable[[str], None]
"""Called with each line that the function prints."""


class FunctionMissing(AuthorError):
    """There is no such file beside the flow, or no such function in it."""

    code = "E-PYTHON-MISSING"
    zh = "没有函数 {function}：{where_zh}"
    en = "there is no function {function}: {where_en}"
    zh_hint = "把 Python 文件和流程放在一起，写成 文件:函数"
    en_hint = "put the Python file beside the flow and write file:function"

    def __init__(self, function: str, *, folder: str = "", offered: Sequence[str] = ()) -> None:
        zh = f"{folder} 里没有这个文件" if folder else f"文件里有 {'、'.join(offered) or '别的东西，没有函数'}"
        en = f"no such file in {folder}" if folder else f"the file has {', '.join(offered) or 'no function'}"
        super().__init__(function=function, where_zh=zh, where_en=en)


class FunctionRefused(AuthorError):
    """The inputs do not fit the function's parameters; every one that does not is named."""

    code = "E-PYTHON-INPUT"
    zh = "函数 {function} 的参数不对：{wrong_zh}"
    en = "the inputs of {function} do not fit: {wrong_en}"

    def __init__(self, function: str, wrong: Sequence[Mapping[str, Any]]) -> None:
        said = [_said(one) for one in wrong]
        super().__init__(
            function=function, wrong_zh="；".join(zh for zh, _ in said), wrong_en="; ".join(en for _, en in said)
        )


class FunctionRaised(AuthorError):
    """The function raised; the place is a line of the user's own file."""

    code = "E-PYTHON-RAISED"
    zh = "函数 {function} 出错：{place} {error}：{says}（这一行是：{source}）"
    en = "{function} failed at {place}: {error}: {says} (the line: {source})"
    zh_hint = "改好这一行再运行；完整的经过在这次运行的日志里"
    en_hint = "mend that line; the whole trace is in the run's log"

    def __init__(self, function: str, reply: Mapping[str, Any]) -> None:
        place = f"{_shown_path(Path(str(reply['file'])))}:{reply['line']}"
        super().__init__(
            function=function, place=place, error=reply["error"], says=reply["says"], source=reply["source"] or "—"
        )


class FunctionResultWrong(AuthorError):
    """The result is not what the function's own annotation promises, or nothing that a flow can hold."""

    code = "E-PYTHON-RESULT"
    zh = "函数 {function} 说好返回 {wanted}，返回的是 {found}"
    en = "{function} promises {wanted} and returned {found}"

    def __init__(self, function: str, wanted: str, found: str) -> None:
        super().__init__(function=function, wanted=wanted, found=found)


class FunctionTooSlow(AuthorError):
    """The function did not end in its time; it and everything that it had started were ended."""

    code = "E-PYTHON-TIME"
    zh = "函数 {function} 在 {seconds} 秒内没有结束，已经强行停掉；它做到哪里，夜班不知道"
    en = "{function} did not end within {seconds} s and was ended; how far it came is not known"
    zh_hint = "真的需要更久就写 最多等（timeout）；会改动外面的函数要放在 once（只做一次）里"
    en_hint = "give the step a timeout if it needs longer; a function with effects outside belongs in once"

    def __init__(self, function: str, seconds: float) -> None:
        super().__init__(function=function, seconds=f"{seconds:g}")


class FunctionDied(AuthorError):
    """The process of the function ended without an answer: it was killed, or crashed."""

    code = "E-PYTHON-DIED"
    zh = "函数 {function} 的进程中途没了（退出码 {exit_code}），没有结果"
    en = "the process of {function} ended without an answer (exit code {exit_code})"

    def __init__(self, function: str, exit_code: int) -> None:
        super().__init__(function=function, exit_code=exit_code)


def _said(one: Mapping[str, Any]) -> tuple[str, str]:
    name = f"{one['name']}.{one['place']}" if one.get("place") else str(one["name"])
    match one["problem"]:
        case "unknown":
            close = nearest(str(one["name"]), one["allowed"]) or list(one["allowed"])
            return f"没有参数 {name}，有的是 {'、'.join(close)}", f"no parameter {name}, there are {', '.join(close)}"
        case "missing":
            kind = str(one.get("wanted") or "")
            return f"少了参数 {name}" + (f"（{wanted(kind)}）" if kind else ""), f"{name} ({kind or 'any'}) is missing"
    kind = str(one["wanted"])
    return (
        f"{name} 要 {wanted(kind)}，给的是「{one['found']}」：{one['why_zh']}",
        f'{name} is {kind}, which "{one["found"]}" is not: {one["why_en"]}',
    )


async def call_function(
    name: FunctionName, flow_path: str, given: Mapping[str, object], *, timeout_s: float, hear: Hear
) -> object:
    """The function's result: text, int, Decimal, date, bool, None, lists and rows of these.

    `given` are values by parameter; each is read as its annotation asks (`1,234.50` for Decimal). Raises the errors
    above.
    """
    request = {"what": "call", "given": packed(dict(given))}
    reply = await _asked(name, flow_path, request, timeout_s, hear)
    if reply["how"] == "done":
        return unpacked(reply["result"])
    raise _error(name, reply)


async def describe_function(name: FunctionName, flow_path: str, *, timeout_s: float = 30.0) -> dict[str, Any]:
    """The JSON Schema of the function's inputs, from its annotations and defaults; its file is run to read them."""
    reply = await _asked(name, flow_path, {"what": "describe"}, timeout_s, lambda _line: None)
    if reply["how"] != "described":
        raise _error(name, reply)
    schema: dict[str, Any] = reply["schema"]
    return schema


def _error(name: FunctionName, reply: Mapping[str, Any]) -> AuthorError:
    match reply["how"]:
        case "input":
            return FunctionRefused(name.source, reply["wrong"])
        case "raised":
            return FunctionRaised(name.source, reply)
        case "missing":
            offered = [one for one in reply["found"] if not one.startswith("_")]
            close = nearest(name.function, offered) or offered
            return FunctionMissing(name.source, offered=close)
    place = f"（{reply['place']}）" if reply.get("place") else ""
    return FunctionResultWrong(name.source, str(reply["wanted"]), f"{reply['found']}{place}")


async def _asked(
    name: FunctionName, flow_path: str, request: Mapping[str, Any], timeout_s: float, hear: Hear
) -> Mapping[str, Any]:
    file = file_beside(flow_path, name.file)
    if file is None:
        raise FunctionMissing(name.source, folder=Path(flow_path).parent.as_posix())
    line = json.dumps({**request, "file": str(file.resolve()), "function": name.function}, ensure_ascii=False)
    process = await _started()
    try:
        async with asyncio.timeout(timeout_s):
            reply = await _conversation(process, line.encode("utf-8", "surrogatepass") + b"\n", hear)
            exit_code = await process.wait()
    except TimeoutError as error:
        raise FunctionTooSlow(name.source, timeout_s) from error
    finally:
        await _end(process)
    if not reply:
        raise FunctionDied(name.source, exit_code)
    found: Mapping[str, Any] = json.loads(reply)
    return found


async def _started() -> asyncio.subprocess.Process:
    """A fresh Python that does not look for modules in the bots' own folder (-P), in a session that ends as one."""
    environment = {key: value for key, value in os.environ.items() if key not in NOT_HANDED_ON}
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-X", "utf8", "-u", str(CHILD),
        stdin=pipe, stdout=pipe, stderr=pipe, env=environment, start_new_session=True,
    )  # fmt: skip


async def _conversation(process: asyncio.subprocess.Process, line: bytes, hear: Hear) -> bytes:
    """What the child answered; empty when it was gone before it could."""
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    if stdin is None or stdout is None or stderr is None:
        return b""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(line)
        await stdin.drain()
    reply, _ = await asyncio.gather(_whole(stdout), _heard(stderr, hear))
    return reply


async def _whole(stream: asyncio.StreamReader) -> bytes:
    found = bytearray()
    while chunk := await stream.read(65_536):
        found += chunk
        if len(found) > REPLY_MAX:
            return b""
    return bytes(found)


async def _heard(stream: asyncio.StreamReader, hear: Hear) -> None:
    """Every line printed is handed on, up to a limit; how many more there were is said once."""
    rest, count = b"", 0
    while chunk := await stream.read(65_536):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > LINE_MAX:
            lines.append(rest)
            rest = b""
        for line in lines:
            count += 1
            if count <= LINES_MAX:
                hear(line[:LINE_MAX].decode("utf-8", "replace").rstrip("\r"))
    if rest:
        hear(rest.decode("utf-8", "replace"))
    if count > LINES_MAX:
        hear(f"……还有 {count - LINES_MAX} 行没有记下")


async def _end(process: asyncio.subprocess.Process) -> None:
    """The process and whatever it has started are gone."""
    if sys.platform == "win32":
        if process.returncode is None:
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], check=False, capture_output=True)  # noqa: ASYNC221
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()


def _shown_path(file: Path) -> str:
    return file.relative_to(CHECKOUT).as_posix() if file.is_relative_to(CHECKOUT) else str(file)
