"""The engine: the only loops over steps and rows, retries, the journal, evidence."""

from bots.engine.outcome import RunResult
from bots.engine.play import play
from bots.facts import AccountFacts, Progress

__all__ = ["AccountFacts", "Progress", "RunResult", "play"]
