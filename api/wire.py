"""The connection under a request: whoever opens one and does not finish its headers is not waited for.

uvicorn itself waits for headers for ever; its h11 protocol, unlike httptools, limits how long they may be (16 KiB).
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADERS_S = 20.0  # for a request's first line and headers, from the connection's or the last response's end


class Wire(H11Protocol):
    """uvicorn's HTTP/1.1 with a time limit on headers."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take data in; between two requests a piece of headers begins the wait for the rest of them."""
        super().data_received(data)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        super().connection_lost(exc)
        self._stop()

    def _wait(self) -> None:
        if self.conn.their_state is not h11.IDLE:  # the headers are there
            self._stop()
        elif self._limit is None:
            self._limit = self.loop.call_later(HEADERS_S, self._give_up)

    def _give_up(self) -> None:
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()

    def _stop(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
