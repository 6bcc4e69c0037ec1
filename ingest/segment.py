"""Words: jieba with our dictionary. The only module that imports jieba, and it does so when the first word is cut."""

import logging
import marshal
import os
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.departments import Departments

if TYPE_CHECKING:
    import jieba

MAX_TERM_CHARS = 8
_QUOTED = re.compile(r"“([\u4e00-\u9fffA-Za-z0-9+]{2,8})”|《([\u4e00-\u9fff]{2,8})》")
_WORD = re.compile(r"\w")


def corpus_words(texts: Iterable[str], departments: Departments | None = None) -> list[str]:
    """The words that the dictionary of a corpus needs: departments in all forms, and what its texts put in quotes.

    Sorted, so that the same corpus gives the same dictionary. Longer titles are left out: as one word they could not
    be found by a part of them.
    """
    known = departments if departments is not None else Departments.load()
    words = {form for form in known.forms if len(form) <= MAX_TERM_CHARS}
    for text in texts:
        for match in _QUOTED.finditer(text):
            words.add(unicodedata.normalize("NFKC", match[1] or match[2]).lower())
    return sorted(word for word in words if not word.isdigit())


class Segmenter:
    """Cuts text into words for searching.

    Has a tokenizer of its own, so that its words are nobody else's. Loading takes some tenths of a second with
    jieba's cache in `cache_dir`, about one second without (None: no cache is read or written).
    """

    def __init__(self, words: Iterable[str] = (), *, cache_dir: Path | None = None) -> None:
        self._own = tuple(words)
        self._cache_dir = cache_dir

    @cached_property
    def _tokenizer(self) -> "jieba.Tokenizer":
        import jieba

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        tokenizer.FREQ, tokenizer.total = self._dictionary(tokenizer)
        tokenizer.initialized = True
        for word in self._own:
            tokenizer.add_word(unicodedata.normalize("NFKC", word).lower())
        return tokenizer

    def _dictionary(self, tokenizer: "jieba.Tokenizer") -> tuple[dict[str, int], int]:
        """Jieba's words and their frequencies: from the cache, else from its text file, which takes a second.

        A cache that cannot be read is made anew, one that cannot be written is done without.
        """
        cache = None if self._cache_dir is None else self._cache_dir / f"jieba-{metadata.version('jieba')}.marshal"
        if cache is not None:
            with suppress(OSError, ValueError, EOFError, TypeError):
                words, total = marshal.loads(cache.read_bytes())  # noqa: S302 - written by ourselves into our own folder
                return words, total
        with tokenizer.get_dict_file() as file:
            words, total = tokenizer.gen_pfdict(file)
        if cache is not None:
            with suppress(OSError):
                cache.parent.mkdir(parents=True, exist_ok=True)
                fresh = cache.with_name(f"{cache.name}.{os.getpid()}")
                fresh.write_bytes(marshal.dumps((words, total)))
                fresh.replace(cache)
        return words, total

    def words(self, text: str) -> list[str]:
        """The words of a text in order, lower-case and of one width, long words followed by the words inside them.

        Punctuation is dropped. Words that no dictionary knows come as single characters, so that a question and a
        text are always cut alike.
        """
        plain = unicodedata.normalize("NFKC", text).lower()
        return [word for word in self._tokenizer.cut_for_search(plain, HMM=False) if _WORD.search(word)]

    def cut(self, text: str) -> list[str]:
        """The words of a text one after the other, nothing dropped: joined they are the folded text."""
        plain = unicodedata.normalize("NFKC", text).lower()
        return list(self._tokenizer.cut(plain, HMM=False))

    def commonness(self, word: str) -> int:
        """How often a word was counted in the texts that jieba's dictionary was made of; 0 for an unknown one."""
        return self._tokenizer.FREQ.get(word) or 0
