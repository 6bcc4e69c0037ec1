from rag.remembered import Memory, remembered


def test_short_texts_are_worked_out_once_long_ones_each_time():
    worked_out = []

    @remembered(entries=2, longest=3)
    def length(text: str) -> int:
        worked_out.append(text)
        return len(text)

    assert [length(text) for text in ("abc", "abc", "abcd", "abcd")] == [3, 3, 4, 4]
    assert worked_out == ["abc", "abcd", "abcd"]


def test_of_results_kept_the_one_not_asked_for_longest_goes():
    memory: Memory[str, int | None] = Memory(entries=2)
    memory.keep("a", 1)
    memory.keep("b", None)
    assert memory.find("a") == (True, 1)
    memory.keep("c", 3)
    assert [memory.find(key) for key in "abc"] == [(True, 1), (False, None), (True, 3)]
