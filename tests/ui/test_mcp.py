"""`tiaowen mcp` through the official client, as another program would start it."""

import sys
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from tests.conftest import apart, environment
from tests.fakes.server import AT_MOST_S


async def talk(data_dir: Path) -> dict[str, Any]:
    server = StdioServerParameters(command=sys.executable, args=["-m", "ui.cli", "mcp"], env=environment(data_dir))
    async with Client(server, read_timeout_seconds=AT_MOST_S) as client:
        return {
            "tools": [tool.name for tool in (await client.list_tools()).tools],
            "search": await client.call_tool("search", {"query": "督促检查", "top_k": 3}),
            "answer": await client.call_tool("answer", {"question": "哪些部门负责PPP相关任务？"}),
            "check": await client.call_tool("check", {"text": "文件要求“建设一百所大学”。"}),
            "unknown": await client.call_tool("search", {"query": "a", "document_ids": ["keine"]}),
            "refused": [
                await client.call_tool("answer", {"question": " \n"}),
                await client.call_tool("search", {"query": "　"}),
                await client.call_tool("search", {"query": "督查" * 1001}),
                await client.call_tool("search", {"query": "督查", "document_ids": ["a" * 201]}),
                await client.call_tool("check", {"text": " \n"}),
            ],
        }


def test_search_answer_and_check_are_tools(data_dir: Path) -> None:
    told = apart(talk(data_dir))
    assert told["tools"] == ["search", "answer", "check"]
    assert len(told["search"].structured_content["hits"]) == 3
    answer = told["answer"].structured_content
    assert answer["status"] == "answered" and answer["citations"][0]["quote"]
    assert told["check"].structured_content["claims"][0]["verdict"] == "not_found"
    assert told["unknown"].is_error and "keine" in told["unknown"].content[0].text
    assert [reply.is_error for reply in told["refused"]] == [True] * 5
