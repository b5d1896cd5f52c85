"""The outside world as one small ASGI application: no database, no settings, nobody in URLs.

Every question is a POST of JSON with the person in its body. Answers about a person say whom they
are about by a digest of the identity number, so that an answer about somebody else is noticed.
"""

import asyncio
import base64
import contextlib
import hashlib
import io
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from sandbox.server import core_bank, pboc
from sandbox.server.core_bank import BadOrder, CoreBank, NumberReused
from sandbox.server.faults import Fault, Faults, UnknownFault
from sandbox.server.messages import BadMessage, Outbox
from sandbox.server.offices import OFFICES, WITHOUT_AUTHORISATION, digest
from sandbox.server.world import NoCounty, Person, Shelf, World

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON, XML = "application/json; charset=utf-8", "application/xml; charset=utf-8"
REPORT, ACCOUNTS, PAY, QUERY = (
    "pboc/report",
    "core-bank/accounts",
    "core-bank/pay",
    "core-bank/pay/query",
)
CHANNELS = {"sms/send": "sms", "wechat/notify": "wechat"}
AUTHORISED = {REPORT, *OFFICES} - WITHOUT_AUTHORISATION
ENDPOINTS = {*OFFICES, REPORT, ACCOUNTS, PAY, QUERY, *CHANNELS}
_LARGEST_BODY = 2_000_000


@dataclass(frozen=True)
class Reply:
    """What goes back: status, body, and its type."""

    status: int
    body: bytes
    kind: str = JSON

    @classmethod
    def of(cls, value: Any, status: int = 200) -> "Reply":
        return cls(status, json.dumps(value, ensure_ascii=False).encode())

    @classmethod
    def refusal(cls, status: int, code: str, message: str) -> "Reply":
        return cls.of({"code": code, "message": message}, status)


class Refused(Exception):
    """A question that is not answered, with the reply that says why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.reply = Reply.refusal(status, code, message)


@dataclass(frozen=True)
class Question:
    """One question to one endpoint, understood."""

    endpoint: str
    body: dict[str, Any]
    authorisation: str
    fault: Fault | None

    def misbehaves(self, kind: str) -> bool:
        return self.fault is not None and self.fault.kind == kind


class Sandbox:
    """Plays the outside world for one county."""

    def __init__(
        self,
        directory: Path,
        *,
        latency_ms: tuple[float, float] = (5.0, 20.0),
        journal: Path | None = None,
        hold_seconds: float = 60.0,
    ) -> None:
        self.shelf = Shelf(directory)
        self.journal = journal
        self.faults = Faults()
        self._open_books()
        self._latency = latency_ms
        self._hold = hold_seconds

    def _open_books(self) -> None:
        """Payments and messages of the county now in the folder; another county has its own."""
        self._books_of = self.shelf.stamp()
        self.bank = CoreBank(self.journal)
        self.outbox = Outbox()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            reply = await self._reply(scope, receive)
        except Refused as refused:
            reply = refused.reply
        if reply is not None:
            headers = [
                (b"content-type", reply.kind.encode()),
                (b"content-length", str(len(reply.body)).encode()),
            ]
            await send({"type": "http.response.start", "status": reply.status, "headers": headers})
            await send({"type": "http.response.body", "body": reply.body})

    async def _reply(self, scope: Message, receive: Receive) -> Reply | None:
        path, method = scope["path"].rstrip("/"), scope["method"]
        if self.shelf.stamp() != self._books_of:
            self._open_books()
        if path == "/health":
            return Reply.of({"status": "ok", "county": self.shelf.counts()})
        if path == "/control/faults":
            return self._control(method, await _body(receive) if method == "POST" else {})
        if path == "/control/books" and method == "DELETE":
            self.bank.forget()
            self.outbox = Outbox()
            return Reply.of({"payments": 0, "messages": 0})
        if path == "/v1/outbox" and method == "GET":
            return Reply.of({"messages": self.outbox.list()})
        if path == "/v1/phones/inbox" and method == "POST":
            asked = await _body(receive)
            return Reply.of({"texts": self.outbox.inbox(str(asked.get("phone", "")))})
        endpoint = path.removeprefix("/v1/")
        if not path.startswith("/v1/") or endpoint not in ENDPOINTS:
            raise Refused(404, "not_found", "There is no such service.")
        if method != "POST":
            raise Refused(405, "method_not_allowed", "Questions are asked by POST.")
        return await self._serve(endpoint, scope, receive)

    def _control(self, method: str, wanted: dict[str, Any]) -> Reply:
        try:
            if method == "POST":
                times = wanted.get("times")
                if times is not None and not isinstance(times, int):
                    raise UnknownFault("times is a whole number, or left out.")
                self.faults.set(str(wanted["source"]), str(wanted["fault"]), times)
            elif method == "DELETE":
                self.faults.clear()
            elif method != "GET":
                raise Refused(405, "method_not_allowed", "GET, POST or DELETE.")
        except KeyError as exc:
            raise Refused(400, "bad_request", f"{exc.args[0]} is missing.") from exc
        except UnknownFault as exc:
            raise Refused(400, "unknown_fault", str(exc)) from exc
        return Reply.of({"faults": self.faults.list()})

    async def _serve(self, endpoint: str, scope: Message, receive: Receive) -> Reply | None:
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await _body(receive)
        try:
            fault = self.faults.next_for(endpoint, headers.get("x-sandbox-fault"))
        except UnknownFault as exc:
            raise Refused(400, "unknown_fault", str(exc)) from exc
        question = Question(endpoint, body, headers.get("x-authorisation", "").strip(), fault)
        await asyncio.sleep(random.uniform(*self._latency) / 1000)
        if question.misbehaves("slow"):
            await asyncio.sleep(fault.seconds if fault else 0)
        if question.misbehaves("500"):
            raise Refused(500, "internal_error", "The service is out of order.")
        reply = _spoilt(self._answer(question), question)
        if question.misbehaves("timeout"):
            return await self._never_answer(receive)
        return reply

    async def _never_answer(self, receive: Receive) -> Reply | None:
        """Hold the line until the caller hangs up; what was asked for has been done anyway."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._hold):
                while (await receive())["type"] != "http.disconnect":
                    pass
            return None
        return Reply.refusal(504, "gateway_timeout", "No answer in time.")

    def _answer(self, question: Question) -> Reply:
        if question.endpoint in AUTHORISED and not question.authorisation:
            raise Refused(403, "not_authorised", "The customer's authorisation is missing.")
        if question.endpoint in CHANNELS:
            return self._message(question)
        if question.endpoint in (PAY, QUERY):
            return self._payment(question)
        try:
            world = self.shelf.world()
        except NoCounty as exc:
            raise Refused(503, "no_county", str(exc)) from exc
        return self._about_a_person(question, world)

    def _about_a_person(self, question: Question, world: World) -> Reply:
        body = question.body
        id_number = str(body.get("id_number") or "")
        if not id_number:
            raise Refused(400, "bad_request", "id_number is missing.")
        if question.endpoint == "police/face":
            _check_picture(body)
        as_of = _day(body.get("as_of"), world.day)
        person = world.find(id_number, as_of)
        if question.misbehaves("wrong"):
            person = world.somebody_else(id_number, as_of)
        doubled = question.misbehaves("duplicate")
        if question.endpoint == REPORT:
            name, reason = str(body.get("name") or ""), str(body.get("reason") or "02")
            xml = pboc.report(person, id_number, name, reason, as_of, doubled=doubled)
            return Reply(200, xml, XML)
        about = person["id_number"] if person else id_number
        answer = {
            "source": question.endpoint,
            "subject": digest(about),
            "as_of": as_of.isoformat(),
            "answered_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "authorisation": question.authorisation or None,
            "data": _data(question, person, as_of),
        }
        if doubled:
            answer["data"] = {key: _twice(value) for key, value in answer["data"].items()}
        return Reply.of(answer)

    def _payment(self, question: Question) -> Reply:
        if question.endpoint == QUERY:
            number = str(question.body.get("payment_no") or "")
            known = self.bank.find(number)
            if known is None:
                return Reply.of({"payment_no": number, "status": "not_found"})
            return Reply.of(asdict(known))
        try:
            on = _day(question.body.get("as_of"), self._today()).isoformat()
            paid = self.bank.pay(question.body, on=on)
            if question.misbehaves("duplicate"):
                paid = self.bank.pay(question.body, on=on)
        except BadOrder as exc:
            raise Refused(422, "bad_order", str(exc)) from exc
        except NumberReused as exc:
            raise Refused(409, "payment_no_reused", str(exc)) from exc
        answer = asdict(paid)
        if question.misbehaves("wrong"):
            answer["payment_no"] = f"{paid.payment_no}-OTHER"
        return Reply.of(answer)

    def _today(self) -> date:
        try:
            return self.shelf.world().day
        except NoCounty:
            return datetime.now(UTC).date()

    def _message(self, question: Question) -> Reply:
        try:
            entry = self.outbox.send(CHANNELS[question.endpoint], question.body)
        except BadMessage as exc:
            raise Refused(422, "bad_message", str(exc)) from exc
        if question.misbehaves("duplicate"):
            self.outbox.repeat(entry)
        wrong = question.misbehaves("wrong")
        return Reply.of(
            {
                "serial": entry["serial"] + wrong,
                "status": "accepted",
                "message_no": entry["message_no"],
            }
        )


HOSTILE_XML = (
    b'<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Document><PRH>&b;</PRH></Document>'
)


def _spoilt(reply: Reply, question: Question) -> Reply:
    """The reply cut off in the middle, or turned into one that attacks or has other types."""
    if question.misbehaves("cut"):
        return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.kind)
    if not question.misbehaves("hostile"):
        return reply
    if reply.kind == XML:
        return Reply(reply.status, HOSTILE_XML, reply.kind)
    answer = json.loads(reply.body)
    if isinstance(answer.get("data"), dict):
        answer["data"] = {key: [{"is": str(value)}] for key, value in answer["data"].items()}
    return Reply.of(answer, reply.status)


def _data(question: Question, person: Person | None, as_of: date) -> dict[str, Any]:
    if question.endpoint == ACCOUNTS:
        return core_bank.accounts(person)
    return OFFICES[question.endpoint](person, question.body, as_of)


def _twice(value: Any) -> Any:
    """Records listed a second time, as a source does that answers from two copies of its table."""
    return value + value if isinstance(value, list) else value


def _check_picture(body: dict[str, Any]) -> None:
    """A digest, and the picture it is of where that comes along (JPEG or PNG, base64)."""
    digest_given = body.get("image_digest")
    if not digest_given:
        raise Refused(400, "bad_request", "image_digest is missing.")
    if "image" not in body:
        return
    try:
        picture = base64.b64decode(str(body["image"]), validate=True)
        Image.open(io.BytesIO(picture)).verify()
    except (ValueError, OSError, SyntaxError) as exc:
        raise Refused(400, "bad_request", "image is no picture.") from exc
    if hashlib.sha256(picture).hexdigest() != digest_given:
        raise Refused(400, "bad_request", "image_digest is not that of the image.")


def _day(text: Any, otherwise: date) -> date:
    if text in (None, ""):
        return otherwise
    try:
        return date.fromisoformat(str(text))
    except ValueError as exc:
        raise Refused(400, "bad_request", f"as_of {text!r} is not a day.") from exc


async def _body(receive: Receive) -> dict[str, Any]:
    """The JSON object a caller sent; nothing at all counts as an empty one."""
    raw, more = b"", True
    while more:
        message = await receive()
        raw += message.get("body", b"")
        more = message.get("more_body", False)
        if len(raw) > _LARGEST_BODY:
            raise Refused(413, "too_large", "The question is too long.")
    try:
        body = json.loads(raw) if raw else {}
    except ValueError as exc:
        raise Refused(400, "bad_request", "The body is not JSON.") from exc
    if not isinstance(body, dict):
        raise Refused(400, "bad_request", "The body is not a JSON object.")
    return body
