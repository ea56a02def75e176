"""Fields filled and read by label whatever they are made of: native, Element Plus, Ant Design 5 and 6, rich text.

`fill` looks at the widget, does what a person would do with it, and believes nothing that it cannot read back. A dozen
modules know the widgets; they are read when the first field is filled or read, not while the browser is starting.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bots.browser.widgets.fields import box, check, fill, is_field, read
    from bots.browser.widgets.values import Value

MODULE_OF = {
    "Value": "values",
    "box": "fields",
    "check": "fields",
    "fill": "fields",
    "is_field": "fields",
    "read": "fields",
}


def __getattr__(name: str) -> Any:
    """What `MODULE_OF` names; AttributeError for any other name."""
    if name not in MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{MODULE_OF[name]}"), name)


__all__ = ["Value", "box", "check", "fill", "is_field", "read"]
