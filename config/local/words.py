"""What the machine says to the person in front of it: one line, Chinese first, then English."""

import sys
from pathlib import Path
from typing import TextIO


class LocalError(Exception):
    """The machine cannot do this. The text is one sentence with what mends it, fit to be shown."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese} {english}")


def say(chinese: str, english: str, *, to: TextIO | None = None) -> None:
    """Tell the person one thing, on standard error: a command's own output stays clean."""
    stream = to or sys.stderr
    stream.write(f"{chinese} {english}\n")
    stream.flush()


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, or an empty text where nothing was written."""
    try:
        with log.open("rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - 16_384))
            text = stream.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
