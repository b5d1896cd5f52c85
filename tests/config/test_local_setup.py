"""Set-up on machines that lack something: one sentence, with what mends it."""

import json
import os
import subprocess
import sys

import pytest

from config.local.places import CHECKOUT

SETUP = CHECKOUT / "config" / "local" / "setup"
AS_OLD_PYTHON = f"""
import runpy, sys
sys.version_info = (3, 9, 1)
sys.argv = [{str(SETUP)!r}]
runpy.run_path({str(SETUP)!r}, run_name="__main__")
"""
INDEXES = """
import json, sys
import packages
print(json.dumps(packages.indexes_for_uv(sys.executable)))
"""
MAKES_VENV = """
import sys
from pathlib import Path
import packages
packages.VENV = Path(sys.argv[1])
packages.make_venv()
"""


def run(*arguments, **environment):
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, *arguments],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def indexes(tmp_path, configuration, **environment):
    file = tmp_path / "pip.conf"
    file.write_text(configuration)
    done = run("-c", INDEXES, PIP_CONFIG_FILE=str(file), PYTHONPATH=str(SETUP), **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_python_that_is_too_old_is_told_what_to_install():
    done = run("-c", AS_OLD_PYTHON, PATH="/nowhere")

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "needs Python 3.11 or newer, and this is 3.9.1" in done.stderr
    assert "make setup PYTHON=" in done.stderr


def test_what_is_set_up_is_not_set_up_again():
    if not (CHECKOUT / ".venv" / "set-up.sha256").exists():
        pytest.skip("This checkout was not set up by make setup.")

    done = run(str(SETUP), "--no-browser")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_linked_venv_is_unlinked_and_what_it_led_to_is_left_alone(tmp_path):
    others, link = tmp_path / "others", tmp_path / ".venv"
    others.mkdir()
    (others / "theirs").touch()
    link.symlink_to(others)

    done = run("-c", MAKES_VENV, str(link), PYTHONPATH=str(SETUP))

    assert done.returncode == 0, done.stderr
    assert [each.name for each in others.iterdir()] == ["theirs"]
    assert not link.is_symlink()
    assert (link / "bin" / "python").exists()


def test_uv_is_told_where_pip_finds_packages(tmp_path):
    told = indexes(
        tmp_path,
        "[global]\nindex-url = https://mirror.example/simple\nextra-index-url =\n"
        "    https://one.example/simple\n    https://two.example/simple\n"
        "find-links = /srv/wheels\ntrusted-host = mirror.example\n",
    )

    assert told["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert told["UV_INDEX"] == "https://one.example/simple https://two.example/simple"
    assert told["UV_FIND_LINKS"] == "/srv/wheels"
    assert told["UV_INSECURE_HOST"] == "mirror.example"
    assert told["UV_INDEX_STRATEGY"] == "unsafe-best-match"


def test_uvs_own_configuration_is_left_alone(tmp_path):
    own = "https://own.example/simple"

    told = indexes(
        tmp_path,
        "[global]\nindex-url = https://mirror.example/simple\nextra-index-url = https://x.example\n",
        UV_DEFAULT_INDEX=own,
    )

    assert told["UV_DEFAULT_INDEX"] == own
    assert "UV_INDEX" not in told


def test_lock_file_names_no_index():
    text = (CHECKOUT / "requirements.lock").read_text()

    assert "://" not in text
    assert "--" not in text
