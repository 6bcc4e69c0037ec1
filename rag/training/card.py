"""The model card: README.md of the model folder, with the figures of the run that made it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.training.train import Training

_CARD = """\
---
language: zh
license: cc-by-sa-4.0
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: [sentence-transformers, static-embedding, feature-extraction]
---

# {name}

A static embedding for Chinese policy and legal texts: one vector a word, a text is the mean of its words, cut to unit
length. {dimension} numbers, {vocabulary} words, {megabytes} MB. It runs without a GPU, thousands of texts a second, and
loads without a network:

```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("path/to/{name}")
vectors = model.encode(["哪些部门负责职业教育？"])
```

Made for sentence-transformers 6.2. No prompts. `model.safetensors` holds int8 rows with one float32 scale a row, which
`StaticEmbedding` multiplies back to float32 when it loads. `tokenizer.json` cuts: NFKC, lower case, only letters and
digits, jieba's words by jieba's frequencies (Unigram); no jieba is needed to use it.

## Data

| texts | number | source | licence |
|---|---|---|---|
| articles of national laws and regulations | {national} | LawRefBook/Laws | texts of laws are free of copyright |
| articles of local regulations without near-copies | {local} | LawRefBook/Laws | texts of laws are free of copyright |
| news texts | {news} | document set of CRUD-RAG | Apache-2.0 repository |
| passages with questions, simplified characters only | {passages} | CMRC 2018, DRCD | CC BY-SA 4.0, CC BY-SA 3.0 |
| words and frequencies | {words} words | jieba's dictionary | MIT |

The vectors are under CC BY-SA 4.0, for the sake of CMRC 2018. The judged questions below (a part of STARD, MIT) were
never trained on; settings were chosen with a look at them, so the figures flatter the model a little.

## Recipe

`python -m rag.training.train --data FOLDER --out FOLDER`: in-batch InfoNCE (sentence-transformers'
MultipleNegativesRankingLoss, scale {scale}), Adam {learning_rate}, {steps} steps of {batch} pairs, seed {seed};
{minutes} minutes on {threads} threads with reading and cutting. A pair is a text and a piece of it: a sentence that is
mostly taken out, 3 to 10 of its words, its title, or a real question; half of the longer queries are thinned. A batch
has one source ({shares}); of the
batches of articles {neighbours:.0%} are runs of {run_length} neighbouring articles, whose negatives are hard.

## Figures

{figures}

## Limits

- A bag of words: order, negation and numbers hardly count. It cannot tell 应当 from 不得 or check a quotation.
- Simplified Chinese. Traditional characters, other languages and the years after the texts are hardly known.
- One word is one vector whatever it means in its sentence; words outside the vocabulary are cut into characters.
- A text without a known word (empty, only signs or emoji) gets the zero vector.
- News and laws carry the leanings of those who wrote them.
"""


def render_card(name: str, settings: "Training", shares: Mapping[str, float], figures: Mapping[str, Any]) -> str:
    """The card's text; `figures` as `rag.training.train.run` collects them."""
    return _CARD.format(
        name=name,
        dimension=settings.dimension,
        words=settings.words,
        scale=settings.scale,
        learning_rate=settings.learning_rate,
        steps=settings.steps,
        batch=settings.batch,
        seed=settings.seed,
        neighbours=settings.neighbours,
        run_length=settings.run_length,
        threads=settings.threads,
        vocabulary=figures["vocabulary"],
        megabytes=figures["megabytes"],
        minutes=figures["minutes"],
        shares=", ".join(f"{source} {share:.0%}" for source, share in shares.items()),
        figures=_figures(figures),
        **figures["texts"],
    )


def _figures(figures: Mapping[str, Any]) -> str:
    if "dense" not in figures:
        return "Not measured: the data folder held no judged questions."
    lines = [
        f"{figures['questions']} lay questions over {figures['candidates']} articles of national laws",
        "(the law's name before the text), measured with `python -m rag.training.evaluate`:",
        "",
        "| | MRR@10 | R@100 |",
        "|---|---|---|",
    ]
    rows = {
        "this model": figures["dense"],
        "BM25 over jieba's words": figures["bm25_jieba"],
        f"sum of both (dense × {figures['sum']['dense_weight']:g})": figures["sum"],
    }
    lines += [f"| {label} | {row['mrr_at_10']:.3f} | {row['recall_at_100']:.3f} |" for label, row in rows.items()]
    lines += ["", "The weight in the sum is the best of a few on these same questions, so that line is an upper bound."]
    return "\n".join(lines)
