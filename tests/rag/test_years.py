import pytest

from rag.years import in_full, year_before, years_of


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("公园23年收入多少", "公园2023年收入多少"),
        ("23年跟24年比", "2023年跟2024年比"),
        ("25届毕业生几名", "2025届毕业生几名"),
    ],
)
def test_a_short_year_is_written_in_full(written, full):
    assert in_full(written) == full


@pytest.mark.parametrize(
    "words", ["签订20年租约", "工龄15年的园丁", "建园以来近20年", "从教20年", "20年教龄", "试点16年", "2023年"]
)
def test_a_number_of_years_is_no_year(words):
    assert in_full(words) == words


def test_the_years_named_in_order():
    assert years_of("2021和2023年的收入，2022年呢") == ("2021", "2023", "2022")
    assert years_of("建园30年以来") == ()


def test_the_year_before_a_name_is_not_one_up_to_which_something_holds():
    before = year_before("请看2024年的")
    assert before is not None and before[1] == "2024"
    assert year_before("到2027年") is None
