"""Files as responses: their types, their names, and how the OpenAPI document describes them."""

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file that a browser saves under `name`."""
    head = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": head, "Cache-Control": "no-store"})


def described(media_type: str, description: str) -> dict[str, Any]:
    """A file for a route's OpenAPI entry."""
    return {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}, "description": description}
