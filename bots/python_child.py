"""The other process: runs one function of the user's own, says how it ended, and is gone.

Started by `python_function` as a script, never imported by the bots. It reads one line of JSON from its standard input
and answers with one line on what was its standard output; everything that the function prints, by whatever means, goes
to standard error, which the run's log keeps. Its standard input stays open as long as the run lives: when it closes,
the run is gone, and no function works on without it.
"""

import asyncio
import importlib.util
import inspect
import json
import os
import re
import signal
import sys
import threading
import traceback
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
Reply = dict[str, Any]


class Ended(Exception):
    """The call ends here with this reply."""

    def __init__(self, reply: Reply) -> None:
        """Keep the reply."""
        super().__init__(reply.get("how"))
        self.reply = reply


def main() -> None:
    """One request, one reply."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    request = json.loads(sys.stdin.buffer.readline())
    _end_with_the_run()
    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))
    try:
        reply = _answer(request)
    except Ended as ended:
        reply = ended.reply
    sys.stdout.flush()
    sys.stderr.flush()
    answer.write(json.dumps(reply, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
    answer.close()


def _end_with_the_run() -> None:
    """Leave at once when the other end of standard input closes; the function itself finds nothing to read there."""
    lifeline = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)

    def watch() -> None:
        while os.read(lifeline, 1):
            continue
        if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)  # with whatever the function has started
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _answer(request: Mapping[str, Any]) -> Reply:
    file = Path(request["file"])
    function = _function(file, request["function"])
    if request["what"] == "describe":
        return {"how": "described", "schema": _guarded(file, lambda: _described(function))}
    from bots.python_values import NotAValue, packed, unpacked

    hints = _guarded(file, lambda: typing.get_type_hints(function, include_extras=True))
    positional, named = _arguments(function, hints, unpacked(request["given"]))
    result = _guarded(file, lambda: _called(function, positional, named))
    _check_result(result, hints.get("return", inspect.Parameter.empty))
    try:
        return {"how": "done", "result": packed(result)}
    except NotAValue as error:
        raise Ended({"how": "result", "wanted": "text, number, date, list, dict", "found": str(error)}) from error


def _function(file: Path, name: str) -> Callable[..., Any]:
    """The function, its file run once; files beside it can be imported, after everything that Python has of its own."""
    sys.path.append(str(file.parent))
    spec = importlib.util.spec_from_file_location(f"yeban_function_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise Ended({"how": "missing", "found": []})
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    loader = spec.loader
    _guarded(file, lambda: loader.exec_module(module))
    function = getattr(module, name, None)
    if not callable(function):
        raise Ended({"how": "missing", "found": [one for one, it in vars(module).items() if inspect.isfunction(it)]})
    return function  # type: ignore[no-any-return]


def _guarded(file: Path, work: Callable[[], Any]) -> Any:
    """What `work` gives; an exception ends the call with the line of the user's file that it came through last."""
    try:
        return work()
    except (Exception, SystemExit) as error:
        traceback.print_exception(type(error), error, _own_part(error))
        raise Ended(
            {"how": "raised", **_place(error, file), "error": type(error).__name__, "says": str(error)}
        ) from error


def _own_part(error: BaseException) -> types.TracebackType | None:
    """The traceback from where it leaves this file: what the user can act on."""
    trace = error.__traceback__
    while trace is not None and Path(trace.tb_frame.f_code.co_filename) == Path(__file__):
        trace = trace.tb_next
    return trace


def _place(error: BaseException, file: Path) -> Reply:
    if isinstance(error, SyntaxError) and error.filename:
        return {"file": error.filename, "line": error.lineno or 1, "source": (error.text or "").strip()}
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename) == file]
    near = [frame for frame in frames if file.parent in Path(frame.filename).parents]
    for frame in (*own[-1:], *near[-1:]):
        return {"file": frame.filename, "line": frame.lineno or 1, "source": frame.line or ""}
    return {"file": str(file), "line": 1, "source": ""}


def _called(function: Callable[..., Any], positional: list[Any], named: dict[str, Any]) -> Any:
    result = function(*positional, **named)
    if not inspect.isawaitable(result):
        return result

    async def awaited() -> Any:
        return await result

    return asyncio.run(awaited())


def _arguments(
    function: Callable[..., Any], hints: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """The values as the annotations ask for them; everything that does not fit is said at once."""
    parameters = inspect.signature(function).parameters
    wrong: list[Reply] = []
    positional: list[Any] = []
    named: dict[str, Any] = {}
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    for name, value in given.items():
        parameter = parameters.get(name)
        if parameter is None or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            if takes_any:
                named[name] = value
            else:
                wrong.append({"name": name, "problem": "unknown", "allowed": list(parameters)})
    for name, parameter in parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if name not in given:
            if parameter.default is parameter.empty:
                wrong.append({"name": name, "problem": "missing", "wanted": _shown(hints.get(name))})
            continue
        value = _fitted(hints.get(name, Any), given[name], name, wrong)
        if parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(value)
        else:
            named[name] = value
    if wrong:
        raise Ended({"how": "input", "wrong": wrong})
    return positional, named


def _fitted(annotation: Any, value: Any, name: str, wrong: list[Reply]) -> Any:
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    own = _has_own_settings(annotation)
    settings = None if own else ConfigDict(arbitrary_types_allowed=True)
    try:
        return TypeAdapter(lenient(annotation), config=settings).validate_python(value)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            place = ".".join(str(part) for part in one["loc"] if not str(part).startswith("function-"))
            refused = one.get("ctx", {}).get("error")
            wrong.append({"name": name, "problem": "value", "wanted": _shown(annotation), "place": place,
                          "found": str(one["input"])[:80], "why_zh": getattr(refused, "zh", one["msg"]),
                          "why_en": getattr(refused, "en", one["msg"])})  # fmt: skip
        return None


def _has_own_settings(annotation: Any) -> bool:
    """Whether the type is a model or dataclass, which brings its own settings."""
    return isinstance(annotation, type) and (
        hasattr(annotation, "model_fields") or hasattr(annotation, "__dataclass_fields__")
    )


def lenient(annotation: Any) -> Any:
    """The annotation with its plain types reading what people write: `1,234.50`, `2026/11/20`, `是`."""
    from pydantic import BeforeValidator

    reader = _readers().get(annotation)
    if reader is not None:
        return typing.Annotated[annotation, BeforeValidator(reader)]
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(lenient(one) for one in inner)]  # noqa: UP007 - made at run time
    if origin is list and inner:
        return typing.Annotated[types.GenericAlias(list, (lenient(inner[0]),)), BeforeValidator(_items)]
    if annotation is list:
        return typing.Annotated[list, BeforeValidator(_items)]
    if origin is dict and len(inner) == 2:
        return types.GenericAlias(dict, (inner[0], lenient(inner[1])))
    return annotation


def _readers() -> dict[Any, Callable[[Any], Any]]:
    from bots.flow.functions import as_text, to_date, to_number

    def number(value: Any) -> Any:
        return to_number(value) if isinstance(value, str | int) and not isinstance(value, bool) else value

    def whole(value: Any) -> Any:
        found = number(value)
        return int(found) if isinstance(found, Decimal) and found == found.to_integral_value() else found

    def day(value: Any) -> Any:
        return to_date(value) if isinstance(value, str | date) else value

    def flag(value: Any) -> Any:
        return {"是": True, "否": False}.get(value.strip(), value) if isinstance(value, str) else value

    def text(value: Any) -> Any:
        return as_text(value) if isinstance(value, int | Decimal | date | datetime) else value

    return {int: whole, Decimal: number, date: day, bool: flag, str: text}


def _items(value: Any) -> Any:
    from bots.flow.functions import to_list

    return to_list(value) if isinstance(value, str) else value


def _check_result(result: Any, annotation: Any) -> None:
    """The result is exactly what the function promises: a float in place of a Decimal is an amount that lost cents."""
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    if annotation is inspect.Parameter.empty:
        return
    settings = None if _has_own_settings(annotation) else ConfigDict(arbitrary_types_allowed=True)
    try:
        TypeAdapter(annotation, config=settings).validate_python(result, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        found = f"{type(first['input']).__name__} {str(first['input'])[:80]}"
        raise Ended({"how": "result", "wanted": _shown(annotation), "found": found, "place": place}) from error


def _shown(annotation: Any) -> str:
    """The annotation as it is written, without the modules that it comes from."""
    if annotation is None:
        return ""
    return re.sub(
        r"\b(?:typing|decimal|datetime|pathlib|yeban_function_\w+)\.", "", inspect.formatannotation(annotation)
    )


def _described(function: Callable[..., Any]) -> Reply:
    """The JSON Schema that a form is made from: one property per parameter, what it returns, what it says of itself."""
    from pydantic import ConfigDict, Field, TypeAdapter, create_model

    hints = typing.get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[f"field_{len(fields)}"] = (hints.get(name, Any), Field(default, alias=name, title=name))
    settings = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    model = create_model(getattr(function, "__name__", "function"), __config__=settings, **fields)
    schema: Reply = model.model_json_schema()
    schema["description"] = (inspect.getdoc(function) or "").strip()
    if "return" in hints:
        schema["x-returns"] = TypeAdapter(hints["return"]).json_schema()
    return schema


if __name__ == "__main__":
    main()
