"""Kinds that people taught, as YAML beside the built-in ones: `kinds/<name>.yaml` in the data folder, read at start.

kind: supplier_bill
title: 供应商对账单
columns: {单号: id, 日期: day, 金额: money, 备注: text}
key: [单号]
at: 日期
amount: 金额                     # or {income: 收入, expense: 支出}
order: 单号                      # optional: the column of the order number
formats: ["%Y/%m/%d"]            # optional: how moments are written, where not YYYY-MM-DD
"""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from storage.documents.amounts import Amount, Signed, Split
from storage.documents.layout import Layout
from storage.errors import KindBroken

FOLDER = "kinds"
VERIFIED = "taught"
TYPES = ("text", "id", "money", "whole", "rate", "moment", "day")
KEYS = ("kind", "title", "platform", "columns", "key", "at", "amount", "order", "formats")
NEEDED = ("kind", "columns", "key")
NAME = re.compile(r"[a-z][a-z0-9_]*")


def load_taught(folder: Path) -> dict[str, Layout]:
    """Every taught kind by name, none where there is no folder. Raises KindBroken for the first that cannot be used."""
    found: dict[str, Layout] = {}
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        layout = parsed(path.read_text("utf-8"), str(path))
        if layout.kind != path.stem:
            raise KindBroken(str(path), 1, 1, f"kind 是 {layout.kind}，文件名却是 {path.name}", "让两个名字一样")
        found[layout.kind] = layout
    return found


def parsed(text: str, path: str) -> Layout:
    """The layout that a YAML text describes. Raises KindBroken with line, column, reason and what to write."""
    return _Reader(text, path).layout()


class _Reader:
    """Reads one description; remembers where each value stands."""

    def __init__(self, text: str, path: str) -> None:
        import yaml

        self.path = path
        self.places: dict[tuple[str, str], tuple[int, int]] = {}
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
            self.said: Any = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise KindBroken(path, line, column, "不是 YAML", "检查缩进、冒号后的空格和引号") from error
        if not isinstance(self.said, dict):
            raise KindBroken(path, 1, 1, "不是一组 名字: 值", "见 yeban teach --help 的例子")
        self._note(root)

    def _note(self, root: Any) -> None:
        for key, value in root.value:
            self.places[key.value, ""] = _spot(key)
            for inner in value.value if isinstance(value.value, list) else ():
                node = inner[0] if isinstance(inner, tuple) else inner
                self.places[key.value, str(node.value)] = _spot(node)

    def wrong(self, key: str, part: str, reason: str, fix: str) -> KindBroken:
        """The refusal, located at the part of the key, else at the key."""
        line, column = self.places.get((key, part)) or self.places.get((key, "")) or (1, 1)
        return KindBroken(self.path, line, column, reason, fix)

    def layout(self) -> Layout:
        """The layout. Raises KindBroken."""
        for key in self.said:
            if key not in KEYS:
                raise self.wrong(str(key), "", f"没有叫 {key} 的项", _nearest(str(key), KEYS))
        for key in NEEDED:
            if not self.said.get(key):
                raise self.wrong(key, "", f"缺 {key}", f"写上 {key}: …")
        kind = str(self.said["kind"])
        if not NAME.fullmatch(kind):
            raise self.wrong("kind", "", f"{kind} 不能当名字", "只用小写字母、数字和下划线，字母开头")
        columns = self._columns()
        of_type: Callable[[str], tuple[str, ...]] = lambda name: tuple(c for c, t in columns.items() if t == name)  # noqa: E731
        order = self._one("order", columns)
        return Layout(
            kind,
            platform=str(self.said.get("platform") or VERIFIED),
            title=str(self.said.get("title") or kind),
            verified=VERIFIED,
            header=_header(columns),
            key=self._names("key", columns),
            tells=tuple(columns),
            ids=of_type("id"),
            money=of_type("money"),
            wholes=of_type("whole"),
            rates=of_type("rate"),
            moments=of_type("moment"),
            days=of_type("day"),
            moment_formats=self._formats(),
            order=(order, f"taught.{kind}") if order else None,
            at=self._one("at", columns),
            amount=self._amount(columns),
        )

    def _columns(self) -> Mapping[str, str]:
        columns = self.said["columns"]
        if not isinstance(columns, dict):
            raise self.wrong("columns", "", "columns 不是一组 列名: 类型", "写成 columns: 下面每行一个 列名: 类型")
        for name, kind in columns.items():
            if kind not in TYPES:
                raise self.wrong("columns", str(name), f"没有叫 {kind} 的类型", _nearest(str(kind), TYPES))
        return {str(name): str(kind) for name, kind in columns.items()}

    def _names(self, key: str, columns: Mapping[str, str]) -> tuple[str, ...]:
        said = self.said.get(key) or ()
        names = tuple(map(str, said)) if isinstance(said, list) else (str(said),)
        for name in names:
            if name not in columns:
                raise self.wrong(key, name, f"columns 里没有 {name}", _nearest(name, tuple(columns)))
        return names

    def _one(self, key: str, columns: Mapping[str, str]) -> str:
        return self._names(key, columns)[0] if self.said.get(key) else ""

    def _formats(self) -> tuple[str, ...]:
        said = self.said.get("formats") or []
        if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
            raise self.wrong("formats", "", "formats 不是一列格式", 'formats: ["%Y/%m/%d %H:%M"]')
        return tuple(said)

    def _amount(self, columns: Mapping[str, str]) -> Amount | None:
        said = self.said.get("amount")
        if not said:
            return None
        names = [said] if isinstance(said, str) else list(said.values()) if isinstance(said, dict) else []
        for name in names:
            if columns.get(str(name)) != "money":
                known = tuple(column for column, kind in columns.items() if kind == "money")
                raise self.wrong("amount", "", f"{name} 不是 money 类型的列", _nearest(str(name), known))
        if isinstance(said, str):
            return Signed(said)
        if set(said) != {"income", "expense"}:
            raise self.wrong("amount", "", "amount 要一列，或 income 和 expense 两列", "amount: 金额")
        return Split(str(said["income"]), str(said["expense"]))


def _spot(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _nearest(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word, known, 1, 0.5)
    return f"是不是 {near[0]}？" if near else f"可以写：{'、'.join(known)}"


def _header(columns: Mapping[str, str]) -> str:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(columns)
    return out.getvalue()
