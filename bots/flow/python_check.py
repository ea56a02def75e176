"""What can be known about `python` steps without running them: file, function, parameters, literal values."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bots.flow.flow import Flow
from bots.flow.language import nearest
from bots.flow.problem import Problem, Severity, Span, in_order, mended
from bots.flow.python_source import FunctionName, NotPython, Parameter, Signature, read_signature, wanted
from bots.flow.source import Mapping, lines_of
from bots.flow.step import Step
from bots.flow.values import Template
from bots.flow.walk import blocks_of, node_of, span_of

ReadBeside = Callable[[str], str | None]
"""From a file's name, relative to the flow, to its text; None when there is none."""


def check_functions(flow: Flow, read: ReadBeside, beside: Callable[[], Sequence[str]]) -> list[Problem]:
    """Return what is wrong with the flow's `python` steps, and for each that nothing holds its function back.

    `beside` gives the names of the Python files that lie beside the flow, for "did you mean"; it is only asked when one
    is missing. Nothing is imported.
    """
    found = _Functions(flow.path, lines_of(flow.text), read, beside)
    for step in _steps((*flow.before, *flow.steps, *flow.finally_)):
        found.step(step)
    return in_order(found.problems)


def _steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        if isinstance(getattr(step, "function", None), FunctionName):
            yield step
        for _, block in blocks_of(step):
            yield from _steps(block)


@dataclass
class _Functions:
    path: str
    lines: list[str]
    read: ReadBeside
    beside: Callable[[], Sequence[str]]
    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        code: str,
        span: Span,
        zh: str,
        en: str,
        *,
        found: str = "",
        allowed: Sequence[str] = (),
        instead: str = "",
        fix: str = "",
        severity: Severity = "error",
    ) -> None:
        fix = mended(self.lines, span, instead) if instead else fix
        self.problems.append(Problem(code, self.path, span, zh, en, found, tuple(allowed), fix, severity))

    def step(self, step: Step) -> None:
        name: FunctionName = getattr(step, step.main)
        span = span_of(node_of(step, step.main), step.span)
        source = self.read(name.file)
        if source is None:
            self._no_file(name, span)
            return
        try:
            signature = read_signature(source, name.function)
        except NotPython as error:
            self.add("E-PYTHON-FILE", span, f"{name.file} 第 {error.line} 行不是正确的 Python：{error}",
                     f"{name.file} line {error.line} is not Python: {error}", found=name.source)  # fmt: skip
            return
        if isinstance(signature, list):
            self._no_function(name, signature, span)
            return
        self.add("W-PYTHON", span,
                 f"{name.source} 是自己写的代码：它能做你在这台机器上能做的一切，夜班不拦它；别人给的先读一遍。",
                 f"{name.source} is code of your own: it may do whatever you may do on this machine, and nothing "
                 "holds it back; read what others gave you before you run it.", severity="warning")  # fmt: skip
        if signature.known:
            self._arguments(step, signature, span)

    def _no_file(self, name: FunctionName, span: Span) -> None:
        beside = self.beside()
        close = nearest(name.file, beside)
        instead = f"{close[0]}:{name.function}" if close else ""
        self.add("E-PYTHON-FILE", span,
                 f"流程旁边没有文件“{name.file}”。" + (f"是不是想写“{close[0]}”？" if close else ""),
                 f'There is no file "{name.file}" beside the flow.' + (f' Did you mean "{close[0]}"?' if close else ""),
                 found=name.file, allowed=close or beside, instead=instead)  # fmt: skip

    def _no_function(self, name: FunctionName, close: list[str], span: Span) -> None:
        guess = close[0] if nearest(name.function, close) else ""
        self.add("E-PYTHON-FUNCTION", span,
                 f"{name.file} 里没有函数“{name.function}”。" + (f"是不是想写“{guess}”？" if guess else ""),
                 f'{name.file} has no function "{name.function}".' + (f' Did you mean "{guess}"?' if guess else ""),
                 found=name.function, allowed=close, instead=f"{name.file}:{guess}" if guess else "")  # fmt: skip

    def _arguments(self, step: Step, signature: Signature, span: Span) -> None:
        given: dict[str, Template | tuple[Template, ...]] = getattr(step, "with_", {})
        node = node_of(step, "with_")
        places = {key.text: (key.span, item) for key, item in node.pairs} if isinstance(node, Mapping) else {}
        missing = [one for one in signature.parameters if one.required and one.name not in given]
        for name, value in given.items():
            key, item = places.get(name, (span, None))
            parameter = next((one for one in signature.parameters if one.name == name), None)
            if parameter is not None:
                self._literal(signature, parameter, value, span_of(item, key))
            elif not signature.anything:
                close = nearest(name, [one.name for one in missing] or signature.names)
                missing = [one for one in missing if one.name not in close[:1]]
                self._unknown(signature, name, close, key)
        for parameter in missing:
            shown = f"{parameter.name}（{wanted(parameter.annotation)}）" if parameter.annotation else parameter.name
            self.add("E-PYTHON-INPUT", span, f"函数 {signature.name} 还要参数 {shown}，with（参数）里没有写。",
                     f"The function {signature.name} needs {parameter.name}: {parameter.annotation or 'any'}, which is "
                     "not under with.", found=", ".join(given), allowed=signature.names,
                     fix=f"with: {{{parameter.name}: }}")  # fmt: skip
        if getattr(step, "as_", None) and signature.returns == "None":
            self.add("E-PYTHON-INPUT", span_of(node_of(step, "as_"), span),
                     f"函数 {signature.name} 不返回内容（-> None），不能用 as（叫做）给结果起名。",
                     f"The function {signature.name} returns nothing (-> None): there is nothing to name.")  # fmt: skip

    def _unknown(self, signature: Signature, name: str, close: list[str], span: Span) -> None:
        self.add("E-PYTHON-INPUT", span,
                 f"函数 {signature.name} 没有参数“{name}”。" + (f"是不是想写“{close[0]}”？" if close else ""),
                 f'The function {signature.name} has no parameter "{name}".'
                 + (f' Did you mean "{close[0]}"?' if close else ""),
                 found=name, allowed=close or signature.names, instead=close[0] if close else "")  # fmt: skip

    def _literal(
        self, signature: Signature, parameter: Parameter, value: Template | tuple[Template, ...], span: Span
    ) -> None:
        texts = [one.literal for one in (value if isinstance(value, tuple) else (value,))]
        if any(text is None for text in texts):
            return
        literal: str | list[str] = [text or "" for text in texts] if isinstance(value, tuple) else (texts[0] or "")
        if not signature.fits(parameter, literal):
            shown = "、".join(text or "" for text in texts)
            self.add("E-PYTHON-INPUT", span,
                     f"参数 {parameter.name} 要 {wanted(parameter.annotation)}，“{shown}”不是。",
                     f'The parameter {parameter.name} is {parameter.annotation}, which "{shown}" is not.',
                     found=shown, allowed=(parameter.annotation,))  # fmt: skip
