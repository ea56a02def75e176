"""How values go to a user's function and come back: JSON in which exact amounts and dates keep their type.

Shared by both ends (`python_function` here, `python_child` in the other process), so it imports nothing heavy.
"""

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePath
from typing import Any, Final

TAG: Final = "$yeban"
DEEPEST: Final = 50


class NotAValue(ValueError):
    """A value that a flow cannot hold; `str` names its type and where it stands."""


def packed(value: object, place: str = "", depth: int = 0) -> Any:
    """Return the value as JSON can hold it: text, whole numbers, exact numbers, dates, yes/no, nothing, lists, rows.

    Models and dataclasses become rows, a float the exact number that it shows. Raises NotAValue.
    """
    if depth > DEEPEST:
        raise NotAValue(f"{place}: more than {DEEPEST} levels")
    if isinstance(value, Decimal | float) and not Decimal(value).is_finite():
        raise NotAValue(f"{place or 'result'}: {value}")
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return {TAG: "decimal", "value": str(value)}
        case float():
            return {TAG: "decimal", "value": repr(value)}
        case datetime():
            return {TAG: "datetime", "value": value.isoformat()}
        case date():
            return {TAG: "date", "value": value.isoformat()}
        case PurePath():
            return str(value)
        case Mapping():
            return {str(k): packed(v, f"{place}.{k}", depth + 1) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [packed(one, f"{place}[{number}]", depth + 1) for number, one in enumerate(value)]
    fields = _fields(value)
    if fields is None:
        raise NotAValue(f"{place or 'result'}: {type(value).__name__}")
    return packed(fields, place, depth + 1)


def _fields(value: object) -> Mapping[str, object] | None:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    names = getattr(type(value), "model_fields", None)
    return {name: getattr(value, name) for name in names} if isinstance(names, Mapping) else None


def unpacked(value: Any) -> Any:
    """Return what `packed` was given: Decimal, date and datetime are back."""
    match value:
        case {"$yeban": "decimal", "value": str(text)}:
            return Decimal(text)
        case {"$yeban": "datetime", "value": str(text)}:
            return datetime.fromisoformat(text)
        case {"$yeban": "date", "value": str(text)}:
            return date.fromisoformat(text)
        case dict():
            return {name: unpacked(one) for name, one in value.items()}
        case list():
            return [unpacked(one) for one in value]
    return value
