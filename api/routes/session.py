"""POST /v1/session: a browser shows its key once and keeps a cookie instead, so that the page can be used."""

from fastapi import APIRouter, Request
from starlette.responses import Response as PlainResponse

from api.access import COOKIE
from api.deps import TheAccess
from api.errors import WrongKeyError, responses
from api.keys import SESSION_S
from api.schema import SessionRequest

router = APIRouter(prefix="/session", tags=["access"])


@router.post(
    "",
    status_code=204,
    responses=responses(401, 422),
    description="用密钥登录聊天页：返回一个只能读的 Cookie，十二小时有效，密钥撤销后立即失效。程序请直接用 "
    "Authorization: Bearer 密钥，不必登录。",
)
def open_session(body: SessionRequest, request: Request, access: TheAccess) -> PlainResponse:
    """Log a browser in."""
    key = access.keys.find(body.key)
    if key is None:
        raise WrongKeyError
    reply = PlainResponse(status_code=204)
    reply.set_cookie(
        COOKIE,
        access.keys.session(key),
        max_age=SESSION_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return reply


@router.delete("", status_code=204, responses=responses(), description="退出登录：浏览器丢弃 Cookie。")
def close_session() -> PlainResponse:
    """Log a browser out."""
    reply = PlainResponse(status_code=204)
    reply.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return reply
