"""How official writing names a document, a place in it and its words."""

from api.schema import DocumentRef

_INNER = str.maketrans("“”", "‘’")


def named(document: DocumentRef) -> str:
    """A document as official writing names it: 《关于……的通知》（津教政〔2025〕7号）."""
    return f"《{document.title}》" + (f"（{document.number}）" if document.number else "")


def placed(document: DocumentRef, label: str) -> str:
    """A clause of a document; the 、 that ends a section's own number (一、) is left out, for a colon may follow."""
    return named(document) + label.rstrip("、")


def quoted(words: str) -> str:
    """Words in double quotation marks, theirs made single ones; those that have both already keep what they have."""
    return f"“{words if '‘' in words else words.translate(_INNER)}”"
