"""What a line is, where the platform says it in one word: the word -> fee class, and the rule that said so."""

from collections.abc import Callable, Mapping

from storage.documents.alipay_rules import UNCLASSIFIED
from storage.documents.cells import unwrap
from storage.documents.table import Record


def by_word(column: str, rule: str, words: Mapping[str, str]) -> Callable[[Record, int], tuple[str, str]]:
    """A way to class lines by the word in this column: (fee class, `rule.fee class`), (unclassified, "") for others."""

    def classify(record: Record, _amount_fen: int) -> tuple[str, str]:
        fee = words.get(unwrap(record.plain(column)).replace("(", "（").replace(")", "）"))
        return (fee, f"{rule}.{fee}") if fee else (UNCLASSIFIED, "")

    return classify
