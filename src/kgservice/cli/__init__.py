"""The command line: the same actions as the pages, with exit codes."""

from kgservice.cli.main import main

__all__ = ["main"]
