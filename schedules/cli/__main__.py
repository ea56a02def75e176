"""`python -m schedules.cli`: what the wrapper starts."""

from schedules.cli.app import main

main()
