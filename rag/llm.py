"""The language model's server: any that speaks OpenAI's chat completions, through LangChain's chat model.

One time budget covers connecting, retries with their waits, and the whole reply, so that nobody waits longer than
`timeout_s`. A server that failed twice running is left alone for a while: questions are then answered without it at
once. What went wrong is one Chinese sentence for the user; the log says more for the operator, and never a key, a
question or a server's own words.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import LanguageModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

logger = logging.getLogger(__name__)

CONNECT_S = 5.0  # a server that does not take the connection by then is down
FIRST_WAIT_S = 0.5  # before the first retry; doubled for each further one
LONGEST_WAIT_S = 5.0  # a server that asks for more (Retry-After) is not waited for
FAILURES = 2  # running, after which the server is left alone
PAUSE_S = 30.0  # for so long; then one question tries again

_SLOW = "语言模型没有在限定时间内答完，"
_PAUSED = "语言模型服务暂时不可用，"
_BUSY = "语言模型服务正忙，"
_REFUSED = "语言模型服务拒绝了请求（请管理员查看日志），"
_DOWN = "语言模型服务连不上，"
_BROKEN = "语言模型服务出错，"
_CUT = "语言模型的回答中断了，"
_HINTS = {
    400: "the request was refused: is the context too long (TIAOWEN_LLM_CONTEXT_CHARS, TIAOWEN_LLM_MAX_TOKENS)?",
    401: "the key is wrong or missing: see TIAOWEN_LLM_API_KEY",
    402: "the account has no money left",
    403: "the key does not allow this model",
    404: "there is no such model or address: see TIAOWEN_LLM_MODEL and TIAOWEN_LLM_BASE_URL (does it end in /v1?)",
    429: "too many requests, or the account is used up",
}
_FINAL = frozenset({401, 402, 403, 404})  # will be the same next time: one is enough for a pause
_ABOUT_THIS_REQUEST = frozenset({400, 413, 422})
_UNKNOWN_SETTING = frozenset({400, 422})


@dataclass(frozen=True, kw_only=True)
class LlmSettings:
    """How to reach an OpenAI-compatible chat server, and how much to send and to take."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    timeout_s: float = 30.0  # for the whole reply, retries and waits included
    max_retries: int = 1  # after the first try, with back-off
    max_tokens: int = 2000  # of one reply; what a model thinks counts
    max_clauses: int = 8  # shown to the model
    context_chars: int = 6000  # of all clauses together
    temperature: float = 0.0
    extra: Mapping[str, Any] = field(default_factory=dict)  # further fields of every request; they win


class Breaker:
    """Whether a server is to be asked: not for a while after failures running. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0

    def allows(self) -> bool:
        """Whether to ask now; after a pause only one caller at a time may try."""
        with self._lock:
            if self._failures >= FAILURES:
                if self._clock() < self._until:
                    return False
                self._until = self._clock() + PAUSE_S
            return True

    def succeeded(self) -> None:
        """The server answered."""
        with self._lock:
            self._failures = 0

    def failed(self, *, finally_: bool = False) -> None:
        """The server did not answer; `finally_`: nor will it before somebody changes something."""
        with self._lock:
            self._failures += FAILURES if finally_ else 1
            self._until = self._clock() + PAUSE_S


class LanguageModel:
    """A chat model on a server; safe to share between threads."""

    def __init__(self, settings: LlmSettings) -> None:
        self.settings = settings
        self._breaker = Breaker()
        self._json_mode = True  # until the server refuses it

    def stream(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Give the reply to (role, content) messages piece by piece, "" where the model only thinks.

        Raises LanguageModelError where the server does not answer in time, breaks off or answers in no known form.
        Whoever stops reading stops the server.
        """
        if not self._breaker.allows():
            raise LanguageModelError(_PAUSED)
        self.load()
        call = _Call(self, messages, time.monotonic() + self.settings.timeout_s)
        try:
            yield from call.pieces()
        except LanguageModelError:
            if call.status not in _ABOUT_THIS_REQUEST:
                self._breaker.failed(finally_=call.status in _FINAL)
            raise
        finally:
            call.given_up.set()
        self._breaker.succeeded()

    def request(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Give the reply of one request; raises whatever the client library raises."""
        extra: dict[str, Any] = {"max_tokens": self.settings.max_tokens}
        if self._json_mode:
            extra["response_format"] = {"type": "json_object"}
        extra |= self.settings.extra
        # max_tokens goes into the body as it is: LangChain would send max_completion_tokens, which few servers know.
        for chunk in self._chat.stream([{"role": role, "content": text} for role, text in messages], extra_body=extra):
            yield str(chunk.text)

    def load(self) -> None:
        """Load the client library, which takes seconds the first time."""
        for name in ("openai", "httpx2", "httpcore2"):  # they would log the address with its password, and questions
            logging.getLogger(name).setLevel(logging.WARNING)
        _ = self._chat

    def without_json_mode(self) -> bool:
        """Go on without it; whether that changes anything."""
        before, self._json_mode = self._json_mode, False
        return before

    @cached_property
    def _chat(self) -> "BaseChatModel":
        from langchain.chat_models import init_chat_model
        from openai import Timeout
        from pydantic import SecretStr

        seconds = self.settings.timeout_s
        return init_chat_model(
            self.settings.model,
            model_provider="openai",
            base_url=self.settings.base_url,
            api_key=SecretStr(self.settings.api_key or "none"),
            timeout=Timeout(seconds, connect=min(CONNECT_S, seconds)),
            max_retries=0,  # ours know the time budget
            temperature=self.settings.temperature,
            stream_usage=False,
        )


class _Call:
    """One question to the server, read in a thread of its own, so that no stall holds up whoever waits for it."""

    def __init__(self, model: LanguageModel, messages: Sequence[tuple[str, str]], deadline: float) -> None:
        self.status = 0  # HTTP status of the failure, 0 for none
        self.given_up = threading.Event()
        self._model = model
        self._messages = messages
        self._deadline = deadline
        self._queue: Queue[str | LanguageModelError | None] = Queue()

    def pieces(self) -> Iterator[str]:
        """Give the pieces until the reply ends; raises LanguageModelError at the deadline at the latest."""
        threading.Thread(target=self._read, daemon=True, name="language-model").start()
        while True:
            try:
                piece = self._queue.get(timeout=max(self._deadline - time.monotonic(), 0.0))
            except Empty:
                logger.warning("language model %s: no reply in time", self._model.settings.model)
                raise LanguageModelError(_SLOW) from None
            if isinstance(piece, LanguageModelError):
                raise piece
            if piece is None:
                return
            yield piece

    def _read(self) -> None:
        """Put the reply's pieces into the queue, then None, or what went wrong; tries again while time allows."""
        tries = 0
        begun = False
        while not self.given_up.is_set():
            try:
                for piece in self._model.request(self._messages):
                    if self.given_up.is_set():
                        return
                    begun = True
                    self._queue.put(piece)
            except Exception as error:  # a server may send anything; the client library then fails in its own ways
                self.status = getattr(error, "status_code", 0)
                if self.status in _UNKNOWN_SETTING and not begun and self._model.without_json_mode():
                    continue
                wait = _wait_s(error, tries)
                if begun or tries >= self._model.settings.max_retries or time.monotonic() + wait > self._deadline:
                    self._queue.put(self._sentence(error, begun))
                    return
                tries += 1
                self.given_up.wait(wait)
            else:
                self._queue.put(None)
                return

    def _sentence(self, error: Exception, begun: bool) -> LanguageModelError:
        """Return the failure in a sentence for the user, after a line for the operator."""
        host = urlsplit(self._model.settings.base_url).hostname
        what = f"HTTP {self.status}" if self.status else type(error.__cause__ or error).__name__
        logger.warning(
            "language model %s at %s: %s; %s", self._model.settings.model, host, what, _HINTS.get(self.status, "")
        )
        return LanguageModelError(_said(error, self.status, begun))


def _said(error: Exception, status: int, begun: bool) -> str:
    from openai import APIConnectionError, APITimeoutError

    if begun:
        return _CUT
    if status == 429:
        return _BUSY
    if 400 <= status < 500:
        return _REFUSED
    if isinstance(error, APITimeoutError):
        return _SLOW
    return _DOWN if isinstance(error, APIConnectionError) else _BROKEN


def _wait_s(error: Exception, tries: int) -> float:
    """Return the seconds to wait before the next try; infinite where another try is of no use."""
    from openai import APIConnectionError, APIStatusError, InternalServerError, RateLimitError

    if not isinstance(error, APIConnectionError | InternalServerError | RateLimitError):
        return float("inf")
    wait = FIRST_WAIT_S * 2**tries
    if isinstance(error, APIStatusError) and (asked := error.response.headers.get("retry-after")):
        wait = float(asked) if asked.replace(".", "", 1).isdigit() else float("inf")  # a date is far off
    return wait if wait <= LONGEST_WAIT_S else float("inf")
