"""The command line: a few lines per command over the desk's functions."""

from schedules.cli.app import main

__all__ = ["main"]
