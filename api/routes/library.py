"""POST /v1/documents, PUT and DELETE /v1/documents/{id}, POST …/renew: the library changed, by administrators.

What takes long runs in threads of its own, so that questions are answered meanwhile; the serving assistant takes the
new version up before the response is sent.
"""

import hashlib
import re
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import PurePosixPath
from typing import Annotated, Any, TypeVar

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile

from api.deps import AdminOnly, TheAssistant, TheSettings
from api.errors import DocumentExistsError, LibraryBusyError, NoFileError, responses
from api.routes.documents import get_document
from api.schema_documents import StoredDocumentResponse
from ingest.errors import TooLargeError
from ingest.read import MAX_BYTES, slug
from rag.build import ADDED, UPDATED, add_document, remove_document, renew_document
from rag.errors import IndexBusy
from rag.manifest import one_ingest
from rag.merge import start_merge

router = APIRouter(prefix="/documents", tags=["documents"], dependencies=[AdminOnly])

WAIT_S = 30.0
MAX_NAME_CHARS = 120
# Signs that no name of a file needs and that turn its reading round: \x00, \u202e ; not: 津, 〔, space
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "一份文件，最多 20 MB"}
                    },
                }
            }
        },
    }
}
Result = TypeVar("Result")


class Shelf:
    """The library as administrators change it."""

    def __init__(self, request: Request, assistant: TheAssistant, settings: TheSettings) -> None:
        self._app = request.app
        self._assistant = assistant
        self._where: dict[str, Any] = {
            "data_dir": settings.data_dir,
            "embedding_model": settings.embedding_model,
            "chroma_url": settings.chroma_server,
            "wait_s": WAIT_S,
        }

    async def add(self, data: bytes, name: str) -> StoredDocumentResponse:
        """Take in a file that is not there yet."""
        return await self._change(lambda: self._add(data, name))

    async def replace(self, data: bytes, name: str, document_id: str) -> StoredDocumentResponse:
        """Take in a new version of a document."""
        return await self._change(lambda: self._replace(data, name, document_id))

    async def renew(self, document_id: str) -> StoredDocumentResponse:
        """Split and index a document anew."""

        def renew() -> StoredDocumentResponse:
            renew_document(document_id, **self._where)
            return self._stored(document_id, "updated")

        return await self._change(renew)

    async def remove(self, document_id: str) -> None:
        """Remove a document."""

        def remove() -> None:
            remove_document(document_id, **self._where)
            self._assistant.library.documents()  # the version without it is taken up

        await self._change(remove)

    def _add(self, data: bytes, name: str) -> StoredDocumentResponse:
        document_id, digest = slug(PurePosixPath(name).stem), hashlib.sha256(data).hexdigest()
        for document in self._assistant.library.documents():
            if document.sha256 == digest:
                raise DocumentExistsError(f"这份文件已经在库里：《{document.title}》", document.id)
            if document.id == document_id:
                raise DocumentExistsError(
                    f"库里已有同名的文件《{document.title}》；如果这是它的新版本，请用“更新”，否则请改文件名再传",
                    document.id,
                )
        return self._taken(data, name, document_id)

    def _replace(self, data: bytes, name: str, document_id: str) -> StoredDocumentResponse:
        self._assistant.library.document(document_id)
        return self._taken(data, name, document_id)

    def _taken(self, data: bytes, name: str, document_id: str) -> StoredDocumentResponse:
        row = add_document(data, name, document_id=document_id, **self._where)
        outcome = {ADDED: "added", UPDATED: "updated"}.get(row.status, "unchanged")
        return self._stored(document_id, outcome)

    def _stored(self, document_id: str, outcome: str) -> StoredDocumentResponse:
        detail = get_document(document_id, self._assistant.library)
        return StoredDocumentResponse.model_validate(detail.model_dump() | {"outcome": outcome})

    async def _change(self, work: Callable[[], Result]) -> Result:
        """Do the work outside the event loop and outside the threads that answer questions.

        One change at a time, in this process and in all others: what is found in the library stays so until it is done.
        """

        def alone() -> Result:
            with one_ingest(self._where["data_dir"], lambda *_: None, wait_s=WAIT_S):
                return work()

        limiter: anyio.CapacityLimiter | None = getattr(self._app.state, "shelving", None)
        if limiter is None:
            limiter = self._app.state.shelving = anyio.CapacityLimiter(1)
        try:
            done = await anyio.to_thread.run_sync(alone, limiter=limiter)
        except IndexBusy as exc:
            raise LibraryBusyError("文件库正在更新，请过一分钟再试") from exc
        merging = await anyio.to_thread.run_sync(start_merge, self._where["data_dir"], self._where["chroma_url"])
        if merging is not None:
            threading.Thread(target=merging.wait, name="merge", daemon=True).start()
        return done


TheShelf = Annotated[Shelf, Depends(Shelf)]


@asynccontextmanager
async def _uploaded(request: Request) -> AsyncIterator[tuple[bytes, str]]:
    """The file of a multipart request and its name; the body is read only here, after the key was checked."""
    async with request.form(max_files=1, max_fields=4) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise NoFileError("没有收到文件：请以 multipart/form-data 发送，文件那一项叫 file")
        data = await file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise TooLargeError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请拆成几份再传")
        yield data, clean_name(file.filename or "")


def clean_name(name: str) -> str:
    """The last part of a file's name without invisible signs, shortened before its ending."""
    path = PurePosixPath(_INVISIBLE.sub("", name.replace("\\", "/")))
    return path.stem[:MAX_NAME_CHARS].strip() + path.suffix[:10]


@router.post(
    "",
    status_code=201,
    openapi_extra=_FILE,
    responses=responses(401, 403, 409, 413, 415, 422),
    description="上传一份新文件（txt、md、html、docx、pdf），返回信息和拆分报告；马上就能查到。要管理员密钥。",
)
async def add(request: Request, shelf: TheShelf) -> StoredDocumentResponse:
    """Take in a new document."""
    async with _uploaded(request) as (data, name):
        return await shelf.add(data, name)


@router.put(
    "/{document_id}",
    openapi_extra=_FILE,
    responses=responses(401, 403, 404, 413, 415, 422),
    description="上传一份文件的新版本，代替原来的；编号不变，入库目录里的旧版本不再入库，除非那个文件变了。要管理员密钥。",
)
async def replace(document_id: str, request: Request, shelf: TheShelf) -> StoredDocumentResponse:
    """Take in a new version of a document."""
    async with _uploaded(request) as (data, name):
        return await shelf.replace(data, name, document_id)


@router.delete(
    "/{document_id}",
    status_code=204,
    responses=responses(401, 403, 404, 422),
    description="从库里删去一份文件。要管理员密钥。"
    "从入库目录来的，目录里的那个文件不再入库，除非它变了或用 tiaowen ingest 点名。",
)
async def remove(document_id: str, shelf: TheShelf) -> None:
    """Remove a document."""
    await shelf.remove(document_id)


@router.post(
    "/{document_id}/renew",
    responses=responses(401, 403, 404, 422),
    description="把一份文件重新拆分、重新建索引（程序或部门名录更新之后）。要管理员密钥。",
)
async def renew(document_id: str, shelf: TheShelf) -> StoredDocumentResponse:
    """Split and index a document anew."""
    return await shelf.renew(document_id)
