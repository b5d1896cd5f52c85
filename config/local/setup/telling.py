"""What set-up says, and the way it stops."""

import subprocess
import sys


class Stop(Exception):  # noqa: N818 - a word to the person, not an error of the program
    """Set-up cannot go on. The text is one sentence with the command that mends it."""


def tell(text: str) -> None:
    """Say one line to the person who waits."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def last_words(done: subprocess.CompletedProcess) -> str:
    """The end of what a failed command said, on one line."""
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return " ".join(lines[-4:])[-500:].rstrip(".")


def quietly(command: list, **options: object) -> subprocess.CompletedProcess:
    """Run a command and keep what it says."""
    return subprocess.run(  # noqa: S603 - our own commands
        command,
        capture_output=True,
        text=True,
        **options,
    )
