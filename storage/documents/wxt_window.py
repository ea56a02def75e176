"""万相台 reports asked for in different ways are different facts: by the window in which a deal counts.

Both stand in the address of the download (`effectEqual=15&splitType=day`) and in no cell; a person who brings a file by
hand says the window in its name (`商品报表_20260901_转化周期15天.csv`). Where nobody says it, it is not known, and such
rows never take the place of those of a known window.
"""

import re
from collections.abc import Mapping, Sequence

WINDOW, STEP = "转化周期", "时间粒度"
_DAYS = re.compile(r"[?&#]effectEqual=(\d+)|(?:转化周期|归因)[：:_\- ]*(\d+) *[天日]|(?<!\d)(\d+) *[天日](?:转化|归因)")
_STEP = re.compile(r"[?&#]splitType=(sum|day|week|month)\b")
_OFFERED = {"1", "3", "7", "15", "30"}


def told(sources: Sequence[str]) -> Mapping[str, str]:
    """The window (`15天`) and the step, where it is not the day, by the first source that says each."""
    days = [next(filter(None, match.groups())) for text in sources for match in _DAYS.finditer(text)]
    steps = [match[1] for text in sources for match in _STEP.finditer(text)]
    found = {WINDOW: f"{days[0]}天"} if days and days[0] in _OFFERED else {}
    return found | ({STEP: steps[0]} if steps and steps[0] != "day" else {})
