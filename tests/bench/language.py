"""Reading: a flow of 2,000 lines parsed and planned, and 200 flows checked by the command, each held against a limit.

Both are counted in processor time of this program (and of the command it starts), because the wall clock of a shared
machine measures its neighbours. Programs are started as users start them: compiled once, before what counts. The parse
is also held against libyaml's own bare composing of the same text.
"""

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import yaml

from bots.flow.parse import parse
from bots.flow.plan import plan
from bots.steps import STEPS
from schedules.cli import NEW_OBJECTS_BEFORE_A_LOOK
from schedules.settings import ROOT
from tests.bench.measure import Measured, Pair, measured, within

LINES = 2_000
PARSE_LIMIT_S = 0.050
CHECK_LIMIT_S = 1.0
COMPOSE_GOAL = 5.5
"""Fifty milliseconds over the nine that libyaml takes to compose 2,000 lines on a quiet core."""
FLOWS = 200

HEAD = """title: 长流程
site: practice
inputs:
  since: {type: date, default: "${yesterday}"}
  sku: 编号
steps:
"""
PART = """  - 打开: 商品管理
  - click: 查询@
    when: {visible: 弹窗@}
  - fill:
      商品名称: "商品-@"
      商品编号: ${sku}-@
      上架日期: ${since}
  - 等待: loaded
  - if: ${days_ago(@) > since}
    then:
      - click: {name: 提交, in: 第@行}
      - note: 已提交 @
    else:
      - click: 取消@
        optional: true
  - read: 价格@
    as: price_@
  - set:
      total_@: ${number(price_@) * 2 + @}
  - expect:
      visible: 成功 @
  - press: Enter
  - select: {店铺: 店铺@}
"""


def long_flow(round_: int = 0, lines: int = LINES) -> str:
    """A flow of at least this many lines; no two steps or expressions are alike, nor those of two rounds."""
    parts = -(-(lines - HEAD.count("\n")) // PART.count("\n"))
    return HEAD + "".join(PART.replace("@", f"{round_ + 1}{number:03d}") for number in range(1, parts + 1))


async def run(rounds: int) -> list[Measured]:
    """Parse and plan against their limit and against libyaml; check of 200 flows against its limit."""
    gc.set_threshold(NEW_OBJECTS_BEFORE_A_LOOK, 20, 20)  # as every command begins
    read(long_flow())
    pairs = []
    for number in range(1, rounds * 4 + 1):
        text = long_flow(number)
        pairs.append(Pair(spent(partial(read, text)), spent(partial(compose, text))))
    return [
        within("parse + plan", [pair.ours_s for pair in pairs], limit_s=PARSE_LIMIT_S, what="50 ms of processor"),
        measured("parse + plan", pairs, goal=COMPOSE_GOAL, against="libyaml's compose alone"),
        await checks(rounds),
    ]


def read(text: str) -> None:
    """Text to a flow to sentences."""
    parsed = parse(text, "flows/long.yaml", STEPS)
    if parsed.flow is None:
        raise AssertionError(f"the long flow does not parse: {parsed.problems[:3]}")
    values = parsed.flow.read_inputs({"sku": "A-1"}, date(2026, 11, 21))
    plan(parsed.flow, {**values, "today": date(2026, 11, 21)}, "zh")


def compose(text: str) -> None:
    """What the C library needs to compose its own nodes of the text."""
    yaml.compose(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))


def spent(work: Callable[[], None]) -> float:
    """Processor seconds of the work."""
    started = time.process_time()
    work()
    return time.process_time() - started


async def checks(rounds: int) -> Measured:
    """`yeban check` on 200 flows: the whole program, from its start to its end."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as compiled:
        spread_flows(Path(folder))
        check(folder, compiled)
        times = [check(folder, compiled) for _ in range(rounds)]
    return within(f"check {FLOWS} flows", times, limit_s=CHECK_LIMIT_S, what="1 s of processor")


def spread_flows(folder: Path) -> None:
    """Two hundred flows: the shipped ones over and over, each with a title of its own."""
    shipped = [path.read_text("utf-8") for path in sorted((ROOT / "flows").rglob("*.yaml"))]
    for number in range(FLOWS):
        text = shipped[number % len(shipped)]
        (folder / f"flow{number:03d}.yaml").write_text(f"# {number}\n{text}", "utf-8")


def as_installed(compiled: str) -> dict[str, str]:
    """The environment of a program whose modules Python keeps compiled in this folder.

    Every machine of a user keeps them beside the modules; a machine for tests is often told not to
    (PYTHONDONTWRITEBYTECODE), and would compile all of the program at each start, which is half of its time.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": compiled}


def check(folder: str, compiled: str) -> float:
    """Processor seconds that the command took (where the system does not count them, seconds of the clock)."""
    started, clock = _children_s(), time.perf_counter()
    command = [sys.executable, "-m", "schedules.cli", "check", folder]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, env=as_installed(compiled))
    if said.returncode:
        raise AssertionError(f"check ended with {said.returncode}: {said.stderr.decode(errors='replace')[-2000:]}")
    return _children_s() - started or time.perf_counter() - clock


def _children_s() -> float:
    times = os.times()
    return times.children_user + times.children_system
