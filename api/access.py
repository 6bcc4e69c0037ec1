"""Who may do what: pure ASGI middleware before every route, page included.

Calls from this machine to a service that listens on loopback need no key to read. Everyone else shows one:
`Authorization: Bearer KEY` from programs, the session cookie of POST /v1/session from browsers. A name in `Host` that
is not this machine's, a forwarded address from elsewhere, or a web page of another site (`Origin`) is not from this
machine: so neither a reverse proxy nor a foreign page, whatever its name was bound to, gets in without a key. What
changes documents needs the administrator's key in the header, from everywhere; a cookie never gives more than
reading.
"""

import hmac
import ipaddress
import logging
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.config import Settings
from api.errors import CrossOriginError, KeyRequiredError, RateLimitedError, WrongKeyError, error_reply
from api.family import Counting
from api.keys import Key, KeyRing, KeysError, Role
from api.limits import Limits, Window

LOG = logging.getLogger("tiaowen.api")
COOKIE = "tiaowen_session"
# Open to everyone: is it up, the way to log in, and files that are the same for everybody.
LOGIN_PATH = "/v1/session"
_OPEN = ("/healthz", "/readyz", LOGIN_PATH, "/favicon.ico")
_OPEN_BELOW = ("/assets/", "/static/", "/theme.css")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whoever makes a request."""

    role: Role | None  # None: shows no key that is known, and needs one
    key_id: str | None  # the key that was shown; None for this machine, the page and strangers
    address: str
    local: bool  # on this machine
    page: bool = False  # the page itself, which has asked its visitor for a key
    presented: bool  # showed a key, right or wrong


def is_loopback(host: str) -> bool:
    """Whether this address or name means the machine itself."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class Access:
    """The keys of a service and its rules who needs one and who may ask how often."""

    def __init__(self, settings: Settings, page_key: str | None = None, limits: Counting | None = None) -> None:
        self._limits = limits or Limits()
        self._per_minute = settings.rate_limit_per_minute
        self._locally_per_minute = settings.local_rate_limit_per_minute
        self.keys = KeyRing(
            settings.data_dir, settings.admin_key.get_secret_value() if settings.admin_key is not None else None
        )
        self._open_locally = is_loopback(settings.host)
        self._page_key = page_key
        self._origins = settings.cors_origins

    def caller(self, connection: HTTPConnection) -> Caller:
        """Who makes this request."""
        address = connection.client.host if connection.client else ""
        given = _bearer(connection)
        if given is not None and self._page_key is not None and _same(given, self._page_key):
            return Caller(role=Role.READER, key_id=None, address=address, local=True, page=True, presented=True)
        local = (
            self._open_locally
            and _from_here(address)
            and is_loopback(_host_name(connection))
            and self._is_no_foreign_page(connection)
        )
        key = self._key(connection, given)
        role = Role.READER if local else None
        if key is not None:
            role = key.role if given is not None else Role.READER
        return Caller(
            role=role, key_id=key.id if key else None, address=address, local=local, presented=given is not None
        )

    def window(self, caller: Caller, method: str, path: str) -> Window | None:
        """Count a request: what its caller has left, None where nothing is counted.

        Whatever is sent counts (the page's own events too), of what is only read the API; not the calls of the page
        itself, whose visitor's event has been counted.
        """
        if caller.role is None and (struck_out := self._limits.struck_out(caller.address)):
            return struck_out
        if caller.page or (method in ("GET", "HEAD", "OPTIONS") and not path.startswith("/v1/")):
            return None
        per_minute = self._locally_per_minute if caller.local and caller.key_id is None else self._per_minute
        return self._limits.take(per_minute, caller.key_id or "", caller.address) if per_minute else None

    def strike(self, caller: Caller) -> None:
        """Remember that a wrong key was shown."""
        self._limits.strike(caller.address)

    def _is_no_foreign_page(self, connection: HTTPConnection) -> bool:
        """Whether no web page calls, or one of this machine or of a site that the settings name."""
        origin = connection.headers.get("origin")
        return origin is None or origin in self._origins or is_loopback(_origin_host(origin))

    def _key(self, connection: HTTPConnection, given: str | None) -> Key | None:
        if given is not None:
            return self.keys.find(given)
        session = connection.cookies.get(COOKIE)
        return self.keys.find_session(session) if session else None


class AccessMiddleware:
    """Refuses who may not read, before anything of the request's body is read."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            caller = self._access.caller(request)
        except KeysError as exc:
            LOG.error("%s", exc)
            await error_reply(request, exc)(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        path = scope["path"]
        window = self._access.window(caller, scope["method"], path)
        if window is not None and not window.allowed:
            await error_reply(request, RateLimitedError(window.reset_s), window.headers())(scope, receive, send)
            return
        if caller.role is None and path not in _OPEN and not path.startswith(_OPEN_BELOW):
            refusal = WrongKeyError() if caller.presented else KeyRequiredError()
            await error_reply(request, refusal)(scope, receive, self._told(send, caller, path, window))
            return
        await self.app(scope, receive, self._told(send, caller, path, window))

    def _told(self, send: Send, caller: Caller, path: str, window: Window | None) -> Send:
        """A `send` that adds what the caller has left, and remembers a wrong key."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 401 and (caller.presented or path == LOGIN_PATH):
                    self._access.strike(caller)
                if window is not None:
                    headers = MutableHeaders(scope=message)
                    for name, value in window.headers().items():
                        headers[name] = value
            await send(message)

        return told


class Preflights:
    """Pure ASGI middleware right before CORSMiddleware, which refuses a browser's question in words of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or b"access-control-request-method" not in dict(scope["headers"]):
            await self.app(scope, receive, send)
            return
        refused = False

        async def unless_refused(message: Message) -> None:
            nonlocal refused
            refused = refused or message.get("status") == 400
            if not refused:
                await send(message)

        await self.app(scope, receive, unless_refused)
        if refused:
            await error_reply(Request(scope), CrossOriginError())(scope, receive, send)


def _bearer(connection: HTTPConnection) -> str | None:
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" and value.strip() else None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def _from_here(address: str) -> bool:
    """Whether a peer is this machine; a peer without an address (a socket file) can be nobody else."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return True


def _origin_host(origin: str) -> str:
    """The host of a web page's origin, "" for one that hides it: null, or no address at all."""
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


def _host_name(connection: HTTPConnection) -> str:
    """Name or address in the Host header: 127.0.0.1 of 127.0.0.1:7860, [::1] of [::1]:7860."""
    host = connection.headers.get("host", "")
    return host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
