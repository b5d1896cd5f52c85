#!/usr/bin/env python
"""Qianmo's commands. Starts the embedded PostgreSQL and Redis where none are named or running."""

import importlib.util
import os
import sys

# These read the settings at most, and ask nothing of a server.
WITHOUT_SERVERS = {
    "check",
    "collectstatic",
    "compile_catalogues",
    "diffsettings",
    "findstatic",
    "fit_scorecard",
    "help",
    "make_county",
    "sandbox",
    "score",
    "spectacular",
    "version",
}


def main() -> int:
    if importlib.util.find_spec("django") is None:
        sys.stderr.write(
            "尚未安装依赖。 Qianmo's packages are not installed in this Python; "
            "run: make setup, then: .venv/bin/python manage.py\n"
        )
        return 1
    # Only now, when they can be imported.
    from django.core.management import execute_from_command_line

    from config.local import services
    from config.local.words import LocalError

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    try:
        _have_servers(services, sys.argv[1:])
    except LocalError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    execute_from_command_line(sys.argv)
    return 0


def _have_servers(services, arguments: list[str]) -> None:
    """Production names its servers itself, and its settings say so where it does not."""
    if "config.settings.prod" in {os.environ["DJANGO_SETTINGS_MODULE"], *_settings(arguments)}:
        return
    asked = arguments[0] if arguments else "help"
    if asked in WITHOUT_SERVERS or {"-h", "--help", "--version"} & set(arguments):
        services.Services().name()
    else:
        services.ensure_until_exit()


def _settings(arguments: list[str]) -> list[str]:
    """What --settings says, in either of its spellings."""
    joined = " ".join(arguments).replace("--settings ", "--settings=").split()
    return [each.partition("=")[2] for each in joined if each.startswith("--settings=")]


if __name__ == "__main__":
    sys.exit(main())
