"""A line to another system: kept while it is good, trusted only as far as it was understood."""

import ipaddress
import socket
import ssl
import threading
import time
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core import line as lines
from core.line import LARGEST, Broken, Late, Limits, Line, NoConnection, post

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LAST = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok"


@contextmanager
def saying(*replies, hangs_up=False, context=None):
    """A server that says one reply to each question, a tuple of pieces one after another; yields
    its address and what it heard."""
    heard, left = [], list(replies)

    def serve(conn, number):
        with suppress(OSError, IndexError), conn:
            while question := conn.recv(65_536):
                while not question.endswith(b"}"):
                    question += conn.recv(65_536)
                heard.append((number, question))
                for at, piece in enumerate(_pieces(left.pop(0))):
                    time.sleep(0.05 if at else 0)
                    conn.sendall(piece)
                if hangs_up:
                    return

    def accept():
        with suppress(OSError):
            for number in range(9):
                conn, _address = server.accept()
                with suppress(ssl.SSLError):
                    conn = context.wrap_socket(conn, server_side=True) if context else conn
                    threading.Thread(target=serve, args=(conn, number), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", heard
        server.shutdown(socket.SHUT_RDWR)


def _pieces(reply):
    return reply if isinstance(reply, tuple) else (reply,)


def limits(seconds=5.0):
    return Limits(seconds, seconds, time.monotonic() + seconds)


def asked(address, times=1, wait=0.0):
    with closing(Line(address)) as line:
        for at in range(times):
            time.sleep(wait if at else 0)
            reply = line.ask("/q", b"{}", limits=limits(), headers={"X-Authorisation": "7"})
    return reply


def told(*replies, **how):
    with saying(*replies, **how) as (address, _heard):
        return asked(f"http://{address}")


def test_two_questions_go_over_one_connection():
    with saying(OK, OK) as (address, heard):
        reply = asked(f"http://{address}", times=2)

    assert (reply.status, reply.body, reply.is_whole) == (200, b"ok", True)
    assert [number for number, _ in heard] == [0, 0]
    assert b"POST /q HTTP/1.1" in heard[0][1]
    assert b"X-Authorisation: 7" in heard[0][1]


def test_a_connection_that_the_other_side_left_is_opened_anew():
    with saying(OK, OK, hangs_up=True) as (address, heard):
        asked(f"http://{address}", times=2, wait=0.1)

    assert [number for number, _ in heard] == [0, 1]


def test_a_connection_idle_for_long_is_opened_anew(monkeypatch):
    monkeypatch.setattr(lines, "KEPT_SECONDS", 0.0)

    with saying(OK, OK) as (address, heard):
        asked(f"http://{address}", times=2, wait=0.01)

    assert [number for number, _ in heard] == [0, 1]


def test_words_that_nobody_asked_for_are_no_answer_to_the_next_question():
    other = OK.replace(b"ok", b"no")

    with saying((OK, other), OK) as (address, heard):
        reply = asked(f"http://{address}", times=2, wait=0.1)

    assert reply.body == b"ok"
    assert [number for number, _ in heard] == [0, 1]


def test_a_reply_that_ends_with_its_connection_is_whole():
    assert told(LAST, hangs_up=True).body == b"ok"


def test_a_reply_in_chunks_is_put_together():
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"

    assert told(chunks).body == b"ok"


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 99_999,
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
)
def test_a_reply_cut_short_or_in_another_tongue_is_no_reply(said):
    with pytest.raises(Broken):
        told(said, hangs_up=True)


def test_of_a_system_that_failed_nothing_is_waited_for_but_the_status():
    cut_short = b"HTTP/1.1 503 Busy\r\nContent-Length: 900\r\n\r\nsorry"

    with saying(cut_short, OK) as (address, heard), closing(Line(f"http://{address}")) as line:
        busy = line.ask("/q", b"{}", limits=limits(1.0))
        after = line.ask("/q", b"{}", limits=limits(1.0))

    assert (busy.status, busy.failed, after.body) == (503, True, b"ok")
    assert [number for number, _ in heard] == [0, 1]


def test_a_reply_that_does_not_end_is_cut():
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LARGEST + 99)

    reply = told(endless, hangs_up=True)

    assert (len(reply.body), reply.is_whole) == (LARGEST, False)


def test_what_one_question_may_bring_is_limited_too():
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LARGEST + 99)

    with saying(endless, hangs_up=True) as (address, _heard), pytest.raises(Broken):
        post(f"http://{address}/q", {}, seconds=5)


def test_a_redirect_is_told_and_not_followed():
    with saying(b"HTTP/1.1 302 Found\r\nLocation: /r\r\nContent-Length: 0\r\n\r\n", OK) as (
        address,
        heard,
    ):
        assert asked(f"http://{address}").status == 302

    assert len(heard) == 1


def test_nobody_there_is_no_connection():
    with saying() as (address, _heard):
        pass

    with pytest.raises(NoConnection):
        asked(f"http://{address}")


def test_silence_is_late_and_leaves_the_line_good_for_another_question():
    with saying(b"", OK) as (address, _heard), closing(Line(f"http://{address}")) as line:
        with pytest.raises(Late):
            line.ask("/q", b"{}", limits=limits(0.1))

        assert line.ask("/q", b"{}", limits=limits()).body == b"ok"


def test_the_path_of_an_address_comes_before_that_of_the_question():
    with saying(OK) as (address, heard):
        asked(f"http://{address}/gateway/")

    assert b"POST /gateway/q HTTP/1.1" in heard[0][1]


class TestEncrypted:
    @pytest.fixture
    def served(self, tmp_path):
        """The certificate of a server at 127.0.0.1, and a server's end that has it."""
        certificate = tmp_path / "server.pem"
        certificate.write_bytes(_certified("127.0.0.1"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        return certificate, context

    def test_a_server_that_is_trusted_is_asked(self, served, monkeypatch):
        certificate, context = served
        known = ssl.create_default_context(cafile=certificate)
        monkeypatch.setattr(lines.tls, "trusted", lambda: known)

        with saying(OK, OK, context=context) as (address, heard):
            assert asked(f"https://{address}", times=2).body == b"ok"

        assert [number for number, _ in heard] == [0, 0]

    def test_a_server_that_is_not_trusted_hears_nothing(self, served):
        _certificate, context = served

        with (
            saying(OK, context=context) as (address, heard),
            pytest.raises(NoConnection, match="CertVerification"),
        ):
            asked(f"https://{address}")

        assert heard == []

    def test_nor_does_one_whose_certificate_is_of_another_name(self, served, monkeypatch):
        certificate, context = served
        known = ssl.create_default_context(cafile=certificate)
        monkeypatch.setattr(lines.tls, "trusted", lambda: known)

        with saying(OK, context=context) as (address, heard), pytest.raises(NoConnection):
            asked(f"https://{address.replace('127.0.0.1', 'localhost')}")

        assert heard == []


def _certified(address):
    """A key and a certificate that vouches for itself, for a server at an IP address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "测试")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + made.public_bytes(serialization.Encoding.PEM)
