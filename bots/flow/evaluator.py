"""Computes the trees that `expressions` has let through; every value that does not fit is refused with a sentence."""

import ast
import operator
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Any, Final
from unicodedata import normalize

from bots.flow.functions import BY_NAME, DAY_NAMES, as_text, to_date, to_number
from bots.flow.language import nearest
from bots.flow.problem import Refused

MAX_RESULT: Final = 1_000_000
MAX_NUMBER: Final = Decimal(10) ** 30

Functions = Mapping[str, Callable[..., object]]
NO_FUNCTIONS: Functions = {}

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Mult: operator.mul,
    ast.Sub: operator.sub,
}
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.NotEq: operator.ne,
}


def unknown_name(name: str, known: Mapping[str, object]) -> Refused:
    """Return the refusal of a name that nothing has defined, with the nearest known ones."""
    close = nearest(name, known)
    return Refused(
        "E-NAME",
        f"这里没有叫“{name}”的值。" + (f"是不是想写 ${{{close[0]}}}？" if close else ""),
        f'Nothing here is called "{name}".' + (f" Did you mean ${{{close[0]}}}?" if close else ""),
        found=f"${{{name}}}",
        allowed=close or sorted(known),
        length=len(name),
    )


class Evaluator:
    """Computes a tree that `_Whitelist` has passed."""

    def __init__(self, scope: Mapping[str, object], functions: Functions) -> None:
        self.scope = scope
        self.functions = functions

    def value(self, node: ast.expr) -> Any:
        """Return what a node gives; raises `Refused` for a result that is too large."""
        result = self._value(node)
        if isinstance(result, (str, list)) and len(result) > MAX_RESULT:
            raise Refused("E-LIMIT", "算出来的内容太长。", "The result is too long.")
        if isinstance(result, (int, Decimal)) and Decimal(result).copy_abs() > MAX_NUMBER:
            raise Refused("E-LIMIT", "算出来的数太大。", "The result is too large.")
        return result

    def _value(self, node: ast.expr) -> Any:
        rule = _VALUES.get(type(node))
        if rule is None:
            raise Refused("E-EXPRESSION", "看不懂这个表达式。", "The expression cannot be read.")
        return rule(self, node)

    def subscript(self, node: ast.Subscript) -> Any:
        """Return an entry of a mapping or list, or a stretch of text or list."""
        owner = self.value(node.value)
        if isinstance(node.slice, ast.Slice):
            return _cut(owner, self._index(node.slice.lower), self._index(node.slice.upper))
        return _entry(owner, self.value(node.slice))

    def unary(self, node: ast.UnaryOp) -> Any:
        """Return not, minus or plus of a value."""
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return not truth(value)
        return -to_number(value) if isinstance(node.op, ast.USub) else to_number(value)

    def lookup(self, name: str) -> Any:
        """Return what a name stands for; Python folds full-width letters, so folded names count as equal."""
        if name in self.scope:
            return self.scope[name]
        for key, value in self.scope.items():
            if normalize("NFKC", key) == name:
                return value
        if name in DAY_NAMES:
            return self.call(name, [])
        raise unknown_name(name, self.scope)

    def _index(self, node: ast.expr | None) -> int | None:
        return None if node is None else int(to_number(self.value(node)))

    def logic(self, every: bool, values: list[ast.expr]) -> Any:
        """Return the value that decides `and` (`every`) or `or`; the rest is not computed."""
        result: Any = every
        for node in values:
            result = self.value(node)
            if truth(result) is not every:
                return result
        return result

    def compare(self, node: ast.Compare) -> bool:
        """Say whether every comparison of a chain such as `1 < x < 3` holds."""
        left = self.value(node.left)
        for op, other in zip(node.ops, node.comparators, strict=True):
            right = self.value(other)
            if not _compare(op, left, right):
                return False
            left = right
        return True

    def call(self, name: str, args: list[Any]) -> Any:
        """Return what a function gives for values; the engine's own come first."""
        own = self.functions.get(name)
        if own is not None:
            return own(*args)
        function = BY_NAME.get(name)
        if function is None:
            raise Refused(
                "E-FUNCTION", f"函数“{name}”在这里用不了。", f'The function "{name}" is not available here.', found=name
            )
        if not function.needs_today:
            return function.call(*args)
        today = self.scope.get("today")
        if not isinstance(today, date):
            raise unknown_name("today", self.scope)
        return function.call(to_date(today), *args)


_VALUES: dict[type[ast.expr], Callable[[Evaluator, Any], Any]] = {
    ast.Attribute: lambda self, node: _member(self.value(node.value), node.attr),
    ast.BinOp: lambda self, node: _binary(node.op, self.value(node.left), self.value(node.right)),
    ast.BoolOp: lambda self, node: self.logic(isinstance(node.op, ast.And), node.values),
    ast.Call: lambda self, node: self.call(node.func.id, [self.value(argument) for argument in node.args]),
    ast.Compare: lambda self, node: self.compare(node),
    ast.Constant: lambda _, node: Decimal(repr(node.value)) if isinstance(node.value, float) else node.value,
    ast.IfExp: lambda self, node: self.value(node.body if truth(self.value(node.test)) else node.orelse),
    ast.List: lambda self, node: [self.value(item) for item in node.elts],
    ast.Name: lambda self, node: self.lookup(node.id),
    ast.Subscript: lambda self, node: self.subscript(node),
    ast.Tuple: lambda self, node: [self.value(item) for item in node.elts],
    ast.UnaryOp: lambda self, node: self.unary(node),
}


def truth(value: object) -> bool:
    """Say whether a value counts as yes: text such as 否, no, false, 0 and the empty text count as no."""
    if isinstance(value, str):
        return value.strip().lower() not in ("", "0", "no", "false", "off", "否", "假")
    return bool(value)


def same_kind(left: object, right: object, *, ordered: bool = False) -> tuple[Any, Any]:
    """Return both values as numbers, dates or text, whichever fits both, so that "12" and 12 compare as people mean.

    When nothing fits both they are text, which can be equal or not; with `ordered` that is refused, because a
    date is neither more nor less than an amount.
    """
    for kind in (date, (int, Decimal)):
        if isinstance(left, kind) or isinstance(right, kind):
            convert = to_date if kind is date else to_number
            try:
                return convert(left), convert(right)
            except Refused:
                if ordered:
                    raise _mismatch(left, right) from None
                return as_text(left), as_text(right)
    return left, right


def _compare(op: ast.cmpop, left: object, right: object) -> bool:
    if isinstance(op, (ast.In, ast.NotIn)):
        inside = as_text(left) in right if isinstance(right, str) else left in _container(right)
        return inside is isinstance(op, ast.In)
    pair = same_kind(left, right, ordered=not isinstance(op, (ast.Eq, ast.NotEq)))
    try:
        return bool(COMPARE[type(op)](*pair))
    except TypeError:
        raise _mismatch(left, right) from None


def _container(value: object) -> Any:
    if isinstance(value, (list, tuple, Mapping)):
        return value
    raise Refused("E-TYPE", "in 的右边要是文字或列表。", "The right side of in must be text or a list.")


def _binary(op: ast.operator, left: Any, right: Any) -> Any:
    if isinstance(left, date) or isinstance(right, date):
        return _dates(op, left, right)
    if isinstance(op, ast.Add) and isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(op, ast.Add) and isinstance(left, list) and isinstance(right, list):
        return left + right
    try:
        result = BINARY[type(op)](to_number(left), to_number(right))
    except (DivisionByZero, InvalidOperation, ZeroDivisionError):
        raise Refused("E-DIVIDE", "不能除以 0。", "Division by zero.") from None
    except Refused:
        raise _mismatch(left, right) from None
    both_whole = isinstance(left, int) and isinstance(right, int) and not isinstance(op, ast.Div)
    return int(result) if both_whole else result


def _dates(op: ast.operator, left: Any, right: Any) -> Any:
    adding, taking = isinstance(op, ast.Add), isinstance(op, ast.Sub)
    try:
        if taking and isinstance(left, date) and isinstance(right, date):
            return (to_date(left) - to_date(right)).days
        if isinstance(left, date) and (adding or taking):
            days = int(to_number(right))
            return to_date(left) + timedelta(days=days if adding else -days)
    except (Refused, OverflowError):
        raise _mismatch(left, right) from None
    raise _mismatch(left, right)


def _mismatch(left: object, right: object) -> Refused:
    shown_left, shown_right = as_text(left)[:40], as_text(right)[:40]
    return Refused(
        "E-TYPE",
        f"“{shown_left}”和“{shown_right}”不能这样算在一起；文字要变成数请用 number(…)，数要变成文字请用 text(…)。",
        f'"{shown_left}" and "{shown_right}" do not go together; use number(…) or text(…).',
        found=f"{shown_left} / {shown_right}",
    )


def _member(owner: object, key: str) -> Any:
    if isinstance(owner, Mapping):
        return _entry(owner, key)
    if isinstance(owner, date) and key in ("year", "month", "day"):
        return {"year": owner.year, "month": owner.month, "day": owner.day}[key]
    raise Refused(
        "E-TYPE", f"“{as_text(owner)[:40]}”下面没有“{key}”。", f'"{as_text(owner)[:40]}" has no "{key}".', found=key
    )


def _entry(owner: object, key: object) -> Any:
    if isinstance(owner, Mapping):
        if key in owner:
            return owner[key]
        raise unknown_name(as_text(key), {str(name): None for name in owner})
    if isinstance(owner, (list, tuple, str)):
        index = int(to_number(key))
        if -len(owner) <= index < len(owner):
            return owner[index]
        raise Refused(
            "E-EMPTY-LIST",
            f"一共 {len(owner)} 项，没有第 {index} 项（从 0 数起）。",
            f"There are {len(owner)} items, none at {index} (counted from 0).",
        )
    raise Refused("E-TYPE", "方括号前面要是一行数据或列表。", "Brackets need a row or a list before them.")


def _cut(owner: object, low: int | None, high: int | None) -> Any:
    if isinstance(owner, (list, tuple, str)):
        return owner[low:high]
    raise Refused("E-TYPE", "只有文字和列表可以取一段。", "Only text and lists can be sliced.")
