import pytest

from ui.render.text import escape, highlighted, inline, markdown, place_in_reading, without_half_mark


def mark(number: int) -> str:
    return f"<m{number}>" if number < 9 else ""


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("市财政局负责[^1]。", '市财政局负<span class="keep">责<m1>。</span>'),
        ("负责。[^1][^2]其他", '负责<span class="keep">。<m1><m2></span>其他'),
        ("[^1]", '<span class="keep"><m1></span>'),
        ("没有这条[^9]。", "没有这条。"),
        ("**市财政局**[^1]", '<strong>市财政局</strong><span class="keep"><m1></span>'),
        ("一个 ** 不成对", "一个 ** 不成对"),
        ("津教政〔2025〕7号与[2021]12号、5%~10%、*号*", "津教政〔2025〕7号与[2021]12号、5%~10%、*号*"),
        ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#x27;"),
        ("a<[^1]>", 'a<span class="keep">&lt;<m1></span>&gt;'),
    ],
)
def test_inline(written: str, shown: str) -> None:
    assert inline(written, mark) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("一\n二\n\n三", "<p>一<br>二</p><p>三</p>"),
        ("有：\n- 甲\n- 乙[^1]", '<p>有：</p><ul><li>甲</li><li><span class="keep">乙<m1></span></li></ul>'),
        ("3. 丙\n4. 丁", '<ol><li value="3">丙</li><li value="4">丁</li></ol>'),
        ("1.市财政局\n-5%", "<p>1.市财政局<br>-5%</p>"),
        ("| 甲 | 乙 |\n|---|---|\n| 1 | <i> |", '<table class="plain"><tr><td>甲</td><td>乙</td></tr><tr><td>1</td>'
         "<td>&lt;i&gt;</td></tr></table>"),
        ("## 题", "<h3>题</h3>"),
        ("", ""),
        ("[x](javascript:alert(1)) ![y](http://z/) `c`", "<p>[x](javascript:alert(1)) ![y](http://z/) `c`</p>"),
    ],
)  # fmt: skip
def test_markdown(written: str, shown: str) -> None:
    assert markdown(written, mark) == shown


def test_a_mark_whose_rest_is_still_to_come_is_not_shown() -> None:
    for half in ("[", "[^", "[^1", "*"):
        assert without_half_mark(f"负责{half}") == "负责"
    assert without_half_mark("负责[^1]") == "负责[^1]"
    assert without_half_mark("由**市教委**和**市财") == "由**市教委**和市财"


RUNS = [(0, 10, 4), (4, 15, 4)]  # "abcd" at 10, "efgh" at 15; source 14 is a dropped line break


@pytest.mark.parametrize(
    ("start", "end", "place"),
    [
        (10, 19, (0, 8)),
        (11, 13, (1, 3)),
        (13, 16, (3, 5)),
        (14, 15, None),
        (0, 10, None),
        (0, 100, (0, 8)),
        (0, 0, None),
    ],
)
def test_source_offsets_find_their_place_in_the_reading_text(start: int, end: int, place: object) -> None:
    assert place_in_reading(RUNS, start, end) == place


def test_highlighting_escapes_all_three_parts() -> None:
    assert highlighted("<a>b<c>", (3, 4)) == '&lt;a&gt;<mark tabindex="-1">b</mark>&lt;c&gt;'
    assert highlighted("<a>", None) == "&lt;a&gt;"
    assert highlighted("xyz", (11, 12), offset=10) == 'x<mark tabindex="-1">y</mark>z'
    assert highlighted("xyz", (0, 5), offset=10) == "xyz"
    assert escape("`") == "`"
