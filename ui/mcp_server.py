"""`tiaowen mcp`: the tools search, answer and check for other assistants, over standard input and output (MCP)."""

from typing import Annotated

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, StringConstraints

from api.config import Settings
from api.schema import AnswerResponse, DocumentIds, SearchResponse
from api.schema_citations import MAX_DRAFT_CHARS, CheckResponse
from api.version import VERSION
from rag.check.checker import Checker
from rag.errors import RagError
from rag.live import LiveAssistant

_ABOUT = (
    "中文政策文件问答。answer 的每句话都有条款出处；回答时请原样引用 quote，并写明文件和条款号。"
    "文件里没有的，它会说没有：请不要自己补。check 用来核对草稿里的引文。"
)


def build(assistant: LiveAssistant, settings: Settings) -> MCPServer:
    """The server over an open assistant."""
    words = StringConstraints(strip_whitespace=True, min_length=1, max_length=settings.max_question_chars)
    server = MCPServer("tiaowen", title="条文", version=VERSION, instructions=_ABOUT, log_level="WARNING")

    @server.tool(description="查找条款：返回最相关的条款，带文件、条款号、原文和位置。")
    def search(
        query: Annotated[str, words, Field(description="检索词或一句话")],
        top_k: Annotated[int, Field(ge=1, le=100, description="最多几条")] = 10,
        document_ids: DocumentIds = None,
    ) -> SearchResponse:
        try:
            return SearchResponse.from_result(assistant.search(query, top_k=top_k, document_ids=document_ids))
        except RagError as exc:
            raise ToolError(str(exc)) from exc

    @server.tool(description="回答一个问题：每句话后面的 [^n] 对应 citations 里逐字的原文；文件里没有的会说没有。")
    def answer(
        question: Annotated[str, words, Field(description="问题")],
        document_ids: DocumentIds = None,
    ) -> AnswerResponse:
        try:
            return AnswerResponse.from_answer(assistant.answer(question, document_ids=document_ids))
        except RagError as exc:
            raise ToolError(str(exc)) from exc

    @server.tool(description="核对一段草稿：每处引文、引用是否属实，差在哪里，原文怎么写。")
    def check(
        text: Annotated[str, StringConstraints(pattern=r"\S", max_length=MAX_DRAFT_CHARS), Field(description="草稿")],
        document_ids: DocumentIds = None,
    ) -> CheckResponse:
        try:
            return CheckResponse.from_report(Checker(index=assistant.index).check(text, document_ids))
        except RagError as exc:
            raise ToolError(str(exc)) from exc

    return server
