"""From the bytes of a policy text to its clause tree.

Read a file (`read`), split it into clauses (`split`), find departments in it (`departments`), cut it into words
(`segment`). Every offset counts code points of `Document.text`, which is never altered. Nothing here knows a vector,
a rank or an answer.
"""
