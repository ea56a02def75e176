"""A site may still be at what a process asked of it that was killed: whoever has the account next waits that out.

Looking too soon, one would see that nothing has happened, and ask for it a second time.
"""

from datetime import datetime

SETTLES_S = 60.0
"""A site that has answered nothing by then will not; workers take nothing over from a dead one any sooner."""


def unsettled_s(begun: datetime | None, now: datetime) -> float:
    """Seconds to wait when the newest effect of unknown end was begun then (None: there is none)."""
    if begun is None:
        return 0.0
    return min(SETTLES_S, max(0.0, SETTLES_S - (now - begun).total_seconds()))
