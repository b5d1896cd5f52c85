"""The SMS gateway."""

from django.conf import settings

from core import line

SECONDS = 5.0


def send(mobile: str, *, template: str, text: str, number: str) -> bool:
    """Send one message; the same ``number`` again is the same message. True once it is taken."""
    address = f"{settings.SOURCES_URL.rstrip('/')}/v1/sms/send"
    body = {"phone": mobile, "template": template, "text": text, "message_no": number}
    try:
        reply = line.post(address, body, seconds=SECONDS)
    except line.LineError:
        return False
    return reply.is_success
