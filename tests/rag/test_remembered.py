from rag.remembered import remembered


def test_short_texts_are_worked_out_once_long_ones_each_time():
    worked_out = []

    @remembered(entries=2, longest=3)
    def length(text: str) -> int:
        worked_out.append(text)
        return len(text)

    assert [length(text) for text in ("abc", "abc", "abcd", "abcd")] == [3, 3, 4, 4]
    assert worked_out == ["abc", "abcd", "abcd"]
