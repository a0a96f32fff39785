"""`python -m canon` is the `canon` command."""

from canon.cli import main

main()
