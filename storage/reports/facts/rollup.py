"""Small tables beside the facts, so that a year of orders is added up once, when it is fed, and not at every look.

They are made of the facts by the dictionary's own rules; a figure taken from them is the same figure, and it is walked
back to the facts themselves.
"""

from typing import TYPE_CHECKING

from storage.erp.stock.book import VIRTUAL_PLACES
from storage.metrics.dictionary import METRICS
from storage.metrics.metric import Metric

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROLLED = ("orders", "refunds", "bills")
"""Facts whose metrics are kept by day, platform and shop."""


def groups() -> dict[tuple[str, str], list[Metric]]:
    """The metrics that are sums of rows, by fact and moment: each group is one table."""
    found: dict[tuple[str, str], list[Metric]] = {}
    for metric in METRICS.values():
        if metric.fact in ROLLED:
            found.setdefault((metric.fact, metric.at), []).append(metric)
    return found


def name_of(fact: str, at: str) -> str:
    """The table of one group."""
    return f"rolled_{fact}_{at}"


def roll_up(facts: "DuckDBPyConnection") -> None:
    """Make all of them anew from the facts."""
    for (fact, at), metrics in groups().items():
        sums = ", ".join(f"coalesce(sum({part_of(one)}), 0)::BIGINT AS {one.name}" for one in metrics)
        facts.execute(
            f"CREATE OR REPLACE TABLE {name_of(fact, at)} AS SELECT {at}::DATE AS day, platform, shop, {sums}"
            f" FROM {fact} WHERE {at} IS NOT NULL GROUP BY ALL ORDER BY ALL"
        )
    facts.execute(
        "CREATE OR REPLACE TABLE sold_days AS SELECT paid_at::DATE AS day, code, sum(qty)::BIGINT AS qty,"
        " sum(sold_fen)::BIGINT AS sold_fen FROM parts WHERE pay_state <> 'unpaid' AND qty > 0 AND paid_at IS NOT NULL"
        " GROUP BY ALL ORDER BY ALL"
    )
    virtual = "(" + ", ".join(f"'{place}'" for place in sorted(VIRTUAL_PLACES)) + ")"
    facts.execute(
        "CREATE OR REPLACE TABLE stock_moves AS SELECT TRY_CAST(day AS DATE) AS day, code, from_place, to_place, qty,"
        f" value_fen, (to_place NOT IN {virtual})::INTEGER - (from_place NOT IN {virtual})::INTEGER AS sign"
        " FROM moves WHERE TRY_CAST(day AS DATE) IS NOT NULL ORDER BY day"
    )


def part_of(metric: Metric) -> str:
    """A row's part in the metric, NULL where it does not count."""
    return f"CASE WHEN {metric.where} THEN {metric.part} END" if metric.where else metric.part
