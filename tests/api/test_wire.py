"""Clients that are slow, or say too much, before or after their request: the connection goes, the service stays."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from api import limits, wire
from api.limits import Crowd
from tests.conftest import apart
from tests.fakes.server import free_port, serving


async def hello(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


@contextmanager
def connected() -> Iterator[socket.socket]:
    port = free_port()
    with serving(hello, port), socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        yield connection


def all_of(connection: socket.socket) -> bytes:
    """What comes until the service closes."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize("begun", [b"", b"GE", HEAD, HEAD + b"\r\n" + HEAD])
def test_headers_that_do_not_end_are_not_waited_for(monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr(wire, "HEADERS_S", 1.0)
    with connected() as connection:
        connection.sendall(begun)
        assert all_of(connection).count(b"hello") == begun.count(b"\r\n\r\n")


def test_a_finished_request_is_answered_however_its_headers_came() -> None:
    with connected() as connection:
        for byte in HEAD + b"Connection: close\r\n\r\n":
            connection.sendall(bytes([byte]))
        assert all_of(connection).endswith(b"hello")


@pytest.mark.parametrize("header", [b"X-A: a\r\n" * 20_000, b"X-A: " + b"a" * 200_000 + b"\r\n"])
def test_endless_headers_are_refused(header: bytes) -> None:
    with connected() as connection:
        reply = b""
        with suppress(OSError):  # closed before everything was sent
            connection.sendall(HEAD + header)
            reply = all_of(connection)
        assert reply == b"" or reply.startswith(b"HTTP/1.1 4")


def test_whoever_does_not_take_the_response_gives_up_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READ_PAUSE_S", 0.05)
    scope = {"type": "http", "method": "GET", "path": "/v1/documents", "headers": [], "state": {}}
    sent: list[Any] = []

    async def never(message: Any) -> None:
        await asyncio.sleep(600)

    async def at_once(message: Any) -> None:
        sent.append(message)

    async def both() -> None:
        crowd = Crowd(hello, most=1)
        await crowd(scope, never, never)
        await crowd(scope, never, at_once)

    apart(both())
    assert [message.get("status") for message in sent] == [200, None]
