"""What Qianmo needs of the system itself: pango for contracts in PDF, Chromium for browser tests.

Where we are root and the system has apt-get, it is installed; elsewhere the command is named.
"""

import ctypes
import os
import shutil
import sys

from telling import Stop, last_words, quietly, tell

PANGO = ("libgobject-2.0", "libpango-1.0", "libpangoft2-1.0", "libharfbuzz", "libfontconfig")
SUFFIXES = (".so.0", ".so.1", ".0.dylib", ".dylib", ".1.dylib")
PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def have_pango() -> None:
    """Stop where contracts could not be printed."""
    if _pango_is_there():
        return
    _install(PANGO_PACKAGES)
    if not _pango_is_there():
        raise Stop(
            "缺少 pango（打印合同 PDF 所需）。 The system library pango, which prints contracts, "
            f"is missing; install it: {_command(PANGO_PACKAGES, brew='pango')}"
        )


def have_chromium() -> None:
    """Go on without a browser: the tests that need one are then skipped, and say so."""
    if _browser_is_there():
        return
    _install(("chromium",))
    if not _browser_is_there():
        tell(
            "未找到 Chromium，浏览器测试将被跳过。 Chromium was not found, so browser tests will "
            f"be skipped; to run them: {_command(('chromium',), brew='--cask chromium')}"
        )


def have_venv() -> None:
    """Python's own venv, which some systems pack by itself."""
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    if _may_install():
        _install((package,))
        if os.path.exists(os.path.join(os.path.dirname(os.__file__), "ensurepip", "__init__.py")):
            return
    raise Stop(
        "缺少 Python 的 venv 模块。 This Python cannot make virtual environments; install what it "
        f"lacks: {_command((package,), brew='python@3.11')}"
    )


def _pango_is_there() -> bool:
    return all(any(_opens(name + suffix) for suffix in SUFFIXES) for name in PANGO)


def _opens(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _browser_is_there() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def _may_install() -> bool:
    return os.getuid() == 0 and shutil.which("apt-get") is not None


def _install(packages: tuple) -> None:
    """Install with apt-get, its lists refreshed where they are too old for it."""
    if not _may_install():
        return
    tell("安装系统库…… Installing with apt-get: {}…".format(" ".join(packages)))
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    done = quietly(command, env=quiet)
    if done.returncode:
        quietly(["apt-get", "update"], env=quiet)
        done = quietly(command, env=quiet)
    if done.returncode:
        tell(f"apt-get 未成功。 apt-get did not succeed: {last_words(done)}")


def _command(packages: tuple, brew: str) -> str:
    if sys.platform == "darwin":
        return f"brew install {brew}"
    root = "" if os.getuid() == 0 else "sudo "
    return "{}apt-get install --no-install-recommends {}".format(root, " ".join(packages))
