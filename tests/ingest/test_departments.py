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
