"""`python -m config.local run` serves Qianmo on this machine; `hold` only keeps its servers up."""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from config.local import services, supervisor
from config.local.words import LocalError, say


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="prepare and serve Qianmo on port PORT (8000)")
    commands.add_parser("close", help="stop servers that nobody uses")
    hold = commands.add_parser("hold", help="keep PostgreSQL and Redis up until told to end")
    hold.add_argument("--env", type=Path, help="write the two addresses here, for a shell to read")
    arguments = parser.parse_args()
    try:
        if arguments.command == "hold":
            return _hold(arguments.env)
        if arguments.command == "close":
            services.close()
        else:
            supervisor.run()
    except LocalError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


def _hold(file: Path | None) -> int:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(0))
    with services.ensure() as held:
        lines = [f"export {name}='{os.environ[name]}'\n" for name in ("DATABASE_URL", "REDIS_URL")]
        (file.write_text if file else sys.stdout.write)("".join(lines))
        sys.stdout.flush()
        while True:
            time.sleep(1)
            for name in held.repair():
                say(f"{name} 意外停止，已重新启动。", f"{name} had died and was started again.")


if __name__ == "__main__":
    sys.exit(main())
