"""`python -m starter` is `tongchou`."""

from starter.cli import main

main()
