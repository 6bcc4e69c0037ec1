"""A conversation as the browser keeps it: the service's own responses, no markup.

What comes back from a browser was in a stranger's hands: it is validated here and escaped again when it is shown.
"""

import uuid
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.schema import AnswerResponse, CitationResponse, TurnRequest

MAX_TURNS = 30  # of one conversation; the browser keeps 30 conversations (static/past.js)
MAX_STORED_CHARS = 400_000  # of one conversation as JSON; a browser takes 5 million in all
MAX_HISTORY = 6  # earlier questions that go along with a new one


class Turn(BaseModel):
    """A question with what came of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(max_length=20000)
    state: Literal["answered", "stopped", "failed"]
    answer: AnswerResponse | None = None  # when answered
    text: str = Field(default="", max_length=100_000)  # what had arrived when it stopped, or why it failed
    citations: list[CitationResponse] = Field(default=[], max_length=1000)  # that belong to `text`

    @classmethod
    def answered(cls, question: str, answer: AnswerResponse) -> Self:
        """A question with its answer, whose citations go without the clauses' whole texts: the service has them."""
        citations = [citation.model_copy(update={"text": ""}) for citation in answer.citations]
        nearest = [citation.model_copy(update={"text": ""}) for citation in answer.nearest]
        return cls(
            question=question,
            state="answered",
            answer=answer.model_copy(update={"citations": citations, "nearest": nearest}),
        )


class Conversation(BaseModel):
    """The turns of a conversation, oldest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[2] = 2
    id: str = Field(default="", pattern=r"^[0-9a-f]{0,32}$")  # "" before the first turn
    turns: list[Turn] = Field(default=[], max_length=1000)

    @classmethod
    def load(cls, saved: object) -> "Conversation":
        """Take what the browser kept; anything that is no conversation of this version is an empty one."""
        try:
            return cls.model_validate_json(saved if isinstance(saved, str) else "")
        except ValidationError:
            return cls()

    def dump(self) -> str:
        """What the browser is to keep: as many of the latest turns as its storage surely takes."""
        sizes = [len(turn.model_dump_json()) for turn in self.turns]
        first = 0
        while first < len(sizes) - 1 and sum(sizes[first:]) > MAX_STORED_CHARS:
            first += 1
        return Conversation(id=self.id, turns=self.turns[first:]).model_dump_json()

    def then(self, turn: Turn) -> "Conversation":
        """The conversation with one more turn, without the oldest beyond MAX_TURNS."""
        return Conversation(id=self.id or uuid.uuid4().hex, turns=[*self.turns, turn][-MAX_TURNS:])

    def without_last(self) -> "Conversation":
        """The conversation before its last turn."""
        return Conversation(id=self.id, turns=self.turns[:-1])

    def history(self) -> list[TurnRequest]:
        """The latest answered turns as messages for the service."""
        messages: list[TurnRequest] = []
        for turn in [turn for turn in self.turns if turn.answer][-MAX_HISTORY:]:
            messages.append(TurnRequest(role="user", content=turn.question))
            messages.append(TurnRequest(role="assistant", content=turn.answer.answer if turn.answer else ""))
        return messages
