"""Departments: names, mentions, successors, and responsible units in lists."""

import pytest

from ingest.departments import Departments
from ingest.errors import DepartmentsError
from ingest.schema import Role
from tests.ingest.texts import by_label, departments, split


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("发改委", "市发展改革委"), ("市人力社保局", "市人社局"), ("人社局", "市人社局"), ("市 教 委", "市教委"),
        ("天津市教育委员会", "市教委"), ("工信局", "市工业和信息化局"), ("外事部门", "市外办"), ("编办", "市委编办"),
        ("网信办", "市网信办"), ("工会系统", "市总工会"), ("文旅局", "市文化和旅游局"), ("宣传部", "市委宣传部"),
        ("行业协会", "有关行业协会"), ("天津市人社局", "市人社局"), ("某某局", None),
    ],
)  # fmt: skip
def test_canonical_names(written, name):
    assert departments().canonical(written) == name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("高职院校设工程创新中心 教委和谁一起管", ["教委"]),
        ("除了发改委还有谁负责", ["发改委"]),
        ("市委宣传部、和平区委宣传部", ["市委宣传部"]),
        ("滨海新区教委", []),
        ("职工会议与开发改革", []),
        ("各部门组织部署，打开财政局面", ["各部门"]),
        ("在海外办学", []),
        ("天津市教育委员会和市教委", ["天津市教育委员会", "市教委"]),
        ("市人社局", ["市人社局"]),
    ],
)
def test_mentions(text, found):
    mentions = departments().find(text)
    assert [mention.written for mention in mentions] == found
    assert all(text[m.start : m.end] == m.written for m in mentions)


def test_successors_are_two_names_of_one_family():
    known = departments()
    assert known.successor_of("市科委") == "市科技局"
    assert known.former_names("市科技局") == ("市科委",)
    assert set(known.family("天津银监局")) == {"天津银监局", "天津银保监局", "天津金融监管局"}
    assert known.family("市教委") == ("市教委",)
    assert [known.today(name) for name in ("天津银监局", "市教委", "无名局")] == ["天津金融监管局", "市教委", "无名局"]
    assert known.is_generic("各区人民政府") and not known.is_generic("市教委")


def test_a_new_city_is_a_new_file(tmp_path):
    path = tmp_path / "city.toml"
    path.write_text(
        'place = "甲市"\n[[department]]\nname = "市农业局"\nfull = "甲市农业局"\nkind = "city"\n', encoding="utf-8"
    )
    assert Departments.load([path]).canonical("甲市农业局") == "市农业局"


@pytest.mark.parametrize(
    "content",
    [
        "place = ",
        'place = "甲市"\n[[department]]\nname = "市农业局"\n',
        'place = "甲"\n[[department]]\nname = "市农局"\nfull = ""\nkind = "body"\naliases = ["农局"]\n'
        '[[department]]\nname = "市林局"\nfull = ""\nkind = "body"\naliases = ["农局"]\n',
        'place = "甲"\n[[department]]\nname = "市农局"\nfull = ""\nkind = "body"\nsuccessor = "市林局"\n',
    ],
)
def test_wrong_files_are_refused(tmp_path, content):
    path = tmp_path / "city.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DepartmentsError):
        Departments.load([path])


def roles(body: str) -> list[tuple[str, Role]]:
    clause = by_label(split(f"一、任务\n（一）落实。做好工作。{body}\n"))["一、（一）"]
    return [(unit.name, unit.role) for unit in clause.units]


DUTY, LEAD, SUPPORT = Role.RESPONSIBLE, Role.LEAD, Role.SUPPORT


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "（责任单位：市教委、市财政局，各区人民政府）",
            [("市教委", DUTY), ("市财政局", DUTY), ("各区人民政府", DUTY)],
        ),
        (
            "（责任单位：市人社局、市总工会会同有关单位）",
            [("市人社局", DUTY), ("市总工会", DUTY), ("有关单位", SUPPORT)],
        ),
        (
            "（牵头单位：市教委；配合单位：市财政局、市人社局）",
            [("市教委", LEAD), ("市财政局", SUPPORT), ("市人社局", SUPPORT)],
        ),
        (
            "（市教委牵头，市财政局、市人社局配合）",
            [("市教委", LEAD), ("市财政局", SUPPORT), ("市人社局", SUPPORT)],
        ),
        ("（市教委、市新设局等按职责分工负责）", [("市教委", DUTY), ("市新设局", DUTY)]),
        ("（各市、县人民政府负责）", [("各市、县人民政府", DUTY)]),
        ("（责任单位：各区、有关部门）", [("各区人民政府", DUTY), ("各有关部门", DUTY)]),
        ("（经市教委同意后由有关单位负责落实）", []),
        ("（做好保障工作的要认真负责）", []),
        (
            "（责任单位：市教委牵头，市财政局、市人社局配合）",
            [("市教委", LEAD), ("市财政局", SUPPORT), ("市人社局", SUPPORT)],
        ),
        ("（责任单位：市教委、市财政局等按职责分工负责）", [("市教委", DUTY), ("市财政局", DUTY)]),
        ("（责任单位：市新设局）", [("市新设局", DUTY)]),
        ("（责任单位：协调推进）", []),
        ("责任单位：市教委", [("市教委", DUTY)]),
        (
            "（牵头股室：高中教育股；配合股室：规划建设股、驻局纪检监察组）",
            [("高中教育股", LEAD), ("规划建设股", SUPPORT), ("驻局纪检监察组", SUPPORT)],
        ),
        ("（由教体局牵头，县人社局配合）", [("教体局", LEAD), ("县人社局", SUPPORT)]),
        (
            "（县教体局牵头，县住建局、各乡镇人民政府参与）",
            [("县教体局", LEAD), ("县住建局", SUPPORT), ("各乡镇人民政府", SUPPORT)],
        ),
        ("（由县教体局牵头；各县（区）人民政府配合）", [("县教体局", LEAD), ("各县（区）人民政府", SUPPORT)]),
        ("（财务处会同人事处和各二级学院）", [("财务处", DUTY), ("人事处", SUPPORT), ("各二级学院", SUPPORT)]),
        ("（甲局牵头，乙局配合，各乡镇落实）", [("甲局", LEAD), ("乙局", SUPPORT), ("各乡镇", DUTY)]),
        (
            "（牵头单位：甲局，配合单位：乙局、丙局；完成时限：9月底）",
            [("甲局", LEAD), ("乙局", SUPPORT), ("丙局", SUPPORT)],
        ),
        (
            "\n责任单位：甲局\n参与单位：乙局、各镇（街道）",
            [("甲局", DUTY), ("乙局", SUPPORT), ("各镇（街道）", SUPPORT)],
        ),
        ("（牵头责任单位：甲局（牵头）、乙局）", [("甲局", LEAD), ("乙局", LEAD)]),
        ("（责任单位：甲局（牵头）、乙局）", [("甲局", LEAD), ("乙局", DUTY)]),
        ("由甲局牵头，乙局配合。", [("甲局", LEAD), ("乙局", SUPPORT)]),
        ("（甲局牵头，乙局等配合，2025年9月底前完成）", [("甲局", LEAD), ("乙局", SUPPORT)]),
        ("（研究生院、校工会）", [("研究生院", DUTY), ("校工会", DUTY)]),
        ("（研究生院）另行通知。", []),
        ("（有关部门、各学院）", []),
        ("〔责任单位：甲局、各中小学〕", [("甲局", DUTY), ("各中小学", DUTY)]),
        ("责任部门：甲局、乙局（排名第一的为牵头单位）", [("甲局", DUTY), ("乙局", DUTY)]),
        (
            "\n配合单位：甲局、乙局，中国人民银行丙市分行\n完成时限：9月底前",
            [("甲局", SUPPORT), ("乙局", SUPPORT), ("中国人民银行丙市分行", SUPPORT)],
        ),
        ("甲局会同乙局开展检查。", []),
        ("由龙头企业牵头，学校参与。", []),
        ("（由甲局负责解释）", []),
        ("（会同有关部门）", []),
        ("（教师、企业参与）", []),
        ("（龙头企业牵头的项目）", []),
    ],
)
def test_lists_of_responsible_units(body, expected):
    assert roles(body) == expected


def test_a_list_cut_by_a_page_break():
    clause = by_label(split("一、任务\n（一）落实。做好各项工作。（责任单位：市教委、市发展\n\n改革委、市财政局）\n"))[
        "一、（一）"
    ]
    assert [unit.name for unit in clause.units] == ["市教委", "市发展改革委", "市财政局"]
    assert clause.units[1].written == "市发展改革委"


def test_columns_give_roles():
    rows = "序号\t任务\t{}\t{}\t完成时限\n1\t修订办法\t财务处\t人事处、各学院\t3月\n"
    for headers, expected in {
        ("牵头单位", "配合单位"): [LEAD, SUPPORT, SUPPORT],
        ("责任部门", "参与部门"): [DUTY, SUPPORT, SUPPORT],
        ("牵头责任单位", "协办单位"): [LEAD, SUPPORT, SUPPORT],
        ("牵头、配合单位", "备注"): [DUTY],
    }.items():
        row = by_label(split("附件：清单\n" + rows.format(*headers)))["附件第1项"]
        assert [unit.role for unit in row.units] == expected, headers


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("甲县教育局2025年工作计划", "市教育局"),
        ("中共乙市委关于加强管理的意见", "市教育局"),
        ("天津市河西区教育局工作方案", "市教委"),
        ("关于规范市场管理的通知", "市教委"),
        ("城市更新办法", "市教委"),
        ("全国城市管理方案", "市教委"),
    ],
)
def test_a_department_of_another_place_keeps_its_own_name(title, name):
    clause = by_label(split("一、任务。做好工作。（责任单位：市教育局、各有关部门）\n", title=title))["一、"]
    assert [unit.name for unit in clause.units] == [name, "各有关部门"]
    assert clause.units[0].written == "市教育局" and clause.units[1].generic


def test_a_name_with_its_level_and_without_is_one_in_a_document():
    text = "一、甲。做好。（教体局牵头，县公安局配合）\n二、乙。做好。（责任单位：县教体局）\n"
    clauses = split(text, title="甲县工作计划").clauses
    assert [[unit.name for unit in clause.units] for clause in clauses] == [["县教体局", "县公安局"], ["县教体局"]]
    assert clauses[0].units[0].written == "教体局"


def test_a_stranger_written_like_a_known_department_is_itself():
    known = Departments.load().with_strangers(["市教育局", "市教委", "龙头企业"])
    assert [known.canonical(form) for form in ("市教育局", "教育局", "市教委")] == ["市教育局", "市教委", "市教委"]
    assert known.canonical("龙头企业") is None
    alone = Departments.load().with_strangers(["临江县教育局"])
    assert alone.canonical("教育局") == "临江县教育局"


def test_an_office_that_only_a_text_names_is_known_with_its_short_forms():
    known = Departments.load().with_strangers(["省民政厅", "高中教育股", "各学院", "清江县教育体育局", "市财政局"])
    assert [mention.name for mention in known.find("民政厅和高中教育股牵头，教体局配合")] == [
        "省民政厅",
        "高中教育股",
        "清江县教育体育局",
    ]
    assert known.canonical("各学院") is None
    assert known.names.count("市财政局") == 1


def test_a_short_form_that_two_offices_would_share_means_neither():
    known = Departments.load().with_strangers(["东江县民政股室", "西江县民政股室"])
    assert known.find("民政股室负责") == []
