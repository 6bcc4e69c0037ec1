"""Bodies that no JSON endpoint of ours takes, whatever it is for."""

import json

DEEP = 100_000  # levels
_WORDS = json.dumps({"question": "哪些部门负责？", "text": "哪些部门负责？"}, ensure_ascii=False)

MALFORMED = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'"a"',
    b"1e999",
    b"NaN",
    b"{" + b'"a":1,' * 20_000 + b'"b":1}',
    b"[" * DEEP,
    b"[" * DEEP + b"]" * DEEP,
    b'{"question":' * DEEP + b"1" + b"}" * DEEP,
    b'{"question":' + b"[" * DEEP + b"]" * DEEP + b"}",
    _WORDS.encode("gbk"),
    _WORDS.encode("utf-16"),
    b'{"question": "\xff\xfe"}',
    b'{"question": "\\ud800", "query": "\\udfff", "text": "\\ud800"}',
    b'{"question": ' + b"9" * 100_000 + b"}",
    b"\x00" * 1000,
    b"\x1f\x8b\x08\x00" + b"\x00" * 100,
)


def short(body: bytes) -> str:
    """How a body is called in a test's name."""
    return f"{body[:12]!r}_{len(body)}"
