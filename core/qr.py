"""QR codes, drawn here so that no address leaves the house to become one."""

from base64 import b64encode
from io import BytesIO

import segno


def qr_code(address: str) -> str:
    """A QR code as an address an image may have."""
    drawn = BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=6, border=3, xmldecl=False)
    return f"data:image/svg+xml;base64,{b64encode(drawn.getvalue()).decode()}"
