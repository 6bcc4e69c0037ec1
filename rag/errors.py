"""What can go wrong in the rag room.

    RagError
    ├── IndexMissing        nothing was ingested into this data folder yet
    ├── IndexDamaged        a version's files are incomplete, or written by another version of the program
    ├── IndexBusy           another ingest holds the data folder and does not end
    ├── StorageError        the data folder cannot be written: full, read-only, or not ours
    ├── ChromaUnreachable   the Chroma server that is to hold the vectors does not answer
    ├── EmbeddingError      the embedding model does not exist or cannot be read
    ├── EmbeddingMismatch   the index was built with another embedding model
    ├── UnknownVersion      no version of this name is kept
    ├── UnknownDocument     no document has this id
    ├── UnknownClause       no clause has this id
    └── LanguageModelError  the language model's server failed, or its reply cannot be used

Every message is one Chinese sentence for whoever uses the program: the value, and what to do about it.
"""


class RagError(Exception):
    """Base of everything that this room raises on purpose."""


class IndexMissing(RagError):  # noqa: N818 - named after what is the case, like the rest of the tree
    """Nothing was ingested into this data folder yet."""


class IndexDamaged(RagError):  # noqa: N818
    """A version's files are incomplete, or were written by another version of the program."""


class IndexBusy(RagError):  # noqa: N818
    """Another ingest holds the data folder and does not end."""


class StorageError(RagError):
    """The data folder cannot be written: its disk is full, it is read-only, or it belongs to somebody else."""


class ChromaUnreachable(RagError):  # noqa: N818
    """The Chroma server that is to hold the vectors does not answer."""


class EmbeddingError(RagError):
    """The embedding model does not exist or cannot be read."""


class EmbeddingMismatch(RagError):  # noqa: N818
    """The index was built with another embedding model than the one that is to encode questions."""


class UnknownVersion(RagError):  # noqa: N818
    """No version of this name is kept."""


class UnknownDocument(RagError):  # noqa: N818
    """No document of the index has this id."""


class UnknownClause(RagError):  # noqa: N818
    """No clause of the index has this id."""


class LanguageModelError(RagError):
    """The language model's server did not answer in time, or its reply cannot be used."""
