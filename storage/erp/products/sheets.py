"""Many products at once from a sheet: look first, apply, take the whole batch back (PIM-28)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select

from storage.database.bulk import insert_missing
from storage.database.tables import metadata, sku
from storage.database.tables.products import (
    attribute,
    attribute_value,
    code_name,
    product_batch,
    product_change,
    variant,
)
from storage.erp.audit.actors import require
from storage.erp.audit.rows import found, put, put_all, remove_all
from storage.erp.products.attributes import typed
from storage.erp.products.codes import check_name, resolve, same_name
from storage.erp.products.errors import BatchFixed, BatchOverwritten, CodeTaken, ProductError, ValueWrong
from storage.erp.products.measures import MEASURES

CODE, TITLE, BARCODE = "商家编码", "商品名称", "条码"
COLUMNS: Mapping[str, str] = {"重量g": "weight_g", "长mm": "length_mm", "宽mm": "width_mm", "高mm": "height_mm",
                              "箱规": "per_carton"}  # fmt: skip
ATTRIBUTE = "属性:"
"""Titles of columns that hold an attribute begin with this."""


class Write(NamedTuple):
    """One row of the books as a sheet's row wants it."""

    table: Table
    row: dict[str, Any]


class Line(NamedTuple):
    """What a row of the sheet would do: new | change | same | refused. `changes`: in words, before → after."""

    row_no: int
    code: str
    outcome: str
    changes: tuple[str, ...]
    writes: tuple[Write, ...] = ()


def preview(connection: Connection, rows: Iterable[tuple[int, Mapping[str, str]]]) -> list[Line]:
    """What each row, number and title → cell, would do; nothing is written. An empty cell leaves its field alone.

    Refused with the reason: an unknown column, a wrong value, a name of another SKU, a code that stands twice.
    """
    sheet = [(row_no, {title.strip(): cell.strip() for title, cell in row.items()}) for row_no, row in rows]
    times: dict[str, int] = {}
    names: dict[str, set[str]] = {}
    for _, row in sheet:
        code = row.get(CODE, "")
        times[code] = times.get(code, 0) + 1
        names.setdefault(same_name(row.get(BARCODE, "")), set()).add(code)
    types = {row.attribute: (row.type, json.loads(row.options)) for row in connection.execute(select(attribute))}
    held = resolve(connection, [row.get(BARCODE, "") for _, row in sheet] + list(times))
    lines = []
    for row_no, row in sheet:
        code, barcode = row.get(CODE, ""), row.get(BARCODE, "")
        try:
            if times[code] > 1 or (barcode and len(names[same_name(barcode)]) > 1):
                raise ValueWrong(CODE, code, "表里只出现一次的编码和条码")
            if held.get(code, code) != code:
                raise CodeTaken(code, "别名", held[code])
            if held.get(barcode, code) != code:
                raise CodeTaken(barcode, "条码", held[barcode])
            lines.append(Line(row_no, code, "", (), tuple(_writes(row, types))))
        except ProductError as error:
            lines.append(Line(row_no, code, "refused", (error.message("zh"),)))
    return _compared(connection, lines)


def _writes(row: Mapping[str, str], types: Mapping[str, tuple[str, Sequence[str]]]) -> Iterable[Write]:
    code = row.get(CODE, "")
    check_name(code)
    if row.get(TITLE):
        yield Write(sku, {"code": code, "title": row[TITLE]})
    measures = {}
    for title, cell in row.items():
        if title in (CODE, TITLE, BARCODE) or not cell:
            continue
        if title in COLUMNS:
            if not cell.isdigit():
                raise ValueWrong(title, cell, "不小于 0 的整数")
            measures[COLUMNS[title]] = int(cell)
        elif title.startswith(ATTRIBUTE) and title.removeprefix(ATTRIBUTE) in types:
            name = title.removeprefix(ATTRIBUTE)
            yield Write(attribute_value, {"code": code, "attribute": name, "value": typed(name, cell, *types[name])})
        else:
            raise ValueWrong(
                title, cell, f"认得的列：{'、'.join((CODE, TITLE, BARCODE, *COLUMNS))}，或 {ATTRIBUTE}名字"
            )
    if measures:
        yield Write(variant, {"code": code, **measures})
    if row.get(BARCODE):
        check_name(row[BARCODE])
        yield Write(code_name, {"name": same_name(row[BARCODE]), "kind": "barcode", "code": code})


def _compared(connection: Connection, lines: Sequence[Line]) -> list[Line]:
    """The lines with their outcome, from what the books say now."""
    writes = [write for line in lines for write in line.writes]
    before = _before(connection, [*writes, *(Write(table, {"code": line.code}) for line in lines
                                             for table in (sku, variant))])  # fmt: skip
    result = []
    for line in lines:
        if line.outcome:
            result.append(line)
            continue
        new = (variant.name, (line.code,)) not in before
        if new and (sku.name, (line.code,)) not in before and not any(write.table is sku for write in line.writes):
            result.append(line._replace(outcome="refused", changes=(f"新编码要写{TITLE}",), writes=()))
            continue
        mine = [_complete(write, line.code, new=new) for write in line.writes]
        if new and not any(write.table is variant for write in mine):
            mine.append(_complete(Write(variant, {"code": line.code}), line.code, new=True))
        words = [word for write in mine for word in _words(write, before.get(_name(write), {}))]
        kept = tuple(write for write in mine if _words(write, before.get(_name(write), {})))
        result.append(
            line._replace(outcome="new" if new else "change" if words else "same", changes=tuple(words), writes=kept)
        )
    return result


def _complete(write: Write, code: str, *, new: bool) -> Write:
    if write.table is not variant or not new:
        return write
    start = {"spu": code, "combination": code, "kind": "normal", "state": "active"}
    return Write(variant, {**dict.fromkeys(MEASURES, 0), **start, **write.row})


def _words(write: Write, before: Mapping[str, Any]) -> list[str]:
    """What changes, by the sheet's own titles: `重量g 0 → 250`; what a new SKU begins with goes without saying."""
    own = {"title": TITLE, **{name: title for title, name in COLUMNS.items()}}
    if write.table is attribute_value:
        own["value"] = f"{ATTRIBUTE}{write.row['attribute']}"
    if write.table is code_name:
        own["name"] = BARCODE
    told = ((own[name], before.get(name, ""), value) for name, value in write.row.items() if name in own)
    return [f"{title} {was} → {value}".replace("  ", " ") for title, was, value in told if (was or 0) != (value or 0)]


def _name(write: Write) -> tuple[str, tuple[Any, ...]]:
    return write.table.name, tuple(write.row[column.name] for column in write.table.primary_key)


def _before(connection: Connection, writes: Iterable[Write]) -> dict[tuple[str, tuple[Any, ...]], dict[str, Any]]:
    keys: dict[Table, set[tuple[Any, ...]]] = {}
    for write in writes:
        keys.setdefault(write.table, set()).add(_name(write)[1])
    return {
        (table.name, key): row for table, some in keys.items() for key, row in found(connection, table, some).items()
    }


def apply(connection: Connection, batch_id: str, name: str, lines: Sequence[Line], *, who: str) -> dict[str, int]:
    """Write what a preview showed; returns outcome → rows. Refused rows are left out; the batch is written once.

    The same batch again changes nothing; a batch that was taken back stays so: raises BatchFixed.
    """
    require(connection, who, "edit_products")
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.outcome] = counts.get(line.outcome, 0) + 1
    state = connection.execute(select(product_batch.c.state).where(product_batch.c.batch_id == batch_id)).scalar()
    if state == "rolled_back":
        raise BatchFixed(batch_id, state, "执行", "applied")
    if state == "applied":
        return counts
    writes = [write for line in lines for write in line.writes]
    before = _before(connection, writes)
    after = {_name(write): {**before.get(_name(write), {}), **write.row} for write in writes}
    by_shape: dict[tuple[str, tuple[str, ...]], list[Write]] = {}
    for write in writes:
        by_shape.setdefault((write.table.name, tuple(write.row)), []).append(write)
    for same in by_shape.values():
        put_all(connection, same[0].table, [write.row for write in same], who=who, why=batch_id)
    changes = [
        {"batch_id": batch_id, "subject": json.dumps([table, *key], ensure_ascii=False), "position": position,
         "before": _json(before.get((table, key))), "after": _json(row)}
        for position, ((table, key), row) in enumerate(after.items())
    ]  # fmt: skip
    insert_missing(connection, product_change, changes)  # the log has each of these rows already
    row = {"batch_id": batch_id, "name": name, "state": "applied", "decided_by": who, "recorded_at": _now()}
    put(connection, product_batch, row, who=who)
    return counts


def roll_back(connection: Connection, batch_id: str, *, who: str, why: str) -> int:
    """Take a whole batch back: every row as it was before it; returns how many rows. Nothing else is touched.

    Raises BatchFixed when it was not applied, BatchOverwritten when a row was changed since.
    """
    require(connection, who, "edit_products")
    mine = product_batch.c.batch_id == batch_id
    state = connection.execute(select(product_batch.c.state).where(mine)).scalar()
    if state != "applied":
        raise BatchFixed(batch_id, state or "", "撤回", "taken back")
    c = product_change.c
    changes = connection.execute(select(product_change).where(c.batch_id == batch_id).order_by(c.position.desc())).all()
    by_table: dict[Table, dict[tuple[Any, ...], tuple[str, str]]] = {}
    for change in changes:
        table, key = _subject(change.subject)
        by_table.setdefault(table, {})[key] = (change.before, change.after)
    overwritten = [name for table, rows in by_table.items() for name in _overwritten(connection, table, rows)]
    if overwritten:
        raise BatchOverwritten(batch_id, overwritten)
    for table, rows in by_table.items():
        back = [json.loads(before) for before, _ in rows.values() if before]
        put_all(connection, table, back, who=who, why=why)
        remove_all(connection, table, [key for key, (before, _) in rows.items() if not before], who=who, why=why)
    put(connection, product_batch, {"batch_id": batch_id, "state": "rolled_back"}, who=who, why=why)
    return len(changes)


def _overwritten(
    connection: Connection, table: Table, mine: Mapping[tuple[Any, ...], tuple[str, str]]
) -> Iterable[str]:
    """Rows that are not as the batch left them."""
    now = found(connection, table, mine)
    for key, (_, after) in mine.items():
        if key not in now or any(now[key][name] != value for name, value in json.loads(after).items()):
            yield "|".join(map(str, [table.name, *key]))


def _subject(text: str) -> tuple[Table, tuple[Any, ...]]:
    name, *key = json.loads(text)
    return metadata.tables[name], tuple(key)


def _json(row: Mapping[str, Any] | None) -> str:
    return "" if row is None else json.dumps(dict(row), ensure_ascii=False, sort_keys=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
