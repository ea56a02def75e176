"""Business days and moments, Asia/Shanghai, whatever form a source wrote them in. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def moment(at: str) -> str:
    """`YYYY-MM-DD HH:MM:SS` in Asia/Shanghai; a moment with an offset is converted, one without is local already."""
    if len(at) > 10 and at[10] == "T":
        found = datetime.fromisoformat(at)
        return found.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if found.tzinfo else at[:19].replace("T", " ")
    return at[:19]
