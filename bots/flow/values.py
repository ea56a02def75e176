"""The values that a step's keys take, every one read from text: templates, durations, targets, conditions.

All are immutable, compare by what they say, and can be used as field types of a `Step` or any `Part`. A text that
does not fit raises `Refused`, which the parser turns into a located `Problem`.
"""

from bots.flow.conditions import CONDITION_KEYS, Condition, Retry, Target, TextCheck, show, yes
from bots.flow.quantities import Comparison, Duration, Operator, Size
from bots.flow.template import PageName, Template, Text, Value

__all__ = [
    "CONDITION_KEYS",
    "Comparison",
    "Condition",
    "Duration",
    "Operator",
    "PageName",
    "Retry",
    "Size",
    "Target",
    "Template",
    "Text",
    "TextCheck",
    "Value",
    "show",
    "yes",
]
