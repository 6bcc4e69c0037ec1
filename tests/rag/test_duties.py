"""What a body has to do where laws and rules say it in sentences, on texts that a user brings."""

import pytest

from ingest.departments import Departments
from rag.answer import open_assistant
from rag.compose.bearers import bearer
from rag.schema import Status
from tests.conftest import run_tiaowen
from tests.rag.texts import clause

LAW = """白石省渔港安全条例

第一章 总则
第一条 为了加强渔港安全管理，制定本条例。
第二条 县级以上人民政府教育、公安、生态环境等部门按照各自职责做好渔港安全工作。
第三条 县级以上人民政府交通运输主管部门应当每年检查码头，配合其他部门整治航道。
第四条 渔业行政主管部门应当公布举报电话，接到举报的部门应当及时处理。
第二章 职责
第五条 县级以上人民政府公安机关负责渔港安全下列工作：
（一）指导渔港做好内部保卫；
（二）查处偷盗渔船的行为。
第六条 渔港经营人应当立即向公安机关报案，并协助公安机关调查。
第七条 渔港经营人发现险情，应当立即处置。
第八条 违反本条例规定的，由公安机关处五百元罚款。
第九条 县级以上人民政府公安、生态环境等部门及其工作人员玩忽职守的，依法给予处分。
"""
RULES = """松溪中学校车租用办法

第一条 学校设校车工作领导小组，由校长任组长，成员包括后勤处、德育处负责人。领导小组负责审定租用方案。
第二条 后勤处是校车租用的归口管理部门，负责编制租用计划。
第三条 德育处负责乘车教育，财务科负责支付租金。
第四条 每月抽查一次，由安全委员会派代表参加。安全委员会由家长代表、教师代表组成。
第五条 租用合同由后勤处保管。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder, texts = tmp_path_factory.mktemp("duties"), tmp_path_factory.mktemp("texts")
    for name, text in {"law": LAW, "rules": RULES}.items():
        (texts / f"{name}.txt").write_text(text, encoding="utf8")
    run_tiaowen(folder, "ingest", str(texts))
    return open_assistant(data_dir=folder, embedding_model=None, llm=None)


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("松溪中学后勤处在校车上都管哪些事", ["第二条", "第五条"]),
        ("校车租用办法规定了德育处哪些职责？", ["第三条"]),
        ("安全委员会参与什么", ["第四条"]),
        ("校车领导小组负责什么工作", ["第一条"]),
        ("白石的环保部门要干哪些活", ["第二条"]),
        ("交通部门在渔港安全方面有什么职责", ["第三条"]),
        ("渔港经营人有哪些义务", ["第六条", "第七条"]),
        ("公安机关和生态环境部门共同负责什么", ["第二条"]),
        ("后勤处和财务科分别负责什么", ["第二条", "第三条", "第五条"]),
    ],
)
def test_the_sentences_in_which_a_body_has_to_do_something_are_listed(assistant, question, labels):
    answer = assistant.answer(question)
    assert answer.status is Status.ANSWERED
    assert [citation.clause.label for citation in answer.citations] == labels
    assert all(f"- {label}：" in answer.answer for label in labels)


def test_items_that_a_duty_announces_stand_with_it_and_punishments_are_left_out(assistant):
    answer = assistant.answer("《白石省渔港安全条例》规定公安机关负责渔港哪些工作？").answer
    assert "（一）指导渔港做好内部保卫；（二）查处偷盗渔船的行为。" in answer
    assert "报案" not in answer
    assert "罚款" not in answer
    assert "玩忽职守" not in answer


def test_only_the_body_s_own_part_of_a_sentence_is_told(assistant):
    answer = assistant.answer("财务科负责什么").answer
    assert "财务科负责支付租金" in answer
    assert "乘车教育" not in answer


@pytest.mark.parametrize("question", ["教务处负责什么", "审计机关在渔港上负责什么"])
def test_a_body_that_is_nowhere_given_a_duty_is_refused(assistant, question):
    answer = assistant.answer(question)
    assert answer.status in (Status.NOT_FOUND, Status.OUT_OF_SCOPE)
    assert not answer.citations


@pytest.mark.parametrize(
    ("written", "text", "has"),
    [
        ("卫健部门", "县级以上人民政府卫生健康主管部门应当指导学校。", True),
        ("公安", "公安机关可以进入现场检查。", True),
        ("人社局", "市人力资源社会保障主管部门会同有关部门制定办法。", True),
        ("教育局", "国务院教育、公安等部门依照本法履行职责。", True),
        ("教育局", "学校应当报教育行政部门备案。", False),
        ("教育局", "教育、公安等部门及其工作人员不依法履行职责的，给予处分。", False),
        ("省教育厅", "县教育局负责招生。", False),
        ("省教育厅", "县级以上人民政府教育行政部门负责招生。", True),
        ("资助中心", "市学生资助管理中心负责培训。", True),
        ("校长", "分管后勤副校长应当每月检查。", False),
        ("班主任", "不得由班主任收费。", False),
        ("学校", "督导室应当指导学校建立制度。", False),
        ("采购人", "采购人员必须回避。", False),
        ("公安局", "公安局长应当带队检查。", False),
        ("企业", "企业职工应当参加培训。", False),
        ("教育局", "由教育部司长和市教委主任牵头的专班，负责推进工作。", False),
        ("财务室", "小组由总务处、财务室负责人组成。", False),
        ("财务室", "由财务室核验的，应当签字。", False),
        ("总务处", "审核通过后，由总务处发放。", True),
    ],
)
def test_a_body_is_found_as_the_subject_of_a_duty_under_the_names_that_texts_use(written, text, has):
    assert bool(bearer(written, Departments.load()).duties(clause(text))) is has


def test_another_body_s_duty_ends_the_words_of_a_duty():
    (duty,) = bearer("财务科", Departments.load()).duties(clause("德育处负责教育，财务科负责付款，按月结清。"))
    assert duty.words.words == "财务科负责付款，按月结清。"
