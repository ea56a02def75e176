"""The `python` step: a typed function of the user's own, run in a process of its own, held to its types."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bots.beside import file_beside
from bots.flow.problem import Refused
from bots.flow.python_check import check_functions
from bots.flow.python_source import FunctionName
from bots.python_function import (
    CHILD,
    FunctionDied,
    FunctionMissing,
    FunctionRaised,
    FunctionRefused,
    FunctionResultWrong,
    FunctionTooSlow,
    call_function,
    describe_function,
)
from tests.bots.engine.rig import Rig, read_flow, read_site
from tests.bots.engine.shop import SELECTORS, Shop

PRICES = '''\
import asyncio
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel


class Row(BaseModel):
    sku: str
    cost: Decimal


def new_price(cost: Decimal, margin: Decimal = Decimal("0.30"), way: Literal["up", "down"] = "up") -> Decimal:
    """新价格：成本加毛利。"""
    print("成本", cost)
    return (cost / (1 - margin)).quantize(Decimal("0.01"))


async def later(day: date, n: int, ok: bool, names: list[str], note: str = "") -> dict[str, object]:
    await asyncio.sleep(0)
    return {"day": day, "n": n, "ok": ok, "names": names, "note": note}


def total(rows: list[Row]) -> Decimal:
    return sum((row.cost for row in rows), Decimal(0))


def keys() -> str:
    return os.environ.get("YEBAN_KEY", "none")


def promised(cost: Decimal) -> Decimal:
    return 1.1


def strange():
    return object()


def boom(cost: Decimal) -> Decimal:
    return cost / 0


def forever(mark: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    with open(mark, "w") as file:
        file.write(str(child.pid))
        file.flush()
    while True:
        pass


def die() -> None:
    os.abort()


def leave() -> None:
    sys.exit("再见")


def ask() -> str:
    return input()


def nothing() -> None:
    print("做了")


def sent(mark: str) -> None:
    with open(mark, "a") as file:
        file.write("sent\\n")
'''


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A folder with prices.py; the flow that is said to lie there."""
    (tmp_path / "prices.py").write_text(PRICES, "utf-8")
    return tmp_path / "flow.yaml"


async def called(
    beside: Path, function: str, /, *, timeout_s: float = 60.0, **given: object
) -> tuple[object, list[str]]:
    """The function's result and what it printed."""
    heard: list[str] = []
    name = FunctionName.parse(f"prices.py:{function}")
    result = await call_function(name, str(beside), given, timeout_s=timeout_s, hear=heard.append)
    return result, heard


async def test_inputs_are_read_as_the_annotations_ask(beside: Path) -> None:
    """Text that people write becomes the type of the parameter; the result keeps its own; prints are heard."""
    assert await called(beside, "new_price", cost="1,234.50") == (Decimal("1763.57"), ["成本 1234.50"])
    found, _ = await called(beside, "later", day="2026/11/20", n="1,000", ok="是", names="甲,乙", note=Decimal("1.50"))
    assert found == {"day": date(2026, 11, 20), "n": 1000, "ok": True, "names": ["甲", "乙"], "note": "1.50"}


async def test_rows_become_models(beside: Path) -> None:
    """A list of rows becomes a list of the user's own models."""
    rows = [{"sku": "a", "cost": "1.10"}, {"sku": "b", "cost": Decimal("2.2")}]
    assert (await called(beside, "total", rows=rows))[0] == Decimal("3.30")
    with pytest.raises(FunctionRefused, match=r"rows\.1\.cost 要 list\[Row\]，给的是「x」"):
        await called(beside, "total", rows=[rows[0], {"sku": "b", "cost": "x"}])


async def test_every_wrong_input_is_said_at_once(beside: Path) -> None:
    """Each input that does not fit is named with what was found and what is wanted, in both languages."""
    with pytest.raises(FunctionRefused) as refused:
        await called(beside, "new_price", cost="abc", margn="1", way="sideways")
    chinese, english = refused.value.message("zh"), refused.value.message("en")
    assert "没有参数 margn，有的是 margin" in chinese
    assert "cost 要 Decimal（准确的数，如 12.50），给的是「abc」" in chinese
    assert "way 要 Literal['up', 'down']，给的是「sideways」" in chinese
    assert 'cost is Decimal, which "abc" is not' in english
    assert refused.value.who == "author"
    with pytest.raises(FunctionRefused, match="少了参数 cost（Decimal"):
        await called(beside, "new_price")


@pytest.mark.parametrize(
    ("function", "said"),
    [("promised", "说好返回 Decimal，返回的是 float 1.1"), ("strange", "返回的是 result: object")],
)
async def test_the_result_is_held_to_its_promise(beside: Path, function: str, said: str) -> None:
    """A float where an exact amount was promised, or something that no flow can hold, is refused."""
    given = {"cost": "1"} if function == "promised" else {}
    with pytest.raises(FunctionResultWrong, match=said):
        await called(beside, function, **given)


@pytest.mark.parametrize(
    ("function", "error"), [("boom", "DivisionByZero"), ("leave", "SystemExit：再见"), ("ask", "EOFError")]
)
async def test_an_exception_is_an_author_error_with_its_line(beside: Path, function: str, error: str) -> None:
    """Whatever the function raises names its own file and line; it never reaches the desk as a traceback."""
    with pytest.raises(FunctionRaised) as raised:
        await called(beside, function, **({"cost": "1"} if function == "boom" else {}))
    lines = PRICES.split("\n")
    at = next(number for number, line in enumerate(lines, 1) if f"def {function}(" in line) + 1
    message = raised.value.message("zh")
    assert f"prices.py:{at} {error}" in message
    assert lines[at - 1].strip() in message
    assert "python_child" not in message


async def test_a_function_that_never_ends_is_ended_with_its_children(beside: Path, tmp_path: Path) -> None:
    """When its time is over the function is gone, and so is the process that it had started."""
    mark = tmp_path / "child.pid"
    with pytest.raises(FunctionTooSlow, match="在 3 秒内没有结束"):
        await called(beside, "forever", timeout_s=3, mark=str(mark))
    child = int(mark.read_text())
    await _gone(child)


async def _gone(pid: int) -> None:
    """The process ends soon."""
    for _ in range(500):
        if not _alive(pid):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"process {pid} is still there")


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


async def test_a_cancelled_run_takes_its_function_along(beside: Path, tmp_path: Path) -> None:
    """Ctrl-C in the middle of a function leaves no process."""
    mark = tmp_path / "child.pid"
    work = asyncio.create_task(called(beside, "forever", mark=str(mark)))
    for _ in range(3_000):
        if mark.exists() and mark.read_text():
            break
        await asyncio.sleep(0.01)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await _gone(int(mark.read_text()))


async def test_a_crash_is_said_and_harms_nobody(beside: Path) -> None:
    """A function whose process dies is an error with its exit code; the run itself goes on living."""
    with pytest.raises(FunctionDied, match="-6"):
        await called(beside, "die")


async def test_a_missing_function_names_the_nearest(beside: Path) -> None:
    """A function or file that is not there is said with what is."""
    with pytest.raises(FunctionMissing, match="new_price"):
        await called(beside, "nwe_price")
    with pytest.raises(FunctionMissing, match="没有这个文件"):
        await call_function(
            FunctionName.parse("other.py:new_price"), str(beside), {}, timeout_s=5, hear=lambda _line: None
        )


async def test_the_desks_key_is_not_handed_on(beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of the vault is not in the function's environment."""
    monkeypatch.setenv("YEBAN_KEY", "the-key-of-the-vault")
    assert (await called(beside, "keys"))[0] == "none"
    assert os.environ["YEBAN_KEY"]


async def test_the_schema_is_what_a_form_is_made_from(beside: Path) -> None:
    """Parameters, defaults, choices, what is required and what comes back, from the signature alone."""
    schema = await describe_function(FunctionName.parse("prices.py:new_price"), str(beside))
    assert list(schema["properties"]) == ["cost", "margin", "way"]
    assert schema["required"] == ["cost"]
    assert schema["properties"]["margin"]["default"] == "0.30"
    assert schema["properties"]["way"]["enum"] == ["up", "down"]
    assert schema["description"] == "新价格：成本加毛利。"
    assert schema["x-returns"]
    assert json.dumps(schema)


FLOW = """\
title: 试验
site: shop
steps:
  - python: prices.py:new_price
    with: {cost: "1,234.50"}
    as: price
  - note: 新价格 ${price}
"""


async def test_a_flow_uses_the_result(beside: Path, tmp_path: Path) -> None:
    """The result has its name in the flow, and what the function printed is in the run's log."""
    rig = Rig(Shop().site, read_site(SELECTORS), tmp_path / "runs")
    result = await rig.run(read_flow(FLOW, str(beside)))
    assert (result.state, result.message) == ("done", "")
    assert "新价格 1763.57" in (result.folder / "index.html").read_text("utf-8")
    assert "prices.py：成本 1234.50" in (result.folder / "log.jsonl").read_text("utf-8")


async def test_an_exception_ends_the_run_in_words(beside: Path, tmp_path: Path) -> None:
    """The run fails as the author's, at the flow's line, with the function's own line in the message."""
    rig = Rig(Shop().site, read_site(SELECTORS), tmp_path / "runs")
    result = await rig.run(read_flow(FLOW.replace("new_price", "boom"), str(beside)))
    assert (result.state, result.who, result.code) == ("failed", "author", "E-PYTHON-RAISED")
    assert "prices.py:45 DivisionByZero" in result.message
    assert "flow.yaml:4" in result.message


@pytest.mark.parametrize("marked", [False, True])
async def test_a_dry_run_runs_only_what_says_that_it_changes_nothing(
    beside: Path, tmp_path: Path, marked: bool
) -> None:
    """A function may send something: a dry run ends before it, unless the step says `dry_run: yes`."""
    mark = tmp_path / "sent.txt"
    flow = FLOW.replace("new_price", "sent").replace('cost: "1,234.50"', f"mark: '{mark.as_posix()}'")
    flow = flow.replace("    as: price\n", "    dry_run: yes\n" if marked else "").replace("${price}", "完")
    rig = Rig(Shop().site, read_site(SELECTORS), tmp_path / "runs")
    result = await rig.run(read_flow(flow, str(beside)), dry_run=True)
    assert mark.exists() is marked
    assert ("到「prices.py:sent」为止，没有做" in result.message) is not marked


ONCE = """\
title: 试验
site: shop
items: {worklist: rows, key: "${编号}"}
steps:
  - once: 发送-${编号}
    unless: {visible: 已发送}
    do:
      - python: prices.py:boom
        with: {cost: "1"}
    verify: {visible: 已发送}
"""


async def test_inside_once_a_failed_function_leaves_the_effect_in_doubt(beside: Path, tmp_path: Path) -> None:
    """Nobody knows how far a function came: the effect stays open, so that whoever comes back looks first."""
    rig = Rig(Shop().site, read_site(SELECTORS), tmp_path / "runs")
    result = await rig.run(read_flow(ONCE, str(beside)), [{"编号": "1"}])
    assert result.code == "E-PYTHON-RAISED"
    assert list(rig.journal.effects().values()) == ["open"]  # type: ignore[attr-defined]


def problems(step: str, source: str | None = PRICES) -> list[str]:
    """The codes and sentences of what `check` finds in a flow with this step."""
    flow = read_flow(f"title: 试验\nsite: shop\nsteps:\n{step}", "flow.yaml")
    read = {} if source is None else {"prices.py": source}
    return [
        f"{one.code} {one.span.line}:{one.span.column} {one.zh}"
        for one in check_functions(flow, read.get, lambda: [*read])
    ]


WARNED = (
    "W-PYTHON 4:13 prices.py:new_price 是自己写的代码：它能做你在这台机器上能做的一切，夜班不拦它；别人给的先读一遍。"
)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("cost: '${成本}'", []),
        ("cost: '12.5', way: up", []),
        ("way: up", ["E-PYTHON-INPUT 4:13 函数 new_price 还要参数 cost（Decimal"]),
        ("cots: '1'", ["E-PYTHON-INPUT 5:12 函数 new_price 没有参数“cots”。是不是想写“cost”？"]),
        ("cost: 十块", ["E-PYTHON-INPUT 5:18 参数 cost 要 Decimal"]),
        ("cost: '1', way: left", ["E-PYTHON-INPUT 5:28 参数 way 要 Literal['up', 'down']，“left”不是"]),
    ],
)
def test_check_knows_parameters_without_importing(given: str, said: list[str]) -> None:
    """Missing, misspelt and wrong literal inputs are found with their place; the code's freedom is always said."""
    found = problems(f"  - python: prices.py:new_price\n    with: {{{given}}}\n")
    assert WARNED in found
    others = [one for one in found if one != WARNED]
    assert [one[: len(beginning)] for one, beginning in zip(others, said, strict=True)] == said


def test_check_never_runs_the_file(tmp_path: Path) -> None:
    """A file with an effect at its top is only read."""
    mark = tmp_path / "ran"
    source = f"open({str(mark)!r}, 'w')\n" + PRICES
    assert len(problems("  - python: prices.py:nothing\n", source)) == 1
    assert not mark.exists()


def test_check_names_file_function_and_line() -> None:
    """A missing file, a missing function and a file that is not Python are three findings with their own words."""
    step = "  - python: prices.py:new_prise\n    with: {cost: '1'}\n"
    assert problems(step) == ["E-PYTHON-FUNCTION 4:13 prices.py 里没有函数“new_prise”。是不是想写“new_price”？"]
    assert problems(step, None)[0].startswith("E-PYTHON-FILE 4:13 流程旁边没有文件“prices.py”。")
    assert problems(step, "def new_price(:\n")[0].startswith("E-PYTHON-FILE 4:13 prices.py 第 1 行不是正确的 Python：")
    named = "  - python: prices.py:nothing\n    as: price\n"
    assert problems(named)[1].startswith("E-PYTHON-INPUT 5:9 函数 nothing 不返回内容")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("prices.new_price", "prices.py:new_price"),
        ("prices.py new_price", "prices.py:new_price"),
        ("prices.py：new_price", "prices.py:new_price"),
        ("prices.py", "prices.py:new_price"),
        ("/tmp/prices.py:new_price", "prices.py:new_price"),
    ],
)
def test_a_slip_in_the_name_is_mended(written: str, meant: str) -> None:
    """What is not file:function is refused with the nearest right form."""
    with pytest.raises(Refused) as refused:
        FunctionName.parse(written)
    assert refused.value.fix == meant


async def test_the_readmes_function_runs(tmp_path: Path) -> None:
    """The function that README shows does what its sentence says, with a value as people write it."""
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    (tmp_path / "prices.py").write_text(readme.partition("```python\n")[2].partition("```")[0], "utf-8")
    assert (await called(tmp_path / "flow.yaml", "new_price", cost="1,234.50"))[0] == Decimal("1763.57")
    step = "  - python: prices.py:new_price\n    with: {cost: '${成本}'}\n    as: price\n"
    assert problems(step, (tmp_path / "prices.py").read_text("utf-8")) == [WARNED]


async def test_files_beside_a_flow_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flow of the checkout is called by its path in it wherever the command was typed: its neighbours are found."""
    monkeypatch.chdir(tmp_path)
    found = file_beside("flows/practice/orders.yaml", "delist.yaml")
    assert found is not None
    assert found.is_file()
    assert file_beside("flows/practice/orders.yaml", "nothing.yaml") is None


async def test_a_function_does_not_outlive_its_run(beside: Path, tmp_path: Path) -> None:
    """When the process that asked is gone, however it went, its end of the line closes and the function ends."""
    mark = tmp_path / "child.pid"
    request = {"what": "call", "file": str(tmp_path / "prices.py"), "function": "forever", "given": {"mark": str(mark)}}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", str(CHILD), stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    )
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(request).encode() + b"\n")
        for _ in range(3_000):
            if mark.exists() and mark.read_text():
                break
            await asyncio.sleep(0.01)
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 20) == -signal.SIGKILL
        await _gone(int(mark.read_text()))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


async def test_what_a_function_prints_and_raises_is_masked(beside: Path, tmp_path: Path) -> None:
    """A secret that was given to a function stands neither in the log nor in the error that it raises."""
    (tmp_path / "prices.py").write_text(
        "def new_price(cost: str) -> str:\n    print('got', cost)\n    raise ValueError('bad ' + cost)\n", "utf-8"
    )
    rig = Rig(Shop().site, read_site(SELECTORS), tmp_path / "runs")
    result = await rig.run(read_flow(FLOW.replace('"1,234.50"', '"${secret.password}"'), str(beside)))
    assert result.code == "E-PYTHON-RAISED"
    papers = [path.read_text("utf-8", "replace") for path in result.folder.rglob("*") if path.is_file()]
    assert "s3cret-pass" not in result.message
    assert not any("s3cret-pass" in paper for paper in papers)
    assert any("prices.py：got ••••••" in paper for paper in papers)
