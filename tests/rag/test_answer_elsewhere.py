"""Whole answers on documents that a user brings: laws with articles and items, a list of tasks with time limits."""

import pytest

from rag.answer import open_assistant
from rag.schema import Status, Turn
from tests.conftest import run_tiaowen

RIVER = """中华人民共和国河湖船只管理法

第一章 总则
第一条 为了管好河湖上的船只，制定本法。
第二条 本法所称的游船，是指在河湖上载客观光、额定载客十二人以上的船只。
第二章 游船
第三条 申请游船营运许可，应当符合下列条件：
（一）船体经检验合格；
（二）配备与载客人数相同的救生衣；
（三）船长持有内河驾驶证书。
第四条 游船经营者应当每年检修船体。
游船载客超过额定人数的，不得离开码头。
第五条 申请人应当自船只购入之日起满三十日前办理登记，登记机关应当在十五日内答复。
第六条 游船经营者有下列行为之一的，由海事机构责令改正，并处五百元罚款：
（一）夜间不开航行灯的；
（二）在桥洞下追越他船的。
"""
CITY = """{city}市码头照明管理规定

第一条 码头照明由{body}负责维护。
第二条 码头灯具应当在{hour}时前开启。
"""
PLAN = """清江县教育体育局关于印发2031年工作计划的通知

各中心学校：
现将计划印发给你们，请认真落实。
一、办学条件
1.改造薄弱学校。改造村小6所，消除大班额。（牵头单位：基础教育股；配合单位：规划建设股、督导室）
2.建设幼儿园。新建幼儿园2所。（牵头单位：学前教育股；配合单位：规划建设股）
二、安全
3.守住校园安全。每月排查一次隐患。（牵头单位：安全管理股；配合单位：督导室）
表1 主要指标一览表
指标	2029年	2030年	2031年
本科以上教师比例（%）	61.5	64.0	68.2
在校生数（人）	4518	4672	4836
附件：清江县2031年重点项目一览表
序号	项目名称	建设地点	总投资（万元）	责任股室
1	柳河幼儿园	柳河镇	1320	学前教育股
2	石门小学教学楼	石门镇	860	基础教育股
表2 联系电话
地区	联系电话
柳河镇	0718-6230417
石门镇	0718-6230418
"""

NOTICE = """南岭市教育局 南岭市财政局关于做好课后服务工作的通知

各学校：
现将有关事项通知如下：
一、服务时间
课后服务每周5天。（由市教育局牵头，市交通运输局配合）
二、服务经费
每生每年300元。（由市财政局牵头，市教育局配合）
附件：课后服务重点任务
1.2031年3月底前，制定实施方案。（责任单位：市教育局）
2.5月底前，建立第三方机构白名单。（责任单位：市教育局、各学校）
南岭市教育局
2031年1月10日
"""

AWARD = """柳河镇护林奖评选办法

第一条 护林奖分为下列三类：
（一）养护奖，每人奖励3万元；
（二）巡山奖，每人奖励2万元；
（三）新苗奖，每人奖励1万元。
第二条 获奖后发现弄虚作假的，撤销奖项。
第三条 护林经费的百分之六十应当用于巡山。
第四条 巡山奖一等奖的护林员可以免试参加培训。
第五条 镇里2030年绿化率达到41.2%，比上年提高1.4个百分点，松林苗圃9月1日启用。另建柏林苗圃。
第六条 本办法自2031年3月1日起施行，获评护林员150人。评选示范苗圃7个。
第七条 联系人：王小山，电话：0718-6230000。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    """An assistant over three short laws and a county's plan."""
    folder, texts = tmp_path_factory.mktemp("elsewhere"), tmp_path_factory.mktemp("texts")
    (texts / "plan.txt").write_text(PLAN, encoding="utf-8")
    (texts / "notice.txt").write_text(NOTICE, encoding="utf-8")
    (texts / "award.txt").write_text(AWARD, encoding="utf-8")
    (texts / "river.txt").write_text(RIVER, encoding="utf-8")
    for city, body, hour in (("青岛", "海事所", "十八"), ("大连", "港务所", "十九")):
        (texts / f"{hour}.txt").write_text(CITY.format(city=city, body=body, hour=hour), encoding="utf-8")
    done = run_tiaowen(folder, "ingest", str(texts))
    assert done.returncode == 0, done.stderr
    return open_assistant(data_dir=folder, embedding_model=None, llm=None)


def test_a_sentence_that_announces_conditions_is_shown_with_them(assistant):
    answer = assistant.answer("游船营运许可要符合哪些条件？")
    assert answer.status is Status.ANSWERED
    assert all(words in answer.answer for words in ("下列条件：", "检验合格", "救生衣", "驾驶证书"))
    assert "第三条第（三）项" in [citation.clause.label for citation in answer.citations]


def test_the_sentence_that_defines_comes_before_those_that_use_the_word(assistant):
    answer = assistant.answer("什么是游船？")
    assert "载客观光" in answer.answer
    assert [citation.clause.label for citation in answer.citations] == ["第二条"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("河湖船只管理法第四条是什么内容？", ("检修船体", "不得离开码头")),
        ("河湖船只管理法第五条怎么规定？", ("三十日",)),
    ],
)
def test_a_law_is_known_without_the_name_of_the_state_and_its_article_shown_whole(assistant, question, words):
    answer = assistant.answer(question)
    assert answer.status is Status.ANSWERED
    assert all(word in answer.answer for word in words)
    assert {citation.document.title for citation in answer.citations} == {"中华人民共和国河湖船只管理法"}


def test_a_number_of_days_written_in_chinese_answers_how_many_days(assistant):
    answer = assistant.answer("船只登记机关要在多少天内答复？")
    assert answer.status is Status.ANSWERED
    assert "十五日" in answer.answer


def test_a_city_stands_for_the_only_document_that_begins_with_it(assistant):
    answer = assistant.answer("码头灯具几点前开启，青岛和大连的规定有什么不同？")
    assert {citation.document.title[:2] for citation in answer.citations} == {"青岛", "大连"}
    assert "十八时" in answer.answer
    assert "十九时" in answer.answer


def test_a_city_inside_other_words_is_not_named(assistant):
    answer = assistant.answer("游船经营者如何确保定期检修船体？")
    assert answer.status is Status.ANSWERED and "检修船体" in answer.answer
    refused = assistant.answer("保定的码头照明由谁负责维护？")
    assert refused.status is Status.NOT_FOUND and "保定" in refused.answer


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("清江县教体局2031年工作计划里，县水利局要配合哪些任务？", "没有提到“县水利局”"),
        ("南岭市做好课后服务工作的通知里，市交通运输局和市公安局怎么分工？", ""),
        ("南岭市做好课后服务工作的通知里，市公安局负责哪些任务？", "没有提到“市公安局”"),
        ("南岭市做好课后服务工作的通知里，县市场监管局要干什么活？", "没有提到“县市场监管局”"),
        ("南岭市第六中学每生每年的课后服务经费是多少元？", "没有提到“第六中学”"),
    ],
)
def test_a_department_that_the_document_does_not_mention_is_said_to_be_none_of_its(assistant, question, said):
    answer = assistant.answer(question)
    assert said in answer.answer
    assert ("没有提到" in answer.answer) == bool(said)


def test_offices_that_only_the_text_names_have_tasks_by_role(assistant):
    answer = assistant.answer("清江县教体局2031年工作计划里，督导室要配合哪些任务？")
    assert "共有2项" in answer.answer and "改造薄弱学校" in answer.answer and "守住校园安全" in answer.answer
    answer = assistant.answer("改造薄弱学校由哪个股室牵头？")
    assert "基础教育股（牵头）" in answer.answer and "规划建设股、督导室（配合）" in answer.answer


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("改造薄弱学校是基础教育股牵头吗？", "是。"),
        ("改造薄弱学校是不是由规划建设股牵头？", "否。"),
        ("改造薄弱学校由督导室配合吗？", "是。"),
        ("改造薄弱学校归安全管理股管吗？", "否。"),
    ],
)
def test_whether_a_department_has_a_task_is_told_by_those_it_names(assistant, question, verdict):
    answer = assistant.answer(question).answer
    assert answer.startswith(verdict) and "基础教育股（牵头）" in answer


def test_the_number_of_a_year_is_told_from_its_neighbours(assistant):
    answer = assistant.answer("清江县2030年本科以上教师比例是多少？")
    assert answer.status is Status.ANSWERED
    assert "64.0" in answer.answer and "61.5" not in answer.answer


def test_a_column_of_a_list_of_projects_is_looked_up(assistant):
    answer = assistant.answer("清江县重点项目一览表里柳河幼儿园的总投资是多少万元？")
    assert "1320" in answer.answer and "860" not in answer.answer
    assert "序号" not in answer.answer


def test_a_department_of_another_city_is_shown_as_written(assistant):
    answer = assistant.answer("市教育局负责哪些任务？")
    assert "市教育局负责的任务共有4项" in answer.answer and "市教委" not in answer.answer
    assert [citation.clause.label for citation in answer.citations] == ["一、", "二、", "附件第1项", "附件第2项"]


def test_who_leads_is_asked_of_the_role(assistant):
    assert "市教育局牵头的任务共有1项" in assistant.answer("市教育局牵头哪些任务？").answer
    led = assistant.answer("市交通运输局牵头哪些任务？")
    assert led.status is Status.PARTIAL and "没有标明由市交通运输局牵头" in led.answer


def test_an_item_that_begins_with_a_date_is_a_task(assistant):
    answer = assistant.answer("第三方机构白名单由谁负责？")
    assert "责任单位：市教育局、各学校" in answer.answer
    assert [citation.clause.label for citation in answer.citations] == ["附件第2项"]


def test_an_item_is_told_with_what_is_said_of_all_items(assistant):
    answer = assistant.answer("游船在桥洞下追越他船的，怎么处理？")
    assert "责令改正" in answer.answer and "五百元" in answer.answer and "追越他船" in answer.answer
    assert "航行灯" not in answer.answer


def test_whom_to_call_is_found_though_no_document_is_named(assistant):
    answer = assistant.answer("柳河镇的幼儿园找谁联系，电话多少？")
    assert "0718-6230417" in answer.answer


def test_who_draws_up_something_in_a_document_is_not_who_issued_it(assistant):
    answer = assistant.answer("做好课后服务工作的通知里，第三方机构白名单由谁发布？")
    assert answer.interpretation.intent != "document_meta"
    assert "市教育局、各学校" in answer.answer
    history = [Turn(role="user", content="做好课后服务工作的通知说了什么？"), Turn(role="assistant", content="")]
    assert "市教育局、各学校" in assistant.answer("第三方机构白名单由谁发布？", history=history).answer
    answer = assistant.answer("做好课后服务工作的通知由谁发布？")
    assert answer.interpretation.intent == "document_meta"
    assert "南岭市财政局" in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "课后服务的第三方机构白名单要提交哪些材料？",
        "2031年3月底前制定的课后服务实施方案是依据哪部法律制定的？",
        "管理规定里的“码头灯具”是什么意思？",
        "能不能在码头的照明灯具上挂广告？",
        "清江县2031年改造的6所村小，改造的钱从哪里来？",
        "柳河镇柏林苗圃什么时候启用？",
        "柳河镇巡山奖二等奖的护林员可以免试参加什么？",
        "柳河镇的示范苗圃到底是哪7个？",
        "《护林员管理条例》第二条讲了什么？",
        "东湖区的学校课后服务每周几天？",
        "道路交通管理法第八条是怎么规定的？",
        "请问船只管理法实施条例第二条讲了什么？",
        "民法典第二条是什么？",
        "大连市教育局负责哪些任务？",
        "柳河镇护林奖的示范苗圃由哪家供应商供货？",
        "柳河镇护林奖评选的成员单位有哪些？",
        "柳河镇巡山奖的护林员要满几年才能免试？",
    ],
)
def test_what_the_texts_leave_open_is_not_answered_by_what_stands_nearby(assistant, question):
    answer = assistant.answer(question)
    assert answer.status in (Status.NOT_FOUND, Status.OUT_OF_SCOPE), answer.answer


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("能不能载客超过额定人数离开码头？", "不得离开码头"),
        ("游船是指什么？", "载客十二人以上"),
        ("课后服务的经费由哪个部门牵头？", "市财政局"),
        ("校园安全隐患多久排查一次？", "每月"),
        ("柳河镇护林奖三类各奖励多少钱？", "1万元"),
        ("发现弄虚作假撤销奖项写在哪一条？", "第二条"),
        ("哪一条讲的是巡山奖一等奖免试？", "第四条"),
        ("河湖船只管理法第二条是什么？", "游船"),
        ("河湖管理法第二条是什么？", "游船"),
        ("柳河镇护林奖评选办法怎么奖励养护？该办法第二条是什么？", "撤销奖项"),
        ("柳河镇护林奖发现造假怎么处理？", "撤销奖项"),
        ("柳河镇护林经费里得拿出多少用于巡山？", "百分之六十"),
        ("柳河镇2030年绿化率比上一年提高了多少？", "1.4个百分点"),
        ("柳河镇护林奖评选办法哪天起生效？", "3月1日"),
        ("柳河镇获评护林员一百五十人，是哪个办法说的？", "150人"),
    ],
)
def test_what_the_texts_say_is_answered(assistant, question, words):
    assert words in assistant.answer(question).answer
