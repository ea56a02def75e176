"""How the tests are shared out over workers: the slow ones one by one and first, every other module whole.

A module that is spread over workers opens its pages and builds its worlds once in each. (The group marks of xdist 3.8
say nothing to pytest 9.2, which keeps an item's id elsewhere; so modules are told apart by the id itself.)
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

EARLY = ("tests/oscar/",)
"""Modules that take long and share something costly: they begin early, whole."""

SLOW = (
    "tests/practice/web/test_flows.py",
    "tests/schedules/test_kill.py",
    "tests/schedules/test_night.py",
    "tests/schedules/test_night_faults.py",
    "tests/bots/browser/healing/test_redesigns.py",
    "tests/bots/engine/test_practice.py",
    "tests/storage/erp/stock/",
)
"""Modules whose tests take long and have no costly fixtures of their own."""


class Sharing(LoadScopeScheduling):
    """Whole modules, the slow ones test by test; nobody holds work back that another could begin."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(SLOW) else nodeid.partition("::")[0]

    def _reschedule(self, node: Any) -> None:
        if not self.workqueue or self._pending_of(self.assigned_work[node]) < 2:  # one runs, one is known to be next
            super()._reschedule(node)
