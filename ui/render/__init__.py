"""Pure functions from the service's responses to escaped HTML; nothing here does input or output.

Every string from a document, a question or a model passes `text.escape` exactly once.
"""
