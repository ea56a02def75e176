"""A first look that goes wrong is said in words: a port that is taken, a size or a fault that there is not."""

import re
import socket
from pathlib import Path

import pytest
from loguru import logger

import schedules.cli
from tests.support.command_line import Yeban


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("demo", "--size", "huge"), "tiny"),
        (("mall", "--fault", "nosuch=0.5"), "popup"),
        (("mall", "--fault", "slow=often"), "slow=often"),
        (("mall", "--fault", "slow=7"), "slow=7"),
        (("mall", "--port", "99999"), "65535"),
        (("serve", "--port", "99999"), "65535"),
    ],
)
def test_what_the_mall_cannot_be_is_a_slip(yeban: Yeban, home: Path, words: tuple[str, ...], said: str) -> None:
    """Who typed it is told what can be written, before anything is made."""
    code, output = yeban(*words)
    assert (code, "D-COMMAND" in output, said in output) == (2, True, True), output
    assert not (home / "demo").exists()


def test_a_mall_whose_port_is_taken_says_so(yeban: Yeban) -> None:
    """Perhaps one is open already: the system's words and another port, and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, output = yeban("mall", "--size", "tiny", "--port", port)
    assert (code, "D-MALL" in output, f"--port {port + 1}" in output) == (4, True, True), output
    assert "Traceback" not in output
    assert "Address already in use" in output or "98" in output or "10048" in output


def test_what_nobody_foresaw_is_in_the_log_that_is_named(
    yeban: Yeban, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of a command that writes no log of its own; where none can be written the trace itself is shown."""

    def breaks(*_: object) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr("schedules.cli.reference.verbs_page", breaks)
    monkeypatch.setattr("schedules.logs._OPEN", [])
    code, output = yeban("reference")
    log = home / "logs" / "yeban.jsonl"
    assert (code, str(log) in output, "Traceback" in output) == (1, True, False), output
    assert "nobody foresaw this" in log.read_text("utf-8")
    logger.remove()
    monkeypatch.setattr("schedules.logs._OPEN", [])
    log.unlink()
    log.parent.rmdir()
    log.parent.write_text("no folder", "utf-8")
    code, output = yeban("reference")
    assert (code, "Traceback" in output) == (1, True), output


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_ctrl_c_is_no_fault(yeban: Yeban, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """It is said in one sentence, with the exit code that shells have for it, whatever a library makes of it."""

    def breaks(*_: object) -> None:
        raise error

    monkeypatch.setattr("schedules.cli.reference.verbs_page", breaks)
    code, output = yeban("reference")
    assert (code, "已停止" in output, "D-FAULT" in output) == (130, True, False), output


def test_ctrl_c_while_the_program_is_read_shows_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing had begun, so there is nothing to say."""

    def breaks() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("schedules.cli.told_before_imports", breaks)
    monkeypatch.setattr("sys.argv", ["yeban", "reference"])
    with pytest.raises(SystemExit) as ended:
        schedules.cli.main()
    assert ended.value.code == 130


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("invoices ask FP-1", "invoice FP-1 is not there; it cannot be issued"),
        ("invoices void FP-1 --why x", "invoice FP-1 is not there; it cannot be dropped"),
        ("products set-price P-1 A01 cheap --why x", "price: cheap is not right"),
        ("recon decide 3fa9c1 nothing --who w --why x", "the choices are: match, link"),
        ("unpause everything-else", "there are: "),
        ("service print --for mac", "'--for': 'mac' is not one of"),
        ("status", "done outside: 0 rows"),
    ],
)
def test_whoever_reads_english_reads_no_chinese_of_ours(
    yeban: Yeban, monkeypatch: pytest.MonkeyPatch, words: str, said: str
) -> None:
    """Sentences and what parts their words; entries of the shipped timetable are called what they are called."""
    monkeypatch.setenv("YEBAN_LANG", "en")
    _, output = yeban(*words.split())
    assert said in output
    left = re.sub("夜班之后看库存|早上再看一遍商品|夜班|商品变动|月初库存", "", output)
    assert re.findall("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+", left) == []
    assert "()" not in output
