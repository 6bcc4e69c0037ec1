"""Trains the default embedding model: a static embedding, one vector a word, no network needed.

    python -m rag.training.train --data FOLDER --out FOLDER

sentence-transformers trains it with in-batch InfoNCE (its MultipleNegativesRankingLoss) over its own StaticEmbedding;
only the batches are drawn here, from texts cut once, because cutting them anew each epoch would take most of the time.
"""

import argparse
import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from rag.training import corpus
from rag.training.card import render_card
from rag.training.evaluate import read_test_set, report
from rag.training.folder import folder_bytes, save_model
from rag.training.pairs import Bags, Ids, Recipe, Texts, cut, draw
from rag.training.vocabulary import build_tokenizer, count_latin, count_words, prune, read_jieba_frequencies

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

_COUNTED_NEWS_CHARS = 800  # of each news text, so that news does not crowd out the laws' words


@dataclass(frozen=True, kw_only=True)
class Training:
    """Settings of a run; the defaults made the shipped model."""

    words: int = 50_000  # longer words in the vocabulary; single characters come on top
    dimension: int = 256
    steps: int = 1500
    batch: int = 2048  # pairs in a step; each text is a negative of all other queries
    learning_rate: float = 0.005  # Adam's, after a warm-up, falling to 0
    warm_up: int = 50  # steps
    spread: float = 0.02  # standard deviation of the first vectors: small, so that rare words weigh little
    neighbours: float = 0.5  # share of the batches of articles that take runs of one law: hard negatives
    run_length: int = 64  # articles in such a run
    scale: float = 20.0  # 1 / temperature of InfoNCE
    seed: int = 1
    threads: int = 2


# How often a batch comes from each source. A batch has one source: neighbours in subject are the harder negatives.
SHARES: Mapping[str, float] = {"national": 0.4, "local": 0.2, "news": 0.3, "passages": 0.1}


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The training texts; local regulations without near-copies, which would be negatives of their own kind."""

    national: Sequence[corpus.Article]
    local: Sequence[corpus.Article]
    news: Sequence[str]
    passages: Sequence[corpus.Passage]


def read_sources(folder: Path) -> Sources:
    """Read all training texts; the judged law questions are not among them."""
    return Sources(
        national=corpus.distinct(corpus.read_laws(folder, local=False), most_seen=0.8),
        local=corpus.distinct(corpus.read_laws(folder, local=True)),
        news=corpus.read_news(folder),
        passages=corpus.read_passages(folder),
    )


def make_tokenizer(sources: Sources, words: int) -> Tokenizer:
    """The model's tokenizer: jieba's dictionary, cut down to the words that the sources use most."""
    frequencies = read_jieba_frequencies()
    news = [text[:_COUNTED_NEWS_CHARS] for text in sources.news]
    articles = [article.text for article in (*sources.national, *sources.national, *sources.local)]  # national twice
    counts = count_words(build_tokenizer(frequencies), [*articles, *news])
    return build_tokenizer(prune(frequencies, counts, count_latin(news), words=words))


def cut_sources(tokenizer: Tokenizer, sources: Sources) -> dict[str, Texts]:
    """All sources as word ids, by the names of SHARES."""

    def articles(items: Sequence[corpus.Article]) -> Texts:
        return cut(tokenizer, [item.text for item in items], titles=[item.title for item in items])

    passages = sources.passages
    return {
        "national": articles(sources.national),
        "local": articles(sources.local),
        "news": cut(tokenizer, sources.news),
        "passages": cut(tokenizer, [item.text for item in passages], questions=[item.questions for item in passages]),
    }


def batches(texts: Mapping[str, Texts], settings: Training, recipe: Recipe) -> Iterator[tuple[Bags, Bags]]:
    """One (queries, texts) a step, drawn a step ahead in a thread; no text twice in a batch."""
    random = np.random.default_rng(settings.seed)
    names = [name for name in SHARES if len(texts[name])]
    shares = np.array([SHARES[name] for name in names])

    def next_batch() -> tuple[Bags, Bags]:
        source = texts[names[int(random.choice(len(names), p=shares / shares.sum()))]]
        in_runs = len(source.titles) > settings.batch and random.random() < settings.neighbours
        chosen = _runs(len(source), settings, random) if in_runs else random.permutation(len(source))[: settings.batch]
        return draw(source, chosen, recipe, random)

    with ThreadPoolExecutor(max_workers=1) as worker:
        ahead = worker.submit(next_batch)
        for step in range(settings.steps):
            batch = ahead.result()
            if step + 1 < settings.steps:
                ahead = worker.submit(next_batch)
            yield batch


def _runs(count: int, settings: Training, random: np.random.Generator) -> Ids:
    """A batch of runs of neighbouring indexes below `count`, no index twice."""
    length = settings.run_length
    starts = np.arange(int(random.integers(length)), count - length + 1, length)
    chosen = random.permutation(starts)[: settings.batch // length]
    return (chosen[:, None] + np.arange(length)).ravel()


def train(tokenizer: Tokenizer, texts: Mapping[str, Texts], settings: Training) -> "SentenceTransformer":
    """Train a new model; the vector of the unknown word is zero."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from tqdm import tqdm

    torch.set_num_threads(settings.threads)
    shape = (tokenizer.get_vocab_size(), settings.dimension)
    first = np.random.default_rng(settings.seed).normal(scale=settings.spread, size=shape).astype(np.float32)
    static = StaticEmbedding(tokenizer, embedding_weights=torch.from_numpy(first))
    model = SentenceTransformer(modules=[static, Normalize()], device="cpu")
    loss = MultipleNegativesRankingLoss(model, scale=settings.scale)
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / settings.warm_up) * (1 - step / settings.steps)
    )
    with tqdm(total=settings.steps, desc="train", unit="step", mininterval=5) as bar:
        for queries, bodies in batches(texts, settings, Recipe()):
            value = loss([_features(queries), _features(bodies)], None)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            schedule.step()
            bar.update()
            bar.set_postfix(loss=f"{float(value.detach()):.3f}", refresh=False)
    with torch.no_grad():
        static.embedding.weight[0] = 0
    return model


def run(data: Path, out: Path, settings: Training) -> dict[str, object]:
    """Train on a data folder, write the model folder, measure it and return the figures that its card holds."""
    started = time.monotonic()
    sources = read_sources(data)
    log.info("texts: %s", {name: len(getattr(sources, name)) for name in SHARES})
    tokenizer = make_tokenizer(sources, settings.words)
    texts = cut_sources(tokenizer, sources)
    log.info("vocabulary %d, cut in %.0f s", tokenizer.get_vocab_size(), time.monotonic() - started)
    model = train(tokenizer, texts, settings)
    minutes = (time.monotonic() - started) / 60
    save_model(model, out, card="")
    figures: dict[str, Any] = {
        "minutes": round(minutes, 1),
        "megabytes": round(folder_bytes(out) / 1e6, 1),
        "vocabulary": tokenizer.get_vocab_size(),
        "texts": {name: len(texts[name]) for name in SHARES},
    }
    if (data / corpus.QUESTIONS).is_file():
        figures |= report(read_test_set(data), str(out))
    (out / "README.md").write_text(render_card(out.name, settings, SHARES, figures), encoding="utf-8")
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; writes the figures as JSON to standard output."""
    defaults = Training()
    parser = argparse.ArgumentParser(prog="python -m rag.training.train", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="training texts")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the model is written")
    parser.add_argument("--steps", type=int, default=defaults.steps, help="default: %(default)s")
    parser.add_argument("--words", type=int, default=defaults.words, help="default: %(default)s")
    parser.add_argument("--dimension", type=int, default=defaults.dimension, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=defaults.seed, help="default: %(default)s")
    parser.add_argument("--threads", type=int, default=defaults.threads, help="default: %(default)s")
    options = vars(parser.parse_args(arguments))
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    figures = run(options.pop("data"), options.pop("out"), Training(**options))
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    return 0


def _features(bags: Bags) -> dict[str, Any]:
    """What StaticEmbedding.preprocess would give for the texts of these bags."""
    import torch

    return {"input_ids": torch.from_numpy(bags.ids), "offsets": torch.from_numpy(bags.offsets)}


if __name__ == "__main__":
    sys.exit(main())
