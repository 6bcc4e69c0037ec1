"""What Word's and Excel's files can hold of a text."""

import re

# What XML 1.0 has no place for: \x00, \x0b, a lone surrogate ; not: tab, line feed, 字, 😀
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def storable(text: str) -> str:
    """The text without characters that would make the file unreadable."""
    return _FORBIDDEN.sub("", text)
