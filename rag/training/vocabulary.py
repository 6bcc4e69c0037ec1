"""The model's tokenizer: jieba's words with jieba's frequencies as a Unigram model, cut down to what the texts use.

jieba cuts at the most probable path through its dictionary; the Unigram model of the `tokenizers` library does the
same in compiled code and is written to `tokenizer.json`, so that nobody needs jieba to use the model.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

UNKNOWN = "<unk>"  # id 0; its vector is zero
_WORD = re.compile(r"[^\W_]+")  # "产教融合", "t恤"; not "c#", "江南style-"
_LATIN = re.compile(r"[0-9]+|[a-z]+")  # "2025", "ppp"; not "a股"


def read_jieba_frequencies() -> dict[str, int]:
    """Word -> frequency from the dictionary file of the installed jieba (jieba itself is not imported)."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the training recipe needs jieba's dictionary: install jieba")
    frequencies: Counter[str] = Counter()
    for line in (Path(spec.origin).parent / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, frequency, *_ = line.split(" ")
        if _WORD.fullmatch(word):
            frequencies[word.lower()] += max(1, int(frequency))
    return dict(frequencies)


def build_tokenizer(frequencies: Mapping[str, int]) -> Tokenizer:
    """A Unigram tokenizer with log frequencies: NFKC, lower case, everything outside letters and digits dropped.

    Runs of digits and of Latin letters stand apart from Chinese characters.
    """
    total = sum(frequencies.values())
    words = sorted(frequencies, key=lambda word: (-frequencies[word], word))
    scored = [(UNKNOWN, 0.0)] + [(word, math.log(frequencies[word] / total)) for word in words]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex(r"[\W_]+"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex(r"[0-9]+|[a-z]+"), "isolated")]
    )
    return tokenizer


def count_words(tokenizer: Tokenizer, texts: Iterable[str], *, batch: int = 2000) -> Counter[str]:
    """How often each word of the tokenizer is cut in the texts."""
    counts: Counter[int] = Counter()
    pending: list[str] = []
    for text in texts:
        pending.append(text)
        if len(pending) == batch:
            _count_into(counts, tokenizer, pending)
            pending = []
    _count_into(counts, tokenizer, pending)
    names = {index: word for word, index in tokenizer.get_vocab().items()}
    return Counter({names[index]: count for index, count in counts.items() if index})


def count_latin(texts: Iterable[str]) -> Counter[str]:
    """How often each lower-case run of digits or Latin letters of 2 to 12 characters stands in the texts."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(run for run in _LATIN.findall(text.lower()) if 2 <= len(run) <= 12)
    return counts


def prune(
    frequencies: Mapping[str, int],
    counts: Mapping[str, int],
    latin: Mapping[str, int],
    *,
    words: int,
    min_char: int = 3,
) -> dict[str, int]:
    """Frequencies of the model's own vocabulary.

    `words` longer words, the most counted ones, and every single character counted at least `min_char` times, with the
    dictionary's frequency where it has one; ASCII letters and digits always, so that nothing written is unknown.
    """
    long = Counter({word: count for word, count in counts.items() if len(word) > 1})
    long.update({word: count for word, count in latin.items() if word not in long})
    kept = {word: frequencies.get(word, long[word]) for word, _ in long.most_common(words)}
    chars = {word for word, count in counts.items() if len(word) == 1 and count >= min_char}
    chars |= {char for word in kept for char in word} | set("abcdefghijklmnopqrstuvwxyz0123456789")
    return kept | {char: frequencies.get(char, 1) for char in sorted(chars)}


def _count_into(counts: Counter[int], tokenizer: Tokenizer, texts: list[str]) -> None:
    for encoding in tokenizer.encode_batch_fast(texts, add_special_tokens=False):
        counts.update(encoding.ids)
