"""What people and programs send to a service: the kinds of requests of `evals.soak`, with their shares.

A kind asks one thing and says whether what came back is right: its status, what must stand in it, and that the same
question gets the same words whenever it is asked. Mistakes are kinds too: they are right when they are refused.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Any

import httpx

LONG_DRAFT_CHARS = 10_000  # of a long draft; a short one is a sentence or two
OLDER_TURNS = 2  # that a follow-up brings along at most
_CONFIG = re.compile(r"window\.gradio_config = (\{.*?\});</script>", re.DOTALL)
XLSX = DOCX = b"PK"  # both are zip files
BUSY = (429, 503)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back of one request."""

    status: int
    right: bool
    told_when: bool  # a refusal says when to come again
    asked: str = ""  # requests with the same name ...
    said: str = ""  # ... must be answered alike: a digest of the answer


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of requests; of all requests, `share` in a hundred are of this kind."""

    name: str
    share: int
    send: Callable[[httpx.Client, Random], Reply]


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What the requests are about."""

    questions: Sequence[str]
    follow_ups: Sequence[tuple[Sequence[str], str]]  # (earlier questions, question)
    drafts: Sequence[str]
    clause_ids: Sequence[str]
    document_ids: Sequence[str]
    units: Sequence[str]
    ask_on_page: int  # the number of the page's own function behind its button


def read_matter(http: httpx.Client, questions: Sequence[tuple[Sequence[str], str]], drafts: Sequence[str]) -> Matter:
    """Look up what the service has; `questions` come with the questions before them."""
    documents = [str(one["id"]) for one in http.get("/v1/documents").raise_for_status().json()["documents"]]
    clauses = [http.get(f"/v1/documents/{one}/clauses").raise_for_status().json()["clauses"] for one in documents]
    units = http.get("/v1/units").raise_for_status().json()["units"]
    return Matter(
        questions=[question for before, question in questions if not before],
        follow_ups=[(before[-OLDER_TURNS:], question) for before, question in questions if before],
        drafts=drafts,
        clause_ids=[str(clause["clause_id"]) for found in clauses for clause in found],
        document_ids=documents,
        units=[str(unit["name"]) for unit in units],
        ask_on_page=_function_of_page(http.get("/").raise_for_status().text),
    )


def _function_of_page(html: str) -> int:
    """Which of the page's functions answers a question."""
    found = _CONFIG.search(html)
    if found is None:
        raise ValueError("the page is not one of Gradio's")
    config = json.loads(found[1])
    button = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == "go")
    clicked = [one["id"] for one in config["dependencies"] if [button, "click"] in [list(t) for t in one["targets"]]]
    return int(clicked[0])


def kinds(matter: Matter) -> list[Kind]:
    """All kinds; their shares add up to 100."""
    readers = _Readers(matter)
    return [
        Kind(name="回答", share=26, send=readers.answer),
        Kind(name="流式回答", share=8, send=readers.stream),
        Kind(name="追问", share=10, send=readers.follow_up),
        Kind(name="查找", share=16, send=readers.search),
        Kind(name="核查短稿", share=10, send=readers.check_short),
        Kind(name="核查长稿", share=1, send=readers.check_long),
        Kind(name="条款", share=9, send=readers.clause),
        Kind(name="文件清单", share=4, send=readers.documents),
        Kind(name="全部条款", share=2, send=readers.clauses),
        Kind(name="任务表", share=2, send=readers.tasks),
        Kind(name="导出 Excel", share=1, send=readers.export_xlsx),
        Kind(name="导出 Word", share=1, send=readers.export_docx),
        Kind(name="核查报告", share=1, send=readers.report),
        Kind(name="OpenAI 形式", share=3, send=readers.completion),
        Kind(name="打开聊天页", share=1, send=readers.open_page),
        Kind(name="页面提问", share=2, send=readers.ask_on_page),
        Kind(name="错误请求", share=3, send=readers.mistake),
    ]


class _Readers:
    """The requests; one method a kind."""

    def __init__(self, matter: Matter) -> None:
        self._matter = matter
        whole = "\n".join(matter.drafts)
        self._long = (whole * (LONG_DRAFT_CHARS // max(1, len(whole)) + 1))[:LONG_DRAFT_CHARS]

    def answer(self, http: httpx.Client, chance: Random) -> Reply:
        """Ask."""
        question = chance.choice(self._matter.questions)
        return _answered(http.post("/v1/answers", json={"question": question}), question)

    def follow_up(self, http: httpx.Client, chance: Random) -> Reply:
        """Ask with what was asked before."""
        before, question = chance.choice(self._matter.follow_ups)
        body = {"question": question, "history": [{"role": "user", "content": one} for one in before]}
        return _answered(http.post("/v1/answers", json=body), "\n".join([*before, question]))

    def stream(self, http: httpx.Client, chance: Random) -> Reply:
        """Ask and take the answer event by event; its words are the same as in one piece."""
        question = chance.choice(self._matter.questions)
        response = http.post("/v1/answers", json={"question": question, "stream": True})
        if response.status_code != 200:
            return _reply(response, right=False)
        blocks = response.text.split("\n\n")
        tokens = [json.loads(one.partition("data: ")[2])["text"] for one in blocks if one.startswith("event: token")]
        done = [json.loads(one.partition("data: ")[2]) for one in blocks if one.startswith("event: done")]
        right = len(done) == 1 and "".join(tokens) == done[0]["answer"]
        return _reply(response, right=right, asked=question, said=done[0]["answer"] if done else "")

    def search(self, http: httpx.Client, chance: Random) -> Reply:
        """Find ten clauses."""
        query = chance.choice(self._matter.questions)
        response = http.post("/v1/search", json={"query": query, "top_k": 10})
        hits = response.json()["hits"] if response.status_code == 200 else []
        found = " ".join(hit["clause_id"] for hit in hits)
        return _reply(response, right=bool(hits), asked=f"search {query}", said=found)

    def check_short(self, http: httpx.Client, chance: Random) -> Reply:
        """Have a sentence checked."""
        return _checked(http, chance.choice(self._matter.drafts))

    def check_long(self, http: httpx.Client, _: Random) -> Reply:
        """Have a long draft checked."""
        return _checked(http, self._long)

    def report(self, http: httpx.Client, chance: Random) -> Reply:
        """Have a sentence checked and take the report as a page."""
        draft = chance.choice(self._matter.drafts).encode()
        response = http.post(
            "/v1/citations/report", files={"file": ("draft.txt", draft, "text/plain")}, data={"format": "html"}
        )
        return _reply(response, right=b"<html" in response.content)

    def clause(self, http: httpx.Client, chance: Random) -> Reply:
        """Open a clause."""
        wanted = chance.choice(self._matter.clause_ids)
        response = http.get(f"/v1/clauses/{wanted}")
        return _reply(response, right=wanted.encode() in response.content)

    def documents(self, http: httpx.Client, _: Random) -> Reply:
        """List the documents."""
        response = http.get("/v1/documents")
        return _reply(response, right=all(one.encode() in response.content for one in self._matter.document_ids))

    def clauses(self, http: httpx.Client, chance: Random) -> Reply:
        """List a document's clauses."""
        response = http.get(f"/v1/documents/{chance.choice(self._matter.document_ids)}/clauses")
        return _reply(response, right=b'"clauses"' in response.content)

    def tasks(self, http: httpx.Client, chance: Random) -> Reply:
        """List a department's tasks."""
        response = http.get("/v1/units/tasks", params={"unit": chance.choice(self._matter.units)})
        return _reply(response, right=b'"tasks"' in response.content)

    def export_xlsx(self, http: httpx.Client, _: Random) -> Reply:
        """Take all tasks as a table."""
        response = http.get("/v1/units/tasks.xlsx")
        return _reply(response, right=response.content.startswith(XLSX))

    def export_docx(self, http: httpx.Client, chance: Random) -> Reply:
        """Ask, and take the answer as a Word file."""
        question = chance.choice(self._matter.questions)
        asked = http.post("/v1/answers", json={"question": question})
        if asked.status_code != 200:
            return _reply(asked, right=False)
        response = http.post(
            "/v1/exports/conversation", json={"turns": [{"question": question, "answer": asked.json()}]}
        )
        return _reply(response, right=response.content.startswith(DOCX))

    def completion(self, http: httpx.Client, chance: Random) -> Reply:
        """Ask in OpenAI's form."""
        question = chance.choice(self._matter.questions)
        response = http.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": question}]})
        said = response.json()["tiaowen"]["answer"] if response.status_code == 200 else ""
        return _reply(response, right=bool(said), asked=question, said=said)

    def open_page(self, http: httpx.Client, _: Random) -> Reply:
        """Open the chat page."""
        response = http.get("/")
        return _reply(response, right=b"gradio_config" in response.content)

    def ask_on_page(self, http: httpx.Client, chance: Random) -> Reply:
        """Ask as the page's own script does: put an event into its queue, and read until it is done."""
        session = f"{chance.getrandbits(64):016x}"
        event = {"data": [chance.choice(self._matter.questions), ""], "fn_index": self._matter.ask_on_page}
        joined = http.post("/gradio_api/queue/join", json=event | {"session_hash": session})
        if joined.status_code != 200:
            return _reply(joined, right=False)
        told = http.get("/gradio_api/queue/data", params={"session_hash": session})
        done = [line for line in told.text.splitlines() if '"process_completed"' in line]
        return _reply(told, right=len(done) == 1 and '"success":true' in done[0].replace(" ", ""))

    def mistake(self, http: httpx.Client, chance: Random) -> Reply:
        """Send what must be refused."""
        wrong: Mapping[int, Callable[[], httpx.Response]] = {
            404: lambda: http.get("/v1/clauses/no-such-clause"),
            405: lambda: http.delete("/v1/answers"),
            415: lambda: http.post("/v1/citations/check/file", files={"file": ("draft.exe", b"MZ", "text/plain")}),
            422: chance.choice(
                [
                    lambda: http.post("/v1/answers", content=b"{", headers={"Content-Type": "application/json"}),
                    lambda: http.post("/v1/answers", json={"question": "", "no_such_field": 1}),
                    lambda: http.post("/v1/search", json={"query": "x" * 30_000}),
                    lambda: http.post("/v1/search", json={"query": ["x"], "top_k": -1}),
                ]
            ),
        }
        status = chance.choice(sorted(wrong))
        response = wrong[status]()
        return _reply(response, right=response.status_code == status and b'"code"' in response.content)


def _answered(response: httpx.Response, asked: str) -> Reply:
    said: dict[str, Any] = response.json() if response.status_code == 200 else {}
    return _reply(response, right=bool(said.get("answer")), asked=asked, said=str(said.get("answer", "")))


def _checked(http: httpx.Client, draft: str) -> Reply:
    response = http.post("/v1/citations/check", json={"text": draft})
    found = response.json() if response.status_code == 200 else {}
    said = " ".join(claim["verdict"] for claim in found.get("claims", []))  # none where nothing is cited
    return _reply(response, right="summary" in found, asked=f"check {draft}", said=said)


def _reply(response: httpx.Response, *, right: bool, asked: str = "", said: str = "") -> Reply:
    return Reply(
        status=response.status_code,
        right=right and response.status_code not in BUSY,
        told_when=response.headers.get("Retry-After", "").isdigit(),
        asked=asked,
        said=blake2b(said.encode(), digest_size=8).hexdigest() if asked else "",
    )
