"""What a line is, where the platform says it in one word: the word -> fee class, and the rule that said so."""

from collections.abc import Callable, Mapping

from storage.documents.cells import unwrap
from storage.documents.statements import UNCLASSIFIED
from storage.documents.table import Record


def by_word(column: str, rule: str, words: Mapping[str, str]) -> Callable[[Record, int], tuple[str, str]]:
    """A way to class lines by the word in this column: (fee class, `rule.fee class`), (unclassified, "") for others.

    A code before the word (`0010002|交易收入-订单收入`) is left out.
    """

    def classify(record: Record, _amount_fen: int) -> tuple[str, str]:
        said = unwrap(record.plain(column)).replace("(", "（").replace(")", "）")
        fee = words.get(said.rpartition("|")[2])
        return (fee, f"{rule}.{fee}") if fee else (UNCLASSIFIED, "")

    return classify


def first_of(*ways: Callable[[Record, int], tuple[str, str]]) -> Callable[[Record, int], tuple[str, str]]:
    """A way to class lines by the first of these that knows the line."""

    def classify(record: Record, amount_fen: int) -> tuple[str, str]:
        found = (way(record, amount_fen) for way in ways)
        return next((one for one in found if one[1]), (UNCLASSIFIED, ""))

    return classify
