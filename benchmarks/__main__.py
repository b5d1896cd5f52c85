"""`python -m benchmarks [NAME]`: measure everything, or one benchmark by its name."""

import argparse
import contextlib
import importlib
import json
import os
import pkgutil
import subprocess
import sys
from types import ModuleType

import benchmarks
from benchmarks import machine
from benchmarks.database import throwaway_database


def main() -> int:
    found = _benchmarks()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(found), metavar="NAME")
    name = parser.parse_args().name
    if name and _is_at_home(found[name]):
        print(json.dumps(_measured(found[name]), ensure_ascii=False), flush=True)
        return 0
    ended = [_apart(each, found[each]) for each in ([name] if name else sorted(found))]
    return int(any(ended))


def _environment(module: ModuleType) -> dict[str, str]:
    """What must be set where a benchmark is measured, as it is where the product does its work."""
    return getattr(module, "ENVIRONMENT", {})


def _is_at_home(module: ModuleType) -> bool:
    return _environment(module).items() <= os.environ.items()


def _apart(name: str, module: ModuleType) -> int:
    """Measure in a process of its own, which owes nothing to those before it."""
    told = [sys.executable, "-m", "benchmarks", name]
    return subprocess.run(told, env=os.environ | _environment(module), check=False).returncode  # noqa: S603 - our own command


def _benchmarks() -> dict[str, ModuleType]:
    """Every module here that has something to run, by name."""
    names = [each.name for each in pkgutil.iter_modules(benchmarks.__path__)]
    modules = {
        name: importlib.import_module(f"benchmarks.{name}") for name in names if name != "__main__"
    }
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


def _measured(module: ModuleType) -> dict[str, object]:
    needs_database = getattr(module, "needs_database", False)
    before = machine.loop_seconds()
    with throwaway_database() if needs_database else contextlib.nullcontext():
        figures = module.run()
    if "skipped" in figures:
        print(f"\n{figures['name']}: skipped, {figures['skipped']}")
        return figures
    after = machine.loop_seconds()
    print(f"\nTen million turns of a plain loop: {before} s before, {after} s after.")
    return figures | {"machine_loop_s": [before, after]}


if __name__ == "__main__":
    sys.exit(main())
