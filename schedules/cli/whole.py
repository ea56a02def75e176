"""All commands in one program, for those who look at all of them: help, documentation, tests."""

from schedules.cli.app import command_line

app = command_line()
