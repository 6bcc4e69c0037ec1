"""The wire form of OpenAI's chat completions, as far as clients of that form need it.

Requests ignore what they do not know here: such clients send settings of a language model (temperature, top_p) that
mean nothing to quoted clauses.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, StringConstraints

from api.schema import AnswerResponse, Response
from rag.schema import Mode

MODELS = {"tiaowen": Mode.AUTO, "tiaowen-extractive": Mode.EXTRACTIVE, "tiaowen-llm": Mode.LLM}
Content = Annotated[StrictStr, StringConstraints(max_length=100_000)]


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class TextPart(_Lenient):
    """A piece of a message's text."""

    type: Literal["text"]
    text: Content


class Message(_Lenient):
    """One message of the conversation; what a system or tool message says is not obeyed."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Content | Annotated[list[TextPart], Field(max_length=100)] | None = None

    @property
    def text(self) -> str:
        """The message as one string."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(_Lenient):
    """What a stream brings along."""

    include_usage: StrictBool | None = False


class ChatRequest(_Lenient):
    """A conversation whose last message is the question."""

    model: Annotated[StrictStr, StringConstraints(max_length=200)] = Field(
        default="tiaowen", description="tiaowen、tiaowen-extractive（只用原文）或 tiaowen-llm"
    )
    messages: list[Message] = Field(min_length=1, max_length=1000)
    stream: StrictBool | None = False
    stream_options: StreamOptions | None = None


class UrlCitation(Response):
    """Where a footnote mark of the content leads."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(Response):
    """A citation in OpenAI's form."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class ChatMessage(Response):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[Annotation]


class ChatChoice(Response):
    """The one answer."""

    index: Literal[0] = 0
    message: ChatMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Usage(Response):
    """How long the conversation and the answer are, in characters: no model counts tokens here."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, messages: Sequence[Message], content: str) -> Self:
        """Count."""
        given, said = sum(len(message.text) for message in messages), len(content)
        return cls(prompt_tokens=given, completion_tokens=said, total_tokens=given + said)


class ChatResponse(Response):
    """An answer in OpenAI's form; `tiaowen` is the same answer in ours, clause by clause."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[ChatChoice]
    usage: Usage
    tiaowen: AnswerResponse | None = Field(description="同一个回答，格式与 /v1/answers 相同；标题、追问等杂务没有")


class Model(Response):
    """A model that may be asked for."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "tiaowen"


class ModelsResponse(Response):
    """The models that may be asked for."""

    object: Literal["list"] = "list"
    data: list[Model]
