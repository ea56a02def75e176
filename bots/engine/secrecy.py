"""Which steps write secrets: while they run no trace and no picture is taken."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from bots.flow.part import Part
from bots.flow.step import MODIFIERS_ZH, Step
from bots.flow.values import Template, Value
from bots.steps.fill import Hidden

SECRET_NAMES = frozenset({"secret", "密码"})
SECRET_CALLS = frozenset({"totp", "动态口令"})


@lru_cache(maxsize=4096)
def _template_is_secret(template: Template) -> bool:
    return any(one.names & SECRET_NAMES or one.calls & SECRET_CALLS for one in template.expressions)


def mentions_secret(step: Step) -> bool:
    """Whether the step itself (not the steps inside it) writes a secret."""
    inner = {id(steps) for steps in step.children()}
    values = (getattr(step, name) for name in type(step).model_fields)
    return any(_is_secret(value) for value in values if id(value) not in inner)


def written_by(step: Step) -> Iterator[Template]:
    """The texts that a step puts somewhere: values that hold `${…}`, not the names of elements."""
    for name in type(step).model_fields:
        value = getattr(step, name)
        if name in MODIFIERS_ZH or isinstance(value, Part):
            continue
        every = [*value.values()] if isinstance(value, Mapping) else [*value] if isinstance(value, tuple) else [value]
        yield from (one for one in every if isinstance(one, Template) and one.expressions)


def _is_secret(value: object) -> bool:
    match value:
        case Template():
            return _template_is_secret(value)
        case Value():
            return value.template is not None and _template_is_secret(value.template)
        case Step():
            return False
        case Hidden():
            return True
        case Part():
            return any(_is_secret(getattr(value, name)) for name in type(value).model_fields)
        case Mapping():
            return any(_is_secret(one) for pair in value.items() for one in pair)
        case tuple() | list():
            return any(_is_secret(one) for one in value)
    return False
