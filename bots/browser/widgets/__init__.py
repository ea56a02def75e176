"""Fields filled and read by label whatever they are made of: native, Element Plus, Ant Design 5 and 6, rich text.

`fill` looks at the widget, does what a person would do with it, and believes nothing that it cannot read back.
"""

from bots.browser.widgets.fields import box, check, fill, is_field, read
from bots.browser.widgets.values import Value

__all__ = ["Value", "box", "check", "fill", "is_field", "read"]
