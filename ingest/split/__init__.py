"""From a document to its clauses: pure, no input or output.

Read in this order: `patterns` (the numbering families, one table), `lines`, `series`, `marks` (the evidence), `tree`
(the nesting), `tables`, `frame`, `contents` and `annexes` (what stands around the clauses), `paragraphs`, `labels`,
`units`, `twins`.
"""

from ingest.split.document import VERSION, split_document

__all__ = ["VERSION", "split_document"]
