"""An outside system that sends one byte at a time."""

import socket
import threading
import time
from contextlib import contextmanager, suppress


@contextmanager
def dripping(said, *, at_once=0, pause):
    """A server that says the beginning at once, and then a byte after each pause."""
    heard, threads = [], []

    def serve(conn):
        with conn, suppress(OSError):
            conn.recv(65_536)
            heard.append(conn)
            conn.sendall(said[:at_once])
            for at in range(at_once, len(said)):
                time.sleep(pause)
                conn.sendall(said[at : at + 1])

    def accept():
        with suppress(OSError):
            while True:
                conn, _address = server.accept()
                threads.append(threading.Thread(target=serve, args=(conn,), daemon=True))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
        server.shutdown(socket.SHUT_RDWR)
