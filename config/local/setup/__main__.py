"""Set-up: from a bare Python to everything that Qianmo, its tests and its demo need.

Run as a folder, before anything is installed: `python3 config/local/setup`. So it uses the standard
library alone, and must also be readable by a Python that is too old, in order to say so.
"""

import fcntl
import hashlib
import os
import shutil
import sys

import libraries
import packages
from packages import CHECKOUT, LOCK, OLDEST, UV, VENV
from telling import Stop, tell

CANDIDATES = ("python3.11", "python3.12", "python3.13", "python3.14", "python3")
STAMP = VENV / "set-up.sha256"


def main() -> int:
    """Set up what is missing; 0 when all is there, 1 after saying in one sentence what is not."""
    with_browser = "--no-browser" not in sys.argv
    try:
        if "--lock" in sys.argv:
            packages.lock()
            return 0
        _right_python()
        with _alone():
            if not _is_current():
                STAMP.unlink(missing_ok=True)
                packages.make_venv()
                packages.install()
                packages.find_ourselves()
                STAMP.write_text(_fingerprint())
            libraries.have_pango()
            if with_browser:
                libraries.have_chromium()
    except Stop as exc:
        tell(str(exc))
        return 1
    except KeyboardInterrupt:
        tell("已中止。 Stopped; run it again to go on.")
        return 130
    return 0


def _right_python() -> None:
    """Go on in a Python that is new enough, where this one is not."""
    if sys.version_info >= OLDEST:
        return
    for name in CANDIDATES:
        found = shutil.which(name)
        if found and packages.version(found) >= OLDEST:
            os.execv(found, [found, *sys.argv])  # noqa: S606 - found on the person's own PATH
    raise Stop(
        "需要 Python 3.11 或更新版本。 Qianmo needs Python 3.11 or newer, and this is {}; "
        "install it (Debian: sudo apt-get install python3 python3-venv) or name one: "
        "make setup PYTHON=/path/to/python3.11".format(".".join(map(str, sys.version_info[:3])))
    )


class _alone:  # noqa: N801 - reads as a word in a with statement
    """Two set-ups of one checkout take turns."""

    def __enter__(self) -> None:
        try:
            (CHECKOUT / ".local").mkdir(mode=0o711, exist_ok=True)
            self.lock = (CHECKOUT / ".local" / "setup.lock").open("w")
        except OSError as exc:
            raise Stop(
                f"无法写入 {CHECKOUT}。 This user cannot write in {CHECKOUT} ({exc.strerror}: "
                f"{exc.filename}); mend it: sudo chown -R $(id -un) '{CHECKOUT}'"
            ) from exc
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.lock.close()


def _fingerprint() -> str:
    """Changes with the lock file, with uv, and when the checkout has been moved."""
    parts = (LOCK.read_bytes(), UV.encode(), os.fsencode(CHECKOUT))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _is_current() -> bool:
    return packages.usable() and STAMP.exists() and STAMP.read_text() == _fingerprint()


if __name__ == "__main__":
    sys.exit(main())
