"""`python -m schedules.cli`: what the wrapper starts."""

from schedules.cli import main

main()
