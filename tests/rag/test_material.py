import pytest

from rag.compose.material import without_number


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("第三条 码头应当照明。", "码头应当照明。"),
        ("（四）条件保障", "条件保障"),
        ("三、照明设备", "照明设备"),
        ("3.改造灯具", "改造灯具"),
        ("1.2照明时间", "照明时间"),
        ("2.1个码头建成", "1个码头建成"),
        ("2.2031年5月底前建成", "2031年5月底前建成"),
        ("附件2 灯具清单", "灯具清单"),
        ("案例1-2 灯塔", "灯塔"),
        ("难点3：夜间作业", "夜间作业"),
        ("2031年建成6个码头", "2031年建成6个码头"),
        ("一是改造灯具", "一是改造灯具"),
        ("三项任务", "三项任务"),
        ("2.5亿元用于灯具", "2.5亿元用于灯具"),
        ("新建 20 个码头", "新建 20 个码头"),
    ],
)
def test_a_clause_number_is_left_out_and_no_figure(text, rest):
    assert without_number(text) == rest
