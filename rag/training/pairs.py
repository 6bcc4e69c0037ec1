"""Training pairs (query, text) drawn at random from texts that are already cut into word ids.

A bag of words learns which words stand for which texts when it must find a text again from a piece of it: a sentence
that is mostly taken out of the text, a few of its words, its title; and from real questions where there are any.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.training.corpus import sentences

Ids = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Many texts as one row of word ids: text t is sentences[starts[t]:starts[t+1]], each a slice of `ids`."""

    ids: Ids
    sentence_starts: Ids  # one more than there are sentences
    text_starts: Ids  # one more than there are texts; indexes into sentence_starts
    titles: Sequence[Ids]  # empty, or one a text
    questions: Sequence[Sequence[Ids]]  # empty, or those that each text answers

    def __len__(self) -> int:
        return len(self.text_starts) - 1


@dataclass(frozen=True, kw_only=True)
class Bags:
    """A batch of bags of word ids as StaticEmbedding takes it: bag i is ids[offsets[i]:offsets[i+1]]."""

    ids: Ids
    offsets: Ids


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How pairs are drawn; probabilities, and lengths in words."""

    few_words: float = 0.3  # the query is 3 to 10 words drawn from the text
    title: float = 0.1  # the query is the title
    question: float = 0.8  # the query is a real question, where the text has one
    remove: float = 0.7  # the query's sentence is taken out of the text
    thin: float = 0.5  # half of the query's words are dropped
    with_title: float = 0.5  # the title stands before the text
    query_words: int = 24  # a longer query sentence is cut
    text_words: int = 160  # sentences are taken up to here


def cut(
    tokenizer: Tokenizer,
    texts: Sequence[str],
    *,
    titles: Sequence[str] = (),
    questions: Sequence[Sequence[str]] = (),
) -> Texts:
    """Texts, their titles and questions as the tokenizer's ids; texts without a word stay, empty."""
    pieces = [sentences(text) for text in texts]
    encoded = _encode(tokenizer, [sentence for piece in pieces for sentence in piece])
    return Texts(
        ids=_joined(encoded),
        sentence_starts=np.cumsum([0, *(len(sentence) for sentence in encoded)], dtype=np.int64),
        text_starts=np.cumsum([0, *(len(piece) for piece in pieces)], dtype=np.int64),
        titles=_encode(tokenizer, titles),
        questions=[_encode(tokenizer, items) for items in questions],
    )


def draw(texts: Texts, chosen: Ids, recipe: Recipe, random: np.random.Generator) -> tuple[Bags, Bags]:
    """One query and one text for each chosen text that has enough words; equal length, in the order of `chosen`."""
    queries: list[Ids] = []
    bodies: list[Ids] = []
    for index in chosen:
        query, body = _pair(texts, int(index), recipe, random)
        if len(query) and len(body) > 1:
            queries.append(query)
            bodies.append(body)
    return _bags(queries), _bags(bodies)


def _pair(texts: Texts, index: int, recipe: Recipe, random: np.random.Generator) -> tuple[Ids, Ids]:
    first, last = _window(texts, index, recipe.text_words, random)
    starts, ids = texts.sentence_starts, texts.ids
    body = ids[starts[first] : starts[last]]
    title = texts.titles[index] if texts.titles else body[:0]
    kind = random.random()
    if texts.questions and kind < recipe.question:
        own = texts.questions[index]
        return own[int(random.integers(len(own)))], _whole(texts, index, recipe.text_words * 4)
    if len(title) and kind > 1 - recipe.title:
        return _thinned(title, recipe, random), body
    if kind < recipe.few_words or last - first < 2:
        count = min(len(body), int(random.integers(3, 11)))
        return random.choice(body, size=count, replace=False) if count else body, _titled(body, title, recipe, random)
    sentence = int(random.integers(first, last))
    query = ids[starts[sentence] : starts[sentence + 1]]
    if len(query) > recipe.query_words:
        at = int(random.integers(len(query) - recipe.query_words + 1))
        query = query[at : at + recipe.query_words]
    if random.random() < recipe.remove:
        body = np.concatenate([ids[starts[first] : starts[sentence]], ids[starts[sentence + 1] : starts[last]]])
    return _thinned(query, recipe, random), _titled(body, title, recipe, random)


def _window(texts: Texts, index: int, words: int, random: np.random.Generator) -> tuple[int, int]:
    """Sentences [first, last) of a text, from a random one on, up to `words` words; the whole text if it is short."""
    first, last = int(texts.text_starts[index]), int(texts.text_starts[index + 1])
    starts = texts.sentence_starts
    if starts[last] - starts[first] <= words:
        return first, last
    latest = max(first, int(np.searchsorted(starts, starts[last] - words, side="right")) - 1)
    first = int(random.integers(first, latest + 1))
    return first, max(first + 1, min(last, int(np.searchsorted(starts, starts[first] + words, side="right")) - 1))


def _whole(texts: Texts, index: int, words: int) -> Ids:
    starts = texts.sentence_starts
    first, last = starts[texts.text_starts[index]], starts[texts.text_starts[index + 1]]
    return texts.ids[first : min(last, first + words)]


def _titled(body: Ids, title: Ids, recipe: Recipe, random: np.random.Generator) -> Ids:
    return np.concatenate([title, body]) if len(title) and random.random() < recipe.with_title else body


def _thinned(query: Ids, recipe: Recipe, random: np.random.Generator) -> Ids:
    if len(query) < 4 or random.random() >= recipe.thin:
        return query
    kept = query[random.random(len(query)) < 0.5]
    return kept if len(kept) else query


def _bags(rows: Sequence[Ids]) -> Bags:
    lengths = [len(row) for row in rows]
    return Bags(ids=_joined(rows), offsets=np.cumsum([0, *lengths[:-1]], dtype=np.int64))


def _joined(rows: Sequence[Ids]) -> Ids:
    return np.concatenate([np.empty(0, dtype=np.int64), *rows])


def _encode(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Ids]:
    step = 20_000
    return [
        np.array(encoding.ids, dtype=np.int64)
        for start in range(0, len(texts), step)
        for encoding in tokenizer.encode_batch_fast(list(texts[start : start + step]), add_special_tokens=False)
    ]
