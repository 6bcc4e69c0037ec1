"""What chat clients ask a model for beside the conversation: its title, tags, questions that might follow.

Open WebUI sends such an errand as a message of its own, made from a template:

    ### Task: … JSON format: { "title": "…" } … <chat_history> USER: … ASSISTANT: … </chat_history>

These are no questions to the documents. They are done without any search but for the questions that might follow,
which every answer brings along; and always in the JSON that they ask for, so that the client finds nothing to mend.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.schema import Turn

TITLE_CHARS = 24
_BEGINS = re.compile(r"\s*### Task:")  # "### Task:\nGenerate a concise title …" ; not: a question about tasks
_TALK = re.compile(r"<chat_history>(.*)</chat_history>", re.DOTALL)
_TURN = re.compile(r"^(USER|ASSISTANT): ", re.MULTILINE)  # "USER: 谁负责？" ; not: "the USER: "
_FORM = re.compile(r'\{\s*"(title|tags|follow_ups|queries|text)":')  # { "title": "your title" }


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What is asked for, and about which conversation."""

    form: str  # the key of the JSON that is wanted; "" where we do not know it
    talk: Sequence[Turn]


def errand_in(message: str) -> Errand | None:
    """The errand that a message is; None for a question."""
    talk = _TALK.search(message) if _BEGINS.match(message) else None
    if talk is None:
        return None
    form = _FORM.search(message[: talk.start()])
    _, *pieces = _TURN.split(talk[1])
    turns = [
        Turn(role="user" if who == "USER" else "assistant", content=words.strip())
        for who, words in zip(pieces[::2], pieces[1::2], strict=True)
    ]
    return Errand(form=form[1] if form else "", talk=turns)


def done(errand: Errand, follow_ups: Callable[[str, Sequence[Turn]], Sequence[str]]) -> str:
    """The JSON that was asked for; `follow_ups` gives what might be asked after a question and what was before it."""
    asked = [at for at, turn in enumerate(errand.talk) if turn.role == "user" and turn.content]
    first, last = (errand.talk[asked[0]].content, errand.talk[asked[-1]].content) if asked else ("", "")
    match errand.form:
        case "title":
            words = first.split("\n")[0].rstrip("？?。.！! ")
            found: object = words if len(words) <= TITLE_CHARS else words[: TITLE_CHARS - 1] + "…"
        case "follow_ups":
            found = list(follow_ups(last, errand.talk[: asked[-1]])) if last else []
        case "queries":
            found = [last] if last else []
        case "text":
            found = ""
        case "tags":
            found = []
        case _:
            return ""
    return json.dumps({errand.form: found}, ensure_ascii=False)
