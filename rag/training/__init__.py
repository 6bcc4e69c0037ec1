"""The recipe of the default embedding model: texts -> tokenizer -> pairs -> vectors -> folder, and its measurement."""
