"""An OpenAI-compatible chat server that says what a test tells it to."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ChatServer(ThreadingHTTPServer):
    """Replies with `content`, streamed, after `delay_s`, with `status`; keeps the requests that it got."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = ""
        self.status = 200
        self.delay_s = 0.0
        self.raw: bytes | None = None  # sent as it is in place of a completion
        self.cut = False  # whether the connection breaks off in the middle
        self.requests: list[dict[str, Any]] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body)
        time.sleep(self.server.delay_s)
        if self.server.raw is not None:
            data, kind = self.server.raw, "application/json"
        else:
            data, kind = self._events(body.get("model", "")), "text/event-stream"
        try:
            self.send_response(self.server.status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            half = len(data) // 2
            self.wfile.write(data[:half])
            if not self.server.cut:
                self.wfile.write(data[half:])
        except BrokenPipeError:
            pass  # the client stopped waiting: what some tests are about

    def _events(self, model: str) -> bytes:
        """The reply in pieces of five characters, as a server that streams sends it."""
        content = self.server.content
        pieces = [{"role": "assistant"}, *({"content": content[at : at + 5]} for at in range(0, len(content), 5))]
        lines = [
            {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": model,
             "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
            for delta in pieces
        ]  # fmt: skip
        lines[-1]["choices"][0]["finish_reason"] = "stop"
        return "".join(f"data: {json.dumps(line)}\n\n" for line in lines).encode() + b"data: [DONE]\n\n"

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
        server.shutdown()
        server.server_close()
        thread.join()
