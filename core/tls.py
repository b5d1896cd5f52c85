"""The certificate authorities that Qianmo trusts when it speaks to other systems."""

import ssl
from functools import cache


@cache
def trusted() -> ssl.SSLContext:
    """The machine's trusted authorities, read once: reading them costs 50 ms, asking costs 1."""
    return ssl.create_default_context()
