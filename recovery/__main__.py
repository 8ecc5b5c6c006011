"""`python -m recovery`: the same as the command `recovery`."""

from recovery.cli.main import main

main(prog_name="recovery")
