"""YAML's own complaints in sentences that a person can act on."""

import yaml

from bots.flow.problem import Problem, Span


def explain(error: yaml.YAMLError, text: str, path: str) -> Problem:
    """Return the problem for an exception of PyYAML."""
    mark = getattr(error, "problem_mark", None)
    span = getattr(error, "span", None)
    if span is None:
        span = Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2) if mark else Span()
    zh = getattr(error, "zh", "") or "这里的写法看不懂；请检查缩进、冒号和引号。"
    en = getattr(error, "en", "") or f"YAML cannot read this: {getattr(error, 'problem', error)}."
    return Problem("E-YAML", path, span, zh, en)
