"""The folder .venv and the pinned packages in it."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import libraries
from telling import Stop, last_words, quietly, tell

CHECKOUT = Path(__file__).resolve().parents[3]
VENV = CHECKOUT / ".venv"
LOCK = CHECKOUT / "requirements.lock"
OLDEST = (3, 11)
UV = "0.13.9"


def version(python: str) -> tuple:
    """The version of a Python, such as (3, 11); an empty one where it does not run."""
    code = "import sys; print(*sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
    return tuple(int(part) for part in done.stdout.split()) if done.returncode == 0 else ()


def usable() -> bool:
    """Whether .venv has a Python that runs, and was made where it now stands."""
    python, pip = VENV / "bin" / "python", VENV / "bin" / "pip"
    made_here = pip.exists() and os.fsencode(VENV) in pip.read_bytes()
    return made_here and python.exists() and version(str(python)) >= OLDEST


def make_venv() -> None:
    """Make an empty .venv, unless there is one to go on with."""
    if usable():
        return
    tell("创建虚拟环境…… Making .venv…")
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        libraries.have_venv()
    if VENV.is_symlink():
        VENV.unlink()  # or --clear would empty the folder that somebody else works with
    done = quietly([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if done.returncode:
        raise Stop(f"无法创建虚拟环境。 The folder .venv could not be made: {last_words(done)}")


def install() -> None:
    """Install the pinned packages with uv, which is fast; with pip where uv cannot."""
    tell("安装依赖，首次约一分钟…… Installing packages, about a minute the first time…")
    python = str(VENV / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = quietly([*pip, f"uv=={UV}"])
    if done.returncode == 0:
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "--compile-bytecode", "--python", python]
        done = quietly([*uv, "-r", str(LOCK)], env=indexes_for_uv(python))
        if done.returncode == 0:
            return
    tell(
        f"uv 安装失败，改用 pip。 uv could not install ({last_words(done)}); using pip, "
        "which takes a few minutes…"
    )
    done = quietly([*pip, "-r", str(LOCK)])
    if done.returncode:
        raise Stop(
            f"依赖安装失败。 The packages could not be installed: {last_words(done)}. "
            "See that pip can reach its package index on this machine, then: make setup"
        )


def lock() -> None:
    """Turn requirements.in into requirements.lock, which names versions and no index."""
    command = [str(VENV / "bin" / "uv"), "pip", "compile", "--quiet", "--no-header"]
    command += ["--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    command += ["--python-version", ".".join(map(str, OLDEST)), "--output-file", LOCK.name]
    python = str(VENV / "bin" / "python")
    done = quietly([*command, "requirements.in"], cwd=CHECKOUT, env=indexes_for_uv(python))
    if done.returncode:
        raise Stop(f"锁定失败。 The versions could not be resolved: {last_words(done)}")


def indexes_for_uv(python: str) -> dict:
    """The environment for uv, told what this machine's pip knows about package indexes.

    uv does not read pip's configuration. What is set for uv itself is left alone.
    """
    known = {}
    listed = quietly([python, "-m", "pip", "config", "list"]).stdout
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        known[name.rpartition(".")[2].lower()] = value.strip("'\"").replace("\\n", " ").split()
    told = {
        "UV_DEFAULT_INDEX": " ".join(known.get("index-url", [])),
        "UV_INDEX": " ".join(known.get("extra-index-url", [])),
        "UV_FIND_LINKS": ",".join(known.get("find-links", [])),
        "UV_INSECURE_HOST": " ".join(known.get("trusted-host", [])),
        "SSL_CERT_FILE": " ".join(known.get("cert", [])),
        # As pip does: the best version of all indexes, not the first index that knows the name.
        "UV_INDEX_STRATEGY": "unsafe-best-match" if "extra-index-url" in known else "",
    }
    own = {name for name in os.environ if name.startswith(("UV_INDEX", "UV_DEFAULT_INDEX"))}
    if own:
        return dict(os.environ)
    return {**{name: value for name, value in told.items() if value}, **os.environ}


def find_ourselves() -> None:
    """Let every program of .venv find Qianmo's apps, wherever it is started."""
    for packages in (VENV / "lib").glob("python3.*/site-packages"):
        (packages / "qianmo.pth").write_text(f"{CHECKOUT}\n")
