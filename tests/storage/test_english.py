"""Words of the books in English: what is ours is said, what others wrote stays, and no phrase says the wrong slot."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from schedules.verification import WORDS
from storage.documents.kinds import KINDS
from storage.english import SLOT, english, heading, phrases
from storage.erp.finance.chart import CHART
from storage.erp.orders.rules import RULES
from storage.erp.reconciliation.outcomes import COMPONENTS, DIFFERENCES, OUTCOMES
from storage.metrics.dictionary import METRICS
from storage.reports import REPORTS
from storage.reports.sources import title_of
from storage.reports.spoken import NAMES, spoken
from storage.reports.table import Column, Period, Table

CHINESE = re.compile(r"[\u3400-\u9fff]")
REPORTS_FOLDER = Path(__file__).parents[2] / "storage" / "reports"


def test_every_phrase_is_english_and_has_the_slots_of_its_sentence() -> None:
    """A phrase has no Chinese left, and fills in exactly what its sentence says."""
    wrong = [
        (zh, en)
        for zh, en in phrases().items()
        if CHINESE.search(en) or not set(SLOT.findall(en)) <= set(SLOT.findall(zh))
    ]
    assert wrong == []


def words() -> Iterator[str]:
    """What people are shown of reports, metrics, checks, accounts, documents, reconciliation and holds."""
    yield from map(title_of, REPORTS)
    yield from (text for one in METRICS.values() for text in (one.title, one.sentence, one.grain, one.owner))
    yield from (text for one in WORDS.values() for text in (one.sentence, one.mend))
    yield from (account.name for account in CHART.values())
    yield from (kind.TITLE for kind in KINDS.values())
    yield from (meaning.zh for meaning in OUTCOMES.values())
    yield from (*COMPONENTS.values(), *(zh for zh, _ in DIFFERENCES.values()))
    yield from (rule.owner for rule in RULES.values())


def test_every_word_that_people_are_shown_is_said() -> None:
    """A new metric, check, account, kind of document or outcome comes with its English."""
    assert sorted({word for word in words() if CHINESE.search(english(word))}) == []


def columns() -> Iterator[tuple[str, str]]:
    """Report and title of every column that is written in a report's module."""
    for path in sorted(REPORTS_FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Column", "Dimension") and node.args:
                title = node.args[0]
                if isinstance(title, ast.Constant) and isinstance(title.value, str):
                    yield path.stem, title.value


def test_every_column_of_a_report_is_said() -> None:
    """A new column comes with its English."""
    assert sorted({one for one in columns() if CHINESE.search(english(one[1]))}) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("缺货：A-01 要 1 件，单仓最多 0 件", "out of stock: A-01: 1 wanted, 0 at most in one warehouse"),
        ("佣金多扣 ¥1.50：应 5.00 %，实 5.10 %（基数 ¥30.00）",
         "commission ¥1.50 too much: due 5.00 %, taken 5.10 % (base ¥30.00)"),
        ("净销售：付款 GMV 减退款完成。", "net sales: GMV paid less refunds done."),
        ("3 个单品：缺货 2、健康 1。每个单品恰有一个状态。",
         "3 SKUs: out of stock 2, healthy 1. Each has exactly one state."),
        ("1 完全一致", "1 matched exactly"),
        ("支付宝 账务明细（12 列）", "Alipay fund statement (12 columns)"),
        ("简约收纳箱 101款", "简约收纳箱 101款"),
    ],
)  # fmt: skip
def test_a_sentence_is_said_with_what_it_holds(said: str, expected: str) -> None:
    """Numbers, codes and parts stand where they belong; a product's name is nobody's sentence."""
    assert english(said) == expected


def test_names_of_shops_and_products_stay_as_they_are() -> None:
    """A product that is called like one of our words keeps its name; `（无店铺）` is ours."""
    assert "商品" in NAMES
    table = Table("hot", "热销商品", Period("2026-11-01", "2026-11-02"), [Column("商品"), Column("为什么")])
    table.rows += [["缺货", "缺货"], ["（无店铺）", "可用为零"]]
    said = spoken(table, "en")
    assert said.title == heading("热销商品", "en") == "Best sellers"
    assert said.rows == [["缺货", "out of stock"], ["(no shop)", "none is free"]]
    assert [column.title for column in said.columns] == ["product", "why"]
    assert spoken(table, "zh") is table
