"""Fields filled by label and value whatever they are made of: native, Element Plus or Ant Design.

`fill` looks at the widget, does what a person would do with it, and believes nothing that it cannot read back.
"""

from bots.browser.widgets.fields import fill, read
from bots.browser.widgets.values import Value

__all__ = ["Value", "fill", "read"]
