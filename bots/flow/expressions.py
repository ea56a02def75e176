"""Expressions inside `${…}`: a whitelist over Python's own `ast`; whatever is not named here is refused.

No attribute of a Python object is ever read: a dot looks up a key of a mapping, or year, month and day of a date.
There are no loops, no powers and no repetition of text, and size and depth are bounded, so the cost is too.
"""

import ast
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from unicodedata import normalize

from bots.flow.evaluator import BINARY, COMPARE, NO_FUNCTIONS, Evaluator, Functions, unknown_name
from bots.flow.functions import BY_NAME, DAY_NAMES, Function
from bots.flow.language import nearest
from bots.flow.problem import Refused

MAX_LENGTH: Final = 500
MAX_PARTS: Final = 200
MAX_DEPTH: Final = 20

PROVIDED: Final = frozenset({"totp", "动态口令"})
"""Functions that only a running engine can offer; they are known here so that a check accepts them."""

LOOSE_NAME = re.compile(r"[^\W\d][\w （）()/·%．.、-]*")
"""A column such as 金额(元) or 商品 ID: not a Python name, still a name."""


@dataclass(frozen=True, slots=True)
class Expression:
    """What stands between `${` and `}`; `names` are the names that it needs from the scope."""

    source: str
    names: frozenset[str]
    calls: frozenset[str]
    tree: ast.expr | None
    """None for a loose name such as `金额(元)`, which is looked up whole."""

    @classmethod
    def parse(cls, source: str) -> "Expression":
        """Return the expression; raises `Refused` with the offset of what is not allowed."""
        return _parse(source)

    def evaluate(self, scope: Mapping[str, object], functions: Functions = NO_FUNCTIONS) -> object:
        """Return the value; raises `Refused` for an unknown name or values that do not fit together.

        `scope` holds names with text, int, Decimal, date, list or mapping; `today` (a date) must be there for the
        date functions. `functions` adds to the language's own.
        """
        if self.source in scope:
            return scope[self.source]
        if self.tree is None:
            raise unknown_name(self.source, scope)
        return Evaluator(scope, functions).value(self.tree)


@lru_cache(maxsize=4096)
def _parse(source: str) -> Expression:
    if not source.strip():
        raise Refused(
            "E-EXPRESSION",
            "${} 里面是空的，请写上名字，例如 ${日期}。",
            "There is nothing between ${ and }.",
            found="${}",
            offset=-2,
            length=len(source) + 3,
        )
    if len(source) > MAX_LENGTH:
        raise Refused(
            "E-LIMIT",
            f"表达式有 {len(source)} 个字，最多 {MAX_LENGTH} 个；请用 set 分几步算。",
            f"The expression has {len(source)} characters, at most {MAX_LENGTH}; use set to take it in steps.",
        )
    text = source.strip()
    lead = len(source) - len(source.lstrip())
    try:
        tree = _tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return _loose(text, error, lead)
    walk = _Whitelist(text)
    try:
        walk.visit(tree, 1)
    except Refused as refused:
        loose = _is_loose(text) and isinstance(tree, (ast.Call, ast.BinOp, ast.Attribute)) and walk.only_names(tree)
        if loose:
            return Expression(text, frozenset({text}), frozenset(), None)
        raise refused.shifted(lead) from None
    return Expression(text, frozenset(walk.names), frozenset(walk.calls), tree)


_WARNED = re.compile(r"\\|[0-9]\.?[^\W\d]")
"""What Python may warn of while it reads: a backslash, and a number that runs into a word (`1if x`)."""


def _tree(text: str) -> ast.expr:
    """Return Python's own reading of the text; its warnings about odd escapes are of no use to an author."""
    if _WARNED.search(text) is None:
        return ast.parse(f"({text}\n)", mode="eval").body
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(f"({text}\n)", mode="eval").body


def _is_loose(text: str) -> bool:
    return bool(LOOSE_NAME.fullmatch(text)) and any("一" <= c <= "鿿" for c in text)


def _loose(text: str, error: Exception, lead: int) -> Expression:
    if _is_loose(text):
        return Expression(text, frozenset({text}), frozenset(), None)
    offset = max((getattr(error, "offset", None) or 1) - 2, 0)
    full_width = next((c for c in text if c in "（），“”‘’＋－＝＞＜！："), "")
    if full_width:
        at = text.index(full_width)
        plain = {"“": '"', "”": '"', "‘": "'", "’": "'"}
        fix = "".join(plain.get(c) or (normalize("NFKC", c) if c in "（），＋－＝＞＜！：" else c) for c in text)
        raise Refused(
            "E-EXPRESSION",
            f"${{…}} 里面用了中文符号“{full_width}”，请换成英文符号。",
            f'A full-width "{full_width}" stands inside ${{…}}; use the plain one.',
            found=text,
            fix=f"${{{fix}}}",
            offset=at + lead,
            length=1,
        )
    meant = _meant(text)
    if meant:
        raise Refused(
            "E-EXPRESSION",
            f"看不懂 ${{{_cut_text(text)}}}；相等写 ==，并且写 and，或者写 or，不是写 not。",
            f"${{{_cut_text(text)}}} cannot be read; write == for equal, and, or, not.",
            found=text,
            fix=f"${{{meant}}}",
            offset=lead,
            length=len(text),
        )
    raise Refused(
        "E-EXPRESSION",
        f"看不懂 ${{{_cut_text(text)}}}；请检查括号、引号和运算符是否成对、写全。",
        f"${{{_cut_text(text)}}} cannot be read; check that brackets, quotes and operators are complete.",
        found=text,
        offset=min(offset, max(len(text) - 1, 0)) + lead,
        length=1,
    )


_SAID = (
    (re.compile(r"(?<![=<>!])=(?!=)"), "=="),
    (re.compile(r"\s*(?:&&|并且|而且|且)\s*"), " and "),
    (re.compile(r"\s*(?:\|\||或者|或)\s*"), " or "),
    (re.compile(r"!(?!=)|不是"), " not "),
)


def _meant(text: str) -> str:
    """Return the text with `=`, 且, 或, && and ! as the language writes them, if it can then be read."""
    said = text
    for pattern, word in _SAID:
        said = pattern.sub(word, said)
    said = said.strip()
    try:
        _Whitelist(said).visit(_tree(said), 1)
    except (SyntaxError, ValueError, RecursionError, MemoryError, Refused):
        return ""
    return said if said != text else ""


def _constant(node: ast.Constant) -> list[ast.expr] | None:
    return [] if node.value is None or isinstance(node.value, (str, int, float)) else None


def _subscript(node: ast.Subscript) -> list[ast.expr] | None:
    if not isinstance(node.slice, ast.Slice):
        return [node.value, node.slice]
    if node.slice.step is not None:
        return None
    return [node.value, *(part for part in (node.slice.lower, node.slice.upper) if part is not None)]


def _comparison(node: ast.Compare) -> list[ast.expr] | None:
    known = all(type(op) in COMPARE or isinstance(op, (ast.In, ast.NotIn)) for op in node.ops)
    return [node.left, *node.comparators] if known else None


def _unary(node: ast.UnaryOp) -> list[ast.expr] | None:
    return [node.operand] if isinstance(node.op, (ast.Not, ast.USub, ast.UAdd)) else None


_INSIDE: dict[type[ast.expr], Callable[[Any], list[ast.expr] | None]] = {
    ast.Attribute: lambda node: [node.value],
    ast.BinOp: lambda node: [node.left, node.right] if type(node.op) in BINARY else None,
    ast.BoolOp: lambda node: list(node.values),
    ast.Compare: _comparison,
    ast.Constant: _constant,
    ast.IfExp: lambda node: [node.test, node.body, node.orelse],
    ast.List: lambda node: list(node.elts),
    ast.Subscript: _subscript,
    ast.Tuple: lambda node: list(node.elts),
    ast.UnaryOp: _unary,
}
"""The nodes that are allowed, with what stands inside them; None refuses this form of the node."""


def _cut_text(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


class _Whitelist:
    """Walks a tree once and refuses what is not part of the language."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()
        self.calls: set[str] = set()
        self.parts = 0

    def visit(self, node: ast.expr, depth: int) -> None:
        self.parts += 1
        if depth > MAX_DEPTH or self.parts > MAX_PARTS:
            raise Refused(
                "E-LIMIT",
                "表达式太复杂了；请用 set 分几步算。",
                "The expression is too complex; use set to take it in steps.",
            )
        for child in self._children(node):
            self.visit(child, depth + 1)

    def only_names(self, tree: ast.expr) -> bool:
        """Say whether a tree holds nothing but names, as a column called 金额(元) does."""
        allowed = (ast.Name, ast.Call, ast.Attribute, ast.BinOp, ast.Load, ast.operator)
        known = any(isinstance(node, ast.Call) and self._name(node.func) in BY_NAME for node in ast.walk(tree))
        return not known and all(isinstance(node, allowed) for node in ast.walk(tree))

    def _children(self, node: ast.expr) -> list[ast.expr]:
        """Return what stands inside a node that is allowed; raises `Refused` for any other."""
        if isinstance(node, ast.Name):
            if node.id not in DAY_NAMES:
                self.names.add(node.id)
            return []
        if isinstance(node, ast.Call) and not node.keywords:
            return self._call(node, node.func, node.args)
        rule = _INSIDE.get(type(node))
        found = rule(node) if rule else None
        if found is None:
            raise self._refuse(node)
        return found

    def _name(self, node: ast.expr) -> str:
        return node.id if isinstance(node, ast.Name) else ""

    def _call(self, node: ast.expr, func: ast.expr, args: list[ast.expr]) -> list[ast.expr]:
        name = self._name(func)
        if not name:
            method = func.attr if isinstance(func, ast.Attribute) else ""
            hint = f"；请写成 {method}(…)" if method in BY_NAME else ""
            raise self._refuse(
                node,
                f"不能这样调用{hint}；只能调用流程自己的函数，例如 round2(金额)。",
                "Only functions of the language can be called, such as round2(amount).",
            )
        function = BY_NAME.get(name)
        if function is None and name not in PROVIDED:
            close = nearest(name, BY_NAME)
            offset = self._offset(func)
            raise Refused(
                "E-FUNCTION",
                f"没有叫“{name}”的函数。" + (f"是不是想写 {close[0]}(…)？" if close else ""),
                f'There is no function "{name}".' + (f" Did you mean {close[0]}(…)?" if close else ""),
                found=name,
                allowed=close or sorted(FUNCTION_NAMES),
                offset=offset,
                length=len(name),
            )
        if function is not None and not function.least <= len(args) <= function.most:
            raise _arity(function, name, len(args), self._offset(func))
        self.calls.add(name)
        return args

    def _offset(self, node: ast.expr) -> int:
        """Return where a node begins in the text; `ast` counts UTF-8 bytes and the bracket put before."""
        line = f"({self.text}"
        return max(len(line.encode()[: node.col_offset].decode("utf-8", "replace")) - 1, 0)

    def _refuse(self, node: ast.expr, zh: str = "", en: str = "") -> Refused:
        segment = ast.get_source_segment(f"({self.text}\n)", node) or self.text
        return Refused(
            "E-EXPRESSION",
            zh or f"${{…}} 里面不能写“{segment}”；只能用名字、加减乘除、比较、且或非、如果否则和函数。",
            en
            or f'"{segment}" is not part of the language; names, + - * /, comparisons, and/or/not, if/else and '
            "functions are.",
            found=segment,
            offset=self._offset(node),
            length=len(segment),
        )


FUNCTION_NAMES: Final = frozenset(BY_NAME)


def _arity(function: Function, name: str, given: int, offset: int) -> Refused:
    wanted = str(function.least) if function.least == function.most else f"{function.least}–{function.most}"
    return Refused(
        "E-FUNCTION",
        f"函数 {name} 要 {wanted} 个参数，这里给了 {given} 个；例如 ${{{function.example}}}。",
        f"{name} takes {wanted} arguments, {given} were given; for example ${{{function.example}}}.",
        found=f"{name}(…)",
        allowed=(function.example,),
        offset=offset,
        length=len(name),
    )
