"""YAML of the desk (settings, nights) as plain texts, lists and mappings, with located errors."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bots.flow.problem import render
from bots.flow.source import Mapping, Node, Scalar, Sequence, load
from schedules.problems import SettingsBroken, default_lang

Model = TypeVar("Model", bound=BaseModel)
Plain = str | list["Plain"] | dict[str, "Plain"]


def plain(node: Node) -> Plain:
    """The node without its positions: every scalar stays the text that was written."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.pairs}


def read_yaml(path: Path, model: type[Model], defaults: dict[str, object] | None = None) -> Model:
    """The file as `model`, over the defaults. Raises SettingsBroken, which names line and column."""
    text = path.read_text("utf-8")
    node, problems = load(text, str(path))
    if problems:
        raise SettingsBroken(path, [render(problem, text, default_lang()) for problem in problems])
    values: dict[str, object] = dict(defaults or {})
    if isinstance(node, Mapping):
        values |= {key.text: plain(value) for key, value in node.pairs}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = [f"{place(node, path, tuple(item['loc']))}: {item['msg']}" for item in error.errors()]
        raise SettingsBroken(path, found) from error


def place(node: Node | None, path: Path, loc: tuple[str | int, ...]) -> str:
    """`file:line:col name` of what a validation error is about, as near as the file has it."""
    here = node
    for part in loc:
        if isinstance(here, Mapping) and (value := here.get(str(part))) is not None:
            here = value
        elif isinstance(here, Sequence) and isinstance(part, int) and part < len(here.items):
            here = here.items[part]
        else:
            break
    span = here.span if here is not None else None
    name = ".".join(str(part) for part in loc)
    return f"{path}:{span.line}:{span.column} {name}" if span else f"{path} {name}"
