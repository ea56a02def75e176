import io

import pytest

from tests.support.command_line import Yeban

SLIPS = [
    (("reprot",), "没有「reprot」这个命令。是不是想写 report？", "Did you mean 'report'?"),
    (("run", "practice/orders"), "少了选项 --account / -a。", "Missing option '--account' / '-a'."),
    (("run", "x", "--accont", "b"), "没有 --accont 这个选项。是不是想写 --account？", "No such option: --accont"),
    (("run",), "少了 flow。", "Missing argument 'flow'."),
    (("report", "--top", "abc"), "--top 写得不对：要写一个整数。", "Invalid value for '--top'"),
    (
        ("invoices", "new", "1", "--title", "a", "--rate", "99"),
        "--rate 写得不对：最大是 17。",
        "less than or equal to 17",
    ),
    (("tidy", "5"), "多写了 5。", "unexpected extra argument"),
    (("teach", "/no", "--kind", "a"), "没有这个文件：/no", "file '/no' does not exist"),
]


@pytest.mark.parametrize(("words", "zh", "en"), SLIPS, ids=lambda told: told if isinstance(told, str) else "")
def test_a_slip_is_answered_in_the_readers_language(
    yeban: Yeban, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], zh: str, en: str
) -> None:
    """What is wrong, the nearest name, how to find out more, exit code 2; nothing in another language."""
    code, said = yeban(*words)
    assert (code, zh in said, "--help" in said) == (2, True, True), said
    assert not any(english in said for english in ("Invalid", "Missing", "No such", "Usage")), said
    monkeypatch.setenv("YEBAN_LANG", "en")
    code, said = yeban(*words)
    assert (code, en in said) == (2, True), said


def test_help_is_no_slip(yeban: Yeban, monkeypatch: pytest.MonkeyPatch) -> None:
    """Help that is asked for ends well; a group without a command shows what it has; an unanswered question says so."""
    assert yeban("kinds", "--help")[0] == 0
    code, said = yeban("deliver")
    assert (code, "由谁处理" in said) == (2, False)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, said = yeban("recon", "decide", "x", "ignore")
    assert (code, "什么也没有做" in said) == (1, True), said
