"""Questions into verified answers: vectors, ranks, sentences of an answer, verdicts."""
