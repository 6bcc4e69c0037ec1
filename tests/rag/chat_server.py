"""An OpenAI-compatible chat server on a real socket that says, and does, what a test tells it to."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PIECE = 5  # characters of a piece of the reply


class ChatServer(ThreadingHTTPServer):
    """Replies with `content`, streamed in pieces, after `delay_s`; keeps the requests that it got."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = ""
        self.deltas: list[dict[str, Any]] | None = None  # sent in place of the content's pieces
        self.statuses: list[int] = []  # of the next replies; 200 where none is left
        self.status = 200  # of all replies
        self.headers: dict[str, str] = {}
        self.delay_s = 0.0
        self.raw: bytes | None = None  # sent as it is in place of a completion
        self.cut = False  # whether the connection breaks off in the middle
        self.ended = False  # whether the stream ends there as if that were all
        self.hold_after: int | None = None  # characters of the content after which the server waits for `release`
        self.release = threading.Event()
        self.refuses: set[str] = set()  # fields of a request that are answered with 400
        self.left = threading.Event()  # set when a client went away before the end
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.requests.append(body)
        server.keys.append(self.headers["Authorization"])
        time.sleep(server.delay_s)
        status = server.statuses.pop(0) if server.statuses else server.status
        status = 400 if server.refuses & set(body) else status
        self.close_connection = True
        try:
            if status != 200 or server.raw is not None:
                self._whole(status, server.raw or json.dumps({"error": {"message": json.dumps(body)}}).encode())
            else:
                self._stream(body.get("model", ""))
        except (BrokenPipeError, ConnectionResetError):
            server.left.set()

    def _whole(self, status: int, data: bytes) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **self.server.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, model: str) -> None:
        """Send the reply piece by piece in chunks, as a server that streams does."""
        server = self.server
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        content = server.content
        deltas = server.deltas
        if deltas is None:
            deltas = [{"content": content[at : at + PIECE]} for at in range(0, len(content), PIECE)]
        sent = 0
        held = server.hold_after
        for number, delta in enumerate([{"role": "assistant"}, *deltas]):
            if held is not None and sent >= held:
                held = None
                while not server.release.wait(0.05):
                    self._chunk(b": still there\n\n")  # a comment; fails once the client has gone
            if number > len(deltas) // 2 and (server.cut or server.ended):
                break
            choice = {"index": 0, "delta": delta, "finish_reason": None}
            self._event(
                {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": model, "choices": [choice]}
            )
            sent += len(delta.get("content") or "")
        if server.cut:
            return  # without the last chunk
        if not server.ended:
            self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _event(self, value: dict[str, Any]) -> None:
        self._chunk(f"data: {json.dumps(value)}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    server = ChatServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
