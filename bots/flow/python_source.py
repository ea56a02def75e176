"""A function of the user's own as its source says it: name, parameters, and what a flow may give to each.

The source is read with `ast` and never imported: to import a file is to run it, and `yeban check` must be safe on a
file that somebody has just been sent, and must not have an effect outside. What only running can know (a decorator
that changes the parameters, a name that comes from an import) is left to the run, which checks everything again.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

from bots.flow.flow import NO, YES
from bots.flow.functions import to_date, to_number
from bots.flow.language import nearest
from bots.flow.problem import Refused
from bots.flow.template import Text

NAMED: Final = re.compile(r"(?P<file>[^:\s]+\.py):(?P<function>\w+)")

WANTED_ZH: Final = {
    "Decimal": "准确的数，如 12.50",
    "Path": "文件",
    "bool": "是或否",
    "date": "日期，如 2026-11-20",
    "float": "数",
    "int": "整数",
    "list": "列表",
    "str": "文字",
}


class FunctionName(Text):
    """`prices.py:new_price`: a Python file beside the flow, and a function in it."""

    __slots__ = ("file", "function")
    file: str
    function: str

    @classmethod
    def parse(cls, source: str) -> Self:
        """Return the name; raises `Refused` with the nearest right form."""
        text = source.strip()
        found = NAMED.fullmatch(text)
        if found is None or not found["function"].isidentifier() or text.startswith(("/", "~", "\\")):
            raise _not_a_function(text)
        made = cls.__new__(cls)
        made.source, made.file, made.function = text, found["file"], found["function"]
        return made


def _not_a_function(text: str) -> Refused:
    stem, _, name = re.sub(r"[：.\s/]+", ":", text.replace(".py", "")).strip(":").rpartition(":")
    stem, name = (stem, name) if stem else (name, "new_price")
    guess = f"{stem.rpartition(':')[2] or 'prices'}.py:{name if name.isidentifier() else 'new_price'}"
    return Refused(
        "E-PYTHON-FUNCTION",
        f"“{text}”不是函数；要写“文件:函数”，文件和流程放在一起，例如 {guess}",
        f'"{text}" is not a function; write file:function, the file beside the flow, for example {guess}',
        found=text,
        allowed=("prices.py:new_price",),
        fix=guess,
    )


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `annotation` is what stands behind its colon, "" without one."""

    name: str
    annotation: str
    required: bool
    node: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """A function's parameters.

    `known` is False when only running can tell them; `anything` says that it takes other names too.
    """

    name: str
    parameters: tuple[Parameter, ...] = ()
    known: bool = True
    anything: bool = False
    returns: str = ""
    line: int = 0
    own_types: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names."""
        return tuple(parameter.name for parameter in self.parameters)

    def fits(self, parameter: Parameter, value: str | Sequence[str]) -> bool:
        """Say whether a literal value can become what the parameter's annotation asks; unknown annotations take all."""
        return parameter.node is None or _fits(parameter.node, value, self.own_types)


class NotPython(ValueError):
    """The file is not Python; `line` is where it stops making sense."""

    def __init__(self, line: int, reason: str) -> None:
        """Keep the facts."""
        super().__init__(reason)
        self.line = line


def read_signature(source: str, name: str) -> Signature | list[str]:
    """Return the function `name` of a file's text, or the nearest names there are. Raises NotPython."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise NotPython(getattr(error, "lineno", None) or 1, getattr(error, "msg", None) or str(error)) from error
    found: dict[str, Signature] = {}
    types = frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    for statement in _statements(tree.body):
        for signature in _bound(statement, types):
            found[signature.name] = signature
    if name in found:
        return found[name]
    offered = [one for one in found if not one.startswith("_")]
    return nearest(name, offered) or offered


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield what the file itself does when it is read, also under `if` and `try`."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If | ast.Try):
            for field in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(statement, field, ()))
            for handler in getattr(statement, "handlers", ()):
                yield from _statements(handler.body)


def _bound(statement: ast.stmt, types: frozenset[str]) -> Iterator[Signature]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield _signature(statement, types)
        case ast.ImportFrom(names=names):
            yield from (Signature(alias.asname or alias.name, known=False) for alias in names)
        case ast.Assign(targets=targets, value=ast.Lambda() | ast.Call() | ast.Name() | ast.Attribute()):
            yield from (Signature(one.id, known=False) for one in targets if isinstance(one, ast.Name))


def _signature(function: ast.FunctionDef | ast.AsyncFunctionDef, types: frozenset[str]) -> Signature:
    given = function.args
    plain = [*given.posonlyargs, *given.args]
    first_default = len(plain) - len(given.defaults)
    parameters = [_parameter(one, number < first_default) for number, one in enumerate(plain)]
    parameters += [
        _parameter(one, default is None) for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    ]
    returns = ast.unparse(function.returns) if function.returns is not None else ""
    return Signature(
        function.name, tuple(parameters), not function.decorator_list, given.kwarg is not None, returns,
        function.lineno, types,
    )  # fmt: skip


def _parameter(argument: ast.arg, required: bool) -> Parameter:
    annotation = argument.annotation
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = _quoted(annotation.value)
    return Parameter(argument.arg, ast.unparse(annotation) if annotation is not None else "", required, annotation)


def _quoted(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def _fits(annotation: ast.expr, value: str | Sequence[str], own: frozenset[str]) -> bool:
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _fits(left, value, own) or _fits(right, value, own)
        case ast.Subscript(value=outer, slice=inner):
            return _fits_inside(_last_name(outer), inner, value, own)
        case ast.Constant(value=None):
            return value == ""
    name = _last_name(annotation)
    if name in own or name not in WANTED_ZH:
        return True
    if not isinstance(value, str):
        return name == "list"
    return name == "list" or _is_one(_READERS.get(name), value)


def _fits_inside(outer: str, inner: ast.expr, value: str | Sequence[str], own: frozenset[str]) -> bool:
    members = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    match outer:
        case "Literal":
            words = [str(one.value) for one in members if isinstance(one, ast.Constant)]
            return isinstance(value, str) and (value in words or len(words) < len(members))
        case "Optional":
            return value == "" or _fits(inner, value, own)
        case "Union":
            return any(_fits(one, value, own) for one in members)
        case "Annotated":
            return _fits(members[0], value, own)
        case "list" | "List" | "Sequence" | "Iterable":
            return isinstance(value, str) or all(_fits(inner, one, own) for one in value)
    return True


def _last_name(node: ast.expr) -> str:
    """`decimal.Decimal` and `Decimal` are called the same."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _yes_or_no(text: str) -> None:
    if text.strip().lower() not in (*YES, *NO):
        raise Refused("E-BOOL", "要写“是”或“否”。", "Yes or no is wanted.", found=text)


def _whole(text: str) -> None:
    if to_number(text) != to_number(text).to_integral_value():
        raise Refused("E-NUMBER", "不是整数。", "Not a whole number.", found=text)


_READERS: Final[dict[str, Callable[[str], object]]] = {
    "Decimal": to_number,
    "bool": _yes_or_no,
    "date": to_date,
    "float": to_number,
    "int": _whole,
}


def _is_one(read: Callable[[str], object] | None, text: str) -> bool:
    if read is None:
        return True
    try:
        read(text)
    except Refused:
        return False
    return True


def wanted(annotation: str) -> str:
    """Return what an annotation asks for, in words where there are some: `Decimal（准确的数，如 12.50）`."""
    said = WANTED_ZH.get(annotation.rpartition(".")[2])
    return f"{annotation}（{said}）" if said else annotation
