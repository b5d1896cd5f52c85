"""A customer with a phone: asks through the mini-program's door, reads codes that arrive by SMS,
takes their own picture and signs with a finger.
"""

import base64
import io
import re
from typing import Any
from uuid import UUID

import httpx
from django.test import Client
from PIL import Image, ImageDraw

from core import idempotency, tls
from village.models import Customer

CODE = re.compile(r"\d{6}")
HOST = "127.0.0.1"


class DoorShut(Exception):
    """The bank's door gave an answer that an honest customer cannot go on from; ``code`` is the
    word it gave for it."""

    def __init__(self, said: str, *, code: str = "") -> None:
        super().__init__(said)
        self.code = code


class Phone:
    """One customer's mini-program, from sign-in to signature."""

    def __init__(self, customer: Customer, *, sandbox_url: str) -> None:
        self.customer = customer
        self.sandbox_url = sandbox_url
        number = customer.pk
        self._client = Client(
            SERVER_NAME=HOST,
            REMOTE_ADDR=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        )
        self._asked = 0
        self._token = ""

    def sign_in(self) -> None:
        """Ask for a code, read it, open a session. Raises DoorShut."""
        who = {"id_number": self.customer.id_number, "mobile": self.customer.mobile}
        self.send("session/code", who)
        self._token = self.send("session", who | {"code": self.read_code()})["token"]

    def send(self, path: str, said: dict[str, Any] | None = None) -> dict[str, Any]:
        """POST to the door. Raises DoorShut with what was answered, unless that is a yes."""
        self._asked += 1
        headers = {idempotency.HEADER: str(UUID(int=self.customer.pk << 32 | self._asked))}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        answer = self._client.post(
            f"/api/v1/{path}", said or {}, content_type="application/json", headers=headers
        )
        if answer.status_code >= 400:
            said = f"{path}: {answer.status_code} {answer.content.decode()[:300]}"
            raise DoorShut(said, code=answer.json().get("code", ""))
        return answer.json() if answer.content else {}

    def authorise(self) -> int:
        """Read the text, say who one is, show one's face, sign; the authorisation's number.

        Raises DoorShut.
        """
        text = self.look("authorisation-text")
        said = {name: text[name] for name in ("text_version", "text_sha256")}
        at = f"consents/{self.send('consents', said)['number']}"
        who = {"name": self.customer.name, "id_number": self.customer.id_number}
        self.send(f"{at}/identity", who)
        self.send(f"{at}/face", {"photo": _face(), "agrees_to_comparison": True})
        signed = {
            "text_sha256": text["text_sha256"],
            "agrees": True,
            "signature": _signature(self.customer.pk),
        }
        return self.send(f"{at}/sign", signed)["authorisation"]["number"]

    def look(self, path: str) -> dict[str, Any]:
        """GET from the door."""
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._client.get(f"/api/v1/{path}", headers=headers).json()

    def read_code(self) -> str:
        """The six digits of the newest message. Raises DoorShut where none came."""
        asked = {"phone": self.customer.mobile}
        inbox = f"{self.sandbox_url}/v1/phones/inbox"
        texts = httpx.post(inbox, json=asked, verify=tls.trusted()).json()["texts"]
        found = CODE.findall(texts[-1]) if texts else []
        if not found:
            raise DoorShut("No code arrived on the phone.")
        return found[-1]


def _face() -> str:
    """A picture with light and shade, as the camera would make one, as base64."""
    picture = Image.new("RGB", (320, 320), "#d8c0a8")
    ImageDraw.Draw(picture).ellipse((70, 40, 250, 280), fill="#6a4a2a")
    return _encoded(picture, "JPEG")


def _signature(number: int) -> str:
    """What a finger draws, a little different for everybody, as base64."""
    picture = Image.new("RGBA", (300, 180))
    heights = [40 + (number + 5) * each * 3 % 100 for each in (3, 7, 11, 13, 17)]
    line = [(20 + 65 * place, height) for place, height in enumerate(heights)]
    ImageDraw.Draw(picture).line(line, fill="#1D2420", width=5)
    return _encoded(picture, "PNG")


def _encoded(picture: Image.Image, kind: str) -> str:
    held = io.BytesIO()
    picture.save(held, kind)
    return base64.b64encode(held.getvalue()).decode()
