import numpy as np

from rag.rows import Rows, best


def test_the_best_come_first_and_equal_ones_keep_their_order() -> None:
    scores = np.array([0, 3, 0, 5, 3, -1], dtype=np.float32)
    assert best(scores, 2).tolist() == [3, 1]
    assert best(scores, 3).tolist() == [3, 1, 4]
    assert best(scores, 4).tolist() == [3, 1, 4, 0]  # fewer than four above 0
    assert best(scores, 9).tolist() == [3, 1, 4, 0, 2, 5]
    assert best(scores, 0).tolist() == []
    assert best(np.array([-2, -1, -3], dtype=np.float32), 2).tolist() == [1, 0]


def test_rows_of_one_document_have_one_number() -> None:
    rows = Rows.of([("a", ["a1", "a2"]), ("empty", []), ("b", ["b1"])])
    first, second, third = rows.documents_of(np.arange(3)).tolist()
    assert first == second != third
