"""A channel's stock formula: whole numbers, names, + - * //, min, max; read into a tree, never run as code."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from storage.erp.stock.errors import FormulaWrong

NAMES = ("可售库存", "仓库可售", "门店可售", "渠道份额", "安全库存", "在途库存", "预售额度", "占比")
_LENGTH_MAX = 200
_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
}
_CALLS: dict[str, Callable[..., int]] = {"min": min, "max": max}


@dataclass(frozen=True)
class Formula:
    """A formula that was read and found harmless."""

    text: str
    tree: ast.expr

    def value(self, names: Mapping[str, int]) -> int:
        """What it comes to with these figures. Raises FormulaWrong for a division by 0."""
        try:
            return _value(self.tree, names)
        except ZeroDivisionError:
            raise FormulaWrong(self.text, "除以 0 / divides by 0", "、".join(NAMES)) from None

    def filled(self, names: Mapping[str, int]) -> str:
        """The formula with its figures in place of the names, for the explanation."""
        return ast.unparse(_Filled(names).visit(ast.parse(self.text, mode="eval")))


def read_formula(text: str) -> Formula:
    """Read a formula. Raises FormulaWrong for anything that is not in the grammar."""
    known = "、".join(NAMES)
    if len(text) > _LENGTH_MAX:
        raise FormulaWrong(text[:40], f"超过 {_LENGTH_MAX} 个字符 / too long", known)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise FormulaWrong(text, "看不懂 / cannot be read", known) from None
    if wrong := _refused(tree):
        raise FormulaWrong(text, wrong, known)
    return Formula(text.strip(), tree)


def _refused(node: ast.expr) -> str:
    """Why a tree is not in the grammar, "" if it is."""
    match node:
        case ast.Constant(value=bool()):
            return "只能用整数 / whole numbers only"
        case ast.Constant(value=int()):
            return ""
        case ast.Name(id=name):
            return "" if name in NAMES else f"没有「{name}」这个量 / no such name"
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _refused(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _refused(left) or _refused(right)
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as args, keywords=[]) if name in _CALLS:
            return next((why for why in map(_refused, args) if why), "")
    return f"不许用 {type(node).__name__} / not allowed"


def _value(node: ast.expr, names: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(operand=operand):
            return -_value(operand, names)
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_value(left, names), _value(right, names))
        case ast.Call(func=ast.Name(id=name), args=args):
            values = [_value(arg, names) for arg in args]
            return _CALLS[name](values)
    raise AssertionError(f"{ast.dump(node)} was let in")


class _Filled(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, int]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(self.names[node.id]) if node.id in self.names else node
