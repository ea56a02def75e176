"""Totals that a file states compared with those of its rows, in words that a person can act on."""

from collections.abc import Mapping, Sequence

from storage.documents.document import Control


def untotalled(rows: int) -> Control:
    """A file that states no totals: nothing to compare, only counted."""
    return Control({}, {"行数": rows}, None, "文件没有合计，无从核对")


def missing(computed: Mapping[str, int], what: str) -> Control:
    """A file whose totals should be there and are not: perhaps it was cut short."""
    return Control({}, dict(computed), False, f"文件里没有{what}，可能没有下载完")


def compare(stated: Mapping[str, int], computed: Mapping[str, int], *, binding: bool = True) -> Control:
    """Each stated total beside the computed one; names that end in 笔数, 行数, 量 or 单数 are counts, others fen."""
    differences = [
        f"{name}：文件写 {_shown(name, value)}，逐行算 {_shown(name, computed[name])}"
        for name, value in stated.items()
        if value != computed[name]
    ]
    words = "；".join(differences) if differences else "合计与逐行相加一致"
    return Control(dict(stated), dict(computed), not differences, words, binding)


def both_ways(amounts_fen: Sequence[int]) -> dict[str, int]:
    """Counts and sums of what went out and what came in; zero counts as out, as Alipay's footer does."""
    out = [amount for amount in amounts_fen if amount <= 0]
    into = [amount for amount in amounts_fen if amount > 0]
    return {"支出笔数": len(out), "支出合计": sum(out), "收入笔数": len(into), "收入合计": sum(into)}


def _shown(name: str, value: int) -> str:
    if name.endswith(("笔数", "行数", "量", "单数")):
        return f"{value:,}"
    sign = "-" if value < 0 else ""
    return f"{sign}¥{abs(value) // 100:,}.{abs(value) % 100:02d}"
