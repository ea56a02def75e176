"""Axes (颜色, 尺码) and their matrix of variants; no combination twice (PIM-04)."""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from sqlalchemy import Connection, select

from storage.database.tables.products import spu, spu_axis, variant
from storage.erp.audit.actors import require
from storage.erp.audit.rows import put
from storage.erp.products.codes import NewSku, add_sku, same_name
from storage.erp.products.errors import CodeTaken, CombinationTaken, CombinationWrong

Axes = Mapping[str, Sequence[str]]


class Cell(NamedTuple):
    """One place of the matrix; `code` "" where no variant was made."""

    combination: str
    options: tuple[str, ...]
    code: str


def add_spu(
    connection: Connection, name: str, title: str, axes: Axes, *, who: str, category: str = "", family: str = ""
) -> None:
    """Make an SPU with its axes, each with its options in order; `axes` may be empty.

    Raises CodeTaken, and CombinationWrong where two axes or two options of one are the same to a person.
    """
    require(connection, who, "edit_products")
    if connection.execute(select(spu.c.spu).where(spu.c.spu == name)).first() is not None:
        raise CodeTaken(name, "款号", name)
    _distinct(name, axes)
    put(connection, spu, {"spu": name, "title": title, "category": category, "family": family}, who=who)
    for position, (axis, options) in enumerate(axes.items()):
        row = {"spu": name, "axis": axis, "position": position}
        put(connection, spu_axis, {**row, "options": json.dumps(list(options), ensure_ascii=False)}, who=who)


def add_options(connection: Connection, name: str, axis: str, options: Sequence[str], *, who: str) -> bool:
    """More options on an axis; the ones that are there stay. False when all are there already."""
    require(connection, who, "edit_products")
    axes = axes_of(connection, name)
    known = {same_name(option) for option in axes.get(axis, ())}
    fresh = [option for option in options if same_name(option) not in known]
    if axis not in axes:
        raise CombinationWrong(name, axis, f"没有「{axis}」这一项")
    _distinct(name, {axis: fresh})
    whole = json.dumps([*axes[axis], *fresh], ensure_ascii=False)
    return put(connection, spu_axis, {"spu": name, "axis": axis, "options": whole}, who=who)


def _distinct(name: str, axes: Axes) -> None:
    for what, words in (("规格项", list(axes)), *((axis, list(options)) for axis, options in axes.items())):
        same = [same_name(word) for word in words]
        if len(set(same)) < len(same) or not all(same) or any(sign in word for word in words for sign in "=;"):
            raise CombinationWrong(name, "、".join(words), f"{what}有重复、空白，或含有 = ;")


def axes_of(connection: Connection, name: str) -> dict[str, list[str]]:
    """Axis → options, both in the order in which they were said."""
    a = spu_axis.c
    rows = connection.execute(select(a.axis, a.options).where(a.spu == name).order_by(a.position, a.axis))
    return {row.axis: json.loads(row.options) for row in rows}


def canonical(name: str, options: Mapping[str, str], axes: Axes) -> str:
    """The one way to write a combination: `尺码=L;颜色=红`, axes in byte order, options as the SPU spells them.

    Pure. Raises CombinationWrong for an axis or option that is not there, or an axis that was left out.
    """
    said = {same_name(axis): option for axis, option in options.items()}
    parts = []
    for axis in sorted(axes):
        option = said.pop(same_name(axis), "")
        spelt = next((known for known in axes[axis] if same_name(known) == same_name(option)), "")
        if not spelt:
            raise CombinationWrong(name, str(dict(options)), f"{axis} 应为 {'、'.join(axes[axis])} 之一")
        parts.append(f"{axis}={spelt}")
    if said:
        raise CombinationWrong(name, str(dict(options)), f"没有「{'、'.join(said)}」这一项")
    return ";".join(parts)


def matrix(connection: Connection, name: str) -> list[Cell]:
    """Every combination of the axes with its code, in the order of the options."""
    axes = axes_of(connection, name)
    made = variants(connection, name)
    cells = []
    for options in product(*axes.values()) if axes else ():
        combination = canonical(name, dict(zip(axes, options, strict=True)), axes)
        cells.append(Cell(combination, options, made.get(combination, "")))
    return cells


def variants(connection: Connection, name: str) -> dict[str, str]:
    """Combination → code of an SPU."""
    v = variant.c
    return {row.combination: row.code for row in connection.execute(select(v.combination, v.code).where(v.spu == name))}


def add_variant(
    connection: Connection, name: str, options: Mapping[str, str], code: str, title: str, *, who: str
) -> None:
    """Make the SKU of one combination. Raises CombinationTaken, CombinationWrong, CodeTaken and the like."""
    combination = canonical(name, options, axes_of(connection, name))
    known = variants(connection, name).get(combination or code)
    if known:
        raise CombinationTaken(name, combination, known)
    add_sku(connection, NewSku(code, title, name, combination), who=who)


def fill_matrix(
    connection: Connection, name: str, code_of: Callable[[tuple[str, ...]], str], title: str, *, who: str
) -> list[str]:
    """Make a SKU for every combination that has none; returns their codes. A second call makes none."""
    axes = axes_of(connection, name)
    fresh = []
    for cell in matrix(connection, name):
        if not cell.code:
            code = code_of(cell.options)
            options = dict(zip(axes, cell.options, strict=True))
            add_variant(connection, name, options, code, f"{title} {' '.join(cell.options)}", who=who)
            fresh.append(code)
    return fresh
