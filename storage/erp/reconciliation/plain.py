"""Orders that are as they should be, decided in the database: most of them, at a tenth of the cost of one by one.

Only what is certain without a second look is decided here: the order is settled; each component that is due has just
one line of just its amount; at most one refund, which the statement shows to the fen; fees without a contract are there
once. Everything else (`rest.py`) goes to `matching.match_orders`, which gives plain orders the very same answers: the
tests hold the two together. Integer arithmetic only; the SQL is that of SQLite and PostgreSQL alike.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from storage.database.bulk import Counts
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.expectations import CLOSED_WORDS, REFUSED_WORDS
from storage.erp.reconciliation.kept import KEPT
from storage.erp.reconciliation.matching import OWN_TRANSFERS, UNKNOWN_CLASSES
from storage.erp.reconciliation.order import JUDGED, TAKEN
from storage.erp.reconciliation.outcomes import COMPONENTS, Outcome

TABLES = ("recon_shop", "recon_span", "recon_back", "recon_due", "recon_told", "recon_sure", "recon_odd", "recon_rest")


BASE = 16
DIGITS = ("payment", "commission", "subsidy", "fee", "fee_back", "refund", "refund_commission", "freight_insurance",
          "affiliate", "other")  # fmt: skip
"""What the lines of an order are counted by, each in a digit of its own of one number: of fewer lines than the base
none can carry into the next. The first seven are due or not, of the others there may be one each."""
UNFIT = BASE ** (len(DIGITS) + 1)
_MANDATORY = BASE**7 - 1
_TWICE = sum(14 * BASE**place for place in range(len(DIGITS)))


def _digit(kind: str) -> int:
    return int(BASE ** DIGITS.index(kind))


_REF = "b.shop || '|' || b.wallet || '|' || b.flow_no || '|' || b.fee_type || '|1'"
_MINE = "s.order_no = b.order_no AND s.shop = b.shop AND s.platform = b.platform"


class Plain(NamedTuple):
    """What was decided in the database: `counts` of items, how many `lines`, `groups`; `wallets`: of shops with one."""

    counts: Counts
    lines: int
    groups: int
    wallets: dict[tuple[str, str], str]


def decide_plain(connection: Connection, contracts: Contracts, periods: dict[str, tuple[str, str]]) -> Plain:
    """Write items and groups of plain orders. Until `forget`, `recon_sure` holds those orders and `recon_rest` the
    numbers on lines that are not theirs. `periods`: file -> (first day, last day) that it speaks about.
    """
    forget(connection)
    wallets = _shops(connection, contracts)
    _spans(connection, periods)
    for statement in (_BACK, *_TABLES, _DUE, _TOLD, _ODD, _SUB_ORDERS, _SURE, _REST):
        connection.execute(text(statement.replace("{serial}", SERIAL[connection.dialect.name])))
    groups = int(connection.execute(text("SELECT count(*) FROM recon_sure")).scalar_one())
    lines = int(connection.execute(text("SELECT coalesce(sum(lines), 0) FROM recon_sure")).scalar_one())
    counts = _write(connection) if groups else Counts()
    return Plain(counts, lines, groups, wallets)


def forget(connection: Connection) -> None:
    """Drop the working tables."""
    for name in TABLES:
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))


def plain_keys(connection: Connection) -> set[tuple[str, str, str]]:
    """The keys of the items of plain orders."""
    query = f"SELECT {_REF} FROM bill_line b CROSS JOIN recon_sure s WHERE {_MINE}"
    return {("orders", "statement", ref) for ref in connection.execute(text(query)).scalars()}


def plain_groups(connection: Connection) -> set[str]:
    """The groups of plain orders."""
    return set(connection.execute(text("SELECT group_id FROM recon_sure")).scalars())


def _shops(connection: Connection, contracts: Contracts) -> dict[tuple[str, str], str]:
    """The contract of each shop with one wallet as a table; shops with several wallets are nobody's plain business."""
    found = connection.execute(text("SELECT DISTINCT platform, shop, wallet FROM bill_line")).all()
    several = {owner for owner, count in Counter((row[0], row[1]) for row in found).items() if count > 1}
    single = {(row[0], row[1]): row[2] for row in found if (row[0], row[1]) not in several}
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE recon_shop (platform text, shop text, wallet text, at_payment integer,"
            " rate integer, fee_rate integer, PRIMARY KEY (shop, platform))"
        )
    )
    rows = [
        {
            "platform": platform,
            "shop": shop,
            "wallet": wallet,
            "at_payment": int(wallet in contracts.paid_out_at_payment),
            "rate": contracts.commission_bp.get(shop),
            "fee_rate": contracts.payment_fee_bp.get(wallet),
        }
        for (platform, shop), wallet in sorted(single.items())
        if wallet != "personal"
    ]
    _fill(connection, "recon_shop", rows)
    return single


def _spans(connection: Connection, periods: dict[str, tuple[str, str]]) -> None:
    connection.execute(
        text("CREATE TEMPORARY TABLE recon_span (file_sha text PRIMARY KEY, first_day text, last_day text)")
    )
    _fill(
        connection,
        "recon_span",
        [{"file_sha": sha, "first_day": first, "last_day": last} for sha, (first, last) in sorted(periods.items())],
    )


def _fill(connection: Connection, table: str, rows: Sequence[dict[str, object]]) -> None:
    if rows:
        names = list(rows[0])
        marks = ", ".join(f":{name}" for name in names)
        connection.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"), rows)


def _listed(words: Iterable[str]) -> str:
    return ", ".join("'" + word.replace("'", "''") + "'" for word in sorted(words))


def _share(base: str, rate: str) -> str:
    """`words.share` in SQL: half up, never negative."""
    return f"((CASE WHEN {base} > 0 THEN {base} ELSE 0 END) * {rate} * 2 + 10000) / 20000"


def _says(column: str, words: Iterable[str]) -> str:
    return "(" + " OR ".join(f"{column} LIKE '%{word}%'" for word in words) + ")"


_DONE = f"(r.done_at <> '' AND NOT {_says('r.status', REFUSED_WORDS)})"

_BACK = f"""
CREATE TEMPORARY TABLE recon_back AS
SELECT r.platform, r.shop, r.order_no, count(*) AS refunds, max(r.refund_no) AS refund_no,
       max(CASE WHEN {_DONE} THEN 1 ELSE 0 END) AS done, max(r.after_settlement) AS after_settlement,
       max(r.amount_fen) AS refund_fen
  FROM refund r GROUP BY r.platform, r.shop, r.order_no
"""
"""Orders with refunds; of one with several only their number counts."""

SERIAL = {"sqlite": "integer PRIMARY KEY", "postgresql": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"}
"""How a number of its own is spelt, which the database gives to each row."""
_DUE_COLUMNS = ("order_no", "shop", "platform", "rate", "fee_rate", "paid_day", "payment_fen", "subsidy_fen",
                "commission_fen", "fee_fen", "fee_back_fen", "refund_no", "refund_fen", "back_fen", "due")  # fmt: skip
_TABLES = (
    "CREATE UNIQUE INDEX ux_recon_back ON recon_back (order_no, shop, platform)",
    """CREATE TEMPORARY TABLE recon_due (id {serial}, order_no text, shop text, platform text, rate bigint,
       fee_rate bigint, paid_day text, payment_fen bigint, subsidy_fen bigint, commission_fen bigint, fee_fen bigint,
       fee_back_fen bigint, refund_no text, refund_fen bigint, back_fen bigint, due bigint,
       UNIQUE (order_no, shop, platform))""",
    """CREATE TEMPORARY TABLE recon_sure (order_no text, shop text, platform text, rate bigint, fee_rate bigint,
       refund_no text, lines bigint, group_id text, PRIMARY KEY (order_no, shop, platform))""",
    "CREATE TEMPORARY TABLE recon_rest (order_no text PRIMARY KEY)",
)

_BEFORE = "CASE WHEN k.done = 1 AND k.after_settlement = 0 THEN k.refund_fen ELSE 0 END"
_SUBSIDY = "CASE WHEN s.at_payment = 1 THEN 0 ELSE o.platform_discount_fen END"

_DUE = f"""
WITH e AS MATERIALIZED (
SELECT o.platform, o.shop, o.order_no, s.rate, s.fee_rate, substr(o.paid_at, 1, 10) AS paid_day,
       CASE WHEN s.at_payment = 1 THEN o.paid_fen ELSE o.paid_fen - {_BEFORE} END AS payment_fen,
       {_SUBSIDY} AS subsidy_fen, o.paid_fen + {_SUBSIDY} - {_BEFORE} AS base_fen,
       coalesce(k.refund_no, '') AS refund_no,
       CASE WHEN k.done = 1 AND (s.at_payment = 1 OR k.after_settlement <> 0) THEN k.refund_fen
            ELSE 0 END AS refund_fen,
       CASE WHEN k.done = 1 AND k.after_settlement <> 0 THEN k.refund_fen ELSE 0 END AS after_fen
  FROM platform_order o
  JOIN recon_shop s ON s.shop = o.shop AND s.platform = o.platform
  LEFT JOIN recon_back k ON k.platform = o.platform AND k.shop = o.shop AND k.order_no = o.order_no
 WHERE (k.refunds IS NULL OR (k.refunds = 1 AND (k.done = 0 OR (k.refund_fen > 0 AND k.refund_fen < o.paid_fen))))
   AND o.paid_fen > 0 AND o.platform_discount_fen >= 0 AND o.order_no <> ''
   AND CASE WHEN s.at_payment = 1 THEN o.paid_at <> ''
            ELSE o.finished_at <> '' AND NOT {_says("lower(o.platform_status)", CLOSED_WORDS)} END
), d AS MATERIALIZED (
SELECT e.*, -({_share("e.base_fen", "e.rate")}) AS commission_fen,
       -({_share("e.payment_fen", "e.fee_rate")}) AS fee_fen, {_share("e.refund_fen", "e.fee_rate")} AS fee_back_fen,
       {_share("e.after_fen", "e.rate")} AS back_fen
  FROM e)
INSERT INTO recon_due ({", ".join(_DUE_COLUMNS)})
SELECT d.order_no, d.shop, d.platform, d.rate, d.fee_rate,
       d.paid_day, d.payment_fen, d.subsidy_fen, d.commission_fen, d.fee_fen, d.fee_back_fen, d.refund_no,
       d.refund_fen, d.back_fen,
       {_digit("payment")} + CASE WHEN d.subsidy_fen <> 0 THEN {_digit("subsidy")} ELSE 0 END
       + CASE WHEN d.commission_fen <> 0 THEN {_digit("commission")} ELSE 0 END
       + CASE WHEN d.fee_fen <> 0 THEN {_digit("fee")} ELSE 0 END
       + CASE WHEN d.fee_back_fen <> 0 THEN {_digit("fee_back")} ELSE 0 END
       + CASE WHEN d.refund_fen <> 0 THEN {_digit("refund")} ELSE 0 END
       + CASE WHEN d.back_fen <> 0 THEN {_digit("refund_commission")} ELSE 0 END
  FROM d
"""
"""Settled orders, what each should bring as `expectations.due` says it, and which lines that makes (`due`)."""

_CHARGED = f"b.fee_type NOT IN ({_listed(JUDGED | OWN_TRANSFERS | UNKNOWN_CLASSES | {'withdrawal'})})"
_DAY = "substr(b.at, 1, 10)"

_WEIGHT = f"""CASE b.fee_type
  WHEN 'payment' THEN {_digit("payment")}
       + CASE WHEN b.amount_fen = d.payment_fen AND {_DAY} >= d.paid_day THEN 0 ELSE {UNFIT} END
  WHEN 'commission' THEN {_digit("commission")}
       + CASE WHEN d.rate IS NULL OR (b.amount_fen = d.commission_fen AND b.amount_fen <> 0) THEN 0 ELSE {UNFIT} END
  WHEN 'payment_fee' THEN CASE WHEN d.fee_rate IS NULL THEN 0
       WHEN b.amount_fen = 0 THEN {UNFIT}
       WHEN b.amount_fen = d.fee_fen THEN {_digit("fee")}
       WHEN b.amount_fen = d.fee_back_fen THEN {_digit("fee_back")} ELSE {UNFIT} END
  WHEN 'freight_insurance' THEN {_digit("freight_insurance")}
  WHEN 'affiliate' THEN {_digit("affiliate")}
  WHEN 'subsidy' THEN {_digit("subsidy")}
       + CASE WHEN b.amount_fen = d.subsidy_fen AND b.amount_fen <> 0 THEN 0 ELSE {UNFIT} END
  WHEN 'refund' THEN {_digit("refund")}
       + CASE WHEN b.refund_no = d.refund_no AND b.amount_fen = -d.refund_fen AND b.amount_fen <> 0 THEN 0
              ELSE {UNFIT} END
  WHEN 'refund_commission' THEN {_digit("refund_commission")}
       + CASE WHEN b.amount_fen = d.back_fen AND b.amount_fen <> 0 THEN 0 ELSE {UNFIT} END
  ELSE CASE WHEN {_CHARGED} THEN {_digit("other")} ELSE {UNFIT} END END"""

_OUT_FLOW = """CASE WHEN d.fee_rate IS NULL THEN NULL WHEN b.fee_type = 'payment' THEN b.flow_no
  WHEN b.fee_type = 'payment_fee' AND b.amount_fen < 0 THEN b.flow_no END"""
_BACK_FLOW = """CASE WHEN d.fee_rate IS NULL THEN NULL WHEN b.fee_type = 'refund' THEN b.flow_no
  WHEN b.fee_type = 'payment_fee' AND b.amount_fen > 0 THEN b.flow_no END"""

_TOLD = f"""
CREATE TEMPORARY TABLE recon_told AS
SELECT b.order_no, count(*) AS lines, count(d.id) AS known, min(d.id) AS id, max(d.id) AS last_id,
       CAST(sum(CASE WHEN d.id IS NULL THEN 0
                     WHEN b.n <> 1 OR {_DAY} < p.first_day OR {_DAY} > p.last_day THEN {UNFIT}
                     ELSE {_WEIGHT} END) AS bigint) AS told,
       min({_OUT_FLOW}) AS out_first, max({_OUT_FLOW}) AS out_last,
       min({_BACK_FLOW}) AS back_first, max({_BACK_FLOW}) AS back_last
  FROM bill_line b
  LEFT JOIN recon_due d ON d.order_no = b.order_no AND d.shop = b.shop AND d.platform = b.platform
  LEFT JOIN recon_span p ON p.file_sha = b.file_sha
 GROUP BY b.order_no
"""
"""What the statements say under each number; `told` counts the lines of each kind in a digit of its own."""

_ODD = """
CREATE TEMPORARY TABLE recon_odd AS
SELECT order_no FROM recon_told WHERE known < lines OR id <> last_id
"""
"""Numbers that some line means another order by, or none."""

_SUB_ORDERS = """
INSERT INTO recon_odd SELECT DISTINCT n.order_no FROM order_line n
 WHERE n.sub_no <> n.order_no AND n.sub_no IN (SELECT order_no FROM recon_odd WHERE order_no <> '')
"""
"""A line may name the sub-order: then it is a line of its order."""

_FREE = f"CASE WHEN d.rate IS NULL THEN {_digit('commission')} ELSE 0 END"

_SURE = f"""
INSERT INTO recon_sure
SELECT d.order_no, d.shop, d.platform, d.rate, d.fee_rate, d.refund_no, t.lines,
       'order|' || d.platform || '|' || d.shop || '|' || d.order_no
  FROM recon_told t JOIN recon_due d ON d.id = t.id
 WHERE t.lines < {BASE} AND t.known = t.lines AND t.id = t.last_id AND t.told < {UNFIT}
   AND (t.told & {_MANDATORY} & ~{_FREE}) = (d.due & ~{_FREE})
   AND (t.told & {_TWICE}) = 0
   AND (t.out_first IS NULL OR t.out_first = t.out_last) AND (t.back_first IS NULL OR t.back_first = t.back_last)
   AND t.order_no NOT IN (SELECT order_no FROM recon_odd)
   AND (d.refund_no = '' OR d.refund_fen > 0
        OR NOT EXISTS (SELECT 1 FROM bill_line b WHERE b.order_no = '' AND b.fee_type = 'refund'))
"""
"""The last condition: a refund line that names no order may be about a refund without a line."""

_REST = """
INSERT INTO recon_rest
SELECT t.order_no FROM recon_told t WHERE NOT EXISTS (SELECT 1 FROM recon_sure s WHERE s.order_no = t.order_no)
UNION SELECT order_no FROM recon_odd
"""
"""Numbers on lines that are still to be decided."""


def _words() -> tuple[str, str, str]:
    """Outcome, rule and reason of a line as SQL, in the words of `order.py`; the commonest kinds come first."""
    matched, explained = int(Outcome.MATCHED), int(Outcome.FEES_EXPLAINED)
    said = {
        "payment": f"{COMPONENTS['payment']}与订单一致",
        "commission": f"{COMPONENTS['commission']}与订单一致",
        "payment_fee": "手续费与费率一致",
        "subsidy": f"{COMPONENTS['subsidy']}与订单一致",
        "refund": "与退款单一致",
        "refund_commission": "",
    }
    free = {"commission": ("s.rate", f"佣金{TAKEN}，无合同费率"), "payment_fee": ("s.fee_rate", f"手续费{TAKEN}")}
    outcome, rule, reason = [], [], []
    for fee, words in said.items():
        told = f"'{words}'" if words else "'退款 ' || s.refund_no || ' 的佣金退还'"
        rate, taken = free.get(fee, ("1", ""))
        outcome.append(f"WHEN '{fee}' THEN CASE WHEN {rate} IS NULL THEN {explained} ELSE {matched} END")
        rule.append(f"WHEN '{fee}' THEN CASE WHEN {rate} IS NULL THEN '{fee}.fees_explained' ELSE '{fee}.matched' END")
        reason.append(f"WHEN '{fee}' THEN CASE WHEN {rate} IS NULL THEN '{taken}' ELSE {told} END")
    common = ("freight_insurance", "affiliate")
    fees = [*common, *sorted(fee for fee in COMPONENTS if fee not in JUDGED and fee not in common)]
    reason += [f"WHEN '{fee}' THEN '{COMPONENTS[fee]}{TAKEN}'" for fee in fees]
    return (
        f"CASE b.fee_type {' '.join(outcome)} ELSE {explained} END",
        f"CASE b.fee_type {' '.join(rule)} ELSE b.fee_type || '.fees_explained' END",
        f"CASE b.fee_type {' '.join(reason)} ELSE b.fee_type || '{TAKEN}' END",
    )


_COLUMNS = ("job", "side", "ref", "shop", "order_no", "component", "outcome", "difference", "amount_fen",
            "expected_fen", "group_id", "rule_id", "reason", "at")  # fmt: skip


def _write(connection: Connection) -> Counts:
    outcome, rule, reason = _words()
    changed = " OR ".join(f"recon_item.{name} <> excluded.{name}" for name in _COLUMNS[3:])
    sets = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[3:])
    statement = f"""
INSERT INTO recon_item ({", ".join(_COLUMNS)})
SELECT 'orders', 'statement', {_REF},
       b.shop, b.order_no, b.fee_type, {outcome}, '', b.amount_fen, b.amount_fen,
       s.group_id, {rule}, {reason}, b.at
  FROM bill_line b CROSS JOIN recon_sure s
 WHERE {_MINE}
ON CONFLICT (job, side, ref) DO UPDATE SET {sets} WHERE ({changed}) AND NOT ({KEPT})"""
    before = _items(connection)
    touched = connection.execute(text(statement)).rowcount
    created = _items(connection) - before
    lines = connection.execute(text("SELECT sum(lines) FROM recon_sure")).scalar_one()
    connection.execute(text(_GROUPS))
    return Counts(created, touched - created, int(lines) - touched)


def _items(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM recon_item")).scalar_one())


_GROUPS = """
INSERT INTO recon_group (group_id, kind, residual_fen)
SELECT s.group_id, CASE WHEN s.lines = 1 THEN '1-1' ELSE 'N-1' END, 0
  FROM recon_sure s WHERE true
ON CONFLICT (group_id) DO UPDATE SET kind = excluded.kind, residual_fen = excluded.residual_fen
 WHERE recon_group.kind <> excluded.kind OR recon_group.residual_fen <> excluded.residual_fen
"""
