"""Names, places and quotes in the form of official writing."""

from api.official import named, placed, quoted
from api.schema import DocumentRef


def test_a_section_number_loses_its_comma_and_nothing_else_changes() -> None:
    document = DocumentRef(id="a", title="甲", number="津教〔2025〕1号", issued_on="")
    assert named(document) == "《甲》（津教〔2025〕1号）"
    assert placed(document, "一、") == "《甲》（津教〔2025〕1号）一"
    assert placed(document, "六、（三）") == "《甲》（津教〔2025〕1号）六、（三）"


def test_quotation_marks_inside_are_single_unless_both_kinds_stand_there() -> None:
    assert quoted("打造“五金”标杆") == "“打造‘五金’标杆”"
    assert quoted("甲“乙‘丙’丁”") == "“甲“乙‘丙’丁””"
