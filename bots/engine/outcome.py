"""How a run ended: what the caller of `play` gets back."""

from dataclasses import dataclass, field
from pathlib import Path

from bots.context import Healed
from bots.evidence import Failure
from bots.folder import Record


@dataclass
class RunResult:
    """One run's end. `state` is done | rejected_some | failed | person | stopped; all paths lie in `folder`."""

    state: str
    message: str
    folder: Path
    files: list[Record] = field(default_factory=list)
    results: list[Record] = field(default_factory=list)
    outputs: dict[str, object] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    healed: list[Healed] = field(default_factory=list)
    code: str = ""
    who: str = ""
    hint: str = ""

    @property
    def passed(self) -> bool:
        """Whether the run came to its end with every row settled: done, or rejected for a reason of the business."""
        return self.state in {"done", "rejected_some"}

    @property
    def counts(self) -> dict[str, int]:
        """How many rows ended each way."""
        counts: dict[str, int] = {}
        for result in self.results:
            outcome = str(result["outcome"])
            counts[outcome] = counts.get(outcome, 0) + 1
        return counts
