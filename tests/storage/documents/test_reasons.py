"""Every refusal is said in English too: reasons as the code says them, and sentences as they stand in the books."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import storage
from storage import errors
from storage.reasons import PHRASES, english
from storage.sentences import in_english

STORAGE = Path(storage.__file__).parent
CHINESE = re.compile(r"[一-鿿，。；：「」（）]")
REASONS = {
    "FileBroken": (1,), "CellInvalid": (2,), "CellDestroyed": (2,), "FileUnknown": (1,), "KindBroken": (3, 4),
    "wrong": (2, 3), "FixWrong": (2,), "MeaningWrong": (2,), "missing": (1,), "Control": (3,),
}  # fmt: skip
"""Call -> which of its arguments are reasons, said in Chinese."""
MORE = (
    "像几种：practice_orders、xhs_order",
    "表头不像任何一种",
    "是不是 money？",
    "可以写：id、money",
    "合计与逐行相加一致",
    "支出合计：文件写 ¥1,204.00，逐行算 -¥3.20",
    "合计不符，已搁置待人确认：金额是空的",
    "与账不符，已搁置待人确认：金额是空的",
    "合计不符：金额是空的",
    "12 行未能入账，第 7 行：金额是空的",
    "12 行没有费用分类，合计 ¥7.00（yeban report unclassified）",
)
"""Reasons that are put together, and what is said of a file that was read."""
CELLS = re.compile("上架|下架|是 or 否|收入|支出合计|支出|不计收支|amount: 金额")
"""What a cell may say stays as it is."""


def reasons() -> Iterator[tuple[str, str]]:
    """(where, reason) of every call in the readers, with 7 in the place of what a reason says of its file."""
    for path in sorted([*STORAGE.glob("documents/*.py"), *STORAGE.glob("*.py")]):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            for place in REASONS.get(name, ()):
                if place < len(call.args):
                    yield from ((f"{path.name}:{call.lineno}", said) for said in texts(call.args[place]))


def texts(argument: ast.expr) -> Iterator[str]:
    """What the argument may say; empty where it only hands on."""
    if isinstance(argument, ast.IfExp):
        yield from (*texts(argument.body), *texts(argument.orelse))
    elif isinstance(argument, ast.Constant):
        yield str(argument.value)
    elif isinstance(argument, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in argument.values)


def test_every_reason_has_its_english() -> None:
    """No reason in the code is without its English, and none of the table is about nothing in the code."""
    said = [*reasons(), *(("", one) for one in MORE)]
    assert len(said) > 100
    assert [(where, reason) for where, reason in said if CHINESE.search(CELLS.sub("", english(reason)))] == []
    patterns = {zh: re.sub(r"\\\{\w+\\\}", ".+", re.escape(zh)) for zh in PHRASES}
    unsaid = [zh for zh, pattern in patterns.items() if not any(re.fullmatch(pattern, reason) for _, reason in said)]
    assert unsaid == []


@pytest.mark.parametrize("zh", [zh for zh in PHRASES if "{" not in zh])
def test_a_phrase_is_found_inside_a_sentence(zh: str) -> None:
    """What stands in the books of a row or a file is a whole English sentence, whatever the reason."""
    refused = errors.CellInvalid("Amount", "12x", zh)
    assert not CHINESE.search(in_english(refused.message()))
    assert in_english(refused.message()) == refused.message("en")
    broken = errors.FileBroken("a.csv", zh)
    whole = f"{broken.message()} {broken.hint()}"
    assert in_english(whole) == f"{broken.message('en')}. {broken.hint('en')}"


def test_several_sentences_are_told_apart() -> None:
    """Totals, rows and fees of one file are three sentences, also where a cell holds the sign between them."""
    totals = "支出合计：文件写 ¥1.00，逐行算 ¥2.00；收入笔数：文件写 1，逐行算 2"
    row = errors.CellInvalid("金额", "1；2", "不是金额").message()
    fees = "2 行没有费用分类，合计 -¥3.00（yeban report unclassified）"
    assert in_english(f"合计不符：{totals}；3 行未能入账，第 5 行：{row}") == (
        "the totals do not tie: 支出合计: the file says ¥1.00, its rows ¥2.00; 收入笔数: the file says 1, its rows 2; "
        "3 rows were not taken (yeban quarantine), row 5: 金额: 1；2 is not right: it is no amount"
    )
    assert in_english(fees).startswith("2 rows have no fee class, -¥3.00 together")
    assert in_english("谁也没说过的话；不是金额") == "谁也没说过的话; it is no amount"
    assert in_english("谁也没说过的话") == "谁也没说过的话"


def test_lists_are_written_as_english_writes_them() -> None:
    """Columns in an English sentence stand between commas; nothing is "none"."""
    missing = errors.HeaderMissing("a.csv", ["甲", "乙"], [])
    assert missing.message("en") == "a.csv lacks the columns 甲, 乙; its header is none"
    drift = errors.HeaderDrift("a.csv", "xhs_order", ["合计（像「总额」）", "乙"], ["总额"])
    said = "a.csv looks like xhs_order with a changed header: it lacks 合计 (like 总额), 乙; unknown columns: 总额"
    assert (drift.message("en"), in_english(drift.message())) == (said, said)
    assert errors.KindBroken("--kind", 1, 1, "甲 不能当名字", "").message("en") == "--kind: 甲 cannot be a name"
